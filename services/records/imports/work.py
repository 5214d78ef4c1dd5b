"""The background work of imports: check a file, commit its rows; both go on where a killed process stood."""

import asyncio
import tempfile
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from asyncpg import PostgresError
from minio.error import S3Error, ServerError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from urllib3.exceptions import HTTPError

from contracts.vocabulary import DossierKind
from kernel.bus import being_cancelled
from kernel.database import Database
from kernel.runtime import Runtime
from kernel.storage import QUARANTINE, ObjectMissing
from services.records.imports import repository
from services.records.imports.commit import Outcome, Ready, commit_rows, make_ready, without_broken_off
from services.records.imports.domain import ImportState
from services.records.imports.models import ImportRow
from services.records.imports.runner import checked_lines
from services.records.search import service as search
from services.records.turns import alone
from services.records.units import service as units

log = structlog.get_logger()

STAGED_ROWS = 2000
COMMITTED_ROWS = 2000
"""Rows of one transaction: at most a second, and what a killed process has to do again."""
COMMITS_AT_ONCE = 2
LOCK_WAIT_S = 5
"""How long a transaction waits for rows of another; on a busy machine one takes a second."""
IN_THE_WAY = frozenset({"55P03", "40P01"})
"""Postgres: a lock was waited for too long; a deadlock."""
REMEMBERED_NAMES = 200_000
"""20 MB."""
EVERY_S = 1.0
TRIES = 3
"""After so many failures of its own an import is given up; somebody may have it checked again."""
OUTAGES = (OperationalError, InterfaceError, PoolTimeoutError, OSError, S3Error, HTTPError, ServerError)
"""A server that cannot be reached says nothing of the import."""


class Imports:
    """Works on imports until cancelled; several replicas share them by advisory locks."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._database: Database = runtime.database
        self._failures: Counter[uuid.UUID] = Counter()
        self._known_names: set[str] = set()
        """Names that the search was told: lists repeat them, and no name is ever forgotten."""
        self._singly: set[uuid.UUID] = set()
        """Imports whose rows stood in each other's way."""

    async def run(self) -> None:
        """Look for work every second."""
        while not being_cancelled():
            if not await self.work_once():
                await asyncio.sleep(EVERY_S)

    async def work_once(self) -> bool:
        """Do one import's next piece; false where there is nothing to do."""
        async with self._database.read() as session:
            waiting = await repository.working(session)
        for import_id, state in waiting:
            async with alone(self._database, import_id) as mine:
                if mine:
                    await self._work_on(import_id, state)
                    return True
        return False

    async def _work_on(self, import_id: uuid.UUID, state: ImportState) -> None:
        """A piece of one import; what fails for itself again and again must not hold up all others."""
        try:
            await (self._check if state is ImportState.CHECKING else self._commit)(import_id)
        except OUTAGES:
            raise
        except Exception as error:
            self._failures[import_id] += 1
            if self._failures[import_id] < TRIES:
                raise
            log.error("import given up", import_id=str(import_id), exc_info=error)
            await self._give_up(import_id)
        self._failures.pop(import_id, None)

    async def _give_up(self, import_id: uuid.UUID) -> None:
        async with self._database.write() as session:
            now = await repository.lock(session, import_id)
            if now is not None:
                now.state, now.problem = ImportState.FAILED.value, "gave_up"
                now.version += 1

    async def _check(self, import_id: uuid.UUID) -> None:
        row = await self._get(import_id)
        if row is None or row.state != ImportState.CHECKING.value:
            return
        await self._clear(import_id)
        with tempfile.TemporaryDirectory(prefix="tangthu-import-") as folder:
            path = Path(folder) / "file"
            try:
                await self._runtime.store.get_file(QUARANTINE, row.file_key, path)
            except ObjectMissing:
                await self._finish_check(row, {"problem": "damaged"})
                return
            async with checked_lines(await self._task(row, path)) as lines:
                await self._stage(row, lines)

    async def _task(self, row: ImportRow, path: Path) -> dict[str, Any]:
        async with self._database.read() as session:
            editions = await units.every_edition(session)
        return {
            "path": str(path),
            "kind": row.kind,
            "unit": row.unit_code,
            "scope": row.scope,
            "on": row.mapping.get("on") or units.today().isoformat(),
            "columns": row.mapping.get("columns"),
            "sheet": row.mapping.get("sheet"),
            "encoding": row.mapping.get("encoding"),
            "units": [
                (one.code, one.valid_from.isoformat(), one.valid_to and one.valid_to.isoformat())
                for one in editions
            ],
        }

    async def _stage(self, row: ImportRow, lines: AsyncIterator[str | dict[str, Any]]) -> None:
        waiting: list[str] = []
        async for line in lines:
            if isinstance(line, str):
                waiting.append(line)
                if len(waiting) >= STAGED_ROWS and not await self._keep(row, waiting):
                    return
                continue
            if not await self._keep(row, waiting):
                return
            if "found" in line:
                await self._note_found(row, line["found"])
            else:
                await self._finish_check(row, line)
                return

    async def _keep(self, row: ImportRow, waiting: list[str]) -> bool:
        """Stage rows; false where the check was overtaken by another or cancelled."""
        async with self._database.write(row.scope) as session:
            now = await repository.lock(session, row.id)
            if now is None or (now.state, now.check_no) != (ImportState.CHECKING.value, row.check_no):
                return False
            now.rows_read += len(waiting)
            now.rows_refused += await repository.stage(session, row.id, row.unit_code, waiting)
        waiting.clear()
        return True

    async def _note_found(self, row: ImportRow, found: dict[str, Any]) -> None:
        async with self._database.write() as session:
            now = await repository.lock(session, row.id)
            if now is not None and now.check_no == row.check_no:
                now.found = found

    async def _finish_check(self, row: ImportRow, last: dict[str, Any]) -> None:
        async with self._database.write() as session:
            now = await repository.lock(session, row.id)
            if now is None or (now.state, now.check_no) != (ImportState.CHECKING.value, row.check_no):
                return
            now.problem = last.get("problem")
            now.state = (ImportState.FAILED if now.problem else ImportState.CHECKED).value
            if not now.problem:
                end = last["end"]
                now.found = {**now.found, "last_row": end["last"], "refusals": end["refusals"]}
            now.version += 1
        log.info("import checked", import_id=str(row.id), problem=last.get("problem"))

    async def _commit(self, import_id: uuid.UUID) -> None:
        """Commit what is left; while the database works on some rows the next are made ready and begun.

        Two transactions at once make a list a third faster. Each moves the position behind the one before it,
        so that a killed process leaves none out and does none twice. Rows of the later one may stand in the
        way of the earlier, which waits for the database while the later waits for it: then they go singly.
        """
        row = await self._get(import_id)
        if row is None or row.state != ImportState.COMMITTING.value:
            return
        ahead = asyncio.create_task(self._read(row, row.position))
        working: list[asyncio.Task[bool]] = []
        at_once = 1 if import_id in self._singly else COMMITS_AT_ONCE
        try:
            more = True
            while more and not being_cancelled():
                ready = await ahead
                ahead = asyncio.create_task(self._read(row, ready.last))
                working.append(asyncio.create_task(self._commit_next(row, ready, working[-1:])))
                while more and len(working) >= (1 if ready.last == ready.after else at_once):
                    more = await working[0]
                    working.pop(0)
        except (DBAPIError, PostgresError) as error:
            state = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None)
            if at_once == 1 or state not in IN_THE_WAY:
                raise
            self._singly.add(import_id)
        finally:
            for task in (ahead, *working):
                task.cancel()
            await asyncio.gather(ahead, *working, return_exceptions=True)

    async def _read(self, row: ImportRow, after: int) -> Ready:
        """The rows behind a position: checked rows change no more once their commit has begun."""
        async with self._database.read(row.scope) as session:
            rows = await repository.given_after(session, row.id, after, COMMITTED_ROWS)
        whole = without_broken_off(rows) if len(rows) == COMMITTED_ROWS else rows
        ready = await asyncio.to_thread(make_ready, after, whole)
        if fresh := ready.name_keys - self._known_names:
            async with self._database.write() as session:
                await search.know_names(session, fresh)
            if len(self._known_names) > REMEMBERED_NAMES:
                self._known_names.clear()
            self._known_names |= fresh
        return ready

    async def _commit_next(self, row: ImportRow, ready: Ready, before: Sequence[asyncio.Task[bool]]) -> bool:
        """The next rows in one transaction with the position that they move; false at the end.

        `before` commits the rows that stand before these.
        """
        with suppress(_Overtaken):
            async with self._database.write(row.scope) as session:
                await repository.wait_for_locks_at_most(session, 0 if row.id in self._singly else LOCK_WAIT_S)
                outcome = await commit_rows(
                    session,
                    DossierKind(row.kind),
                    ready.rows,
                    who=row.committed_by or row.uploaded_by,
                    import_id=row.id,
                )
                await repository.mark_differing(session, row.id, outcome.differing)
                if before:
                    await asyncio.wait(before)
                now = await repository.lock(session, row.id)
                expected = (ImportState.COMMITTING.value, row.check_no, ready.after)
                if now is None or (now.state, now.check_no, now.position) != expected:
                    raise _Overtaken
                _note_outcome(now, ready, outcome)
            if ready.last > ready.after:
                return True
            self._singly.discard(row.id)
            await self._clear(row.id, committed_alone=True)
            log.info("import committed", import_id=str(row.id))
        return False

    async def _clear(self, import_id: uuid.UUID, *, committed_alone: bool = False) -> None:
        more = True
        while more:
            async with self._database.write() as session:
                more = await repository.clear(session, import_id, committed_alone=committed_alone)

    async def _get(self, import_id: uuid.UUID) -> ImportRow | None:
        async with self._database.read() as session:
            return await repository.get(session, import_id, ["*"])


class _Overtaken(Exception):
    """The import stands elsewhere by now: cancelled, checked anew, or what comes before was not committed."""


def _note_outcome(now: ImportRow, ready: Ready, outcome: Outcome) -> None:
    if ready.last == ready.after:
        now.state, now.finished_at = ImportState.DONE.value, datetime.now(UTC)
        now.version += 1
        return
    now.position = ready.last
    now.made += outcome.made
    now.unchanged += outcome.unchanged
    now.differing += len(outcome.differing)
    now.found = {**now.found, "refusals": _counted(now.found, outcome.differing)}


def _counted(found: Mapping[str, Any], differing: Mapping[int, Mapping[str, str]]) -> dict[str, int]:
    codes = Counter(code for errors in differing.values() for code in errors.values())
    return dict(Counter(found.get("refusals", {})) + codes)
