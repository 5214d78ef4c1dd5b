"""Trains the network that tells a page's way up: `python -m training.orientation --out FILE.onnx`.

Squares of drawn pages (prose, labels with dotted leaders, tables, written values) in fonts that neither the
demonstration nor the tests use; every square is seen in all four positions.
"""

import argparse
import functools
import random
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from services.imaging.steps.find_ink import find_ink
from services.imaging.steps.pick_patches import PATCH_PX, pick_patches
from synthetic.text import labels, names, numbers, prose

FONTS = Path(__file__).resolve().parent.parent / ".cache" / "fonts" / "training"
REGION_PX = 512


def draw_region(seed: int) -> NDArray[np.float32]:
    """Squares of one drawn piece of a page, as imaging would see them upright."""
    rng, words = np.random.default_rng(seed), random.Random(seed)
    dpi = rng.uniform(62, 125)
    over = 2 if rng.random() < 0.5 else 1
    image = Image.new("L", (REGION_PX * over, REGION_PX * over), int(rng.integers(200, 256)))
    pen = ImageDraw.Draw(image)
    fonts = _fonts()
    _lines(pen, rng, words, dpi * over, fonts, image.size)
    if rng.random() < 0.3:
        _rules(pen, rng, image.size)
    pixels = np.asarray(image.resize((REGION_PX, REGION_PX), Image.Resampling.BOX) if over > 1 else image)
    return pick_patches(find_ink(_scanned(pixels, rng)).ink, most=20)


def _lines(
    pen: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    words: random.Random,
    dpi: float,
    fonts: list[Path],
    size: tuple[int, int],
) -> None:
    printed, written = (str(fonts[rng.integers(len(fonts))]) for _ in range(2))
    points = rng.uniform(8.5, 15)
    style = rng.choice(["prose", "form", "table", "written"], p=[0.4, 0.35, 0.15, 0.1])
    y = rng.uniform(-10, 10)
    step = points * dpi / 72 * rng.uniform(1.15, 2.3)
    tone = int(rng.integers(0, 110))
    value = _face(written, points * dpi / 72 * rng.uniform(1.0, 1.4))
    most = round(size[0] / (points * dpi / 72 * 0.35))
    while y < size[1]:
        text, path = _words(style, words, rng)[:most], printed if style != "written" else written
        face = _face(path, points * dpi / 72 * (1.25 if rng.random() < 0.08 else 1))
        x = rng.uniform(-30, 40) if style != "table" else rng.uniform(0, 30)
        pen.text((x, y), text, fill=tone, font=face)
        x += face.getlength(text)
        if style == "form":
            if rng.random() < 0.7:
                pen.text((x, y), "." * (most // 2), fill=tone, font=face)
            if rng.random() < 0.6:
                pen.text(
                    (x + 8, y + rng.uniform(-4, 2)),
                    _value(words, rng),
                    fill=int(rng.integers(0, 130)),
                    font=value,
                )
        elif style == "table":
            for column in np.arange(150, size[0], rng.uniform(90, 220)):
                pen.text((float(column), y), _value(words, rng), fill=tone, font=face)
        y += step


def _words(style: str, words: random.Random, rng: np.random.Generator) -> str:
    if style == "prose":
        text = prose.sentence(words) + " " + prose.sentence(words)
    elif style == "form":
        text = f"{rng.integers(1, 30)}. {words.choice(labels.LABELS)}:"
    elif style == "table":
        text = str(rng.integers(1, 9))
    else:
        text = names.name(words, sex="male", people="Kinh").full + ", " + prose.sentence(words)
    if style != "written" and rng.random() < 0.15:
        return text.upper()
    return text


def _value(words: random.Random, rng: np.random.Generator) -> str:
    chance = rng.random()
    if chance < 0.25:
        return f"{rng.integers(1, 32):02d}/{rng.integers(1, 13):02d}/{rng.integers(1930, 2021)}"
    if chance < 0.4:
        return numbers.citizen_number(words, sex="female", year=int(rng.integers(1940, 2005)))
    name = names.name(words, sex="female" if chance < 0.7 else "male", people="Kinh").full
    return name.upper() if rng.random() < 0.3 else name


@functools.cache
def _fonts() -> list[Path]:
    return sorted(FONTS.glob("*.ttf"))


@functools.lru_cache(maxsize=8)
def _face(path: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, max(6, round(size)), layout_engine=ImageFont.Layout.BASIC)


def _rules(pen: ImageDraw.ImageDraw, rng: np.random.Generator, size: tuple[int, int]) -> None:
    for _ in range(int(rng.integers(1, 8))):
        if rng.random() < 0.5:
            y = rng.uniform(0, size[1])
            pen.line((0, y, size[0], y), fill=60, width=1)
        else:
            x = rng.uniform(0, size[0])
            pen.line((x, 0, x, size[1]), fill=60, width=1)


def _scanned(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A little askew, blurred, noisy and compressed."""
    angle = float(np.clip(rng.normal(0, 2.5), -12, 12))
    matrix = cv2.getRotationMatrix2D((REGION_PX / 2, REGION_PX / 2), angle, float(rng.uniform(0.95, 1.05)))
    paper = int(np.median(pixels))
    laid = cv2.warpAffine(pixels, matrix, (REGION_PX, REGION_PX), borderValue=(paper,))
    if rng.random() < 0.5:
        laid = cv2.GaussianBlur(laid, (0, 0), float(rng.uniform(0.3, 0.9)))
    noisy = laid.astype(np.float32) * rng.uniform(0.5, 1.0) + rng.normal(0, rng.uniform(0, 6), laid.shape)
    clean = np.clip(noisy, 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", clean, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 95))])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def draw_all(count: int, seed: int, workers: int) -> NDArray[np.uint8]:
    """Squares of `count` regions, n × 64 × 64, 0 to 255."""
    cv2.setNumThreads(1)
    with ProcessPoolExecutor(workers) as pool:
        drawn = pool.map(draw_region, range(seed, seed + count), chunksize=20)
        return np.concatenate([np.clip(one * 255, 0, 255).astype(np.uint8) for one in drawn])


def train(squares: NDArray[np.uint8], epochs: int, out: Path) -> None:
    """Train on all but the last 4,000 squares and write the network to `out` after every epoch."""
    import torch  # noqa: PLC0415 - only needed here; drawing is tested without it
    from torch import nn  # noqa: PLC0415

    torch.manual_seed(1)
    torch.set_num_threads(1)  # so small a network loses more in waiting than a second thread gives
    started = time.monotonic()
    held_out = torch.from_numpy(squares[-4000:])
    training = torch.from_numpy(squares[:-4000])

    def block(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
        return [
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
        ]  # fmt: skip

    network = nn.Sequential(
        *block(1, 12, 2), *block(12, 24, 2), *block(24, 40, 2), *block(40, 48, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 4),
    )  # fmt: skip
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    batch = 256
    steps = epochs * (len(training) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=steps + 1)

    def turned(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Each image in one of four positions; the label is the clockwise turns that make it upright."""
        turns = torch.randint(0, 4, (len(images),))
        out = images.clone()
        for turn in range(1, 4):
            # rot90 turns counter-clockwise, so a clockwise turn by `turn` makes it upright again.
            out[turns == turn] = torch.rot90(images[turns == turn], turn, (1, 2))
        return out[:, None].float() / 255, turns

    def accuracy() -> float:
        network.eval()
        with torch.no_grad():
            images, turns = turned(held_out)
            right = (network(images).argmax(1) == turns).float().mean()
        network.train()
        return float(right)

    def export() -> None:
        """Write the network as it is; after every epoch, so that a stopped run still leaves one."""
        network.eval()
        torch.onnx.export(
            network, (torch.zeros(1, 1, PATCH_PX, PATCH_PX),), str(out), input_names=["squares"],
            output_names=["turns"], dynamic_axes={"squares": {0: "n"}, "turns": {0: "n"}}, opset_version=13,
            dynamo=False,
        )  # fmt: skip
        network.train()

    loss_of = nn.CrossEntropyLoss(label_smoothing=0.02)
    for epoch in range(epochs):
        order = torch.randperm(len(training))
        for at in range(0, len(order) - batch + 1, batch):
            images, turns = turned(training[order[at : at + batch]])
            images = images * torch.empty(len(images), 1, 1, 1).uniform_(0.6, 1.2)
            loss = loss_of(network(images), turns)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        print(
            f"epoch {epoch + 1}: {accuracy():.4f} of squares, {time.monotonic() - started:.0f} s", flush=True
        )
        export()


def main() -> None:
    """Draw, train, export."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--regions", type=int, default=4000)
    arguments.add_argument("--epochs", type=int, default=8)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--squares", type=Path, default=FONTS.parent.parent / "orientation-squares.npy")
    chosen = arguments.parse_args()
    if not chosen.squares.exists():
        np.save(chosen.squares, draw_all(chosen.regions, 1_000_000, chosen.workers))
    train(np.load(chosen.squares), chosen.epochs, chosen.out)


if __name__ == "__main__":
    main()
