"""Reconciliation of electronic records against their paper, round by round."""
