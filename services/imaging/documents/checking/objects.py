"""Every object by itself: filters, limits, actions, embedded files, transparency, wherever they hide."""

from collections.abc import Iterator

import pikepdf

from services.imaging.documents.checking.findings import Findings

_FILTERS = {
    *("/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode"),
    *("/CCITTFaxDecode", "/JBIG2Decode", "/DCTDecode"),
}
"""Those of PDF 1.4 but LZW, which 6.1.10 forbids."""
_LATER_TYPES = {"/ObjStm", "/XRef"}
_FORBIDDEN_ACTIONS = {
    *("/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/SetState", "/NOP"),
    *("/SubmitForm", "/Hide", "/Rendition", "/Trans", "/GoToE", "/GoToR", "/SetOCGState", "/GoTo3DView"),
}
"""6.6.1, and actions younger than PDF 1.4 or leading out of the document, which ours never hold."""
_NAMED_ACTIONS = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_INTENTS = {"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"}
_MOST_ENTRIES, _MOST_ITEMS, _MOST_BYTES, _MOST_NAME = 4095, 8191, 65535, 127
_MOST_REAL, _MOST_INTEGER = 32767, 2**31 - 1
_MOST_OBJECTS = 8_388_607
"""PDF Reference 1.4, table C.1; 6.1.12 makes these limits binding."""


def check_objects(opened: pikepdf.Pdf, findings: Findings) -> None:
    """Walk every indirect object and all that lies in it."""
    if len(opened.objects) > _MOST_OBJECTS:
        findings.add("6.1.12", "limit", "too many objects")
    for thing in opened.objects:
        where = f"object {thing.objgen[0]}"
        if isinstance(thing, pikepdf.Stream):
            _check_stream(thing, where, findings)
        for part in _parts(thing):
            _check_limits(part, where, findings)
            if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
                _check_dictionary(part, where, findings)


def _parts(thing: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The object and everything inside it, but nothing that it only refers to."""
    waiting = [thing]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            inside = [value for _, value in part.items()]
        elif isinstance(part, pikepdf.Array):
            inside = list(part)
        else:
            continue
        waiting.extend(value for value in inside if not getattr(value, "is_indirect", False))


def _check_stream(stream: pikepdf.Stream, where: str, findings: Findings) -> None:
    if any(key in stream for key in ("/F", "/FFilter", "/FDecodeParms")):
        findings.add("6.1.7", "external_stream", f"{where} reads another file")
    for name in filters_of(stream):
        if name == "/LZWDecode":
            findings.add("6.1.10", "lzw", f"{where} is packed with LZW")
        elif name not in _FILTERS:
            findings.add("6.1.10", "filter", f"{where} is packed with {name}")
    if str(stream.get("/Subtype")) == "/PS":
        findings.add("6.2.7", "postscript", f"{where} is PostScript")
    if str(stream.get("/Subtype")) == "/Image":
        _check_image(stream, where, findings)
    elif str(stream.get("/Subtype")) == "/Form":
        for key in ("/OPI", "/PS", "/Subtype2", "/Ref"):
            if key in stream:
                findings.add("6.2.5", "form", f"{where} has {key}")


def filters_of(stream: pikepdf.Stream) -> list[str]:
    """Names of a stream's filters."""
    given = stream.get("/Filter")
    if given is None:
        return []
    return [str(name) for name in given] if isinstance(given, pikepdf.Array) else [str(given)]


def _check_image(image: pikepdf.Stream, where: str, findings: Findings) -> None:
    if str(image.get("/SMask", "/None")) != "/None" or image.get("/SMaskInData", 0) != 0:
        findings.add("6.4", "transparency", f"{where} is an image with a soft mask")
    if "/Alternates" in image or "/OPI" in image:
        findings.add("6.2.4", "image", f"{where} has alternates or OPI")
    if image.get("/Interpolate", False):
        findings.add("6.2.4", "interpolation", f"{where} is interpolated")
    if "/Intent" in image and str(image["/Intent"]) not in _INTENTS:
        findings.add("6.2.9", "intent", f"{where} has an unknown rendering intent")


def _check_dictionary(part: pikepdf.Object, where: str, findings: Findings) -> None:
    kind = str(part.get("/Type"))
    if kind in _LATER_TYPES:
        findings.add("6.1.4", "later_structure", f"{where} is {kind} of PDF 1.5")
    if kind == "/OCG":
        findings.add("6.1.13", "optional_content", f"{where} is an optional content group")
    if "/EF" in part or "/EmbeddedFiles" in part or kind == "/EmbeddedFile":
        findings.add("6.1.11", "embedded_file", f"{where} embeds a file")
    if "/AA" in part:
        findings.add("6.6.2", "additional_actions", f"{where} has AA")
    if "/JS" in part or "/JavaScript" in part:
        findings.add("6.6.1", "javascript", f"{where} has JavaScript")
    if "/XFA" in part or part.get("/NeedAppearances", False):
        findings.add("6.9", "form_fields", f"{where} is a form that draws itself")
    action = str(part.get("/S"))
    if action in _FORBIDDEN_ACTIONS:
        findings.add("6.6.1", "action", f"{where} is a {action} action")
    if action == "/Named" and str(part.get("/N")) not in _NAMED_ACTIONS:
        findings.add("6.6.1", "action", f"{where} is an unknown named action")
    if action == "/Transparency":
        findings.add("6.4", "transparency", f"{where} is a transparency group")
    if "/ExtGState" in part and isinstance(states := part["/ExtGState"], pikepdf.Dictionary):
        for state in states.values():
            _check_graphics_state(state, where, findings)


def _check_graphics_state(state: pikepdf.Object, where: str, findings: Findings) -> None:
    if not isinstance(state, pikepdf.Dictionary):
        findings.add("6.2.8", "graphics_state", f"{where} names a graphics state that is none")
        return
    if "/TR" in state or str(state.get("/TR2", "/Default")) != "/Default":
        findings.add("6.2.8", "transfer_function", f"{where} has a transfer function")
    if str(state.get("/SMask", "/None")) != "/None":
        findings.add("6.4", "transparency", f"{where} has a soft mask")
    if str(state.get("/BM", "/Normal")) not in {"/Normal", "/Compatible"}:
        findings.add("6.4", "transparency", f"{where} has a blend mode")
    if any(float(state.get(key, 1)) != 1.0 for key in ("/CA", "/ca")):
        findings.add("6.4", "transparency", f"{where} draws with alpha")
    if "/RI" in state and str(state["/RI"]) not in _INTENTS:
        findings.add("6.2.9", "intent", f"{where} has an unknown rendering intent")


def _check_limits(part: object, where: str, findings: Findings) -> None:
    exceeded = None
    if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
        if len(part.keys()) > _MOST_ENTRIES or any(_long(key) for key in part.keys()):  # noqa: SIM118
            exceeded = "a dictionary's entries or names"
    elif isinstance(part, pikepdf.Array):
        exceeded = "an array's length" if len(part) > _MOST_ITEMS else None
    elif isinstance(part, pikepdf.String):
        exceeded = "a string's length" if len(bytes(part)) > _MOST_BYTES else None
    elif isinstance(part, pikepdf.Name):
        exceeded = "a name's length" if _long(str(part)) else None
    elif isinstance(part, bool):
        return
    elif isinstance(part, int):
        exceeded = "an integer" if abs(part) > _MOST_INTEGER else None
    elif isinstance(part, float) or hasattr(part, "is_signed"):
        exceeded = "a real number" if abs(float(part)) > _MOST_REAL else None  # type: ignore[arg-type]
    if exceeded:
        findings.add("6.1.12", "limit", f"{where}: {exceeded} beyond the limit")


def _long(name: str) -> bool:
    return len(name.encode()) - 1 > _MOST_NAME
