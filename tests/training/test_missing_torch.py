"""Without the training packages learning says what to install; checking packs goes on working."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from training.cli import model


def test_learning_without_torch_names_the_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 and the group's name, no traceback."""
    monkeypatch.setitem(sys.modules, "torch", None)
    ran = CliRunner().invoke(model, ["improve", "--samples", str(tmp_path), "--key", str(tmp_path / "k.pem")])
    assert ran.exit_code == 2
    assert "requirements/training.txt" in ran.output
    assert CliRunner().invoke(model, ["verify"]).exit_code == 0
