"""Draws synthetic people, forms and scans: the demonstration, the tests, the benchmarks and the training use it."""
