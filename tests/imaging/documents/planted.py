"""Files that break one rule of PDF/A-1b each, made from a conforming one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

Plant = Callable[[pikepdf.Pdf], dict[str, Any] | None]
"""Changes an open file; may return arguments for saving it."""


def page(pdf: pikepdf.Pdf) -> Any:
    """The first page's dictionary."""
    return pdf.pages[0].obj


def descendant(pdf: pikepdf.Pdf) -> Any:
    """The text layer's CIDFont."""
    return page(pdf).Resources.Font.F0.DescendantFonts[0]


def image(pdf: pikepdf.Pdf) -> Any:
    """The first page's image."""
    return page(pdf).Resources.XObject.Im0


def append(pdf: pikepdf.Pdf, operators: bytes) -> None:
    """Draw something more on the first page."""
    pdf.pages[0].contents_add(operators)


def show_text(pdf: pikepdf.Pdf, font: str = "F0") -> None:
    """Preflight looks at a font only where its letters are visible."""
    append(pdf, f"BT /{font} 9 Tf 0 Tr <00410042> Tj ET".encode())


def nothing(pdf: pikepdf.Pdf) -> None:
    """Saved anew and left as it is: the control, which conforms."""


def encryption(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """Encryption."""
    return {"encryption": pikepdf.Encryption(owner="o", user="", R=3, aes=False, metadata=False)}


def object_streams(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """Object streams."""
    return {"object_stream_mode": pikepdf.ObjectStreamMode.generate}


def open_javascript(pdf: pikepdf.Pdf) -> None:
    """Open javascript."""
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def launch(pdf: pikepdf.Pdf) -> None:
    """Launch."""
    pdf.Root.OpenAction = Dictionary(S=Name.Launch, F=String("sh"))


def page_actions(pdf: pikepdf.Pdf) -> None:
    """Page actions."""
    page(pdf).AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def soft_mask(pdf: pikepdf.Pdf) -> None:
    """Soft mask."""
    grey = Stream(pdf, bytes(4))
    kind = {"/Type": Name.XObject, "/Subtype": Name.Image, "/ColorSpace": Name.DeviceGray}
    grey.update({**kind, "/Width": 2, "/Height": 2, "/BitsPerComponent": 8})
    image(pdf).SMask = grey


def alpha(pdf: pikepdf.Pdf) -> None:
    """Alpha."""
    page(pdf).Resources.ExtGState = Dictionary(G0=Dictionary(Type=Name.ExtGState, ca=0.5))
    append(pdf, b"/G0 gs")


def blend_mode(pdf: pikepdf.Pdf) -> None:
    """Blend mode."""
    page(pdf).Resources.ExtGState = Dictionary(G0=Dictionary(Type=Name.ExtGState, BM=Name.Multiply))
    append(pdf, b"/G0 gs")


def transparency_group(pdf: pikepdf.Pdf) -> None:
    """Transparency group."""
    page(pdf).Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceRGB)


def transfer_function(pdf: pikepdf.Pdf) -> None:
    """Transfer function."""
    page(pdf).Resources.ExtGState = Dictionary(G0=Dictionary(Type=Name.ExtGState, TR=Name.Identity))
    append(pdf, b"/G0 gs")


def lzw(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """Lzw."""
    # The LZW code of an empty stream: clear table, end of data.
    packed = Stream(pdf, b"\x80\x40\x40")
    packed.Filter = Name.LZWDecode
    page(pdf).Contents = Array([page(pdf).Contents, pdf.make_indirect(packed)])
    return {"stream_decode_level": pikepdf.StreamDecodeLevel.none, "compress_streams": False}


def external_stream(pdf: pikepdf.Pdf) -> None:
    """External stream."""
    stream = Stream(pdf, b"")
    stream.F = String("elsewhere.bin")
    page(pdf).Contents = Array([page(pdf).Contents, pdf.make_indirect(stream)])


def font_program_missing(pdf: pikepdf.Pdf) -> None:
    """Font program missing."""
    del descendant(pdf).FontDescriptor["/FontFile2"]
    show_text(pdf)


def standard_font(pdf: pikepdf.Pdf) -> None:
    """Standard font."""
    page(pdf).Resources.Font.F1 = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    show_text(pdf, "F1")


def wrong_widths(pdf: pikepdf.Pdf) -> None:
    """Wrong widths."""
    descendant(pdf).W = Array([32, Array([700] * 90)])
    show_text(pdf)


def glyph_map_missing(pdf: pikepdf.Pdf) -> None:
    """Glyph map missing."""
    del descendant(pdf)["/CIDToGIDMap"]


def metadata_missing(pdf: pikepdf.Pdf) -> None:
    """Metadata missing."""
    del pdf.Root["/Metadata"]


def claim_missing(pdf: pikepdf.Pdf) -> None:
    """Claim missing."""
    told = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata.write(told.replace(b"<pdfaid:part>1</pdfaid:part>", b""))


def title_differs(pdf: pikepdf.Pdf) -> None:
    """Title differs."""
    pdf.trailer.Info.Title = String("Another")


def date_differs(pdf: pikepdf.Pdf) -> None:
    """Date differs."""
    pdf.trailer.Info.CreationDate = String("D:20200101000000Z")


def output_intent_missing(pdf: pikepdf.Pdf) -> None:
    """Output intent missing."""
    del pdf.Root["/OutputIntents"]


def newer_profile(pdf: pikepdf.Pdf) -> None:
    """Newer profile."""
    profile = pdf.Root.OutputIntents[0].DestOutputProfile
    data = bytearray(profile.read_bytes())
    data[8] = 4
    profile.write(bytes(data))


def cmyk_image(pdf: pikepdf.Pdf) -> None:
    """Cmyk image."""
    image(pdf).write(bytes(4))
    image(pdf).update({"/Width": 1, "/Height": 1, "/ColorSpace": Name.DeviceCMYK})


def cmyk_paint(pdf: pikepdf.Pdf) -> None:
    """Cmyk paint."""
    append(pdf, b"0 0 0 1 k 0 0 1 1 re f")


def interpolation(pdf: pikepdf.Pdf) -> None:
    """Interpolation."""
    image(pdf).Interpolate = True


def embedded_file(pdf: pikepdf.Pdf) -> None:
    """Embedded file."""
    pdf.attachments["secret.txt"] = b"x"


def optional_content(pdf: pikepdf.Pdf) -> None:
    """Optional content."""
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("layer")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(Order=Array([group])))


def unknown_operator(pdf: pikepdf.Pdf) -> None:
    """Unknown operator."""
    append(pdf, b"0 magic")


def sound_annotation(pdf: pikepdf.Pdf) -> None:
    """Sound annotation."""
    page(pdf).Annots = Array(
        [pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Sound, Rect=Array([0, 0, 9, 9]), F=4))]
    )


def hidden_annotation(pdf: pikepdf.Pdf) -> None:
    """Hidden annotation."""
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), F=2)
    page(pdf).Annots = Array([pdf.make_indirect(link)])


def postscript(pdf: pikepdf.Pdf) -> None:
    """Postscript."""
    stream = Stream(pdf, b"showpage")
    stream.update({"/Type": Name.XObject, "/Subtype": Name.PS})
    page(pdf).Resources.XObject.P0 = stream
    append(pdf, b"/P0 Do")


def form_reference(pdf: pikepdf.Pdf) -> None:
    """Form reference."""
    stream = Stream(pdf, b"")
    stream.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 9, 9])})
    stream.Ref = Dictionary(F=String("a"))
    page(pdf).Resources.XObject.P0 = stream
    append(pdf, b"/P0 Do")


def long_array(pdf: pikepdf.Pdf) -> None:
    """Long array."""
    pdf.Root.PieceInfo = Dictionary(T=Dictionary(Private=Array([0] * 9000)))


PLANTS: dict[Plant, str] = {
    encryption: "encrypted",
    object_streams: "cross_reference_stream",
    open_javascript: "javascript",
    launch: "action",
    page_actions: "additional_actions",
    soft_mask: "transparency",
    alpha: "transparency",
    blend_mode: "transparency",
    transparency_group: "transparency",
    transfer_function: "transfer_function",
    lzw: "lzw",
    external_stream: "external_stream",
    font_program_missing: "font_not_embedded",
    standard_font: "font_not_embedded",
    wrong_widths: "font_widths",
    glyph_map_missing: "glyph_map_missing",
    metadata_missing: "metadata_missing",
    claim_missing: "claim_missing",
    title_differs: "metadata_differs",
    date_differs: "metadata_differs",
    output_intent_missing: "output_intent_missing",
    newer_profile: "profile",
    cmyk_image: "device_colour",
    cmyk_paint: "device_colour",
    interpolation: "interpolation",
    embedded_file: "embedded_file",
    optional_content: "optional_content",
    unknown_operator: "operator",
    sound_annotation: "annotation",
    hidden_annotation: "annotation_hidden",
    postscript: "postscript",
    form_reference: "form",
    long_array: "limit",
}
"""Violation → the code that names it."""


def planted(good: Path, plant: Plant, target: Path) -> Path:
    """The good file with one violation."""
    with pikepdf.open(good) as opened:
        plain = {"object_stream_mode": pikepdf.ObjectStreamMode.disable, "fix_metadata_version": False}
        opened.save(target, **{**plain, **(plant(opened) or {})})
    return target
