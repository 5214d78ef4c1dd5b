"""Bulk matching: a list of numbers or of six fields against the persons of the archives."""
