"""The account of a sending: every file of the folder is received, refused or skipped."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from client.folder import Scan
from client.progress import STAGES, known_pages

ADVICE = {
    "empty_file": "Quét lại trang này rồi gửi lại.",
    "unsupported_type": "Quét lại và lưu ở dạng JPEG, PNG, TIFF hoặc PDF.",
    "type_mismatch": "Lưu lại tệp bằng phần mềm quét, không đổi tên phần mở rộng.",
    "too_large": "Quét lại ở 300 dpi hoặc chia tệp thành nhiều phần.",
    "checksum_mismatch": "Tệp thay đổi khi đang gửi: chờ máy quét ghi xong rồi gửi lại.",
    "dossier_reference_missing": "Đặt tệp vào thư mục con mang số hồ sơ.",
    "batch_closed": "Gửi tệp này trong một lô mới (--new).",
    "unreadable": "Kiểm tra quyền đọc tệp và ổ đĩa.",
}
"""What to do about a file refused at the door; for pages refused later the server says it."""


def summarise(
    batch: dict[str, Any],
    scans: Sequence[Scan],
    answers: Mapping[int, dict[str, Any]],
    skipped: Sequence[str],
) -> dict[str, Any]:
    """One object that accounts for every file: `found` = `received` + `already_there` + `refused`."""
    by_answer = {
        name: [scan for scan in scans if answers[scan.sequence]["answer"] == name]
        for name in ("received", "again", "refused")
    }
    at_the_door = [_at_the_door(scan, answers[scan.sequence]) for scan in by_answer["refused"]]
    return {
        "batch": batch["id"],
        "unit": batch["unit"],
        "unit_name": batch["unit_name"],
        "kind": batch["kind"],
        "grouping": batch["grouping"],
        "state": batch["state"],
        "files": {
            "found": len(scans),
            "received": len(by_answer["received"]),
            "already_there": len(by_answer["again"]),
            "refused": len(at_the_door),
            "skipped": len(skipped),
        },
        "pages": {"known": known_pages(batch), **batch["counts"]},
        "reached": batch["reached"],
        "contents": batch["contents"],
        "refused": at_the_door + _later(batch, {scan.sequence: scan for scan in scans}),
        "skipped": [*skipped],
        "bytes": sum(scan.size_bytes for scan in scans),
    }


def print_summary(summary: dict[str, Any]) -> None:
    """Print the account for people."""
    files = summary["files"]
    typer.echo(f"Lô {summary['batch']} · {summary['unit_name']} · {STATES[summary['state']]}")
    received = files["received"] + files["already_there"]
    typer.echo(f"{files['found']} tệp: {received} đã nhận, {files['refused']} bị từ chối", nl=False)
    typer.echo(f"; bỏ qua {files['skipped']} tệp hệ thống" if files["skipped"] else "")
    amounts = {**summary["reached"], "refused": summary["pages"]["refused"]}
    shown = ", ".join(f"{STAGES[name].lower()} {amount}" for name, amount in amounts.items())
    typer.echo(f"{summary['pages']['known']} trang: {shown}")
    for page in summary["refused"]:
        typer.echo(f"  ✗ {page['file']}, trang {page['page_no']}: {page['title']}. {page['advice']}")
    typer.echo(f"{summary['seconds']} giây, {summary['bytes'] / 1e6:.1f} MB")


STATES = {"open": "đang mở", "closed": "đã nhận đủ, đang xử lý", "processed": "đã xử lý xong"}


def _at_the_door(scan: Scan, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "file": scan.name, "sequence": scan.sequence, "page_no": 1, "stage": "upload",
        "reason": answer["reason"], "title": answer["title"], "title_en": answer["title_en"],
        "advice": ADVICE.get(answer["reason"], ""),
    }  # fmt: skip


def _later(batch: dict[str, Any], scans: Mapping[int, Scan]) -> list[dict[str, Any]]:
    return [
        {
            "file": scans[page["sequence"]].name if page["sequence"] in scans else page["sha256"],
            "sequence": page["sequence"], "page_no": page["page_no"], "stage": "imaging",
            "reason": page["reason"], "title": page["reason_title"], "title_en": page["reason_title_en"],
            "advice": page["advice"],
        }
        for page in batch["refused"]
    ]  # fmt: skip
