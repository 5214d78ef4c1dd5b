"""What people correct on a page: another recipe for the same master, with who, when and why."""
