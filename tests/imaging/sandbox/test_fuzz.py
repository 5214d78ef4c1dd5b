"""Damaged files of every kind: each gets a typed verdict, and the service's fork server survives them all."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.vocabulary import RefusalReason
from services.imaging.sandbox.runner import Sandbox
from synthetic import files
from tests.imaging.scans import scanned

VARIANTS = 12
MEMORY_BYTES = 1 << 30


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The file cut short, with flipped bits, or with a run of other bytes."""
    way = rng.randrange(3)
    if way == 0:
        return data[: rng.randrange(1, len(data))]
    changed = bytearray(data)
    if way == 1:
        # Headers are where parsers go wrong: half of the flips hit the first kilobyte.
        for _flip in range(rng.randrange(1, 60)):
            at = rng.randrange(min(1024, len(changed))) if rng.random() < 0.5 else rng.randrange(len(changed))
            changed[at] ^= 1 << rng.randrange(8)
        return bytes(changed)
    at, length = rng.randrange(len(changed)), rng.randrange(1, 400)
    changed[at : at + length] = rng.randbytes(length)
    return bytes(changed)


@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "pdf"])
def test_damaged_files_get_typed_verdicts(sandbox: Sandbox, tmp_path: Path, kind: str) -> None:
    """Cut, flipped and overwritten files: pages or a reason for each, no restart, no more than 1 GiB."""
    sound = {
        "jpg": lambda: files.jpeg(scanned("form", dpi=100)),
        "png": lambda: files.png(scanned("back", dpi=100)),
        "tif": lambda: files.tiff([scanned("form", dpi=100), scanned("back", dpi=100)]),
        "pdf": lambda: files.pdf([scanned("form", dpi=100), scanned("back", dpi=100)]),
    }[kind]()
    rng = random.Random(f"damage {kind}")
    sandbox.start()
    server = sandbox.server_pid

    def judge(number: int) -> list[RefusalReason | None]:
        source, made = tmp_path / f"{number}.{kind}", tmp_path / f"{number}"
        made.mkdir()
        source.write_bytes(variants[number])
        return [outcome.refused for outcome in sandbox.process(source, made, claim=source.name)]

    variants = [damaged(sound, rng) for _variant in range(VARIANTS)]
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(judge, range(VARIANTS)))

    assert all(verdicts)
    assert RefusalReason.PARSER_CRASH not in {reason for found in verdicts for reason in found}
    assert sandbox.server_pid == server
    assert sandbox.peak_bytes <= MEMORY_BYTES
