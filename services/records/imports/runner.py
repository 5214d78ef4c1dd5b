"""The parent of the reading process: starts it, follows its lines, ends it when it takes too long."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

WALL_SECONDS = 900
"""On a crowded machine the CPU limit of the child takes longer to reach."""
LINE_BYTES = 4 << 20
ROOT = Path(__file__).parents[3]


ROW = b'{"row_no"'
"""How the line of a row begins; rows go to the database as they are, which reads them once."""


@asynccontextmanager
async def checked_lines(task: dict[str, Any]) -> AsyncIterator[AsyncIterator[str | dict[str, Any]]]:
    """The lines of `imports.child` for a task: text of a row's, other lines as documents.

    Where it came to no end, the last is `{"problem": "limits"}`.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.records.imports.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
        # Nothing of the service's secrets is any business of a process that reads foreign files.
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
            "MALLOC_ARENA_MAX": "1",
        },
        limit=LINE_BYTES,
    )
    try:
        yield _follow(process, task)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _follow(
    process: asyncio.subprocess.Process, task: dict[str, Any]
) -> AsyncIterator[str | dict[str, Any]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the child has no pipes")
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(json.dumps(task).encode())
        await process.stdin.drain()
    process.stdin.close()
    ended = False
    try:
        async with asyncio.timeout(WALL_SECONDS):
            async for line in process.stdout:
                if line.startswith(ROW) and line.endswith(b"\n"):
                    yield line.decode()
                    continue
                said = json.loads(line)
                ended = "end" in said or "problem" in said
                yield said
    except (TimeoutError, ValueError):
        ended = False
    if not ended:
        yield {"problem": "limits"}
