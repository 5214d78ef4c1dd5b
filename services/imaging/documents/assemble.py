"""Makes one PDF/A file of a document's pages, a page at a time."""

import hashlib
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from contracts.recognition import Recognition
from services.imaging.documents import metadata
from services.imaging.documents.colour import DESCRIPTION, srgb_profile
from services.imaging.documents.embedding import embed
from services.imaging.documents.geometry import Placement, whole_page
from services.imaging.documents.layer import HALF_TURN, INVISIBLE, content, placed_words
from services.imaging.documents.metadata import Description
from services.imaging.documents.pictures import Picture
from services.imaging.documents.syntax import Name, Reference, Value, number
from services.imaging.documents.writer import PdfWriter
from services.imaging.fonts import TextFont

FONT, IMAGE = "F0", "Im0"
PAGES_PER_NODE = 100
"""The page tree has two levels: viewers find a page without reading thousands of references."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What one page of the file shows."""

    picture: Picture
    size: tuple[float, float]
    """Width and height in points."""
    reading: Recognition | None = None
    placement: Placement | None = None
    """Where the image lies; none where it fills the page."""


class DocumentAssembler:
    """One file in the making: `add_page` for each page, then `finish`. Holds no page once it is written."""

    def __init__(
        self, target: BinaryIO, about: Description, font: TextFont | None, text_mode: int = INVISIBLE
    ) -> None:
        self._writer = PdfWriter(target)
        self._about = about
        self._font = font
        self._mode = text_mode
        self._font_object: Reference | None = None
        self._root = self._writer.reserve()
        self._nodes: list[tuple[Reference, list[Reference]]] = []
        self._digest = hashlib.sha256()

    def add_page(self, page: PageContent) -> int:
        """Write a page; returns the number of words in its text layer."""
        picture = page.picture
        image = self._writer.add_stream(picture.dictionary, len(picture.data), [picture.data])
        self._digest.update(hashlib.sha256(picture.data).digest())
        resources: dict[str, Value] = {"XObject": {IMAGE: image}}
        operators, words = self._operators(page)
        if words:
            resources["Font"] = {FONT: self._embedded_font()}
        packed = zlib.compress(operators, 6)
        self._digest.update(packed)
        contents = self._writer.add_stream({"Filter": Name("FlateDecode")}, len(packed), [packed])
        parent, kids = self._node()
        kids.append(
            self._writer.add(
                {
                    "Type": Name("Page"),
                    "Parent": parent,
                    "MediaBox": [0, 0, float(page.size[0]), float(page.size[1])],
                    "Resources": resources,
                    "Contents": contents,
                }
            )
        )
        return words

    def finish(self) -> None:
        """Write everything that stands for the whole document; nothing can be added afterwards."""
        writer, about = self._writer, self._about
        total = sum(len(kids) for _, kids in self._nodes)
        if not total:
            raise ValueError("a document has at least one page")
        for node, kids in self._nodes:
            writer.add({"Type": Name("Pages"), "Parent": self._root, "Kids": kids, "Count": len(kids)}, node)
        writer.add(
            {"Type": Name("Pages"), "Kids": [node for node, _ in self._nodes], "Count": total}, self._root
        )
        packet = metadata.xmp(about)
        self._digest.update(packet)
        catalogue = writer.add(
            {
                "Type": Name("Catalog"),
                "Pages": self._root,
                "Lang": about.language.encode(),
                "Metadata": writer.add_stream(
                    {"Type": Name("Metadata"), "Subtype": Name("XML")}, len(packet), [packet]
                ),
                "OutputIntents": [self._output_intent()],
            }
        )
        identifier = self._digest.digest()[:16]
        writer.finish(catalogue, writer.add(metadata.info(about)), identifier)

    def _operators(self, page: PageContent) -> tuple[bytes, int]:
        matrix = " ".join(_exact(part) for part in page.placement or whole_page(page.size))
        drawn = f"q {matrix} cm /{IMAGE} Do Q\n".encode()
        if page.reading is None or self._font is None:
            return drawn, 0
        words = placed_words(page.reading, page.size, self._font)
        turned_on = page.size if page.reading.turned % 360 == HALF_TURN else None
        return drawn + content(words, self._font, FONT, self._mode, turned_on), len(words)

    def _embedded_font(self) -> Reference:
        if self._font_object is None:
            assert self._font is not None
            self._font_object = embed(self._writer, self._font)
        return self._font_object

    def _node(self) -> tuple[Reference, list[Reference]]:
        if not self._nodes or len(self._nodes[-1][1]) == PAGES_PER_NODE:
            self._nodes.append((self._writer.reserve(), []))
        return self._nodes[-1]

    def _output_intent(self) -> Value:
        profile = srgb_profile()
        stream = self._writer.add_stream({"N": 3}, len(profile), [profile])
        return {
            "Type": Name("OutputIntent"),
            "S": Name("GTS_PDFA1"),
            "OutputConditionIdentifier": DESCRIPTION.encode(),
            "Info": DESCRIPTION.encode(),
            "RegistryName": b"http://www.color.org",
            "DestOutputProfile": stream,
        }


def _exact(value: float) -> str:
    """A matrix turns a whole page of pixels: a thousandth is too coarse for sines of small angles."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if value % 1 else number(value)
