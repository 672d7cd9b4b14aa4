"""docs/quirks.md is true: every known deviation has a row; quirks, functions and tests that are named there exist."""

import ast
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

from app.config import ROOT
from demo.quirks import QUIRKS

KNOWN = (
    *(f"A{number}" for number in range(1, 23)),
    *(f"S{number}" for number in range(1, 15)),
    *(f"C{number}" for number in range(1, 15)),
    *(f"N{number}" for number in range(1, 11)),
    *(f"R{number}" for number in range(1, 8)),
    *("O", "L", "G"),
)
UNPLAYED = {"A7"}  # a certificate lies below HTTP
PLACES = ("", "oparl_sync.", "oparl_sync.quirks.")
LINES = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in (ROOT / "docs" / "quirks.md").read_text().splitlines()
    if re.match(r"\| [A-Z]\d* \|", line)
]


@cache
def functions(path: Path) -> frozenset[str]:
    return frozenset(one.name for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.FunctionDef))


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("row", KNOWN)
def test_every_known_deviation_is_played_and_tested(row: str) -> None:
    mine = [line for line in LINES if line[0] == row]
    assert mine
    for _, who, does, handled, demo, tests in mine:
        assert all((who, does, handled, quoted(demo) or row in UNPLAYED, quoted(tests)))


def test_every_line_is_of_a_known_deviation() -> None:
    assert {line[0] for line in LINES} <= {*KNOWN, "R"}
    assert all(len(line) == 6 for line in LINES)


def test_every_quirk_is_in_the_table_under_its_row() -> None:
    told = {(name, line[0]) for line in LINES for name in quoted(line[4])}
    assert told == {(quirk.name, quirk.row) for quirk in QUIRKS.values()}


def test_every_test_in_the_table_exists() -> None:
    missing = []
    for name in sorted({name for line in LINES for name in quoted(line[5])}):
        path, _, function = name.partition("::")
        file = ROOT / path if "/" in path else ROOT / "tests" / "oparl_sync" / "quirks" / path
        if not file.exists() or function.partition("[")[0] not in functions(file):
            missing.append(name)
    assert not missing


def test_every_function_in_the_table_exists() -> None:
    told = {name for line in LINES for name in quoted(line[3]) if re.fullmatch(r"[a-z_][a-z_.]+", name)}
    assert [name for name in sorted(told) if not any(exists(f"{place}{name}") for place in PLACES)] == []


def exists(name: str) -> bool:
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True
