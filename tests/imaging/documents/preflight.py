"""Apache PDFBox Preflight, an independent judge of PDF/A-1b, where Java and Debian's jars are installed."""

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

JARS = Path("/usr/share/java")
NEEDED = (
    "preflight",
    "pdfbox2",
    "fontbox2",
    "xmpbox",
    "commons-logging",
    "commons-io",
    "javax.activation",
    "jaxb-api",
)
PACKAGES = "default-jre-headless libpdfbox2-java libactivation-java libjaxb-api-java"


def missing() -> str | None:
    """Why Preflight cannot run here; none where it can."""
    lacking = [name for name in NEEDED if not (JARS / f"{name}.jar").exists()]
    if shutil.which("java") is None or lacking:
        return f"Preflight needs Java and jars of Debian ({', '.join(lacking)}): apt-get install {PACKAGES}"
    return None


def complaints(folder: Path) -> dict[str, list[str]]:
    """What Preflight finds wrong in each PDF of a folder, by its name; an empty list for PDF/A-1b."""
    classes = ":".join(str(JARS / f"{name}.jar") for name in NEEDED)
    report = folder.with_name(folder.name + ".preflight.xml")
    subprocess.run(
        [
            *("java", "-XX:TieredStopAtLevel=1", f"-Dpdfbox.fontcache={folder.parent}", "-cp", classes),
            *("org.apache.pdfbox.preflight.Validator_A1b", "xml", "group", str(folder)),
        ],
        capture_output=True, timeout=240, check=False,
    )  # fmt: skip
    judged = ET.parse(report).getroot()
    return {str(one.get("name")): _complaints(one) for one in judged.iter("preflight")}


def _complaints(judged: ET.Element) -> list[str]:
    if judged.findtext("isValid") == "true":
        return []
    found = [f"{one.findtext('code')}: {one.findtext('details')}" for one in judged.iter("error")]
    return found or [f"not valid: {judged.findtext('isValid')}"]
