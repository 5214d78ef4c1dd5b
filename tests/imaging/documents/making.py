"""Makes document files for the tests."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from contracts.recognition import Recognition
from gateway.settings import BROWSER_PACKAGES
from services.imaging.documents.assemble import DocumentAssembler, PageContent
from services.imaging.documents.geometry import page_size
from services.imaging.documents.layer import INVISIBLE
from services.imaging.documents.metadata import Description
from services.imaging.documents.pictures import picture
from services.imaging.fonts import TextFont, text_font
from tests.imaging.documents.drawn import Drawn

ABOUT = Description(
    title="Tờ khai Căn cước công dân (CC01) – bản <đủ> & đúng",
    document_id=uuid.UUID(int=7),
    made_at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC).astimezone(timezone(timedelta(hours=7))),
    language="vi",
    part=1,
    conformance="B",
)


def layer_font() -> TextFont:
    """The text layer's font."""
    return text_font(BROWSER_PACKAGES)


def page_of(drawn: Drawn, data: bytes | None = None, reading: Recognition | None = None) -> PageContent:
    """A page that shows a drawn one (or another file of it) with its reading."""
    shown = picture(data or drawn.jpeg, 80)
    return PageContent(shown, page_size(*drawn.image.size, drawn.dpi), reading or drawn.reading)


def document(target: Path, pages: Sequence[PageContent], *, mode: int = INVISIBLE) -> Path:
    """A document of these pages."""
    with target.open("wb") as file:
        made = DocumentAssembler(file, ABOUT, layer_font(), mode)
        for page in pages:
            made.add_page(page)
        made.finish()
    return target
