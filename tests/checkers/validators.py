"""Programs that other portals read catalogues with, in an environment of their own: the product never imports them.

They are heavy, and some are under licences that we do not take on: pip fetches them once into a folder beside .venv.
"""

import fcntl
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from tests.checkers.fetched import CACHE, SECONDS, Unavailable

WANTED = {
    "shacl": ("pyshacl==0.40.1",),
    # psycopg2 itself would have to be compiled; nothing here speaks to a database.
    "ckan": ("ckan==2.12.0", "ckanext-dcat==2.4.4", "psycopg2-binary==2.9.13"),
}
# What CKAN needs is an extra of it, with that psycopg2 among it.
NEEDED = r"""
import re
from importlib.metadata import requires
found = (one.partition(";") for one in requires("ckan") or () if 'extra == "requirements"' in one)
print("\n".join(name.strip() for name, _, _ in found if not name.startswith("psycopg2")))
"""


def python_of(name: str) -> Path:
    """Return the interpreter of an environment; raises Unavailable where it cannot be fetched."""
    folder, wanted = CACHE / name, "\n".join(WANTED[name])
    stamp, python = folder / "stamp", folder / "bin" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != wanted:
            venv.create(folder, with_pip=True, clear=True)
            _fetch(python, name)
            stamp.write_text(wanted)
    return python


def _fetch(python: Path, name: str) -> None:
    _pip(python, name, WANTED[name])
    if name == "ckan":
        asked = subprocess.run([str(python), "-c", NEEDED], check=True, capture_output=True, text=True)
        _pip(python, name, asked.stdout.split())


def _pip(python: Path, name: str, packages: Sequence[str]) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{name}, which pip did not fetch in {SECONDS} s,") from None
    if done.returncode:
        said = (done.stderr.splitlines() or ["pip said nothing"])[-1]
        raise Unavailable(f"{name}, which pip could not fetch ({said[:300]}),")


def run(name: str, code: str, *arguments: str) -> str:
    """Run a program in an environment; returns what it printed."""
    command = [str(python_of(name)), "-c", code, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
