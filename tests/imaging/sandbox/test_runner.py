"""Bad files get typed verdicts within the limits, good pages beside them go on, and the worker survives."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from contracts.vocabulary import PageContent, RefusalReason
from services.imaging.domain import PageOutcome
from services.imaging.sandbox.runner import Sandbox
from synthetic import files
from tests.imaging import bad_files
from tests.imaging.scans import scanned


def _process(sandbox: Sandbox, folder: Path, name: str, data: bytes) -> list[PageOutcome]:
    source = bad_files.write(folder, name, data)
    (folder / "made").mkdir(exist_ok=True)
    return sandbox.process(source, folder / "made", claim=name)


def _server(sandbox: Sandbox) -> psutil.Process:
    assert sandbox.server_pid is not None
    return psutil.Process(sandbox.server_pid)


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("empty.jpg", lambda: b"", RefusalReason.EMPTY),
        ("letter.docx", lambda: b"PK\3\4" + bytes(100), RefusalReason.UNSUPPORTED_TYPE),
        ("picture.gif", lambda: b"GIF89a" + bytes(100), RefusalReason.UNSUPPORTED_TYPE),
        ("really-a-png.jpg", bad_files.png_flood, RefusalReason.TYPE_MISMATCH),
        ("page.html.jpg", lambda: b"<html><script>", RefusalReason.TYPE_MISMATCH),
        ("bomb.tif", bad_files.tiff_bomb, RefusalReason.TOO_MANY_PIXELS),
        ("long.tif", lambda: bad_files.tiff_bomb(20_008), RefusalReason.TOO_MANY_PIXELS),
        ("flood.png", bad_files.png_flood, RefusalReason.TOO_MANY_PIXELS),
        ("short.jpg", lambda: files.truncated(files.jpeg(scanned("form"))), RefusalReason.TRUNCATED),
        ("short.png", lambda: files.truncated(files.png(scanned("form"))), RefusalReason.TRUNCATED),
        ("short.pdf", lambda: files.truncated(files.pdf([scanned("form")])), RefusalReason.TRUNCATED),
        ("zeros.jpg", lambda: files.damaged(files.jpeg(scanned("form"))), RefusalReason.DAMAGED),
        ("locked.pdf", bad_files.encrypted_pdf, RefusalReason.ENCRYPTED),
        ("script.pdf", bad_files.scripted_pdf, RefusalReason.ACTIVE_CONTENT),
        ("hidden.pdf", bad_files.disguised_script_pdf, RefusalReason.ACTIVE_CONTENT),
        ("launch.pdf", bad_files.launching_pdf, RefusalReason.ACTIVE_CONTENT),
        ("giant.pdf", lambda: bad_files.pdf(media_box="0 0 14400 14400"), RefusalReason.TOO_MANY_PIXELS),
        ("no-pages.tif", lambda: b"II*\0" + bytes(60), RefusalReason.DAMAGED),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_a_reason(
    sandbox: Sandbox, tmp_path: Path, name: str, make: Callable[[], bytes], reason: RefusalReason
) -> None:
    """Each kind of bad file is refused for its own reason, and nothing is written for it."""
    outcomes = _process(sandbox, tmp_path, name, make())

    assert [outcome.refused for outcome in outcomes] == [reason]
    assert list((tmp_path / "made").iterdir()) == []


def test_a_bad_page_of_a_tiff_is_refused_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    """Of three pages the damaged second is refused, the first and the third are enhanced."""
    pages = [scanned("form", seed=seed) for seed in (1, 2, 3)]
    data = bytearray(files.tiff(pages))
    second = files.tiff(pages[:1]).__len__()
    data[second + 4000 : second + 30_000] = os.urandom(26_000)

    outcomes = _process(sandbox, tmp_path, "three.tif", bytes(data))

    assert [outcome.page_no for outcome in outcomes] == [1, 2, 3]
    assert [outcome.page_count for outcome in outcomes] == [3, 3, 3]
    assert outcomes[0].refused is None
    assert outcomes[2].refused is None


def test_a_directory_loop_ends(sandbox: Sandbox, tmp_path: Path) -> None:
    """A TIFF whose directory chain bites its own tail has one page."""
    outcomes = _process(sandbox, tmp_path, "loop.tif", bad_files.looping_tiff())

    assert len(outcomes) == 1


def test_pdf_pages_are_counted_and_taken_from_their_scans(sandbox: Sandbox, tmp_path: Path) -> None:
    """Pages of a scanned PDF have the scan's own pixels and resolution; blank pages are seen as such."""
    pages = [scanned("form"), scanned("back")]

    outcomes = _process(sandbox, tmp_path, "two.pdf", files.pdf(pages))

    assert [(one.source_width, one.source_height) for one in outcomes] == [page.image.size for page in pages]
    assert [one.content for one in outcomes] == [PageContent.TEXT, PageContent.BLANK]
    assert outcomes[0].dpi == pytest.approx(200, abs=1)


def test_a_drawn_pdf_page_is_rendered(sandbox: Sandbox, tmp_path: Path) -> None:
    """A page of drawn text has no scan in it: it is rendered at 300 dpi."""
    outcomes = _process(sandbox, tmp_path, "drawn.pdf", bad_files.pdf())

    assert outcomes[0].refused is None
    assert (outcomes[0].source_width, outcomes[0].source_height) == pytest.approx((2480, 3508), abs=2)


def test_a_killed_child_costs_its_file_alone(tmp_path: Path) -> None:
    """Children that die on a file make it refused as parser_crash; the next file is enhanced as ever."""
    with Sandbox() as sandbox:
        sandbox.start()
        children = Path(f"/proc/{sandbox.server_pid}/task/{sandbox.server_pid}/children")
        stop = threading.Event()

        def kill_children() -> None:
            while not stop.is_set():
                for child in children.read_text().split():
                    with suppress(ProcessLookupError):
                        os.kill(int(child), signal.SIGSEGV)
                time.sleep(0.001)

        killer = threading.Thread(target=kill_children)
        killer.start()
        crashed = _process(sandbox, tmp_path, "page.jpg", files.jpeg(scanned("form", dpi=300)))
        stop.set()
        killer.join()
        after = _process(sandbox, tmp_path, "page.jpg", files.jpeg(scanned("form")))

    assert [outcome.refused for outcome in crashed] == [RefusalReason.PARSER_CRASH]
    assert [outcome.refused for outcome in after] == [None]


def test_a_hanging_file_is_ended_by_the_wall_clock(tmp_path: Path) -> None:
    """A file that takes longer than the wall clock allows is refused as time_limit."""
    with Sandbox(wall_s=0.001) as sandbox:
        outcomes = _process(sandbox, tmp_path, "page.jpg", files.jpeg(scanned("form")))

    assert [outcome.refused for outcome in outcomes] == [RefusalReason.TIME_LIMIT]


def test_a_lost_server_is_replaced(tmp_path: Path) -> None:
    """After the fork server itself was killed, the next file starts another."""
    with Sandbox() as sandbox:
        sandbox.start()
        server = _server(sandbox)
        server.kill()
        server.wait(10)
        outcomes = _process(sandbox, tmp_path, "page.jpg", files.jpeg(scanned("form")))

    assert [outcome.refused for outcome in outcomes] == [None]
