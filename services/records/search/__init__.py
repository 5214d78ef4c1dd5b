"""Finding persons: one box for a number or a name, with or without tone marks."""
