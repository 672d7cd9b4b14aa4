"""Thousands of mutations of real, broken and made-up documents: each ends in a state, and no worker dies of it.

    MUTATIONS=11000 python -m pytest tests/real/test_hostile_documents.py -s

2,000 without the variable, and a fifth as many of other formats. With -s it prints the figures, a line of JSON each.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.documents import STATES, Sandbox
from tests.app.documents import hostile, office, samples
from tests.conftest import missing
from tests.real.mutating import mutated
from tests.real.test_documents import files_in, warm_pid
from tests.real.trees import MOST_KIB, watched

pytestmark = pytest.mark.real

MUTATIONS = int(os.environ.get("MUTATIONS", "2000"))
LARGEST = 150_000  # bytes: the mutations of a larger one say no more and take longer


def seeds(folder: Path) -> list[bytes]:
    """Return small documents, packed and unpacked, in turn."""
    files = [path for path in files_in("pdf") + files_in("pdf-broken") if path.stat().st_size < LARGEST]
    found = [path.read_bytes() for path in files]
    if shutil.which("qpdf") is None:
        missing("qpdf")
    for number, path in enumerate(files[::3]):
        # Unpacked, a change reaches what is inside the streams.
        target = folder / f"{number}.pdf"
        command = ["qpdf", "--qdf", "--object-streams=disable", "--warning-exit-0", str(path), str(target)]
        subprocess.run(command, check=False, capture_output=True, timeout=30)
        if target.exists() and target.stat().st_size < 3 * LARGEST:
            found.append(target.read_bytes())
    made_up = [*samples.HOSTILE.values(), samples.flate_bomb(), samples.doubling_forms(12), samples.many_runs(999)]
    return [one for one in found + made_up if one]


def others() -> list[bytes]:
    """Return small documents of the other formats."""
    return [
        office.word("Der Rat der Stadt", "beschließt die Satzung."),
        office.workbook([["Haushalt", 1250], ["Summe", "=SUM(B1:B1)"]]),
        office.slides("Straßenausbau", "Kosten"),
        office.open_document("text", "<text:p>Die Verwaltung schlägt vor</text:p>"),
        office.mail(
            "Guten Tag", "<p>Guten <b>Tag</b></p>", a_docx=office.word("Anlage"), b_pdf=samples.pdf(["Anlage"])
        ),
        office.zipped({"a.pdf": samples.pdf(["Anlage"]), "b.docx": office.word("Anlage")}),
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard Gr\'fc\'dfe\par{\*\generator x}\trowd\cell\row}",
        b"<!doctype html><html><body><h1>Satzung</h1><table><tr><td>1</td></tr></table></body></html>",
        "Grüße aus dem Rathaus\n".encode() * 9,
        hostile.png(64, 64, zlib.compress(bytes(64 * 193))),
    ]


def survived(worse: list[bytes], count: int, hint: str) -> Counter[str]:
    """Read so many mutations in two sandboxes; returns how they ended, after neither has died."""
    states: Counter[str] = Counter()
    slowest: list[tuple[float, int]] = []

    def read(box: Sandbox, half: int) -> None:
        for number in range(half, count, 2):
            began = time.monotonic()
            reading = box.read(mutated(worse, number), media_type_hint=hint)
            slowest.append((round(time.monotonic() - began, 2), number))
            assert reading.state in STATES, number
            assert reading.state == "ok" or reading.reason, number
            states[reading.state] += 1

    with Sandbox() as first, Sandbox() as second:
        boxes = (first, second)
        warm = [warm_pid(box) for box in boxes]
        began = time.monotonic()
        with watched(*warm) as most, ThreadPoolExecutor(2) as pool:
            list(pool.map(read, boxes, (0, 1)))
        figures = {
            "mutations": states.total(),
            "seeds": len(worse),
            "states": dict(states.most_common()),
            "seconds": round(time.monotonic() - began),
            "slowest": sorted(slowest)[-3:],
            "peak_mb_of_a_tree": [round(kib / 1024) for kib in most.values()],
        }
        sys.stdout.write(json.dumps(figures) + "\n")
        assert [warm_pid(box) for box in boxes] == warm, "a warm process died"
    assert states.total() == count
    assert max(slowest)[0] < 30
    assert max(most.values()) < MOST_KIB
    return states


def test_no_worker_dies_of_any_mutation_of_a_pdf(tmp_path: Path) -> None:
    states = survived(seeds(tmp_path), MUTATIONS, "application/pdf")

    # What damages a file is no attack on its reader.
    assert states["hostile"] == 0
    assert states["ok"] + states["partly"] > MUTATIONS / 10


def test_no_worker_dies_of_any_mutation_of_another_format() -> None:
    count = MUTATIONS // 5
    states = survived(others(), count, "")

    assert states["crashed"] + states["timeout"] <= count / 100
    assert states["ok"] + states["partly"] > count / 10
