"""Files from outside are decoded here: one limited child process per file, forked from a prepared server."""
