"""What OCR read on a page, kept as proposals for keying."""
