"""What the commands say, Vietnamese first."""

import sys
from enum import StrEnum


class Language(StrEnum):
    """Language of a command's output."""

    VI = "vi"
    EN = "en"


class Speech:
    """Prints in one language; both versions stand side by side in the code."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, vietnamese: str, english: str) -> None:
        """Print one of the two at once, also into a pipe."""
        print(self.choose(vietnamese, english), flush=True)

    def error(self, vietnamese: str, english: str) -> None:
        """Print one of the two to the error stream."""
        print(self.choose(vietnamese, english), file=sys.stderr, flush=True)

    def choose(self, vietnamese: str, english: str) -> str:
        """The version in this language."""
        return vietnamese if self.language is Language.VI else english
