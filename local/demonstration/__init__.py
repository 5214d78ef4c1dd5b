"""The main job shown on synthetic scans: drawn, sent as a district sends, compared with what was drawn."""
