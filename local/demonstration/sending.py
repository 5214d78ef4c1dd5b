"""Sends a shipment with the command that a district uses, as a process of its own, over HTTP."""

import asyncio
import json
import os
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.demonstration.plan import Shipment
from local.demonstration.shipments import SHIPMENTS
from local.demonstration.system import RunningSystem

COMMAND = Path(sys.executable).with_name("tangthu")
_INLINE = (sys.executable, "-c", "from client.cli import main; main()")


# All received, and all received but some refused with a reason.
DELIVERED = {0, 3}


class SendFailed(Exception):
    """The command could not deliver a shipment; the message is what it said."""


@dataclass(frozen=True)
class Sent:
    """What the command reported when it had sent everything."""

    shipment: Shipment
    summary: dict[str, Any]
    seconds: float

    @property
    def batch_id(self) -> uuid.UUID:
        """The scan batch that the shipment became."""
        return uuid.UUID(self.summary["batch"])


@dataclass
class Dispatch:
    """The running commands of all districts, and how far they are."""

    sent: list[Sent] = field(default_factory=list)


async def send_all(
    system: RunningSystem, drawn: Sequence[asyncio.Future[Shipment]], folder: Path, dispatch: Dispatch
) -> None:
    """Send each shipment when it is drawn: the districts side by side, each district's own in a row.

    Raises:
        SendFailed: one of the commands failed.
    """
    units = dict.fromkeys(described[1] for described in SHIPMENTS)
    async with asyncio.TaskGroup() as group:
        for unit in units:
            own = [one for one, described in zip(drawn, SHIPMENTS, strict=True) if described[1] == unit]
            group.create_task(_send_in_a_row(system, own, folder, dispatch))


async def _send_in_a_row(
    system: RunningSystem, drawn: Sequence[asyncio.Future[Shipment]], folder: Path, dispatch: Dispatch
) -> None:
    for one in drawn:
        # The other district may fail and end this task; the drawing goes on, for the comparison.
        shipment = await asyncio.shield(one)
        dispatch.sent.append(await send(system, shipment, folder))


def command_for(system: RunningSystem, shipment: Shipment, folder: Path) -> list[str]:
    """The command line that sends a shipment; the key travels in the environment."""
    start = [str(COMMAND)] if COMMAND.exists() else list(_INLINE)
    return [
        *start,
        "send",
        str(folder / shipment.folder),
        "--unit",
        shipment.unit,
        "--kind",
        shipment.kind,
        "--grouping",
        shipment.grouping,
        "--server",
        system.base_url,
        "--json",
    ]


async def send(system: RunningSystem, shipment: Shipment, folder: Path) -> Sent:
    """Run the command for one shipment; SendFailed when it ends with an error."""
    began = time.monotonic()
    # What the command remembers of interrupted sendings belongs to this demonstration alone.
    own = {"TANGTHU_AGENT_KEY": system.agent_keys[shipment.unit], "TANGTHU_STATE_DIR": str(folder / "state")}
    process = await asyncio.create_subprocess_exec(
        *command_for(system, shipment, folder),
        env={**os.environ, **own},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode not in DELIVERED:
        said = (err or out).decode("utf-8", "replace").strip()[-1500:]
        raise SendFailed(f"{shipment.folder}: tangthu send → {process.returncode}\n{said}")
    return Sent(shipment, json.loads(out), time.monotonic() - began)
