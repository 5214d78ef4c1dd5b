"""Preparing papers for the scanner: which dossiers, what lies in them, what is printed for them."""
