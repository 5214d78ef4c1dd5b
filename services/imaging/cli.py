"""`tangthu enhance`: straightens, measures and judges scans on this machine, without any server."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from services.imaging.domain import PageOutcome
    from services.imaging.sandbox.runner import Sandbox

WORKERS = 2


def enhance(
    files: Annotated[list[Path], typer.Argument(help="Ảnh, PDF, TIFF hoặc thư mục / scans or folders")],
    out: Annotated[Path, typer.Option(help="Thư mục kết quả / where results go")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Một đối tượng JSON mỗi trang / one JSON object per page")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Số tiến trình / files at the same time")] = WORKERS,
) -> None:
    """Xoay thẳng, cắt lề, đo chất lượng ảnh quét (không cần máy chủ). / Straighten, crop and judge scans."""
    from services.imaging.sandbox.runner import Sandbox  # noqa: PLC0415 - keeps `tangthu --help` instant

    sources = list(_expand(files))
    missing = [path for path in sources if not path.is_file()]
    if missing or not sources:
        typer.echo(f"Không có tệp / no such file: {', '.join(map(str, missing)) or files}", err=True)
        raise typer.Exit(2)
    out.mkdir(parents=True, exist_ok=True)
    accepted = 0
    with Sandbox() as sandbox, ThreadPoolExecutor(workers) as pool:
        names = _distinct_names(sources)
        jobs = (
            pool.submit(_enhance_one, sandbox, path, out, name)
            for path, name in zip(sources, names, strict=True)
        )
        for number, (path, job) in enumerate(zip(sources, list(jobs), strict=True), 1):
            rows = job.result()
            accepted += any("refused" not in row for row in rows)
            typer.echo(f"[{number}/{len(sources)}] {path.name}: {_summary(rows)}", err=True)
            for row in rows:
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n" if as_json else _sentence(row))
            sys.stdout.flush()
    raise typer.Exit(0 if accepted else 1)


def _enhance_one(sandbox: "Sandbox", path: Path, out: Path, name: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(dir=out, prefix=".work-") as folder:
        outcomes = sandbox.process(path, Path(folder), claim=path.name)
        return [_row(path, outcome, Path(folder), out, name) for outcome in outcomes]


def _row(path: Path, outcome: "PageOutcome", folder: Path, out: Path, name: str) -> dict[str, Any]:
    """The JSON object of one page; its images are moved out of the work folder."""
    row: dict[str, Any] = {"file": str(path), "page": outcome.page_no, "page_count": outcome.page_count}
    if outcome.refused is not None or outcome.recipe is None:
        return {**row, "refused": outcome.refused, "detail": outcome.detail}
    stem = name if outcome.page_count == 1 else f"{name}-{outcome.page_no:04d}"
    recipe = out / f"{stem}.recipe.json"
    recipe.write_text(outcome.recipe.model_dump_json(indent=1), encoding="utf-8")
    images = {
        kind: _move(folder / made, out / f"{stem}.{kind}.jpg") if made else None
        for kind, made in (
            ("access", outcome.access),
            ("thumbnail", outcome.thumbnail),
            ("reading", outcome.reading),
        )
    }
    return {
        **row,
        "content": outcome.content,
        "blank": outcome.content == "blank",
        "cover_reference": outcome.cover_reference,
        "rotation": outcome.recipe.rotation,
        "skew_degrees": outcome.recipe.skew_degrees,
        "verdict": outcome.verdict,
        "defects": [defect.code for defect in outcome.defects],
        "advice": [defect.model_dump(mode="json") for defect in outcome.defects],
        "width": outcome.width,
        "height": outcome.height,
        "dpi": outcome.dpi,
        **images,
        "recipe": str(recipe),
        "crop": outcome.recipe.crop.model_dump(),
        "measures": outcome.measures.model_dump(),
        "milliseconds": outcome.milliseconds,
    }


def _move(source: Path, target: Path) -> str:
    shutil.move(source, target)
    return str(target)


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as given; of folders every file below them, in order of name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                found for found in path.rglob("*") if found.is_file() and not found.name.startswith(".")
            )
        else:
            yield path


def _distinct_names(sources: list[Path]) -> list[str]:
    """A result name for each source: its stem, numbered where two files share one."""
    seen: dict[str, int] = {}
    names = []
    for path in sources:
        seen[path.stem] = seen.get(path.stem, 0) + 1
        names.append(path.stem if seen[path.stem] == 1 else f"{path.stem}~{seen[path.stem]}")
    return names


def _summary(rows: list[dict[str, Any]]) -> str:
    refused = [row for row in rows if "refused" in row]
    kinds = ", ".join(sorted({str(row["content"]) for row in rows if "content" in row}))
    text = f"{len(rows) - len(refused)} trang / pages ({kinds})" if len(rows) > len(refused) else ""
    return "; ".join(filter(None, [text, *(f"từ chối / refused: {row['refused']}" for row in refused[:3])]))


def _sentence(row: dict[str, Any]) -> str:
    if "refused" in row:
        return f"{row['file']} trang {row['page']}: TỪ CHỐI ({row['refused']}) {row['detail']}\n"
    first = (
        f"{row['file']} trang {row['page']}: {row['verdict']} · {row['content']} · xoay {row['rotation']}°, "
        f"lệch {row['skew_degrees']}° · {row['width']}×{row['height']} → {row['access']}\n"
    )
    return "".join([first, *(f"    {advice['advice']}\n" for advice in row["advice"])])
