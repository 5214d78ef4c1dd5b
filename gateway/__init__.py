"""The only door: officers, agents, sessions, the unified `/v1`, the audit log, the operators' pages."""
