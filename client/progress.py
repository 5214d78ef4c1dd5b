"""What people see while a folder is being sent: bars on a terminal, plain lines elsewhere."""

import sys
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from client.folder import Scan

if TYPE_CHECKING:
    from rich.progress import TaskID

PLAIN_EVERY = 25
"""Without a terminal, a line per so many files keeps logs readable."""

STAGES = {
    "sent": "Đã gửi",
    "enhanced": "Đã xử lý ảnh",
    "recognised": "Đã nhận dạng",
    "filed": "Đã vào hồ sơ",
    "refused": "Bị từ chối",
}


class Reporter(ABC):
    """Told of every answer and every look at the batch, from any thread."""

    live = False
    """Whether it is worth looking at the batch while still sending."""

    def __init__(self, files: int) -> None:
        self.files = files
        self.count = 0
        self.refused = 0
        self._lock = threading.Lock()

    def sent(self, scan: Scan, answer: dict[str, Any]) -> None:
        """A file has its answer."""
        with self._lock:
            self.count += 1
            refused = answer["answer"] == "refused"
            self.refused += refused
            if refused:
                self.say(f"Từ chối {scan.name}: {answer['title']}")
            self.show_sent()

    @abstractmethod
    def say(self, line: str) -> None:
        """Show a line."""

    @abstractmethod
    def show_sent(self) -> None:
        """Show how many files have their answer."""

    @abstractmethod
    def batch(self, batch: dict[str, Any]) -> None:
        """Show where the batch's pages are."""

    def close(self) -> None:  # noqa: B027 - only bars have something to leave
        """Leave the terminal as it was."""


class SilentReporter(Reporter):
    """Says nothing."""

    def say(self, line: str) -> None:
        """Say nothing."""

    def show_sent(self) -> None:
        """Show nothing."""

    def batch(self, batch: dict[str, Any]) -> None:
        """Show nothing."""


class PlainReporter(Reporter):
    """A line now and then, for logs and pipes."""

    def __init__(self, files: int) -> None:
        super().__init__(files)
        self._last = ""

    def say(self, line: str) -> None:
        """Print a line."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def show_sent(self) -> None:
        """Print every PLAIN_EVERY files, and at the end."""
        if self.count % PLAIN_EVERY == 0 or self.count == self.files:
            self.say(f"{STAGES['sent']} {self.count}/{self.files} tệp")

    def batch(self, batch: dict[str, Any]) -> None:
        """Print the counts when they have changed."""
        amounts = stage_amounts(batch)
        line = ", ".join(f"{STAGES[name].lower()} {amounts[name]}" for name in amounts)
        if line != self._last and any(amounts.values()):
            self._last = line
            self.say(f"{known_pages(batch)} trang: {line}")


class BarReporter(Reporter):
    """Five bars, live."""

    live = True

    def __init__(self, files: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        super().__init__(files)
        self._bars: Progress = Progress(
            TextColumn("{task.description:<14}"), BarColumn(bar_width=None), MofNCompleteColumn(),
            TimeElapsedColumn(), expand=True,
        )  # fmt: skip
        totals = {"sent": files, "refused": None}
        self._tasks: dict[str, TaskID] = {
            name: self._bars.add_task(title, total=totals.get(name, 0)) for name, title in STAGES.items()
        }
        self._bars.start()

    def say(self, line: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(line, markup=False, highlight=False)

    def show_sent(self) -> None:
        """Move the first bar."""
        self._bars.update(self._tasks["sent"], completed=self.count)

    def batch(self, batch: dict[str, Any]) -> None:
        """Move the other bars."""
        amounts, pages = stage_amounts(batch), known_pages(batch)
        totals = {
            "enhanced": pages - amounts["refused"],
            "recognised": batch["contents"]["text"],
            "filed": pages - amounts["refused"],
            "refused": pages + self.refused,
        }
        amounts["refused"] += self.refused
        for name, amount in amounts.items():
            self._bars.update(self._tasks[name], completed=amount, total=totals[name])

    def close(self) -> None:
        """Leave the bars where they are."""
        self._bars.stop()


def stage_amounts(batch: dict[str, Any]) -> dict[str, int]:
    """Pages that have been through each stage, and those refused."""
    return {str(name): int(amount) for name, amount in batch["reached"].items()} | {
        "refused": int(batch["counts"]["refused"])
    }


def known_pages(batch: dict[str, Any]) -> int:
    """Pages of the batch known so far."""
    return sum(int(amount) for amount in batch["counts"].values())


def reporter_for(files: int, *, silent: bool) -> Reporter:
    """The reporter that suits where the output goes."""
    if silent:
        return SilentReporter(files)
    return BarReporter(files) if sys.stdout.isatty() else PlainReporter(files)
