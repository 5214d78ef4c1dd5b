"""Bulk entry: files of many dossiers, checked row by row before anything is written."""
