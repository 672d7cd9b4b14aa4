"""`python -m demo.build DIR`: write the town into a folder, once."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from .config import DEFAULT_SEED, DEFAULT_TODAY, Options
from .town import Progress, is_complete, write


def ensure(folder: Path, options: Options | None = None, progress: Progress | None = None) -> bool:
    """Build the town unless the folder already holds it; tells whether it had to."""
    wanted = options or Options()
    if is_complete(folder, wanted):
        return False
    # A small town is drawn faster than a second process starts.
    workers = min(os.cpu_count() or 1, 8) if wanted.scale > 0.2 else 1
    write(folder, wanted, workers, progress)
    return True


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options shared by the builder and the server."""
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is 150 meetings, 0.1 fifteen")
    parser.add_argument("--today", type=date.fromisoformat, default=DEFAULT_TODAY, metavar="YYYY-MM-DD")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; 0 when the folder is complete."""
    parser = argparse.ArgumentParser(prog="python -m demo.build", description=__doc__)
    add_options(parser)
    chosen = parser.parse_args(arguments)
    started = time.monotonic()
    built = ensure(
        chosen.folder, Options(chosen.seed, chosen.scale, chosen.today), _show if sys.stderr.isatty() else None
    )
    took = f"built in {time.monotonic() - started:.1f} s" if built else "already complete"
    sys.stdout.write(f"{took}: {chosen.folder}\n")
    return 0


def _show(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        sys.stderr.write(f"\r{done}/{total} files" + ("\n" if done == total else ""))
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
