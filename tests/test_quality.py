"""Linters and types are part of the tests: what only a developer's editor says is forgotten."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join
)
def test_it_is_clean(command: tuple[str, ...]) -> None:
    found = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
