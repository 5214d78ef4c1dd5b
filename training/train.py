"""`python -m training.train`: train the reader on drawn lines, resuming where the last run ended."""

# mypy: disable-error-code="misc, untyped-decorator"
# torch is untyped where it is not installed.

import argparse
import copy
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.charset import decode, encode
from training.evaluate import lines
from training.faces import held_out_faces
from training.feed import Feed
from training.model import STRIDE, Reader
from training.replay import replayed
from training.samples import Batch, batched
from training.scoring import Score
from training.wording import line

CHECKPOINTS = Path(__file__).resolve().parent.parent / ".cache" / "training"
AVERAGING = 0.999
"""Share kept of the averaged weights at each step; they read better than the latest ones."""
CHECK_EVERY = 300.0
"""Seconds of training between checkpoints and measurements."""


@dataclass
class Progress:
    """How far training has come."""

    pool: int = 0
    steps: int = 0
    lines: int = 0
    seconds: float = 0.0


@dataclass
class Options:
    """What a run is asked to do."""

    minutes: float = 62.0
    rate: float = 1.5e-3
    floor: float = 0.01
    workers: int = 2
    threads: int = 1
    seed: int = 20
    checkpoint: Path = CHECKPOINTS / "reader.pt"
    device: str = "cpu"


class Trainer:
    """The network, its average, its optimiser and its progress, saved and resumed together."""

    def __init__(self, options: Options) -> None:
        """Resume from the checkpoint when there is one."""
        torch.manual_seed(options.seed)
        self.options = options
        self.device = torch.device(options.device)
        self.reader = Reader().to(self.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.reader).eval()
        self.optimiser = torch.optim.AdamW(
            self.reader.parameters(), lr=options.rate, weight_decay=0.02, fused=True
        )
        self.progress = Progress()
        self.curve: list[dict[str, float]] = []
        self.origin: dict[str, Any] = {}
        if options.checkpoint.exists():
            self._resume(torch.load(options.checkpoint, map_location=self.device, weights_only=True))

    def run(self) -> None:
        """Train until the planned minutes are used, counting those of earlier runs."""
        budget = self.options.minutes * 60
        feed = Feed(self.options.seed, self.progress.pool, self.options.workers)
        checked = self.progress.seconds
        started, before = time.monotonic(), self.progress.seconds
        try:
            for pool in replayed(feed.pools(), self.options.seed, self.progress.pool):
                total = sum(self._step(batch, self._rate(budget)) for batch in pool) / len(pool)
                self.progress.pool += 1
                self.progress.seconds = before + time.monotonic() - started
                over = self.progress.seconds >= budget
                if self.progress.pool % 10 == 0:
                    print(f"{json.dumps(asdict(self.progress))} loss {total:.3f}", flush=True)
                if over or self.progress.seconds - checked >= CHECK_EVERY:
                    checked = self.progress.seconds
                    self.check(total)
                if over:
                    return
        finally:
            feed.stop()

    def check(self, loss: float) -> None:
        """Measure on held-out faces, add to the curve, save."""
        point = {"minutes": self.progress.seconds / 60, "lines": self.progress.lines, "loss": loss} | measure(
            self.average
        )
        self.curve.append({name: round(number, 4) for name, number in point.items()})
        print(json.dumps(self.curve[-1]), flush=True)
        self.save(self.options.checkpoint)

    def save(self, path: Path) -> None:
        """Write the checkpoint under another name first: a cut run leaves the last one whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        passing = path.with_suffix(".part")
        torch.save(
            {
                "reader": self.reader.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "progress": asdict(self.progress),
                "curve": self.curve,
                "origin": self.origin,
            },
            passing,
        )
        passing.replace(path)

    def _resume(self, saved: dict[str, Any]) -> None:
        self.reader.load_state_dict(saved["reader"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.progress = Progress(**saved["progress"])
        self.curve = saved["curve"]
        self.origin = saved.get("origin", {})

    def _rate(self, budget: float) -> float:
        """Learning rate: a warm-up over 300 steps, then a cosine over the planned time."""
        done = min(1.0, self.progress.seconds / budget)
        cosine = self.options.floor + (1 - self.options.floor) * 0.5 * (1 + math.cos(math.pi * done))
        return self.options.rate * cosine * min(1.0, (self.progress.steps + 1) / 300)

    def _step(self, batch: Batch, rate: float) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.reader.train()
        loss = ctc_loss(self.reader, batch, self.device)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.reader.parameters(), 4.0)
        self.optimiser.step()
        self.progress.steps += 1
        self.progress.lines += len(batch.texts)
        self._follow()
        return float(loss.detach())

    @torch.no_grad()
    def _follow(self) -> None:
        """Move the average towards the latest weights."""
        keep = min(AVERAGING, (1 + self.progress.steps) / (10 + self.progress.steps))
        held, latest = list(self.average.state_dict().values()), list(self.reader.state_dict().values())
        moving = [index for index, one in enumerate(held) if one.dtype.is_floating_point]
        torch._foreach_lerp_([held[i] for i in moving], [latest[i] for i in moving], 1 - keep)


def ctc_loss(reader: Reader, batch: Batch, device: torch.device) -> Tensor:
    """Connectionist temporal classification loss of a batch; padding columns are no frames of a line."""
    scores = reader(scaled(batch, device)).float()
    targets = torch.tensor([number for text in batch.texts for number in encode(text)], dtype=torch.long)
    lengths = torch.tensor([len(text) for text in batch.texts])
    frames = torch.tensor([min(scores.shape[1], -(-width // STRIDE) + 1) for width in batch.widths])
    logs = scores.log_softmax(2).transpose(0, 1)
    loss: Tensor = nn.functional.ctc_loss(logs, targets.to(device), frames, lengths, zero_infinity=True)
    return loss


def scaled(batch: Batch, device: torch.device) -> Tensor:
    """The batch as the network wants it: (lines, 1, 32, width), -1…1."""
    images = torch.from_numpy(batch.images).to(device).float().div_(127.5).sub_(1.0)
    return images.unsqueeze(1).to(memory_format=torch.channels_last)


@torch.no_grad()
def measure(reader: Reader, count: int = 60, seed: int = 7) -> dict[str, float]:
    """Character error on lines drawn with held-out faces: print, typewriter and hand apart."""
    reader.eval()
    device = next(reader.parameters()).device
    found: dict[str, float] = {}
    for kind in held_out_faces():
        score = Score()
        for image, text in lines(kind, line, calm=False, count=count, seed=seed):
            classes = reader(scaled(batched([(image, text)]), device)).argmax(2)[0].tolist()
            score.add(text, decode(classes))
        found[f"cer_{kind}"] = score.characters
        found[f"whole_{kind}"] = score.whole
    return found


def options() -> Options:
    """The command's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    plain = Options()
    for name in ("minutes", "rate", "floor", "workers", "threads", "seed", "checkpoint", "device"):
        default = getattr(plain, name)
        parser.add_argument(
            f"--{name}", type=type(default) if name != "checkpoint" else Path, default=default
        )
    return Options(**vars(parser.parse_args()))


def main() -> None:
    """Train as the command line asks."""
    asked = options()
    torch.set_num_threads(asked.threads)
    Trainer(asked).run()


if __name__ == "__main__":
    main()
