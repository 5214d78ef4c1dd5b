"""`tangthu enhance --rebuild`: derivatives made again from master and recipe, compared bit for bit."""

import glob
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import typer

from services.imaging.domain import RECIPE_VERSION, RecipeFile
from services.imaging.recipes import RECIPE_SUFFIX, derivatives_of, file_sha256, read_recipe
from services.imaging.sandbox.runner import Sandbox
from services.imaging.steps.versions import versions


def rebuild_all(paths: Iterable[Path], workers: int) -> int:
    """Rebuild every recipe found; 0 where all bits agree, 1 where any differ, 2 where there is no recipe."""
    recipes = list(_recipes(paths))
    if not recipes:
        typer.echo("Không có công thức / no recipe found", err=True)
        return 2
    with Sandbox() as sandbox, ThreadPoolExecutor(workers) as pool:
        faults = list(pool.map(lambda path: check_recipe(sandbox, path), recipes))
    for path, found in zip(recipes, faults, strict=True):
        typer.echo(f"{path}: {'; '.join(found) if found else 'giống từng bit / identical'}")
    different = sum(map(bool, faults))
    typer.echo(f"{len(recipes) - different}/{len(recipes)} trang giống từng bit / pages identical", err=True)
    return 1 if different else 0


def check_recipe(sandbox: Sandbox, path: Path) -> list[str]:
    """What differs when the derivatives of one recipe file are made again; empty where nothing does."""
    try:
        file = read_recipe(path)
    except ValueError as error:
        return [f"công thức hỏng / broken recipe ({type(error).__name__})"]
    master = path.parent / file.master
    if not master.is_file():
        return [f"không còn ảnh gốc / master is gone: {file.master}"]
    if file_sha256(master) != file.master_sha256:
        return ["ảnh gốc đã bị thay đổi / master has changed"]
    found = [*_remade(sandbox, master, file), *_on_disk(path, file)]
    return [*found, *_other_software(file)] if found else []


def _remade(sandbox: Sandbox, master: Path, file: RecipeFile) -> Iterator[str]:
    """The derivatives that come out otherwise than they did."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = sandbox.follow(master, Path(folder), file.recipe, page_no=file.page_no, claim=master.name)
        if outcome.refused is not None:
            yield f"không dựng lại được / cannot be rebuilt: {outcome.refused} {outcome.detail}"
            return
        made = {kind: file_sha256(Path(folder) / name) for kind, name in derivatives_of(outcome).items()}
    for kind in sorted(made.keys() | file.derivatives.keys()):
        if made.get(kind) != file.derivatives.get(kind):
            yield f"{kind} dựng lại khác / rebuilt otherwise"


def _on_disk(path: Path, file: RecipeFile) -> Iterator[str]:
    """The derivatives beside the recipe whose bytes are no longer those that were made."""
    stem = path.name.removesuffix(RECIPE_SUFFIX)
    for kind, sha256 in file.derivatives.items():
        for lying in path.parent.glob(f"{glob.escape(stem)}.{kind}.*"):
            if file_sha256(lying) != sha256:
                yield f"{lying.name} đã bị thay đổi / has changed"


def _other_software(file: RecipeFile) -> Iterator[str]:
    """Why bits may differ: the recipe was followed by other versions."""
    now = versions() | {"recipe": RECIPE_VERSION}
    then = file.recipe.software | {"recipe": file.recipe.version}
    for name in sorted(then):
        if now.get(name) != then[name]:
            yield f"{name} {then[name]} → {now.get(name)}"


def _recipes(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob(f"*{RECIPE_SUFFIX}"))
        elif path.is_file():
            yield path
