"""How wrong a reading is: characters, words, whole lines, and what tone marks alone cost."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


def distance(left: Sequence[str], right: Sequence[str]) -> int:
    """Fewest insertions, deletions and replacements that turn one into the other (Levenshtein)."""
    row = list(range(len(right) + 1))
    for number, mine in enumerate(left, start=1):
        before, row[0] = row[0], number
        for column, other in enumerate(right, start=1):
            before, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, before + (mine != other)),
            )
    return row[-1]


def bare(text: str) -> str:
    """The text without any mark: đ becomes d."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


@dataclass
class Score:
    """Errors summed over lines; the shares are of what the truths hold."""

    lines: int = 0
    exact: int = 0
    wrong: int = 0
    letters: int = 0
    wrong_bare: int = 0
    wrong_words: int = 0
    words: int = 0

    def add(self, truth: str, read: str) -> None:
        """Count one line; both are composed and their spaces made single first."""
        truth, read = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (truth, read))
        self.lines += 1
        self.exact += truth == read
        self.letters += len(truth)
        self.words += len(truth.split())
        if truth != read:
            self.wrong += distance(truth, read)
            self.wrong_bare += distance(bare(truth), bare(read))
            self.wrong_words += distance(truth.split(), read.split())

    @property
    def characters(self) -> float:
        """Character error rate."""
        return self.wrong / max(1, self.letters)

    @property
    def characters_bare(self) -> float:
        """Character error rate with all marks left out."""
        return self.wrong_bare / max(1, self.letters)

    @property
    def word_errors(self) -> float:
        """Word (syllable) error rate."""
        return self.wrong_words / max(1, self.words)

    @property
    def whole(self) -> float:
        """Share of lines read without any error."""
        return self.exact / max(1, self.lines)
