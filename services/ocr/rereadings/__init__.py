"""Pages read again because an edition was accepted after they had been read."""
