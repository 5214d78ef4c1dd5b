"""`tangthu send`: sends a folder of scans as one batch."""

import json
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from client.options import JsonOption, KeyFileOption, KeyOption, ServerOption, credentials
from client.outcome import DONE, INTERRUPTED, NOT_DONE, SOME_REFUSED, CommandFailed, ServerRefused


class Kind(StrEnum):
    """Which archive the dossiers belong to."""

    IDENTITY = "identity"
    RESIDENCE = "residence"


class Paper(StrEnum):
    """Sizes of paper that a survey tells apart, as the server names them."""

    A3 = "A3"
    A4 = "A4"
    A5 = "A5"
    A6 = "A6"
    F4 = "F4"
    LEGAL = "legal"
    LETTER = "letter"
    CARD = "card"


FolderArgument = Annotated[
    Path,
    typer.Argument(exists=True, file_okay=False, help="Thư mục ảnh quét · folder of scans", metavar="DIR"),
]
UnitOption = Annotated[str, typer.Option("--unit", help="Mã đơn vị, ví dụ 941 · unit code")]
KindOption = Annotated[Kind, typer.Option("--kind", help="Căn cước hay cư trú · which archive")]
GroupingOption = Annotated[
    str,
    typer.Option(
        "--grouping",
        metavar="reference|cover-sheet|fixed-pages:N",
        help="Cách chia hồ sơ. Mặc định: tên thư mục con nếu có; nếu không, cư trú theo tờ bìa QR,"
        " căn cước cứ 2 trang một hồ sơ · how pages become dossiers; by default subfolder names if there"
        " are any, else QR cover sheets for residence and 2 pages per dossier for identity",
    ),
]
WaitOption = Annotated[
    bool,
    typer.Option("--wait", help="Chờ xử lý xong mọi trang · wait until every page is done"),
]
NewOption = Annotated[
    bool, typer.Option("--new", help="Mở lô mới dù thư mục này đã gửi · another batch even if sent before")
]
NoteOption = Annotated[str, typer.Option("--note", help="Ghi chú của lô · note on the batch")]
DuplexOption = Annotated[
    bool | None,
    typer.Option(
        "--duplex/--simplex",
        help="Quét hai mặt hay một mặt; không nêu thì không kiểm tra thiếu mặt"
        " · both sides scanned, or one; unsaid, missing sides are not looked for",
    ),
]
PaperOption = Annotated[
    list[Paper] | None,
    typer.Option("--paper", help="Khổ giấy đã khảo sát, nêu được nhiều lần · surveyed size, may be repeated"),
]
ParallelOption = Annotated[
    int, typer.Option("--parallel", min=1, max=16, help="Số tệp gửi cùng lúc · files at once")
]
PatienceOption = Annotated[
    float, typer.Option("--patience", min=1, help="Số giây thử lại khi mất kết nối · seconds to keep trying")
]


def send(
    folder: FolderArgument,
    unit: UnitOption,
    kind: KindOption,
    grouping: GroupingOption = "",
    server: ServerOption = "",
    key: KeyOption = "",
    key_file: KeyFileOption = None,
    wait: WaitOption = False,
    json_output: JsonOption = False,
    new: NewOption = False,
    note: NoteOption = "",
    duplex: DuplexOption = None,
    paper: PaperOption = None,
    parallel: ParallelOption = 4,
    patience: PatienceOption = 300.0,
) -> None:
    """Gửi một thư mục ảnh quét thành một lô · send a folder of scans as one batch.

    Tệp được gửi theo thứ tự tự nhiên của tên. Bị ngắt giữa chừng thì chạy lại cùng lệnh: lệnh gửi tiếp
    đúng lô cũ, không trang nào mất hay trùng. · Files go in natural name order. After an interruption
    repeat the command: it goes on with the same batch, nothing lost or doubled.

    Mã thoát · exit codes: 0 mọi trang đều được nhận · all accounted for; 3 có trang bị từ chối (được
    liệt kê) · some refused (listed); 2 không gửi được: kết nối, khóa, tham số · could not be sent.
    """
    try:
        address, credential = credentials(server, key, key_file)
        order = {"unit": unit, "kind": kind.value, "note": note, "server": address}
        summary = _deliver(
            folder, order, grouping, credential, scanning(duplex, paper or []),
            silent=json_output, follow=wait, new=new, parallel=parallel, patience=patience,
        )  # fmt: skip
    except (CommandFailed, ServerRefused) as failure:
        typer.echo(_failure_text(failure), err=True)
        raise typer.Exit(NOT_DONE) from failure
    except KeyboardInterrupt as stopped:
        typer.echo("\nĐã dừng. Chạy lại cùng lệnh để gửi tiếp. · Stopped. Repeat to go on.", err=True)
        raise typer.Exit(INTERRUPTED) from stopped
    if json_output:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        from client.summary import print_summary  # noqa: PLC0415

        print_summary(summary)
    raise typer.Exit(SOME_REFUSED if summary["refused"] else DONE)


def parse_grouping(text: str, kind: str, *, has_subfolders: bool) -> dict[str, Any]:
    """The grouping to ask for; raises CommandFailed for text that names none."""
    if not text:
        if has_subfolders:
            return {"method": "reference"}
        text = "cover-sheet" if kind == Kind.RESIDENCE else "fixed-pages:2"
    method, _, number = text.replace("_", "-").partition(":")
    if method in {"reference", "cover-sheet"} and not number:
        return {"method": method.replace("-", "_")}
    if method == "fixed-pages" and number.isdecimal() and 1 <= int(number) <= 500:
        return {"method": "fixed_pages", "pages_per_dossier": int(number)}
    raise CommandFailed(
        f"--grouping “{text}” không hợp lệ: dùng reference, cover-sheet hoặc fixed-pages:N. · Not a grouping."
    )


def scanning(duplex: bool | None, papers: list[Paper]) -> dict[str, Any]:
    """What the sender says of how the papers were scanned; nothing that was left unsaid."""
    said: dict[str, Any] = {} if duplex is None else {"duplex": duplex}
    return said | ({"papers": sorted({paper.value for paper in papers})} if papers else {})


def _deliver(
    folder: Path,
    order: dict[str, str],
    grouping: str,
    key: str,
    scanned: dict[str, Any],
    *,
    silent: bool,
    follow: bool,
    new: bool,
    parallel: int,
    patience: float,
) -> dict[str, Any]:
    # Loaded here, so that the overview of commands stays instant.
    from client.api import Api  # noqa: PLC0415
    from client.delivery import Delivery, Order  # noqa: PLC0415
    from client.folder import list_folder, read_scans  # noqa: PLC0415
    from client.journal import Journal, fingerprint, state_folder  # noqa: PLC0415
    from client.progress import reporter_for  # noqa: PLC0415
    from client.summary import summarise  # noqa: PLC0415

    started = time.monotonic()
    listing = list_folder(folder)
    if not listing.names:
        raise CommandFailed(f"Không có tệp nào trong {folder}. · There is no file in {folder}.")
    chosen = parse_grouping(grouping, order["kind"], has_subfolders=listing.has_subfolders)
    try:
        scans = read_scans(folder, listing.names)
    except OSError as error:
        raise CommandFailed(f"Không đọc được {error.filename}: {error.strerror}") from error
    mark = fingerprint({**order, **scanned, "grouping": chosen, "folder": str(folder.resolve())}, scans)
    reporter = reporter_for(len(scans), silent=silent)
    with Api(order["server"], key, patience_s=patience) as api:
        wanted = Order(order["unit"], order["kind"], chosen, order["note"], scanned)
        delivery = Delivery(api, wanted, scans, Journal(state_folder(), mark), reporter)
        try:
            delivery.run(mark=mark, new=new, parallel=parallel, follow=follow)
        finally:
            reporter.close()
    summary = summarise(delivery.batch, scans, delivery.answers, listing.skipped)
    return {
        **summary, "server": order["server"], "resumed": delivery.resumed,
        "seconds": round(time.monotonic() - started, 2),
    }  # fmt: skip


def _failure_text(failure: CommandFailed | ServerRefused) -> str:
    if isinstance(failure, ServerRefused):
        return f"{failure.title}. · {failure.title_en}. (HTTP {failure.status})"
    return str(failure)
