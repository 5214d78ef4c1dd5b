"""The audit log: who read or changed what, and why; append-only."""
