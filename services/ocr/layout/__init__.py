"""Finds what is written where on a reading image: ink, leaders, digit boxes, lines and their segments."""
