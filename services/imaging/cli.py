"""`tangthu enhance`: straightens, measures and judges scans on this machine, without any server."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.imaging.recipes import RECIPE_SUFFIX, derivatives_of, file_sha256, write_recipe

if TYPE_CHECKING:
    from services.imaging.domain import PageOutcome
    from services.imaging.sandbox.runner import Sandbox

WORKERS = 2


def enhance(
    files: Annotated[list[Path], typer.Argument(help="Ảnh, PDF, TIFF hoặc thư mục / scans or folders")],
    out: Annotated[Path | None, typer.Option(help="Thư mục kết quả / where results go")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Một đối tượng JSON mỗi trang / one JSON object per page")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Số tiến trình / files at the same time")] = WORKERS,
    profile: Annotated[str, typer.Option(help="Loại hồ sơ, giấy tờ / document class")] = "default",
    paper: Annotated[
        list[str] | None, typer.Option(help="Khổ giấy đã khảo sát, ví dụ A4 / surveyed paper size")
    ] = None,
    duplex: Annotated[bool, typer.Option("--duplex", help="Quét hai mặt / both sides scanned")] = False,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help="Dựng lại từ công thức và so từng bit / make again from recipes, compare"
        ),
    ] = False,
) -> None:
    """Xoay thẳng, cắt lề, đo chất lượng ảnh quét (không cần máy chủ). / Straighten, crop and judge scans.

    Với --rebuild: FILES là công thức hoặc thư mục kết quả. / With --rebuild: recipes or result folders.
    """
    if rebuild:
        from services.imaging.rebuild import rebuild_all  # noqa: PLC0415 - keeps `tangthu --help` instant

        raise typer.Exit(rebuild_all(files, workers))
    _check(files, out, profile, paper or [])
    assert out is not None
    raise typer.Exit(
        _enhance_all(list(expand(files)), out, _Wish(profile, tuple(paper or ()), duplex, as_json), workers)
    )


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for on the command line."""

    profile: str
    papers: tuple[str, ...]
    duplex: bool
    as_json: bool


def _check(files: list[Path], out: Path | None, profile: str, papers: list[str]) -> None:
    from services.imaging.profiles import paper_sizes, profile_names  # noqa: PLC0415

    missing = [path for path in files if not path.exists()]
    unknown = [name for name in papers if name not in paper_sizes()]
    if missing or not list(expand(files)):
        raise _wrong(f"Không có tệp / no such file: {', '.join(map(str, missing or files))}")
    if out is None:
        raise _wrong("Thiếu --out / --out is missing")
    if profile not in profile_names():
        raise _wrong(f"--profile: {', '.join(profile_names())}")
    if unknown:
        raise _wrong(f"--paper: {', '.join(paper_sizes())}")


def _wrong(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(2)


def _enhance_all(sources: list[Path], out: Path, wish: _Wish, workers: int) -> int:
    """Enhance every file; the exit code: 0 where at least one page could be archived."""
    from services.imaging.sandbox.runner import Sandbox  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    accepted = 0
    pages: list[tuple[str, PageOutcome]] = []
    with Sandbox() as sandbox, ThreadPoolExecutor(workers) as pool:
        names = _distinct_names(sources)
        jobs = [
            pool.submit(_enhance_one, sandbox, path, out, name, wish)
            for path, name in zip(sources, names, strict=True)
        ]
        for number, (path, job) in enumerate(zip(sources, jobs, strict=True), 1):
            done = job.result()
            rows = [row for _outcome, row in done]
            accepted += any("refused" not in row for row in rows)
            pages += [(f"{path} trang {outcome.page_no}", outcome) for outcome, _row in done]
            typer.echo(f"[{number}/{len(sources)}] {path.name}: {_summary(rows)}", err=True)
            for row in rows:
                sys.stdout.write(
                    json.dumps(row, ensure_ascii=False) + "\n" if wish.as_json else _sentence(row)
                )
            sys.stdout.flush()
    _tell_of_the_batch(pages, wish)
    return 0 if accepted else 1


def _tell_of_the_batch(pages: "list[tuple[str, PageOutcome]]", wish: _Wish) -> None:
    """What only the pages together show: a sheet scanned twice, a missing side."""
    from services.imaging.profiles import load_profile  # noqa: PLC0415
    from services.imaging.steps.judge_batch import Trace, judge_batch  # noqa: PLC0415

    traces = [
        # A refused page is a side of paper too, and is scanned again.
        Trace(name, outcome.content, outcome.fingerprint)
        for name, outcome in pages
    ]
    for fault in judge_batch(traces, load_profile(wish.profile), duplex=wish.duplex or None):
        where = " = ".join(filter(None, (fault.name, fault.other)))
        if wish.as_json:
            row = {
                "batch": True,
                "page": fault.name,
                "like": fault.other,
                **fault.defect.model_dump(mode="json"),
            }
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        else:
            measured = f"{fault.defect.code} {fault.defect.measure} > {fault.defect.threshold}"
            sys.stdout.write(f"LÔ {fault.defect.verdict} · {measured} · {where}\n    {fault.defect.advice}\n")


def _enhance_one(
    sandbox: "Sandbox", path: Path, out: Path, name: str, wish: _Wish
) -> "list[tuple[PageOutcome, dict[str, Any]]]":
    with tempfile.TemporaryDirectory(dir=out, prefix=".work-") as folder:
        outcomes = sandbox.process(
            path, Path(folder), claim=path.name, profile=wish.profile, papers=wish.papers
        )
        sha256 = file_sha256(path)
        return [(outcome, _row(path, sha256, outcome, Path(folder), out, name)) for outcome in outcomes]


def _row(
    path: Path, sha256: str, outcome: "PageOutcome", folder: Path, out: Path, name: str
) -> dict[str, Any]:
    """The JSON object of one page; its images are moved out of the work folder."""
    row: dict[str, Any] = {"file": str(path), "page": outcome.page_no, "page_count": outcome.page_count}
    if outcome.refused is not None or outcome.recipe is None:
        return {**row, "refused": outcome.refused, "detail": outcome.detail}
    stem = name if outcome.page_count == 1 else f"{name}-{outcome.page_no:04d}"
    images = {
        kind: _move(folder / made, out / f"{stem}.{kind}{Path(made).suffix}")
        for kind, made in derivatives_of(outcome).items()
    }
    recipe = write_recipe(out / f"{stem}{RECIPE_SUFFIX}", path, sha256, outcome, images)
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
        **{kind: images.get(kind) for kind in ("access", "thumbnail", "reading")},
        **{kind: path for kind, path in images.items() if kind == "bitonal"},
        "recipe": str(recipe),
        "crop": outcome.recipe.crop.model_dump(),
        "measures": outcome.measures.model_dump(),
        "milliseconds": outcome.milliseconds,
    }


def _move(source: Path, target: Path) -> str:
    shutil.move(source, target)
    return str(target)


def expand(paths: Iterable[Path]) -> Iterator[Path]:
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
    faults = (
        f"    {advice['code']} ({advice['verdict']}): {advice['measure']}, ngưỡng {advice['threshold']}. "
        f"{advice['advice']}\n"
        for advice in row["advice"]
    )
    return "".join([first, *faults])
