"""The doctor: finds what is wrong, says so in words, names a remedy, and its exit status agrees."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.doctor import examine, machine
from local.doctor.finding import Finding, Verdict
from local.speech import Language, Speech

REPOSITORY = Path(__file__).parents[2]


def _found(findings: Iterator[Finding], subject: str) -> Finding:
    return next(finding for finding in findings if finding.subject == subject)


def test_everything_wrong_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing package, a missing server and a nearly full disk are bad, and each names what to do."""
    monkeypatch.setattr(machine, "PACKAGES", {"imaging": ("cv2", "no_such_package")})
    monkeypatch.setattr(machine, "LEAST_DISK_BYTES", 2**60)
    monkeypatch.setattr(machine, "ENOUGH_DISK_BYTES", 2**61)
    monkeypatch.setattr(machine, "nats_binary", lambda: tmp_path / "nats-server")
    findings = list(machine.machine_findings(tmp_path))
    for subject in ("packages imaging", "disk", "nats-server"):
        finding = _found(iter(findings), subject)
        assert finding.verdict is Verdict.BAD
        assert finding.remedy is not None
    assert "no_such_package" in _found(iter(findings), "packages imaging").text.en
    assert "cv2" not in _found(iter(findings), "packages imaging").text.en
    assert _found(iter(findings), "file attributes").verdict is Verdict.GOOD


def test_a_bad_finding_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1, and the Vietnamese text with its remedy is printed."""
    monkeypatch.setattr(machine, "PACKAGES", {"kernel": ("no_such_package",)})
    assert examine(tmp_path, Speech(Language.VI), as_json=False) == 1
    said = capsys.readouterr().out
    assert "✘ Thiếu gói phần mềm của phần kernel: no_such_package" in said
    assert "→ Chạy: make setup" in said


def test_a_warning_is_not_called_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A system that does not run is nothing broken, yet the last line does not say that all is well."""
    assert examine(tmp_path / "none", Speech(Language.EN), as_json=False) == 0
    assert "Nothing is broken;" in capsys.readouterr().out.splitlines()[-1]


def test_json_lists_every_finding(tmp_path: Path) -> None:
    """The command prints one JSON array; a folder without a system is a warning, not an error."""
    done = subprocess.run(
        [sys.executable, "-m", "local", "doctor", "--data", str(tmp_path / "none"), "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert findings["python"]["verdict"] == "good"
    assert findings["system"]["verdict"] == "warning"
    assert "tangthu up" in findings["system"]["remedy_en"]
