"""Fine-tunes a pack on settled fields, measures it on frozen ones, promotes it only if it reads better."""

# mypy: disable-error-code="misc, untyped-decorator"
# torch is untyped where it is not installed.

import copy
import hashlib
import json
import math
import random
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from torch import nn

from services.ocr.engine.pack import MANIFEST
from training import weights
from training.charset import decode
from training.corrections import Correction, CorrectionsRefused
from training.evaluate import lines, strata
from training.export import build
from training.faces import Kind, training_faces
from training.model import Reader
from training.promotion import next_version, promote
from training.replay import altered
from training.samples import Batch, batched, pool
from training.scoring import Score
from training.train import ctc_loss, scaled

FEWEST = 10
"""Samples to learn from at least: fewer say nothing about a hand."""
KINDS: tuple[Kind, ...] = ("print", "typewriter", "hand")


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn; the defaults were measured with `bench.learning`."""

    epochs: int = 24
    fewest_steps: int = 100
    most_steps: int = 500
    batch: int = 16
    rehearsal: int = 10
    """Drawn lines beside the corrected ones in each step: without them what was known fades."""
    rate: float = 1.5e-4
    averaging: float = 0.95
    seed: int = 1
    guard_lines: int = 60
    """Drawn lines of each kind of writing, on which the pack must not read worse than before."""
    tolerance: float = 0.003
    """Character error by which those may get worse."""
    report_lines: int = 100
    calibration_lines: int = 400


@dataclass(frozen=True)
class Outcome:
    """What came of it; error rates are of characters."""

    promoted: bool
    reason: str
    before: float
    after: float
    guard_before: float
    guard_after: float
    learned: int
    frozen: int
    writers: int
    version: str = ""


def improve(
    pack: Path,
    learned: Sequence[Correction],
    frozen: Sequence[Correction],
    key: Ed25519PrivateKey,
    keys: Path | None,
    *,
    skipped: dict[str, int] | None = None,
    plan: Plan = Plan(),
) -> Outcome:
    """Fine-tune, measure, and promote where it helps; the pack in place changes in one move or not at all.

    Raises CorrectionsRefused for too few samples, PackRefused where the new pack does not pass the checks.
    """
    if len(learned) < FEWEST or not frozen:
        raise CorrectionsRefused(f"{len(learned)} samples to learn from, {len(frozen)} to measure on")
    old = weights.load(pack / weights.WEIGHTS)
    new = fine_tuned(old, learned, plan)
    outcome = Outcome(
        promoted=False,
        reason="",
        before=error_rate(old, frozen),
        after=error_rate(new, frozen),
        guard_before=guard(old, plan),
        guard_after=guard(new, plan),
        learned=len(learned),
        frozen=len(frozen),
        writers=len({one.writer for one in learned}),
    )
    if outcome.after >= outcome.before:
        return _ended(outcome, promoted=False, reason="not better on the frozen samples")
    if outcome.guard_after > outcome.guard_before + plan.tolerance:
        return _ended(outcome, promoted=False, reason="worse on drawn lines")
    version = next_version(pack)
    with tempfile.TemporaryDirectory(dir=pack.parent, prefix=".candidate-") as folder:
        candidate = Path(folder) / pack.name
        about = _about(pack, version, outcome, learned, skipped or {}, plan)
        build(new, candidate, about, plan.report_lines, key, plan.calibration_lines)
        promote(candidate, pack, keys)
    return _ended(outcome, promoted=True, reason="better on the frozen samples", version=version)


def _ended(outcome: Outcome, **changes: Any) -> Outcome:
    return Outcome(**(asdict(outcome) | changes))


def fine_tuned(old: Reader, learned: Sequence[Correction], plan: Plan) -> Reader:
    """A copy of the network after some epochs over the samples, drawn lines mixed in; averaged over steps."""
    torch.manual_seed(plan.seed)
    rng = random.Random(plan.seed)
    reader, average = copy.deepcopy(old), copy.deepcopy(old)
    optimiser = torch.optim.AdamW(reader.parameters(), lr=plan.rate, weight_decay=0.01, fused=True)
    steps = max(plan.fewest_steps, min(plan.most_steps, plan.epochs * len(learned) // plan.batch))
    faces, device = training_faces(), torch.device("cpu")
    for step in range(steps):
        share = step / steps
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * min(1.0, (step + 1) / 20) * 0.5 * (1.02 + math.cos(math.pi * share))
        reader.train()
        for norm in reader.modules():
            if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
                norm.eval()  # a few hands' statistics must not replace those of all
        optimiser.zero_grad(set_to_none=True)
        picked = [rng.choice(learned) for _ in range(plan.batch)]
        ctc_loss(reader, _shown(picked, rng), device).backward()
        for drawn in pool(plan.seed + 7000, step + 1000, faces, size=plan.rehearsal):
            loss = ctc_loss(reader, drawn, device) * (len(drawn.texts) / plan.rehearsal)
            loss.backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 4.0)
        optimiser.step()
        keep = min(plan.averaging, (1 + step) / (10 + step))
        with torch.no_grad():
            for held, latest in zip(average.parameters(), reader.parameters(), strict=True):
                held.lerp_(latest, 1 - keep)
    return average.eval()


def _shown(picked: list[Correction], rng: random.Random) -> Batch:
    picked.sort(key=lambda one: one.image.shape[1])
    return altered(batched([(one.image, one.text) for one in picked]), rng)


@torch.no_grad()
def error_rate(reader: Reader, samples: Sequence[Correction]) -> float:
    """Share of characters read wrong on samples."""
    score = Score()
    for one in samples:
        score.add(one.text, _read(reader, batched([(one.image, one.text)])))
    return score.characters


@torch.no_grad()
def guard(reader: Reader, plan: Plan) -> float:
    """Share of characters read wrong on drawn lines of all kinds, with faces never trained on."""
    score, plain = Score(), strata()["print"]
    for kind in KINDS:
        for image, text in lines(kind, plain.wording, calm=True, count=plan.guard_lines, seed=plan.seed + 50):
            score.add(text, _read(reader, batched([(image, text)])))
    return score.characters


def _read(reader: Reader, batch: Batch) -> str:
    return decode(reader(scaled(batch, torch.device("cpu"))).argmax(2)[0].tolist())


def _about(
    pack: Path,
    version: str,
    outcome: Outcome,
    learned: Sequence[Correction],
    skipped: dict[str, int],
    plan: Plan,
) -> dict[str, Any]:
    """What the new manifest says of itself: the pack it came from, and what was learned, as digests only."""
    before = (pack / MANIFEST).read_bytes()
    manifest = json.loads(before)
    figures = ("before", "after", "guard_before", "guard_after")
    digests = sorted(one.digest for one in learned)
    step = {
        "from": f"{manifest['name']}@{manifest['version']}",
        "from_manifest_sha256": hashlib.sha256(before).hexdigest(),
        "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "samples": len(learned),
        "samples_sha256": hashlib.sha256("\n".join(digests).encode()).hexdigest(),
        "writers": outcome.writers,
        "frozen": outcome.frozen,
        "skipped": skipped,
        "figures": {name: round(asdict(outcome)[name], 5) for name in figures},
        "plan": asdict(plan),
    }
    data = manifest["data"] | {"improvements": [*manifest["data"].get("improvements", []), step]}
    return {"name": manifest["name"], "version": version, "data": data, "curve": manifest["curve"]}
