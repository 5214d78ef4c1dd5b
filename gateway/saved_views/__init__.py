"""Lists as an officer likes to see them: filters of a screen under a name."""
