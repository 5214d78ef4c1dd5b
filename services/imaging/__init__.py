"""Imaging: turns received files into upright, measured, access-ready pages; the master is never altered."""
