"""Commands of the one-machine system: up, stop, status, demo, doctor."""

# ruff: noqa: PLC0415 - `tangthu --help` answers at once because heavy imports wait for their command

from pathlib import Path
from typing import Annotated

import typer

from local.speech import Language, Speech

Data = Annotated[
    Path, typer.Option("--data", help="Thư mục dữ liệu. / Data folder, made when it does not exist.")
]
Port = Annotated[
    int | None,
    typer.Option("--port", help="Cổng của trang web và API; mặc định 8080 hoặc một cổng còn trống. / Port."),
]
Lang = Annotated[Language, typer.Option("--lang", help="Ngôn ngữ. / Language.")]
AsJson = Annotated[bool, typer.Option("--json", help="In ra JSON. / Print JSON.")]

DATA = Path("data")
DEMO_DATA = Path("demo-data")


def up(
    data: Data = DATA,
    port: Port = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Chạy nền, trả lại dòng lệnh. / Leave it running and return.")
    ] = False,
    lang: Lang = Language.VI,
) -> None:
    """Khởi động toàn hệ thống trên máy này; Ctrl-C để dừng. / Run the whole system on this machine."""
    from local.commands import run_detached, run_until_interrupted

    run = run_detached if detach else run_until_interrupted
    raise typer.Exit(run(data, port, Speech(lang)))


def stop(data: Data = DATA, lang: Lang = Language.VI) -> None:
    """Dừng hệ thống đang chạy trên thư mục này. / Stop the system that runs on this folder."""
    from local.commands import stop_running

    raise typer.Exit(stop_running(data, Speech(lang)))


def status(data: Data = DATA, as_json: AsJson = False, lang: Lang = Language.VI) -> None:
    """Cho biết từng thành phần đang chạy ra sao. / Show how each part is doing."""
    from local.commands import show_status

    raise typer.Exit(show_status(data, Speech(lang), as_json=as_json))


def demo(
    data: Data = DEMO_DATA,
    port: Port = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Để hệ thống chạy tiếp sau khi trình diễn. / Leave it running.")
    ] = False,
    lang: Lang = Language.VI,
) -> None:
    """Trình diễn việc chính từ đầu đến cuối với giấy tờ vẽ ra. / Show the main job with drawn papers."""
    from local.demo import run_demo

    raise typer.Exit(run_demo(data, port, Speech(lang), keep=keep))


def doctor(data: Data = DATA, as_json: AsJson = False, lang: Lang = Language.VI) -> None:
    """Khám: thiếu gì, hỏng gì và cách sửa. / Say what is missing or unhealthy and how to mend it."""
    from local.doctor import examine

    raise typer.Exit(examine(data, Speech(lang), as_json=as_json))
