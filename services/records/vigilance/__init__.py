"""How good keying is: known answers among the work, samples of each keyer's fields, and who holds what."""
