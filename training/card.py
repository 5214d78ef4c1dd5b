"""`python -m training.card [PACK]`: write a pack's MODEL_CARD.md from its manifest: no figure is retyped."""

import argparse
import json
from pathlib import Path
from typing import Any

from services.ocr.engine.calibration import CALIBRATION
from training.evaluate import PACK
from training.manifest import read_manifest

TEMPLATE = Path(__file__).with_name("card.md")


def card(manifest: dict[str, Any], calibration: dict[str, Any]) -> str:
    """The card's text."""
    data = manifest["data"]
    origin = data.get("started_from")
    return TEMPLATE.read_text(encoding="utf-8").format(
        **{
            key: manifest[key]
            for key in ("name", "version", "made", "licence", "height", "stride", "classes")
        },
        paddlex_model_name=manifest["paddlex_model_name"],
        parameters=manifest["parameters"],
        characters=len(manifest["characters"]),
        files="\n".join(f"| `{name}` | `{digest}` |" for name, digest in manifest["files"].items()),
        origin=_ORIGIN.format(**origin) if origin else "",
        calibrated=calibration["lines_each"],
        calibrating=len(calibration["families"]),
        thresholds="\n".join(
            f"| {field} | "
            + " | ".join(f"{level:.3g}" for level in kinds["any"]["keyed_below"].values())
            + " |"
            for field, kinds in calibration["curves"].items()
        ),
        source=data["source"][0].upper() + data["source"][1:],
        lines=data["lines"],
        minutes=data["minutes"],
        steps=data["steps"],
        families=", ".join(f"{count} {_PLURALS[kind]}" for kind, count in data["families"].items()),
        files_per_kind=sum(data["font_files"].values()),
        curve="\n".join(
            f"| {point['minutes']:.0f} | {int(point['lines']):,} | {_percent(point['cer_print'])} | "
            f"{_percent(point['cer_typewriter'])} | {_percent(point['cer_hand'])} |"
            for point in manifest["curve"]
        ),
        metrics="\n".join(
            f"| {name} | {score['lines']} | "
            + " | ".join(_percent(score.get(key)) for key in ("cer", "cer_without_marks", "wer", "whole"))
            + " |"
            for name, score in manifest["metrics"].items()
        ),
    )


_ORIGIN = """It went on from {pack} ({lines:,} lines, {steps:,} steps, {minutes} minutes), otherwise drawn.

"""
_PLURALS = {"print": "print families", "typewriter": "typewriter families", "hand": "handwriting families"}


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def write(pack: Path) -> None:
    """Write the card beside the manifest."""
    manifest = read_manifest(pack)
    calibration = json.loads((pack / CALIBRATION).read_text(encoding="utf-8"))
    (pack / "MODEL_CARD.md").write_text(card(manifest, calibration), encoding="utf-8")


def main() -> None:
    """Write the card of the pack that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", nargs="?", type=Path, default=PACK)
    write(parser.parse_args().pack)


if __name__ == "__main__":
    main()
