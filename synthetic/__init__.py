"""Draws synthetic people, forms and scans for the demonstration, the tests and the training."""
