"""Runs all four servers of Swift in one process: `python -m local.servers.swift_node FOLDER`.

Swift's own functional tests run it this way. One process takes a quarter of the memory of four, and a
single replica needs no replication.
"""

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import eventlet  # type: ignore[import-untyped]
import eventlet.wsgi  # type: ignore[import-untyped]
from swift.common import utils
from swift.common.constraints import MAX_REQUEST_LINE
from swift.common.ring import RingBuilder
from swift.common.storage_policy import reload_storage_policies
from swift.common.utils import NullLogger, get_hub
from swift.common.wsgi import SwiftHttpProtocol, check_config, get_socket, loadapp

PART_POWER = 10
"""Two to this power folders hold the objects; enough for tens of millions of files on one disk."""
MAX_REQUESTS = 1024
"""At a time, per server: Swift's own default."""
SERVERS = ("account", "container", "object", "proxy")


def log_to_stdout(
    _conf: object, _name: str, _console: bool, _route: str, _format: str, logger: Any, _adapted: Any
) -> None:
    """Swift logs to syslog by default; here its lines go where the other servers' lines go."""
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(server)s %(message)s"))
    logger.addHandler(handler)


def build_rings(folder: Path, ports: dict[str, int]) -> None:
    """Tell the proxy where each part's single device is: ports change from start to start, devices do not."""
    for part, port in ports.items():
        builder = RingBuilder(PART_POWER, 1, 0)
        builder.add_dev(
            {
                "id": 0,
                "region": 1,
                "zone": 1,
                "weight": 1.0,
                "device": "d1",
                "meta": "",
                "ip": "127.0.0.1",
                "port": port,
                "replication_ip": "127.0.0.1",
                "replication_port": port,
            }
        )
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{part}.ring.gz"))


def main(folder: Path) -> None:
    """Serve until SIGTERM."""
    warnings.filterwarnings("ignore", message="capitalize_response_headers is disabled")
    eventlet.hubs.use_hub(get_hub())
    utils.set_swift_dir(str(folder))
    reload_storage_policies()
    # Every part listens before the proxy is there to be asked whether it is healthy.
    listening = {}
    for part in SERVERS:
        conf, _logger, global_conf, _strategy = check_config(
            str(folder / f"{part}-server.conf"), f"{part}-server"
        )
        listening[part] = (conf, get_socket(conf), global_conf)
        if part == "object":
            ports = {name: int(item[0]["bind_port"]) for name, item in listening.items()}
            build_rings(folder, ports)
    servers = [
        eventlet.spawn(_serve, sock, loadapp(conf["__file__"], global_conf))
        for conf, sock, global_conf in listening.values()
    ]
    for server in servers:
        server.wait()


def _serve(sock: Any, app: Any) -> None:
    # run_server of swift.common.wsgi takes the whole process for one server; these are its arguments.
    eventlet.wsgi.server(
        sock,
        app,
        NullLogger(),
        custom_pool=eventlet.GreenPool(MAX_REQUESTS),
        protocol=SwiftHttpProtocol,
        socket_timeout=60,
        capitalize_response_headers=False,
        url_length_limit=MAX_REQUEST_LINE,
    )


if __name__ == "__main__":
    os.umask(0o077)
    main(Path(sys.argv[1]))
