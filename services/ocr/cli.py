"""`tangthu recognise`: reads images without any server and prints JSON, one object per page and line."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

Files = Annotated[list[Path], typer.Argument(help="Ảnh JPEG, PNG, TIFF · images")]
AsLine = Annotated[bool, typer.Option("--line", help="Mỗi ảnh là một dòng chữ · each image is one line")]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON, luôn như vậy · print JSON, as always")]
Model = Annotated[Path | None, typer.Option(help="Thư mục bộ mô hình đọc chữ · model pack folder")]


def recognise(files: Files, line: AsLine = False, as_json: AsJson = False, model: Model = None) -> None:
    """Đọc chữ và các trường thông tin trên ảnh, không cần máy chủ. Read text and fields; prints JSON."""
    with _json_only() as out:
        from services.ocr import offline  # noqa: PLC0415 - seconds of imports that `tangthu --help` must not pay

        try:
            reader = offline.reader(model)
        except offline.PackRefused as error:
            typer.echo(f"Bộ mô hình đọc chữ không dùng được (model pack refused): {error}", err=True)
            raise typer.Exit(2) from error
        failed = False
        for file in files:
            for answer in offline.answers(reader, file, line=line):
                failed |= "error" in answer
                out.write(json.dumps(answer, ensure_ascii=False) + "\n")
                out.flush()
    if failed:
        raise typer.Exit(1)


Sample = Annotated[Path, typer.Argument(help="Ảnh một tờ mẫu, trống hoặc đã điền · one sample")]
Marks = Annotated[list[str] | None, typer.Option("--mark", help="trường=nhãn in · field=printed label")]
Out = Annotated[Path | None, typer.Option(help="Tệp YAML trong forms/ · YAML file")]


def form(
    sample: Sample, form: str, edition: str, kind: str = "identity", mark: Marks = None, out: Out = None
) -> None:
    """Lập mô tả một mẫu giấy mới từ một tờ mẫu. Describe a new form edition from one sample, as YAML."""
    with _json_only() as printed:
        from services.ocr import offline  # noqa: PLC0415 - as above

        try:
            marks = dict(pair.split("=", 1) for pair in mark or [])
            text = offline.described(sample, form=form, edition=edition, kind=kind, marks=marks)
        except (ValueError, offline.PackRefused, offline.ImageRefused, offline.SampleRefused) as error:
            typer.echo(f"Không lập được mô tả mẫu (no edition described): {error}", err=True)
            raise typer.Exit(2) from error
        if out is None:
            printed.write(text)
        else:
            out.write_text(text, "utf-8")


@contextmanager
def _json_only() -> Iterator[TextIO]:
    """Standard output for JSON alone: whatever libraries print goes to standard error instead."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(kept), "w", encoding="utf-8") as out:
            yield out
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
