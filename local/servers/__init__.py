"""Real Postgres, NATS and S3 servers from locked packages, each kept in a folder of its own."""
