"""Content streams: operators, nesting, colours and fonts that pages use (6.2.3, 6.2.10, 6.3)."""

import re

import pikepdf

from services.imaging.documents.checking.findings import Findings

OPERATORS = frozenset(
    b"""b B b* B* BDC BMC BT BX c cm CS cs d d0 d1 Do DP EMC ET EX f F f* G g gs h i j J K k l m M MP n q Q re
    RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"""".split()
)
"""PDF Reference 1.4, appendix A, but for inline images, which ours never hold."""
COLOURS = {
    "/DeviceGray": {b"g", b"G"},
    "/DeviceRGB": {b"rg", b"RG"},
    "/DeviceCMYK": {b"k", b"K"},
}
_STRINGS = re.compile(rb"<[0-9A-Fa-f\s]*>|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|%[^\r\n]*", re.DOTALL)
_TOKENS = re.compile(rb"/[^\s/<>\[\](){}%]*|[^\s/<>\[\](){}%]+")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)\Z")
_WORDS = {b"true", b"false", b"null"}
_MOST_NESTED = 28
_NESTING = frozenset({b"q", b"Q"})
_NAMING = {b"Do": ("/XObject", 1), b"Tf": ("/Font", 2), b"gs": ("/ExtGState", 1)}
"""Operator → the resources that it names, and how many tokens before it the name stands."""
_SPACE_OPERATORS = {b"cs", b"CS"}


def check_contents(opened: pikepdf.Pdf, forbidden: frozenset[str], findings: Findings) -> None:
    """Every page's operators, and those of every form that could be drawn."""
    for ordinal, page in enumerate(opened.pages, 1):
        page.contents_coalesce()
        resources = page.obj.get(
            "/Resources", page.obj.get("/Parent", pikepdf.Dictionary()).get("/Resources")
        )
        stream = page.obj.get("/Contents")
        if isinstance(stream, pikepdf.Stream):
            _check(stream.read_bytes(), resources, f"page {ordinal}", forbidden, findings)
    for thing in opened.objects:
        if isinstance(thing, pikepdf.Stream) and str(thing.get("/Subtype")) == "/Form":
            where = f"object {thing.objgen[0]}"
            _check(thing.read_bytes(), thing.get("/Resources"), where, forbidden, findings)


def _check(
    data: bytes,
    resources: pikepdf.Object | None,
    where: str,
    forbidden: frozenset[str],
    findings: Findings,
) -> None:
    tokens = _TOKENS.findall(_STRINGS.sub(b" ", data))
    operators = {
        token
        for token in set(tokens)
        if not token.startswith(b"/") and not _NUMBER.match(token) and token not in _WORDS
    }
    for unknown in sorted(operators - OPERATORS):
        findings.add("6.2.10", "operator", f"{where} uses {unknown!r}")
    for name in forbidden:
        if operators & COLOURS[name] or (operators & _SPACE_OPERATORS and name.encode() in tokens):
            findings.add("6.2.3", "device_colour", f"{where} draws in {name}, which no output intent defines")
    _check_nesting(tokens, where, findings)
    _check_names(tokens, resources, where, findings)


def _check_nesting(tokens: list[bytes], where: str, findings: Findings) -> None:
    depth = deepest = 0
    for token in filter(_NESTING.__contains__, tokens):
        depth += 1 if token == b"q" else -1
        deepest = max(deepest, depth)
    if deepest > _MOST_NESTED or depth != 0:
        findings.add("6.1.12", "nesting", f"{where} nests graphics states {deepest} deep, {depth} left open")


def _check_names(
    tokens: list[bytes], resources: pikepdf.Object | None, where: str, findings: Findings
) -> None:
    """Whatever is drawn or set must be there."""
    known = {
        operator: resources.get(category, pikepdf.Dictionary()) if resources is not None else ()
        for operator, (category, _) in _NAMING.items()
    }
    for place, token in enumerate(tokens):
        if token not in _NAMING:
            continue
        category, back = _NAMING[token]
        if place < back or tokens[place - back].decode("latin-1") not in known[token]:
            findings.add("6.2.10", "resource_missing", f"{where} uses a {category} that it does not name")
