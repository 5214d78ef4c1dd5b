"""What an engine takes and gives; the null engine for machines without a model pack."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from services.ocr.layout.scale import Grey


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as read: its probability, and the x of its middle in pixels of the crop."""

    character: str
    probability: float
    x: float
    certainty: float | None = None
    """How often a reading is right whose least certain character is as sure; none where not measured."""
    others: tuple[tuple[str, float], ...] = ()
    """What else it may be, likeliest first, with probabilities; "" where it may be nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of one crop, NFC, character by character."""

    glyphs: tuple[Glyph, ...] = ()

    @property
    def text(self) -> str:
        """The characters in order, spaces included."""
        return "".join(glyph.character for glyph in self.glyphs)

    @property
    def least_probability(self) -> float:
        """The probability of the least certain character; the same whatever a calibration says of it."""
        return min((one.probability for one in self.glyphs if one.character != " "), default=0.0)

    @property
    def confidence(self) -> float:
        """How likely the whole text is right, as measured on lines whose least certain character was as sure.

        Without a calibration the probability of that character (the mean would be far too sure: 0.97 where
        80 % of lines are right).
        """
        return min(
            (
                glyph.probability if glyph.certainty is None else glyph.certainty
                for glyph in self.glyphs
                if glyph.character != " "
            ),
            default=0.0,
        )


class OcrEngine(ABC):
    """Reads crops of single lines."""

    name: str
    """Model name and version, as recorded with everything that it reads."""

    @abstractmethod
    def recognise(self, crops: Sequence[Grey], alphabet: frozenset[str] | None = None) -> list[Reading]:
        """Read grey crops (h, w), dark on light; with an `alphabet`, no other character is given."""

    def judged(self, reading: Reading, alphabet: frozenset[str] | None = None) -> Reading:
        """A reading, or a part of one, with the certainties of a reading that has these characters alone."""
        return reading


class NullEngine(OcrEngine):
    """Reads nothing: pages pass without text, and every field goes to keying."""

    name = "none"

    def recognise(self, crops: Sequence[Grey], alphabet: frozenset[str] | None = None) -> list[Reading]:
        """An empty reading per crop."""
        return [Reading() for _ in crops]
