"""Finds printed labels in what was read, decides which form it is, and reads what follows each label."""
