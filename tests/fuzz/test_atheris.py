"""The same pages, led by what they reach: coverage-guided, from a few of the made-up council's own."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT
from demo.register import LISTS
from demo.responses import Request
from demo.service import Service
from tests.conftest import missing
from tests.demo.small import small_town
from tests.fuzz.pages import RAW, TYPES

RUNS = 20_000
PAGE_SIZE = 2  # entries: what is short is changed often
LEAST = 500  # places in our code that must be reached, or nothing was measured


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Give a folder with a page of each list, and choices from which others are made."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    service = Service(small_town(), page_size=PAGE_SIZE)
    for name, kind in LISTS.items():
        body = service.answer(Request("GET", f"/body/1/{name}", {}, {})).body
        (folder / name).write_bytes(bytes([RAW | TYPES.index(kind)]) + body)
        (folder / f"{name}-made").write_bytes(bytes([TYPES.index(kind)]) + bytes(range(256)))
    return folder


def test_no_page_breaks_what_reads_it_wherever_coverage_leads(corpus: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        missing("atheris (it has wheels for Linux on x86-64, for Python 3.11 to 3.13)")
    command = [sys.executable, "-m", "tests.fuzz.atheris_pages", str(corpus)]
    options = [f"-runs={RUNS}", "-seed=1", "-max_len=8192", f"-artifact_prefix={tmp_path}/", "-print_final_stats=1"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {RUNS} runs" in done.stderr
    reached = [int(number) for number in re.findall(r"\bcov: (\d+)", done.stderr)]
    assert reached[-1] > LEAST
    assert reached[-1] > reached[0]
