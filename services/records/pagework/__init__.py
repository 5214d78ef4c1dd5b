"""Page work: pages of dossiers reordered and moved, documents split and joined, all undone exactly."""
