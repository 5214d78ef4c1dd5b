"""Forwards `/v1` to the services that own it, with a signed identity, without buffering."""
