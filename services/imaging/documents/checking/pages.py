"""Pages: their boxes, colours of images, and annotations (6.2.3, 6.5)."""

import pikepdf

from services.imaging.documents.checking.findings import Findings

_LEAST, _MOST = 3.0, 14_400.0
"""Points; PDF Reference 1.4, appendix C."""
_PROVEN_ANNOTATIONS = {"/Link", "/Widget", "/Popup"}
_PRINT, _HIDING = 4, 1 | 2 | 32
_CLAUSE = "6.5.3"


def check_pages(opened: pikepdf.Pdf, forbidden: frozenset[str], findings: Findings) -> None:
    """Every page has a proper box, images in colours that are defined, and annotations that last."""
    if not len(opened.pages):
        findings.add("6.1", "damaged", "no pages")
    for ordinal, page in enumerate(opened.pages, 1):
        left, bottom, right, top = (float(side) for side in page.mediabox)
        if not all(_LEAST <= side <= _MOST for side in (right - left, top - bottom)):
            findings.add("6.1.12", "page_size", f"page {ordinal} is {right - left} × {top - bottom} points")
        for annotation in page.obj.get("/Annots", pikepdf.Array()):
            _check_annotation(annotation, ordinal, findings)
    for thing in opened.objects:
        if isinstance(thing, pikepdf.Stream) and str(thing.get("/Subtype")) == "/Image":
            _check_colours(thing, forbidden, findings)


def _check_colours(image: pikepdf.Stream, forbidden: frozenset[str], findings: Findings) -> None:
    where = f"object {image.objgen[0]}"
    if image.get("/ImageMask", False):
        return
    space = image.get("/ColorSpace")
    if isinstance(space, pikepdf.Array) and len(space) > 1 and str(space[0]) == "/Indexed":
        space = space[1]
    name = str(space[0]) if isinstance(space, pikepdf.Array) else str(space)
    if name in forbidden:
        findings.add("6.2.3", "device_colour", f"{where} is in {name}, which no output intent defines")
    elif name not in {"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/ICCBased", "/CalRGB", "/CalGray"}:
        findings.add("6.2.3", "colour_space", f"{where} is in {name}, which this check does not know")


def _check_annotation(annotation: pikepdf.Object, page: int, findings: Findings) -> None:
    kind, flags = str(annotation.get("/Subtype")), int(annotation.get("/F", 0))
    if kind not in _PROVEN_ANNOTATIONS:
        findings.add("6.5.2", "annotation", f"page {page} has a {kind} annotation")
    if kind != "/Popup" and (not flags & _PRINT or flags & _HIDING):
        findings.add(_CLAUSE, "annotation_hidden", f"page {page} has an annotation that does not print")
    if float(annotation.get("/CA", 1)) != 1.0:
        findings.add(_CLAUSE, "transparency", f"page {page} has an annotation with alpha")
