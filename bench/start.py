"""Start time and idle memory of the whole system: first start in an empty folder, then a second one."""

import argparse
import json
import tempfile
import time
import urllib.request
from pathlib import Path

from local.memory import by_part
from local.system import LocalSystem

SETTLE_S = 10.0
"""Start-up work (compiling templates, declaring consumers) is over after this long."""


def measure(folder: Path) -> dict[str, object]:
    """Start on `folder`; seconds to ready and to the first page in a browser, idle MiB."""
    began = time.monotonic()
    system = LocalSystem(folder)
    with system.running():
        with urllib.request.urlopen(system.base_url) as answer:  # noqa: S310 - our own http address
            answer.read()
        first_page_s = time.monotonic() - began
        time.sleep(SETTLE_S)
        memory = by_part({part.name: part.child.pid for part in system.supervisor.parts})
    return {
        "ready_s": round(system.start_s, 1),
        "first_web_page_s": round(first_page_s, 1),
        "idle_mib": round(sum(memory.values()) / 2**20),
        "idle_mib_by_part": {name: round(size / 2**20) for name, size in memory.items()},
    }


def main() -> None:
    """Print one JSON object per start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-start-") as folder:
        for number in range(arguments.starts):
            print(json.dumps({"start": number + 1, **measure(Path(folder) / "data")}), flush=True)


if __name__ == "__main__":
    main()
