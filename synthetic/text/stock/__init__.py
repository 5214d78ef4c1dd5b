"""Word stocks as data files, and their loading."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent


@cache
def stock(file: str) -> dict[str, Any]:
    """The contents of a YAML file of this folder."""
    loaded: dict[str, Any] = yaml.safe_load((HERE / file).read_text(encoding="utf-8"))
    return loaded


def rows(file: str) -> list[dict[str, str]]:
    """The rows of a CSV file of this folder, by column name."""
    with (HERE / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
