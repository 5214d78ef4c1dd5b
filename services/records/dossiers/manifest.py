"""A dossier as a manifest of the IIIF Presentation API 3.0: a canvas a page, a range a document.

Required properties and their shapes: https://iiif.io/api/presentation/3.0/, sections 3 and 5.
"""

import uuid
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from kernel.errors import Conflict
from services.records.dossiers.schemas import Document, DossierSummary, Page

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
JSON_LD = f'application/ld+json;profile="{CONTEXT}"'


class NoPagesYet(Conflict):
    """A manifest has at least one canvas, and the dossier no page."""

    slug = "dossier_without_pages"
    title = "Hồ sơ chưa có trang nào"
    title_en = "The dossier has no pages"


class Words(BaseModel):
    """A text in both languages; lists, as the specification wants them."""

    vi: list[str]
    en: list[str]

    @classmethod
    def of(cls, vi: str, en: str) -> Self:
        """One line of each."""
        return cls(vi=[vi], en=[en])


class Fact(BaseModel):
    """A line about the dossier."""

    label: Words
    value: Words


class ImageService(BaseModel):
    """Where parts of an image are asked for."""

    id: str
    type: Literal["ImageService3"] = "ImageService3"
    profile: Literal["level2"] = "level2"


class Image(BaseModel):
    """A page's image, whole; sizes in pixels."""

    id: str
    type: Literal["Image"] = "Image"
    format: str = "image/jpeg"
    width: int
    height: int
    service: list[ImageService]


class Thumbnail(BaseModel):
    """A page's small image."""

    id: str
    type: Literal["Image"] = "Image"
    format: str = "image/jpeg"


class Painting(BaseModel):
    """Puts the image on its canvas."""

    id: str
    type: Literal["Annotation"] = "Annotation"
    motivation: Literal["painting"] = "painting"
    body: Image
    target: str


class Paintings(BaseModel):
    """What is on a canvas."""

    id: str
    type: Literal["AnnotationPage"] = "AnnotationPage"
    items: list[Painting]


class Canvas(BaseModel):
    """One side of a sheet; sizes in pixels of its image."""

    id: str
    type: Literal["Canvas"] = "Canvas"
    label: Words
    width: int
    height: int
    thumbnail: list[Thumbnail]
    items: list[Paintings]


class CanvasNamed(BaseModel):
    """A canvas that lies elsewhere in the manifest."""

    id: str
    type: Literal["Canvas"] = "Canvas"


class Range(BaseModel):
    """A document of the dossier."""

    id: str
    type: Literal["Range"] = "Range"
    label: Words
    items: list[CanvasNamed]


class Manifest(BaseModel):
    """A dossier for viewers of other houses; it names nobody but in its title."""

    model_config = ConfigDict(populate_by_name=True)

    context: str = Field(default=CONTEXT, serialization_alias="@context")
    id: str
    type: Literal["Manifest"] = "Manifest"
    label: Words
    metadata: list[Fact]
    viewing_direction: Literal["left-to-right"] = Field(
        default="left-to-right", serialization_alias="viewingDirection"
    )
    behavior: list[str] = ["individuals"]
    items: list[Canvas] = Field(min_length=1)
    structures: list[Range]


def manifest_of(origin: str, dossier: DossierSummary, title_en: str, documents: list[Document]) -> Manifest:
    """The manifest of a dossier whose API is reached at `origin`; raises NoPagesYet.

    Pages lie as in `documents`: replaced ones are in none, blank ones are shown.
    """
    address = f"{origin}/v1/dossiers/{dossier.id}/manifest"
    pages = [page for document in documents for page in document.pages]
    if not pages:
        raise NoPagesYet
    return Manifest(
        id=address,
        label=Words.of(dossier.title, title_en),
        metadata=_facts(dossier),
        items=[_canvas(origin, address, page, number) for number, page in enumerate(pages, start=1)],
        structures=[_range(address, document) for document in documents],
    )


def _facts(dossier: DossierSummary) -> list[Fact]:
    facts = [Fact(label=Words.of("Đơn vị", "Unit"), value=Words.of(dossier.unit_name, dossier.unit_name))]
    if dossier.reference_given:
        number = Words.of(dossier.reference, dossier.reference)
        facts.append(Fact(label=Words.of("Số hồ sơ", "Dossier number"), value=number))
    return facts


def _canvas(origin: str, address: str, page: Page, number: int) -> Canvas:
    at = _canvas_at(address, page.id)
    image = f"{origin}/v1/iiif/{page.id}"
    width, height = page.width_px, page.height_px
    body = Image(
        id=f"{image}/full/max/0/default.jpg", width=width, height=height, service=[ImageService(id=image)]
    )
    painting = Painting(id=f"{at}/image", body=body, target=at)
    return Canvas(
        id=at,
        label=Words.of(f"Trang {number}", f"Page {number}"),
        width=width,
        height=height,
        thumbnail=[Thumbnail(id=f"{origin}{page.images.thumbnail}")],
        items=[Paintings(id=f"{at}/images", items=[painting])],
    )


def _range(address: str, document: Document) -> Range:
    label = Words.of(
        f"{document.ordinal}. {document.type_title}", f"{document.ordinal}. {document.type_title_en}"
    )
    canvases = [CanvasNamed(id=_canvas_at(address, page.id)) for page in document.pages]
    return Range(id=f"{address}/documents/{document.id}", label=label, items=canvases)


def _canvas_at(address: str, page_id: uuid.UUID) -> str:
    return f"{address}/pages/{page_id}"
