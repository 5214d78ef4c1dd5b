"""Settled fields that the reader may learn from, as far as the data's owner consents."""
