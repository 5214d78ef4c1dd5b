"""Merges and splits by an official document and two people, and taking them back."""
