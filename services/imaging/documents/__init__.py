"""Document PDFs: pages and their readings as one PDF/A file, checked before it is kept."""
