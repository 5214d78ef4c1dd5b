"""Page images out of masters, for profiles that ask for the untouched scan."""

import asyncio
import shutil
from pathlib import Path

from kernel.storage import MASTERS, ObjectStore
from services.imaging.documents.pictures import Picture, as_it_is
from services.imaging.models import EnhancementRow
from services.imaging.sandbox.runner import Sandbox


class MasterImages:
    """The masters of one document. Holds the file that was used last: its other pages come next."""

    def __init__(self, store: ObjectStore, sandbox: Sandbox, folder: Path) -> None:
        self._store = store
        self._sandbox = sandbox
        self._folder = folder
        self._key = ""

    async def picture(self, row: EnhancementRow) -> Picture | None:
        """The page's own image: the file itself where PDF/A takes it, else taken out of it in the sandbox.

        None where there is no master, or where it gives no image that PDF/A takes.
        """
        if not row.master_key:
            return None
        master = await self._fetched(row.master_key)
        if row.page_count == 1 or row.rescan_id:
            whole = await asyncio.to_thread(_whole, master)
            if whole is not None:
                return whole
        return await asyncio.to_thread(self._taken_out, master, row.page_in_master)

    async def _fetched(self, key: str) -> Path:
        master = self._folder / "master"
        if self._key != key:
            await asyncio.to_thread(_emptied, self._folder)
            await self._store.get_file(MASTERS, key, master)
            self._key = key
        return master

    def _taken_out(self, master: Path, page_no: int) -> Picture | None:
        made = self._folder / "page"
        _emptied(made)
        outcome = self._sandbox.own_image(master, made, page_no)
        if outcome.own is None:
            return None
        found = as_it_is((made / outcome.own).read_bytes())
        if found is None:
            return None
        return Picture(found.width, found.height, found.entries, found.data, untouched=outcome.own_untouched)


def _whole(master: Path) -> Picture | None:
    """A JPEG or Group 4 TIFF as it is; only its headers are read."""
    with master.open("rb") as opened:
        if opened.read(4)[:2] not in {b"\xff\xd8", b"II", b"MM"}:
            return None
        opened.seek(0)
        return as_it_is(opened.read())


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
