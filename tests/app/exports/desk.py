"""A portal that publishes: records, their changes, and what its readers find."""

import gzip
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, update

from app.db import now, writing
from app.exports import Manifest, path_of, publish
from app.models import Erasure, OParlObject, Source
from app.policies import decide
from tests import factories as make

BASE = "http://portal.example"
LICENCE = "https://www.govdata.de/dl-de/by-2-0"


class Desk:
    """A council whose licence is known, and its exports."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder

    def begin(self, *rows: Any) -> None:
        """Have records from the first on."""
        given = [one for one in rows if isinstance(one, Source)]
        make.save(self.engine, *([] if given else [make.source(license=LICENCE)]), make.body(license=None), *rows)

    def bring(self, *rows: Any) -> None:
        """Write records with their changes."""
        make.save(self.engine, *rows)
        flat = [one for some in rows for one in (some if isinstance(some, list) else [some])]
        make.save(self.engine, *[make.change(one, "created") for one in flat if isinstance(one, OParlObject)])

    def alter(self, row: OParlObject, kind: str = "updated", **values: Any) -> None:
        """Change a record as the worker does: its row and the log."""
        if values:
            with writing(self.engine) as session:
                session.execute(update(type(row)).where(type(row).id == row.id).values(**values))
        make.save(self.engine, make.change(row, kind))

    def withdraw(self, row: OParlObject) -> None:
        """Have a record withdrawn by its council."""
        self.alter(row, "deleted", deleted=True)

    def erase(self, row: OParlObject) -> None:
        """Have a record erased by the operator."""
        with writing(self.engine) as session:
            name = type(row).__name__
            session.add(Erasure(key=row.key, object_type=name, at=make.SEEN))
            session.delete(session.get_one(type(row), row.id))
        make.save(self.engine, make.change(row, "erased"))

    def decide(self, what: str, level: str, source_id: int = 1) -> None:
        """Have the operator decide where something of a source may stand."""
        kind, _, name = what.partition(".")
        with writing(self.engine) as session:
            decide(session, source_id, [(kind, name, level)], by="DSB", reason="Beschluss", at=now())

    def publish(self, **options: Any) -> Manifest:
        return publish(self.engine, self.folder, base_url=BASE, **options)

    def lines(self, name: str) -> list[dict[str, Any]]:
        path = path_of(self.folder, name)
        assert path is not None, name
        return [orjson.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]

    def tree(self) -> dict[str, bytes]:
        """Return all bytes of the current generation."""
        current = (self.folder / "current").resolve()
        return {p.relative_to(current).as_posix(): p.read_bytes() for p in current.rglob("*") if p.is_file()}

    def everything(self) -> bytes:
        """Return all that lies in the folder, unpacked."""
        found = [path.name.encode() for path in self.folder.rglob("*")]
        for path in self.folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                found.append(gzip.decompress(content) if path.suffix == ".gz" else content)
        return b"\n".join(found)


def oid(row: OParlObject) -> str:
    """Return the id under which a record goes out."""
    return f"{BASE}/oparl/v1.1/{type(row).__name__.lower()}/{row.key}"
