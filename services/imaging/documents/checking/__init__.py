"""The built-in check of PDF/A-1b (ISO 19005-1:2005, TCVN 14159-1:2024), which stands before every seal.

It refuses what the standard forbids, and also what it does not know: a file of ours holds neither.
"""

from pathlib import Path

import pikepdf

from services.imaging.documents.checking.contents import check_contents
from services.imaging.documents.checking.findings import Finding, Findings
from services.imaging.documents.checking.fonts import check_fonts
from services.imaging.documents.checking.metadata import check_metadata
from services.imaging.documents.checking.objects import check_objects
from services.imaging.documents.checking.outputs import check_output_intent
from services.imaging.documents.checking.pages import check_pages
from services.imaging.documents.checking.structure import check_bytes, check_trailer


def find_violations(path: Path) -> tuple[Finding, ...]:
    """What keeps a file from being PDF/A-1b; empty for one that conforms. Never raises on a bad file."""
    findings = Findings()
    check_bytes(path, findings)
    try:
        with pikepdf.open(path, access_mode=pikepdf.AccessMode.mmap) as opened:
            _check(opened, findings)
    except pikepdf.PasswordError:
        findings.add("6.1.3", "encrypted", "a password is needed")
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError) as error:
        findings.add("6.1", "damaged", f"{type(error).__name__}: {error}")
    return findings.all()


def _check(opened: pikepdf.Pdf, findings: Findings) -> None:
    for warning in opened.get_warnings():
        findings.add("6.1", "damaged", str(warning))
    check_trailer(opened, findings)
    check_objects(opened, findings)
    check_metadata(opened, findings)
    forbidden = check_output_intent(opened, findings)
    check_pages(opened, forbidden, findings)
    check_contents(opened, forbidden, findings)
    check_fonts(opened, findings)
