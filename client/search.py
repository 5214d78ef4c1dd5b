"""`tangthu search`: finds persons by name, number or parent."""

import json
from typing import Annotated, Any

import typer

from client.options import JsonOption, KeyFileOption, KeyOption, ServerOption, credentials
from client.outcome import NOT_DONE, CommandFailed, ServerRefused

SEXES = {"male": "Nam", "female": "Nữ"}

TextArgument = Annotated[
    str, typer.Argument(metavar="TEXT", help="Họ tên (có dấu hoặc không), số giấy tờ · name or number")
]
BirthYearOption = Annotated[
    int | None, typer.Option("--birth-year", min=1850, max=2100, help="Năm sinh · year of birth")
]
UnitOption = Annotated[str, typer.Option("--unit", help="Chỉ trong đơn vị này · within this unit")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=200, help="Số kết quả · results")]
PurposeOption = Annotated[
    str,
    typer.Option("--purpose", help="Mục đích tra cứu, ghi vào nhật ký · purpose, kept in the audit log"),
]


def search(
    text: TextArgument,
    birth_year: BirthYearOption = None,
    unit: UnitOption = "",
    limit: LimitOption = 20,
    purpose: PurposeOption = "",
    server: ServerOption = "",
    key: KeyOption = "",
    key_file: KeyFileOption = None,
    json_output: JsonOption = False,
) -> None:
    """Tìm người theo tên, số giấy tờ hoặc tên cha mẹ · find persons by name, number or parent's name."""
    parameters: dict[str, Any] = {"q": text, "limit": limit}
    parameters |= {"birth_year": birth_year} if birth_year else {}
    parameters |= {"unit": unit} if unit else {}
    try:
        address, credential = credentials(server, key, key_file)
        found = _ask(address, credential, parameters, purpose)
    except (CommandFailed, ServerRefused) as failure:
        typer.echo(getattr(failure, "title", str(failure)), err=True)
        raise typer.Exit(NOT_DONE) from failure
    if json_output:
        typer.echo(json.dumps(found, ensure_ascii=False))
    elif found["items"]:
        _print_table(found)
    else:
        typer.echo("Không tìm thấy ai. · Nobody found.")


def _ask(server: str, key: str, parameters: dict[str, Any], purpose: str) -> dict[str, Any]:
    from client.api import Api  # noqa: PLC0415 - keeps the overview of commands instant

    # Header text is bytes: Vietnamese goes as UTF-8.
    headers = {"X-Purpose": purpose.encode()} if purpose else {}
    with Api(server, key, patience_s=20) as api:
        found: dict[str, Any] = api.get("/v1/persons", parameters, **headers)
    return found


def _print_table(found: dict[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(show_edge=False)
    for title in ("Họ và tên", "Ngày sinh", "Giới tính", "Số", "Cha", "Mẹ", "Đơn vị", "Hồ sơ"):
        table.add_column(title)
    for person in found["items"]:
        dossiers = ", ".join(str(dossier.get("reference") or dossier["id"]) for dossier in person["dossiers"])
        cells = (
            person["full_name"], person["birth_date"], SEXES.get(person["sex"], ""), person["number"],
            person["father_name"], person["mother_name"], person["unit"], dossiers,
        )  # fmt: skip
        table.add_row(*(str(cell or "") for cell in cells))
    Console().print(table)
    if found.get("next_cursor"):
        typer.echo("Còn kết quả khác: thêm năm sinh hoặc đơn vị. · There are more: narrow the search.")
