"""Intake: scan batches, uploads into quarantine, and how far each page has come."""
