"""What stands beside the files of a generation and tells of them: written with it, and there with it or not at all."""

import shutil
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy.orm import Session

from app.exports.manifest import Manifest

EDITION: Final = ".edition"  # which one of it there is; names with a dot are no files of a Manifest


class Beside(Protocol):
    """Reads what it needs in the view of the data that is exported, and writes it into the folder that is built."""

    def edition(self, session: Session, manifest: Manifest) -> str:
        """Read what it needs; returns what is another text whenever it would write something else."""

    def write(self, built: Path) -> None:
        """Write it into the generation."""


def edition_of(folder: Path) -> str:
    """Return the edition in a generation; "" where there is none."""
    try:
        return (folder / EDITION).read_text("ascii")
    except (OSError, ValueError):
        return ""


def forget(folder: Path) -> None:
    """Delete what stands beside the files of a generation that is not the present one any more."""
    for path in folder.glob(".*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def write(beside: Beside | None, built: Path, edition: str) -> None:
    """Write it, where there is something to be written."""
    if beside is not None:
        beside.write(built)
        (built / EDITION).write_text(edition, encoding="ascii")
