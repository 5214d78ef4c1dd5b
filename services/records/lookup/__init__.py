"""The one-stop clerk's look-up: one box for all that is kept; slips of copies."""
