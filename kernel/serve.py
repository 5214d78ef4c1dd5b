"""Runs one service: `python -m kernel.serve services.intake.app:create_app --port 8101`."""

import argparse
import asyncio
import gc
import socket
import sys
from types import FrameType

import uvicorn
from typing_extensions import override

from kernel.shutdown import announce_shutdown


class DrainingServer(uvicorn.Server):
    """Tells endless responses (server-sent events) to end as soon as the process is asked to stop."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then leave what was loaded out of garbage collection: each full one would take 0.1 s."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        announce_shutdown()
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve an application factory on one port until SIGTERM, then drain."""
    parser = argparse.ArgumentParser(description="Run one Tangthu service.")
    parser.add_argument("factory", help="module:function that returns the application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    config = uvicorn.Config(
        arguments.factory,
        factory=True,
        host=arguments.host,
        port=arguments.port,
        # Paths and query strings may hold personal data: requests are counted, not logged.
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=15,
        timeout_keep_alive=75,
        server_header=False,
    )
    server = DrainingServer(config)
    # asyncio.run would ignore uvloop, which costs an upload 15 % more CPU.
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve())
    sys.exit(0 if server.started else 1)


if __name__ == "__main__":
    main()
