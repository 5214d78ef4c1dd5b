"""Keying: which fields people type, who gets which form, and when a value is settled."""
