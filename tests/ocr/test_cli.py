"""`tangthu recognise` as a process of its own: JSON on standard output, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from bench.drawn_forms import draw_declaration

COMMAND = "import typer; from services.ocr.cli import recognise; typer.run(recognise)"


def run(*arguments: str | Path) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, one object per line of standard output, and standard error."""
    command = [sys.executable, "-c", COMMAND, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_pages_lines_and_refusals(tmp_path: Path, printed: list[Path]) -> None:
    """One object per page of every file; a damaged file is answered too and makes the exit code 1."""
    first = Image.fromarray(draw_declaration(1, printed, printed).image)
    second = Image.fromarray(draw_declaration(4, printed, printed).image)
    both, bad = tmp_path / "hai trang.tiff", tmp_path / "hỏng.jpg"
    first.save(both, save_all=True, append_images=[second], dpi=(200, 200))
    bad.write_bytes(b"\xff\xd8\xff\xe0 cut")
    code, answers, _ = run(both, bad, "--json")
    assert code == 1
    assert [(Path(one["file"]).name, one["page"]) for one in answers] == [
        ("hai trang.tiff", 1),
        ("hai trang.tiff", 2),
        ("hỏng.jpg", 1),
    ]
    page = answers[0]
    assert {"file", "page", "form", "edition", "text", "confidence", "fields"} <= page.keys()
    assert page["fields"].keys() >= {"full_name"}
    for field in page["fields"].values():
        assert {"text", "value", "confidence", "box"} <= field.keys()
    assert {"error", "detail"} <= answers[2].keys()


def test_lines(tmp_path: Path, printed: list[Path]) -> None:
    """With --line only file, text and confidence, and exit code 0."""
    line = tmp_path / "line.png"
    Image.fromarray(draw_declaration(4, printed, printed, faults=False).image[60:230]).save(line)
    code, (answer,), _ = run("--line", line)
    assert code == 0
    assert answer.keys() == {"file", "text", "confidence"}
    assert answer["text"]


def test_a_refused_pack(tmp_path: Path) -> None:
    """No pack, no guessing: exit code 2 and a reason in both languages on standard error."""
    Image.new("L", (40, 40)).save(tmp_path / "a.png")
    code, answers, complaint = run(tmp_path / "a.png", "--model", tmp_path)
    assert (code, answers) == (2, [])
    assert "manifest.json" in complaint


def test_the_module_imports_nothing_heavy() -> None:
    """`tangthu --help` must not wait for the recogniser's packages."""
    probe = "import sys, services.ocr.cli; print([m for m in ('cv2', 'numpy', 'paddleocr', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
