"""How fast and how well are documents read, inside the sandbox, beside the bare libraries?

    python -m benchmarks.documents [--quick] [--rounds N]

The PDFs of shared/data/pdf, which are not part of this repository. Each tool reads them in a process of its own, one
core each; rounds take turns, and medians are told, in processor time (of the sandbox: parent, warm process and all
children) because the machine has other work. Speed is measured on documents that nobody had to guess: those of which
no page went through OCR. Word F1 is that of the bags of words, document by document, against pdftotext.
"""

import argparse
import json
import os
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

import pypdfium2
from pdfminer.high_level import extract_text

from app.documents import Sandbox
from app.documents.picture import Request
from app.documents.preview_cache import PAGE
from app.documents.reading import GARBLED, SCAN
from app.documents.sniff import PDF
from benchmarks.measuring import Result, measured
from benchmarks.words import f1
from tests.app.documents import samples
from tests.real.captured import DATA
from tests.real.trees import watched

LONG = 5  # pages: from here on the start of a child has to be worth nothing
GUESSED = {"ocr", SCAN, GARBLED}  # how pages were read, or wait to be
TICKS = os.sysconf("SC_CLK_TCK")


def bare_pypdfium2(files: list[str]) -> Result:
    """Read with nothing but PDFium."""
    texts, before = [], time.process_time()
    for file in files:
        pdf = pypdfium2.PdfDocument(file)
        pages = []
        for page in pdf:
            text_page = page.get_textpage()
            pages.append(text_page.get_text_range())
            text_page.close()
            page.close()
        pdf.close()
        texts.append(pages)
    return {"cpu": time.process_time() - before, "texts": texts}


def bare_pdfminer(files: list[str]) -> Result:
    """Read with nothing but pdfminer.six, as its own first example does."""
    before = time.process_time()
    texts = [extract_text(file).split("\f")[:-1] for file in files]
    return {"cpu": time.process_time() - before, "texts": texts}


def pdftotext(files: list[str]) -> Result:
    """Read with poppler's program, started once a document."""
    before, texts = _of_children(), []
    for file in files:
        done = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=False)
        texts.append(done.stdout.decode(errors="replace").split("\f")[:-1])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"cpu": _of_children() - before, "texts": texts, "tree_mb": round(peak / 1024)}


def sandboxed(files: list[str]) -> Result:
    """Read as the worker does."""
    with Sandbox() as sandbox:
        sandbox.read(b"warm", name="a.txt")
        pid = _warm(sandbox)
        before = time.process_time() + _of_family(pid)
        with watched(pid) as most:
            readings = [sandbox.read(Path(file)) for file in files]
        cpu = time.process_time() + _of_family(pid) - before
    return {
        "cpu": cpu,
        "texts": [[page.text for page in reading.pages] for reading in readings],
        "methods": [sorted({page.method for page in reading.pages}) for reading in readings],
        "states": Counter(reading.state for reading in readings),
        "tree_mb": round(max(most.values()) / 1024),
    }


TOOLS: dict[str, Callable[[list[str]], Result]] = {
    "in the sandbox": sandboxed,
    "bare pypdfium2": bare_pypdfium2,
    "pdftotext": pdftotext,
    "bare pdfminer.six": bare_pdfminer,
}
FAST = ("in the sandbox", "bare pypdfium2", "pdftotext")


def overhead(count: int) -> Result:
    """What a document of one line takes in the sandbox more than without it, in ms: by the clock, and of processors."""
    small = samples.pdf(["Eine Zeile"])

    def bare() -> None:
        pdf = pypdfium2.PdfDocument(small)
        pdf[0].get_textpage().get_text_range()
        pdf.close()

    with Sandbox() as sandbox:
        inside, inside_cpu = _each(sandbox, lambda: sandbox.read(small), count)
        outside, outside_cpu = _each(sandbox, bare, count)
    return {
        "overhead_ms": round(median(inside) - median(outside), 1),
        "overhead_least_ms": round(min(inside) - min(outside), 1),
        "overhead_cpu_ms": round(inside_cpu - outside_cpu, 1),
    }


def previews(files: list[str], each: int) -> Result:
    """How long a picture of a page takes, of the first pages of each document, in ms: by the clock, and in CPU time."""
    wanted = [(file, page) for file in files for page in range(min(len(pypdfium2.PdfDocument(file)), each))]
    left = iter(wanted)

    with Sandbox() as sandbox:

        def draw() -> None:
            file, page = next(left)
            request = Request(kind="picture", media_type=PDF, page=page + 1, width=PAGE)
            sandbox.draw(Path(file), request, seconds=20)

        times, cpu = _each(sandbox, draw, len(wanted))
    return {
        "previews": len(wanted),
        "preview_ms": round(mean(times), 1),
        "preview_median_ms": round(median(times), 1),
        "preview_cpu_ms": round(cpu, 1),
    }


def _each(sandbox: Sandbox, do: Callable[[], object], count: int) -> tuple[list[float], float]:
    """Do it so often; returns how long each took, and the processor time of one, in ms."""
    sandbox.read(b"warm", name="a.txt")
    before, times = time.process_time() + _of_family(_warm(sandbox)), []
    for _ in range(count):
        began = time.perf_counter()
        do()
        times.append((time.perf_counter() - began) * 1000)
    cpu = time.process_time() + _of_family(_warm(sandbox)) - before
    return times, cpu / count * 1000


def _warm(sandbox: Sandbox) -> int:
    assert sandbox._warm is not None  # noqa: SLF001 - what it needs cannot be asked otherwise
    return sandbox._warm.pid  # noqa: SLF001


def _of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _of_family(pid: int) -> float:
    """Return the processor time of a process and of its children that have ended, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def speeds(files: list[str], pages: int, rounds: int) -> dict[str, Result]:
    """Let the fast tools read these files so many times, in turns."""
    found: dict[str, list[Result]] = {name: [] for name in FAST}
    for _ in range(rounds):
        for name in FAST:
            found[name].append(measured(TOOLS[name], files))
    pairs = zip(found["in the sandbox"], found["bare pypdfium2"], strict=True)
    ratios = [bare["cpu"] / inside["cpu"] for inside, bare in pairs]
    table = {
        name: {
            "pages_per_cpu_second": round(pages / median(one["cpu"] for one in results), 1),
            "peak_mb": max(one.get("tree_mb") or one["peak_mb"] for one in results),
        }
        for name, results in found.items()
    }
    table["in the sandbox"]["of_bare_pypdfium2"] = round(median(ratios), 2)
    table["in the sandbox"]["of_bare_pypdfium2_each"] = [round(one, 2) for one in ratios]
    return table


def qualities(files: list[str], pages: int) -> dict[str, Result]:
    """Compare the words of every tool with those of pdftotext; and tell how fast those are that are measured once."""
    found = {name: measured(tool, files) for name, tool in TOOLS.items()}
    reference = [" ".join(texts) for texts in found["pdftotext"]["texts"]]
    table: dict[str, Result] = {}
    for name, one in found.items():
        pairs = zip(one["texts"], reference, strict=True)
        scores = [f1(" ".join(texts), whole) for texts, whole in pairs if whole.split()]
        table[name] = {"word_f1": round(mean(scores), 4), "word_f1_median": round(median(scores), 4)}
        if name not in FAST:
            table[name] |= {"pages_per_cpu_second": round(pages / one["cpu"], 1), "peak_mb": one["peak_mb"]}
    return table


def main() -> None:
    """Measure, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a part of the documents, one round")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    files = sorted(str(path) for path in (DATA / "pdf").rglob("*.pdf"))
    if not files:
        raise SystemExit("the captured documents, which are not part of this repository, are not on this machine")
    if chosen.quick:
        files = [file for file in files if Path(file).stat().st_size < 300_000][::3]
    first = measured(sandboxed, files)
    # Nobody has to guess at these; the others wait for Tesseract, which no other tool here asks.
    told = [file for file, methods in zip(files, first["methods"], strict=True) if not GUESSED & set(methods)]
    counted = {file: len(pypdfium2.PdfDocument(file)) for file in told}
    long = [file for file in told if counted[file] >= LONG]
    pages = sum(counted[file] for file in long)
    fast = speeds(long, pages, 1 if chosen.quick else chosen.rounds)
    tools = {name: fast.get(name, {}) | row for name, row in qualities(told, sum(counted.values())).items()}
    print(f"{len(files)} documents: {dict(first['states'])}")
    print(f"speed: {len(long)} of {LONG} pages and more, {pages} pages; words: all {len(told)} that need no OCR")
    print(f"{'':18} {'pages/cpu s':>12} {'peak MB':>8} {'word F1':>8} {'median':>7}")
    for name, row in tools.items():
        speed, peak, least = row["pages_per_cpu_second"], row["peak_mb"], row["word_f1_median"]
        print(f"{name:18} {speed:12} {peak:8} {row['word_f1']:8} {least:7}")
    more = measured(overhead, 50 if chosen.quick else 300) | measured(previews, told[::5], 2 if chosen.quick else 8)
    more = {name: value for name, value in more.items() if "_mb" not in name}
    print(*(f"{name:>20}: {value}" for name, value in more.items()), sep="\n")
    print(json.dumps({"documents": len(files), "pages": pages, "tools": tools, **more}))


if __name__ == "__main__":
    main()
