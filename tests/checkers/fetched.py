"""The checkers, fetched once by npm into a folder beside .venv; package-lock.json says which, by their SHA-512."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

from app.config import ROOT

HERE = Path(__file__).parent
CACHE = ROOT / ".checkers"
LOCKED = ("package.json", "package-lock.json")
SECONDS = 600  # for a slow line


class Unavailable(Exception):
    """A checker cannot be had on this machine; the text says which and why."""


def checkers() -> Path:
    """Return the folder of the checkers' packages; raises Unavailable where npm or the network is missing."""
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in LOCKED)).hexdigest()
    stamp, packages = CACHE / "stamp", CACHE / "node_modules"
    CACHE.mkdir(exist_ok=True)
    # Tests run in several processes, and npm empties the folder before it fills it.
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != wanted or not packages.is_dir():
            _fetch()
            stamp.write_text(wanted)
    return packages


def _fetch() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm, which fetches the checkers of pages,")
    for name in LOCKED:
        shutil.copy(HERE / name, CACHE / name)
    # No package runs anything while it is installed: all of them are only read.
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=CACHE, check=False, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"axe-core and its companions, which npm did not fetch in {SECONDS} s,") from None
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line), "npm said nothing")
        raise Unavailable(f"axe-core and its companions, which npm could not fetch ({said[:300]}),")
