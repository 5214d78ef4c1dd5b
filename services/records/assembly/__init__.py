"""Orders of document PDFs: the registry knows which pages make a document, imaging makes the file."""
