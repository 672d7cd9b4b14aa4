"""A folder that is built gets its description, its checksums and their signature, and is put in place."""

import os
import uuid
from pathlib import Path

from app.exports.building import sha256
from app.exports.describing import describe
from app.exports.layout import CURRENT, DELTAS, GENERATIONS, MANIFEST, SIGNATURE, SUMS, TEMPORARY
from app.exports.manifest import Manifest
from app.exports.signing import SigningKey


def finish(built: Path, manifest: Manifest, key: SigningKey) -> None:
    """Describe a generation, list the checksums of all its files, sign them, and bring all of it to the disk."""
    describe(built, manifest, key)
    _seal(built, manifest, key)


def finish_delta(built: Path, manifest: Manifest, key: SigningKey) -> None:
    """List the checksums of a delta, sign them, and bring all of it to the disk."""
    _seal(built, manifest, key)


def _seal(built: Path, manifest: Manifest, key: SigningKey) -> None:
    (built / MANIFEST).write_bytes(manifest.to_json())
    known = {file.path: file.sha256 for file in manifest.files}
    every = sorted(path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file())
    every = [path for path in every if not path.startswith(".")]  # see app.exports.beside
    sums = "".join(f"{known.get(path) or sha256(built / path)}  {path}\n" for path in every)
    (built / SUMS).write_text(sums, encoding="ascii")
    (built / SIGNATURE).write_text(key.sign(sums.encode()), encoding="ascii")
    for path in sorted(built.rglob("*")):
        sync(path)
    sync(built)


def put_delta(directory: Path, built: Path, name: str) -> None:
    """Put a delta in place."""
    _put(built, directory / DELTAS, name)


def put_in_place(directory: Path, built: Path, name: str, *, current: bool = True) -> None:
    """Put a generation in place, as the current one or as one beside it."""
    _put(built, directory / GENERATIONS, name)
    if not current:
        return
    link = directory / f"{TEMPORARY}{uuid.uuid4().hex}"
    link.symlink_to(Path(GENERATIONS) / name)
    link.replace(directory / CURRENT)
    sync(directory)


def _put(built: Path, into: Path, name: str) -> None:
    into.mkdir(exist_ok=True)
    built.rename(into / name)
    sync(into)


def sync(path: Path) -> None:
    """Bring a file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
