"""A captured council in a server process of its own, as a real one is."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import missing
from tests.real import captured


@contextmanager
def serving(name: str, *options: str) -> Iterator[str]:
    """Give the System's address while the block runs; skips the test where the capture is not on this machine."""
    if not (captured.DATA / "oparl" / name).is_dir():
        missing(f"the captured council {name}")
    command = [sys.executable, "-m", "tests.real.captured", name, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()
