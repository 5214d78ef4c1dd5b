"""Acceptance sampling: how many of a lot are looked at, and how many may be wrong."""
