"""Options that the commands share, and what they stand for when they are left out."""

from pathlib import Path
from typing import Annotated

import typer

from client.outcome import CommandFailed

ServerOption = Annotated[
    str,
    typer.Option(
        "--server",
        envvar="TANGTHU_SERVER",
        help="Địa chỉ máy chủ (http://…) · server address",
    ),
]
KeyOption = Annotated[
    str,
    typer.Option("--key", envvar="TANGTHU_AGENT_KEY", show_envvar=True, help="Khóa của đơn vị · agent key"),
]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file", envvar="TANGTHU_AGENT_KEY_FILE", help="Tệp chứa khóa · file that holds the key"
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="In một đối tượng JSON, không in gì khác · print one JSON object only")
]


def credentials(server: str, key: str, key_file: Path | None) -> tuple[str, str]:
    """Server and key; raises CommandFailed if either is missing."""
    if not server:
        raise CommandFailed(
            "Chưa có địa chỉ máy chủ: dùng --server hoặc biến TANGTHU_SERVER. · No server: use --server."
        )
    if not key and key_file is not None:
        try:
            key = key_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise CommandFailed(f"Không đọc được tệp khóa {key_file}: {error.strerror}") from error
    if not key:
        raise CommandFailed(
            "Chưa có khóa: dùng --key, --key-file hoặc biến TANGTHU_AGENT_KEY. · No key: use --key."
        )
    return server, key
