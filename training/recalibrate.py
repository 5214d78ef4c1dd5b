"""`python -m training.recalibrate VERSION --key signing.pem`: the same network, confidences measured anew.

Nothing that reads is touched: the graph, its settings, weights and syllables keep their digests. The pack
gets another calibration, the figures that are measured now, a version and a signature.
"""

import argparse
import logging
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.ocr.engine.pack import MANIFEST, load_pack
from services.ocr.engine.signing import private_key, sign
from training import calibrate, card
from training.evaluate import PACK, evaluate, metrics, product
from training.manifest import read_manifest, write_manifest


def recalibrate(pack: Path, version: str, key: Ed25519PrivateKey, calibration_lines: int, lines: int) -> None:
    """Calibrate, measure, sign and describe; raises PackRefused where the pack is not whole to begin with."""
    load_pack(pack)
    manifest = read_manifest(pack)
    calibrate.write(pack, calibration_lines)
    manifest |= {"version": version, "calibrated": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    write_manifest(pack, manifest)
    manifest["metrics"] = metrics(evaluate(product(pack), lines))
    write_manifest(pack, manifest)
    sign(pack / MANIFEST, key)
    card.write(pack)


def main() -> None:
    """Do so as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--key", type=Path, required=True, help="private key to sign the pack with")
    parser.add_argument("--lines", type=int, default=200, help="measured lines per stratum")
    parser.add_argument(
        "--calibration-lines", type=int, default=1500, help="lines per field type and kind of writing"
    )
    asked = parser.parse_args()
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    recalibrate(asked.pack, asked.version, private_key(asked.key), asked.calibration_lines, asked.lines)


if __name__ == "__main__":
    main()
