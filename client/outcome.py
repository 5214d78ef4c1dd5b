"""How a command ends: exit codes, and failures that end it with a plain message."""

DONE = 0
UNEXPECTED = 1
NOT_DONE = 2
"""The link, the key or the arguments do not allow it; nothing is lost, the command can be repeated."""
SOME_REFUSED = 3
"""Everything is accounted for, but some pages were refused and need a new scan."""
INTERRUPTED = 130


class CommandFailed(Exception):
    """The command cannot be carried out; the message is for people, Vietnamese first."""


class ServerRefused(Exception):
    """The server answered with a problem that repeating will not change (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        super().__init__(problem.get("title") or f"HTTP {status}")
        self.status = status
        self.problem = problem

    @property
    def slug(self) -> str:
        """The last part of the problem's type."""
        return str(self.problem.get("type", "")).rsplit("/", 1)[-1]

    @property
    def title(self) -> str:
        """The problem's Vietnamese title."""
        return str(self.problem.get("title") or f"Máy chủ trả lời HTTP {self.status}")

    @property
    def title_en(self) -> str:
        """The problem's English title."""
        return str(self.problem.get("title_en") or f"The server answered HTTP {self.status}")
