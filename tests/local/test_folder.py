"""The data folder: one supervisor at a time, secrets for its owner only."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from local.credentials import Credentials, identity_keys
from local.folder import DataFolder, FolderHeld


def test_a_second_holder_learns_who_holds_it(tmp_path: Path) -> None:
    """The refusal names the process and since when."""
    folder = DataFolder(tmp_path)
    folder.create()
    with folder.held():
        with pytest.raises(FolderHeld) as refusal, DataFolder(tmp_path).held():
            pass
        assert refusal.value.holder["pid"] == os.getpid()
        assert refusal.value.holder["since"]
    assert folder.holder() is None


def _hold_and_die(path: Path) -> None:
    with DataFolder(path).held():
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    """After `kill -9` nothing has to be removed by hand."""
    folder = DataFolder(tmp_path)
    folder.create()
    process = multiprocessing.get_context("spawn").Process(target=_hold_and_die, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with folder.held():
        pass


def test_secrets_are_kept_and_private(tmp_path: Path) -> None:
    """Secrets survive a restart unchanged, and only their owner may read them."""
    path = tmp_path / "credentials.json"
    first = Credentials.load_or_create(path)
    assert Credentials.load_or_create(path) == first
    private, public = identity_keys(tmp_path)
    assert identity_keys(tmp_path) == (private, public)
    assert {file.stat().st_mode & 0o777 for file in (path, private)} == {0o600}
    assert b"PRIVATE" not in public.read_bytes()


def test_credentials_of_an_older_version_are_completed(tmp_path: Path) -> None:
    """A service that joins later gets its password; the others keep theirs."""
    path = tmp_path / "credentials.json"
    first = Credentials.load_or_create(path)
    del first.roles["ocr"]
    path.write_text(first.model_dump_json())
    again = Credentials.load_or_create(path)
    assert again.roles["ocr"]
    assert again.roles["intake"] == first.roles["intake"]
