"""How many words of real scans are recognised?

    python -m benchmarks.recognition

On scans of council papers that people typed out: what the sandboxed reader makes of them, beside Tesseract as its own
command reads the same page, drawn by poppler at 200 and 300 dpi. Recall is the share of the typed words that were
found, precision the share of what was found that was typed; stamps and letterheads, which nobody typed, count against
it. Time is that of the processor, with everything that was started.
"""

import json
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

from app.documents import Sandbox
from benchmarks.words import bag
from tests.real.captured import DATA

SCANS = DATA / "pdf" / "koeln-ocr-test" / "ocr-test"


def pairs() -> list[tuple[Path, str]]:
    """Return the scans that somebody typed out, each with that text."""
    typed = sorted((SCANS / "referenz").glob("*.txt"))
    found = [(SCANS / "orig" / f"{path.stem}.pdf", path.read_bytes().decode()) for path in typed]
    return [(scan, text.replace("\r\n", "\n").replace("\r", "\n")) for scan, text in found if scan.exists()]


def shares(text: str, typed: str) -> tuple[float, float]:
    """Return recall and precision of the words, 0 to 1."""
    ours, theirs = bag(text), bag(typed)
    both = (ours & theirs).total()
    return both / theirs.total(), both / max(ours.total(), 1)


def ours(sandbox: Sandbox) -> Callable[[Path], str]:
    """Read as the worker does."""
    return lambda scan: "\n".join(page.text for page in sandbox.recognise(scan, [1]).values())


def plain(dpi: int) -> Callable[[Path], str]:
    """Read with the command alone."""

    def read(scan: Path) -> str:
        with tempfile.TemporaryDirectory() as folder:
            picture = f"{folder}/page"
            subprocess.run(["pdftoppm", "-gray", "-singlefile", "-r", str(dpi), scan, picture], check=True)
            command = ["tesseract", f"{picture}.pgm", "-", "-l", "deu"]
            environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin"}
            done = subprocess.run(command, capture_output=True, check=True, env=environment)
        return done.stdout.decode()

    return read


def measured(read: Callable[[Path], str]) -> dict[str, object]:
    """Return recall, precision and seconds a page, each the mean of all scans."""
    began, results = _cpu(), [shares(read(scan), typed) for scan, typed in pairs()]
    return {
        "recall": round(mean(recall for recall, _ in results), 3),
        "precision": round(mean(precision for _, precision in results), 3),
        "recalls": [round(recall, 3) for recall, _ in results],
        "cpu_seconds_a_page": round((_cpu() - began) / len(results), 2),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, print a table and one line of JSON."""
    if not pairs():
        raise SystemExit("the captured scans, which are not part of this repository, are not on this machine")
    sandbox = Sandbox()
    began = _cpu()
    rows = {"in the sandbox, 200 dpi": measured(ours(sandbox))}
    sandbox.close()  # what its children took is counted when they are gone
    rows["in the sandbox, 200 dpi"]["cpu_seconds_a_page"] = round((_cpu() - began) / len(pairs()), 2)
    rows |= {f"tesseract alone, {dpi} dpi": measured(plain(dpi)) for dpi in (200, 300)}
    print(f"{len(pairs())} scans\n{'':26} {'recall':>7} {'precision':>9} {'cpu s/page':>10}")
    for name, row in rows.items():
        print(f"{name:26} {row['recall']:7} {row['precision']:9} {row['cpu_seconds_a_page']:10}")
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
