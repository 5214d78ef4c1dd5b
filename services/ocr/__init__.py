"""Reads pages: lines, form, fields with confidence."""
