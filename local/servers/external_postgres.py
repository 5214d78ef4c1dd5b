"""A Postgres of the machine that the settings name: used, never started or stopped."""

from urllib.parse import quote, urlsplit


class ExternalPostgres:
    """Addresses on a running server."""

    def __init__(self, superuser_url: str) -> None:
        self.url = superuser_url

    def url_of(self, database: str, user: str, password: str) -> str:
        """`postgresql://` address of a database on this server."""
        parts = urlsplit(self.url)
        place = f"{parts.hostname or '127.0.0.1'}:{parts.port or 5432}"
        query = f"?{parts.query}" if parts.query else ""
        return f"postgresql://{quote(user)}:{quote(password)}@{place}/{database}{query}"
