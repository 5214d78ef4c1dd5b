"""A PDF's Info dictionary and XMP packet, which must say the same (ISO 19005-1, 6.7.3)."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from services.imaging.documents.syntax import Value

TOOL = "Tangthu"


@dataclass(frozen=True, slots=True)
class Description:
    """What a document's metadata tell."""

    title: str
    document_id: uuid.UUID
    made_at: datetime
    """With its time zone."""
    language: str
    part: int
    conformance: str


def info(about: Description) -> dict[str, Value]:
    """The Info dictionary."""
    moment = _pdf_date(about.made_at)
    return {
        "Title": about.title,
        "Creator": TOOL,
        "Producer": TOOL,
        "CreationDate": moment,
        "ModDate": moment,
    }


def xmp(about: Description) -> bytes:
    """The XMP packet, UTF-8; only properties of schemas that PDF/A-1 knows."""
    moment = about.made_at.isoformat(timespec="seconds")
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{about.part}</pdfaid:part><pdfaid:conformance>{about.conformance}</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(about.title)}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{escape(about.language)}</rdf:li></rdf:Bag></dc:language>
<dc:identifier>urn:uuid:{about.document_id}</dc:identifier>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{TOOL}</xmp:CreatorTool>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{TOOL}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()


def _pdf_date(moment: datetime) -> str:
    zone = moment.strftime("%z")
    return f"D:{moment:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'"
