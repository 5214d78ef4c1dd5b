"""Dossiers sent out: packages with manifests and checksums, queued for the destinations that take them."""
