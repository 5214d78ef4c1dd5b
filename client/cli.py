"""The `tangthu` command: every part brings its own commands through entry points."""

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typer import Typer

GROUP = "tangthu.commands"
OWN = {"send": "client.send:send", "search": "client.search:search"}
"""The client's own commands, known even where the distribution is not installed."""

ORDER = ("up", "status", "stop", "demo", "doctor", "send", "search", "enhance", "recognise", "model")
"""Order in the overview; commands of other distributions follow by name."""

HELP = """Số hóa tàng thư hồ sơ công an: gửi ảnh quét, tra cứu, chạy hệ thống trên một máy.

Digitises police archives: send scans, search, run the system on one machine.

Mã thoát · exit codes: 0 xong · done; 1 lỗi không lường trước · unexpected; 2 không thực hiện được (kết nối,
khóa truy cập, tham số) · could not be done; 3 xong nhưng có trang bị từ chối · done, some pages refused;
130 dừng bằng Ctrl-C · interrupted."""


def main() -> None:
    """Run the command named by the arguments; a missing package gives a plain message and exit code 2."""
    commands = _known_commands()
    try:
        build(commands, sys.argv[1:])()
    except ModuleNotFoundError as error:
        sys.exit(_missing_package(commands, error))


def build(commands: dict[str, EntryPoint], arguments: list[str]) -> "Typer":
    """The application; only the named command is loaded, or all of them for the overview."""
    import typer  # noqa: PLC0415 - a machine without the client group gets a message instead of a traceback

    app = typer.Typer(
        help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None,
        pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    app.callback()(_root)
    named = arguments[0] if arguments and arguments[0] in commands else None
    for name, entry in commands.items():
        if named in (None, name):
            command = _load(entry, quiet=named is None)
            if isinstance(command, typer.Typer):
                app.add_typer(command, name=name)
            else:
                app.command(name)(command)
    return app


def _root() -> None: ...


def _known_commands() -> dict[str, EntryPoint]:
    found = {name: EntryPoint(name, place, GROUP) for name, place in OWN.items()}
    found |= {entry.name: entry for entry in entry_points(group=GROUP)}
    ranks = {name: rank for rank, name in enumerate(ORDER)}
    return dict(sorted(found.items(), key=lambda item: (ranks.get(item[0], len(ranks)), item[0])))


def _load(entry: EntryPoint, *, quiet: bool) -> "Callable[..., Any] | Typer":
    try:
        command: Callable[..., Any] | Typer = entry.load()
    except ModuleNotFoundError:
        if not quiet:
            raise
        return _absent
    return command


def _absent() -> None:
    """(chưa cài gói cần thiết · its packages are not installed)"""  # noqa: D415


def _missing_package(commands: dict[str, EntryPoint], error: ModuleNotFoundError) -> int:
    entry = commands.get(sys.argv[1]) if len(sys.argv) > 1 else None
    group = _group_of(entry.module) if entry else "client"
    sys.stderr.write(
        f"Chưa cài gói “{error.name}” mà lệnh này cần. Cài nhóm “{group}” rồi chạy lại:\n"
        f"The package “{error.name}” that this command needs is not installed. Install the group “{group}”:\n"
        f"    python -m pip install --require-hashes -r requirements/{group}.txt\n"
    )
    return 2


def _group_of(module: str) -> str:
    """The dependency group of a command's module: `services.ocr.cli` → `ocr`, `local.cli` → `dev`."""
    first, _, rest = module.partition(".")
    return rest.partition(".")[0] if first == "services" else {"local": "dev"}.get(first, first)


if __name__ == "__main__":
    main()
