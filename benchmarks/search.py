"""How fast is a page of results, beside bare ranking and beside plain engines that do the same work?

    python -m benchmarks.search [--quick] [--folder FOLDER] [--sizes 10000,40000,100000] [--beside 40000] [--rounds N]

Files of real length (benchmarks/many_files.py) are made once and kept in the folder. Every engine takes in as many as
the first size says, is asked, takes in more, and is asked again; above --beside files only our own and bare tantivy
are. Every question goes to each engine in turn, so that what else the machine does meets all alike; of the rounds the
median counts. Ours is all of `Index.search`: parse, rank, count, gather matters, pages, passages; for 20 results as of
the others, and for as many as the site shows at once. Whoosh is our own engine of that name, the same work by the same
code, up to 10,000 files. Processor time is that of this process and of the server that works for it; it says more than
the clock where the machine has other work.
"""

import argparse
import gc
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, median

from app.web import site
from app.web.searching import PER_PAGE
from benchmarks.many_files import Kept, kept
from benchmarks.measuring import Result, measured
from benchmarks.search_engines import BARE, CLUSTER, OURS, WHOOSH, Beside, Ours, Same, running
from search import SearchIndex

QUESTIONS = Path(__file__).with_name("questions") / "mixed.tsv"
SAME = "the same queries, bare"
ON_THE_SITE = f"{OURS}, {PER_PAGE} shown"
ALWAYS = (OURS, BARE)
ADDED = 100  # documents that arrive later
WHOOSH_MOST = 10_000  # files; more take it too long to write
Ask = Callable[[str], int]


def questions(*, quick: bool) -> list[str]:
    """Read what is asked; a third of it where it has to be quick."""
    lines = [line for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [line.split("\t")[1] for line in lines][:: 3 if quick else 1]


def asked(engines: Mapping[str, tuple[Ask, int]], wanted: Sequence[str], rounds: int) -> dict[str, Result]:
    """Ask every question of each engine in turn; returns ms by the clock, and of processors, the server's included."""
    clock: dict[tuple[str, str], list[float]] = defaultdict(list)
    cpu: dict[tuple[str, str], list[float]] = defaultdict(list)
    gc.freeze()
    for turn in range(rounds + 1):
        for question in wanted:
            for name, (ask, server) in engines.items():
                before, began = time.process_time() + _of(server), time.perf_counter()
                ask(question)
                if turn:  # the first one warms up
                    clock[name, question].append(1000 * (time.perf_counter() - began))
                    cpu[name, question].append(1000 * (time.process_time() + _of(server) - before))
    return {
        name: {
            **_told([median(clock[name, one]) for one in wanted]),
            "cpu": _told([median(cpu[name, one]) for one in wanted]),
            "mean_cpu": round(mean(mean(cpu[name, one]) for one in wanted), 1),
        }
        for name in engines
    }


def _of(server: int) -> float:
    """The processor time of a process so far, in seconds; counted in hundredths, so that only means say something."""
    if not server:
        return 0.0
    fields = Path(f"/proc/{server}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _told(milliseconds: Sequence[float]) -> Result:
    ordered = sorted(milliseconds)
    places = {"p50": 0.5, "p95": 0.95, "most": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(len(ordered) * at))], 1) for name, at in places.items()}


def suggestions(index: SearchIndex, wanted: Sequence[str]) -> Result:
    """Ask for what may be typed, from the second letter to the sixth; returns ms."""
    typed = [word[:length] for one in wanted for word in one.split()[:1] if word.isalpha() for length in (2, 3, 4, 6)]
    took = []
    for one in typed:
        began = time.perf_counter()
        index.suggest(one)
        took.append(1000 * (time.perf_counter() - began))
    return _told(took)


def adding(ours: Ours, files: Kept, size: int) -> float:
    """Return how many seconds pass until documents that arrive later are found; they are taken out again."""
    late, took = list(files.documents(size, size + ADDED)), []
    for _ in range(3):
        began = time.perf_counter()
        with ours.found.writer() as batch:
            for one in late:
                batch.put(one)
        if ours.found.count() != size + ADDED:
            raise RuntimeError("what was added is not found")
        took.append(time.perf_counter() - began)
        with ours.found.writer() as batch:
            for one in late:
                batch.delete(one.id)
    return round(median(took), 2)


def reading(url: str, folder: str, size: int, wanted: Sequence[str]) -> Result:
    """Answer every question in a process that has the site's code and only reads; tells its memory."""
    ours = Ours(url, kept(Path(folder), size))
    for one in wanted:
        ours.ask(one)
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    own = next(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))
    return {"own_mb": round(own / 1024), "site": site.__name__}


def taken(engine: Ours | Beside, note: Path, first: int, last: int) -> Result:
    """Let an engine take in documents, unless it was kept with them; returns how many in a second."""
    held = json.loads(note.read_text(encoding="ascii")) if note.exists() else {}
    if str(last) not in held:
        began, before = time.perf_counter(), time.process_time()
        engine.take(first, last)
        took, cpu = time.perf_counter() - began, time.process_time() - before
        held[str(last)] = {"per_second": round((last - first) / took), "per_cpu_second": round((last - first) / cpu)}
        note.write_text(json.dumps(held), encoding="ascii")
    found: Result = held[str(last)]
    return found


def measure(sizes: Sequence[int], folder: Path, beside: int, rounds: int, *, quick: bool) -> Iterator[Result]:
    """Yield the figures of each size."""
    files = kept(folder, sizes[-1] + ADDED)
    wanted = questions(quick=quick)
    with running(files, folder, plain_ones=sizes[0] <= beside, cluster=not quick) as engines:
        first = 0
        for size in sizes:
            part = {name: one for name, one in engines.items() if size <= _most(name, beside)}
            took = {name: _taken(name, engine, folder, first, size) for name, engine in part.items()}
            yield _figures(part, files, folder, size, wanted, rounds) | {"indexing": took}
            first = size


def _most(name: str, beside: int) -> int:
    """How many files an engine takes in."""
    if name in ALWAYS:
        return sys.maxsize
    return min(beside, WHOOSH_MOST) if name == WHOOSH else beside


def _taken(name: str, engine: Ours | Beside, folder: Path, first: int, last: int) -> Result:
    stays = name in {OURS, BARE, WHOOSH, "SQLite FTS5"}
    note = folder / f"{name.replace(' ', '-')}.json"
    if not stays:
        note.unlink(missing_ok=True)
    found = taken(engine, note, first, last)
    print(f"{last:>7,} files: {name:22} {found}", flush=True)
    return found


def _figures(
    engines: dict[str, Ours | Beside], files: Kept, folder: Path, size: int, wanted: Sequence[str], rounds: int
) -> Result:
    ways: dict[str, tuple[Ask, int]] = {name: (engine.ask, engine.server) for name, engine in engines.items()}
    same = Same()
    if CLUSTER in engines:
        for one in wanted:
            with same.listening(one):
                engines[CLUSTER].ask(one)
        ways[SAME] = same.ask, engines[CLUSTER].server
    ours = engines[OURS]
    assert isinstance(ours, Ours), "our own"
    ways[ON_THE_SITE] = partial(ours.ask, shown=PER_PAGE), 0
    found: Result = {"files": size, "asked": asked(ways, wanted, rounds)}
    found["suggestions"] = suggestions(ours.found, wanted)
    found["adding_seconds"] = adding(ours, files, size)
    stored = sum(path.stat().st_size for path in (folder / "tantivy").rglob("*") if path.is_file())
    found["size_of_text"] = round(stored / files.size(size), 3)
    found["reading"] = measured(reading, f"tantivy:{folder}/tantivy", str(folder), size, list(wanted))
    for name, each in found["asked"].items():
        print(f"{size:>7,} files: {name:22} {each}", flush=True)
    print({name: found[name] for name in found if name != "asked"}, flush=True)
    return found


def main() -> None:
    """Measure, print as it goes, and one line of JSON at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="400 files, no OpenSearch, a third of the questions")
    parser.add_argument("--folder", type=Path, help="where files and indexes are kept; 4 GB for 100,000")
    parser.add_argument("--sizes", default="10000,40000,100000")
    parser.add_argument("--beside", type=int, default=100_000, help="files up to which every engine takes part")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    sizes = [400] if chosen.quick else [int(size) for size in chosen.sizes.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.folder or Path(name)
        rounds = 1 if chosen.quick else chosen.rounds
        print(json.dumps(list(measure(sizes, folder, chosen.beside, rounds, quick=chosen.quick))))


if __name__ == "__main__":
    main()
