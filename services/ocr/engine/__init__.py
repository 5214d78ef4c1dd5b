"""Engines that turn crops of one line into text, each letter with its probability and place."""
