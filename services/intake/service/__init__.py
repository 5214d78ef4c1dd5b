"""Use cases of intake, one module each; none commits: the caller owns the transaction."""
