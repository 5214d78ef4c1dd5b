"""Events and readings of small batches, as the other services would send them."""

import uuid
from collections.abc import Mapping

from contracts.events import PageEnhanced, PageRecognised, PageRefused, ScanBatchClosed, ScanBatchOpened
from contracts.identifiers import page_id_for
from contracts.recognition import Box, ReadField, Recognition
from contracts.vocabulary import DossierKind, GroupingMethod, PageContent, RefusalReason
from kernel.ids import new_id


class Batch:
    """Makes the events of one scan batch; every file holds one page unless said otherwise."""

    def __init__(
        self,
        kind: DossierKind = DossierKind.IDENTITY,
        grouping: GroupingMethod = GroupingMethod.FIXED_PAGES,
        *,
        pages_per_dossier: int | None = None,
        unit: str = "941",
    ) -> None:
        self.id = new_id()
        self.kind = kind
        self.unit = unit
        self.grouping = grouping
        self.pages_per_dossier = pages_per_dossier

    def file(self, sequence: int) -> uuid.UUID:
        """The id of the file sent with this sequence."""
        return uuid.uuid5(self.id, str(sequence))

    def page(self, sequence: int, page_no: int = 1) -> uuid.UUID:
        """The id of a page."""
        return page_id_for(self.file(sequence), page_no)

    def opened(self) -> ScanBatchOpened:
        """The batch is opened."""
        return ScanBatchOpened(
            batch_id=self.id,
            unit_code=self.unit,
            kind=self.kind,
            grouping=self.grouping,
            pages_per_dossier=self.pages_per_dossier,
        )

    def closed(self, files: int, *, duplex: bool | None = None) -> ScanBatchClosed:
        """The batch is closed with so many files."""
        return ScanBatchClosed(
            batch_id=self.id,
            unit_code=self.unit,
            kind=self.kind,
            grouping=self.grouping,
            pages_per_dossier=self.pages_per_dossier,
            file_count=files,
            duplex=duplex,
        )

    def enhanced(
        self,
        sequence: int,
        content: PageContent = PageContent.TEXT,
        *,
        reference: str | None = None,
        cover: str | None = None,
        page_no: int = 1,
        page_count: int = 1,
        key: str | None = None,
    ) -> PageEnhanced:
        """A page is enhanced."""
        stored = key or f"sha256/aa/bb/{'ab' * 30}{sequence:04d}"
        return PageEnhanced(
            page_id=self.page(sequence, page_no),
            file_id=self.file(sequence),
            batch_id=self.id,
            unit_code=self.unit,
            kind=self.kind,
            sequence=sequence,
            page_no=page_no,
            page_count=page_count,
            dossier_reference=reference,
            content=PageContent.COVER_SHEET if cover else content,
            cover_reference=cover,
            master_key=stored,
            access_key=stored,
            thumbnail_key=stored,
            width_px=1240,
            height_px=1754,
            recipe_version="1",
        )

    def refused(self, sequence: int, *, page_no: int = 1, page_count: int = 1) -> PageRefused:
        """A page is refused."""
        return PageRefused(
            page_id=self.page(sequence, page_no),
            file_id=self.file(sequence),
            batch_id=self.id,
            unit_code=self.unit,
            kind=self.kind,
            sequence=sequence,
            page_no=page_no,
            page_count=page_count,
            reason=RefusalReason.DAMAGED,
        )

    def recognised(
        self, sequence: int, form: str | None = None, *, page_no: int = 1, key: str = "r"
    ) -> PageRecognised:
        """A page is read; its recognition lies under `key`."""
        return PageRecognised(
            page_id=self.page(sequence, page_no),
            file_id=self.file(sequence),
            batch_id=self.id,
            unit_code=self.unit,
            kind=self.kind,
            form=form,
            edition="2019" if form else None,
            recognition_key=key,
            field_count=0,
            confidence=0.9,
            model="test-1",
        )


def reading(fields: Mapping[str, str | tuple[str, str | None, float]], text: str = "") -> Recognition:
    """A recognition with these fields: text, or (text, value, confidence)."""
    return Recognition(
        text=text,
        confidence=0.9,
        width_px=1240,
        height_px=1754,
        model="test-1",
        fields={
            name: _field(place, given if isinstance(given, tuple) else (given, given, 0.99))
            for place, (name, given) in enumerate(fields.items())
        },
    )


def _field(place: int, given: tuple[str, str | None, float]) -> ReadField:
    text, value, confidence = given
    return ReadField(
        text=text,
        value=value,
        confidence=confidence,
        box=Box(x=100, y=100 + 40 * place, width=300, height=30),
    )
