"""What every service stands on: bus, outbox, database, storage, identity, web. No domain words."""
