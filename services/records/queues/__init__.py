"""What waits for an officer, by role: every queue of the registry counted in one statement."""
