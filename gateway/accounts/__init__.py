"""Officers, agents and sessions: who may come in."""
