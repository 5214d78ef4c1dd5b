"""Dossiers, their documents and pages, and their history."""
