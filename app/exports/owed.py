"""What is to go out of a generation or delta: what was taken back since it was written, or last looked through."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.exports.manifest import ALL, ExportFile, Manifest
from app.exports.packed import unpacked
from app.exports.policy import Narrowed, narrowed
from app.exports.pruning import Pruner, first_key
from app.models import Erasure, PublicObject, PublicSource, PublicState, Source
from app.models.publication import TAKEN_BACK
from app.rows import among

AT_ONCE = 1000


@dataclass(slots=True)
class Looked:
    """Up to where it was looked for what went."""

    seq: int
    erasures: int
    at: datetime
    edition: str
    decided: str = ""

    @classmethod
    def read(cls, path: Path, manifest: Manifest) -> "Looked":
        """Read what was noted of a folder; without a note it is as when it was written."""
        try:
            said: dict[str, Any] = orjson.loads(path.read_bytes())
            at = datetime.fromisoformat(said["at"])
            return cls(said["seq"], said["erasures"], at, said["edition"], said["decided"])
        except (OSError, ValueError, KeyError, TypeError):
            return cls(manifest.seq, 0, manifest.created, manifest.edition)

    def note(self, path: Path) -> None:
        """Note it."""
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(orjson.dumps(asdict(self)))


@dataclass(slots=True)
class Owed:
    """What went since it was last looked for in one folder, and what is noted when that is done."""

    looked: Looked
    gone: dict[str, str] = field(default_factory=dict)  # key to type
    private: set[str] = field(default_factory=set)
    narrowed: Mapping[str, Narrowed] = field(default_factory=dict)  # by the folder of a council
    at_once: bool = False

    def pruner(self) -> Pruner:
        """Return what takes it out of lines."""
        return Pruner(self.gone, self.private, self.narrowed)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.gone or self.private or self.narrowed)


def owed(session: Session, folder: Path, manifest: Manifest, looked: Looked, *, thoroughly: bool) -> Owed:
    """Return what is to go; what leaves no trace but that it is missing is only looked for `thoroughly`."""
    state = session.get_one(PublicState, 1)
    erasures = dict(session.execute(select(Erasure.key, Erasure.object_type)).all())
    found = Owed(Looked(state.seq, len(erasures), now(), looked.edition, looked.decided))
    chosen = select(PublicObject.key, PublicObject.type, PublicObject.reason).where(PublicObject.seq > looked.seq)
    itself = PublicObject.left_by.is_(None)  # what only moved is not to be taken out anywhere
    for key, type_, reason in session.execute(chosen.where(PublicObject.deleted, itself)):
        found.gone[key] = type_
        found.at_once |= reason in TAKEN_BACK
    items = select(PublicObject.key).where(PublicObject.seq > looked.seq, PublicObject.type == "AgendaItem")
    secret = PublicObject.json.contains('"public":false', autoescape=True)
    found.private = set(session.scalars(items.where(~PublicObject.deleted, secret)))
    if thoroughly and looked.edition != state.edition:
        missing = dict(_missing(session, folder, manifest))
        if _is_whole(session, state.edition):
            found.gone |= missing
            found.looked.edition = state.edition
    if len(erasures) != looked.erasures:
        found.gone |= erasures
        found.at_once = True
    _decided(session, folder, manifest, looked, found)
    return found


def _missing(session: Session, folder: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield key and type of what goes out no more and left no tombstone: those of an edition end with it."""
    for one in manifest.files:
        if one.body == ALL or one.format != "ndjson":
            continue
        keys = map(first_key, unpacked(folder / one.path))
        while some := list(islice(keys, AT_ONCE)):
            mine = among(session, PublicObject.key, some)
            there = set(session.scalars(select(PublicObject.key).where(mine, ~PublicObject.deleted)))
            yield from ((key, one.type) for key in some if key not in there)


def _is_whole(session: Session, edition: str) -> bool:
    """Whether an edition is still the present one, and has the records of all sources: else some only seem missing."""
    unwritten = select(Source.id).where(Source.id.not_in(select(PublicSource.source_id))).limit(1)
    return session.scalar(select(PublicState.edition)) == edition and session.scalar(unwritten) is None


def _decided(session: Session, folder: Path, manifest: Manifest, looked: Looked, found: Owed) -> None:
    """Add what may go out no more by a decision: at once, since it was the operator's word that it did."""
    by_source = narrowed(session)
    found.looked.decided = repr(sorted((one, sorted(map(_sorted, told.items()))) for one, told in by_source.items()))
    if by_source and found.looked.decided != looked.decided:
        sources = _sources(session, folder, manifest)
        found.narrowed = {slug: by_source[one] for slug, one in sources.items() if one in by_source}
        found.at_once |= bool(found.narrowed)


def _sorted(told: tuple[str, frozenset[str]]) -> tuple[str, list[str]]:
    return told[0], sorted(told[1])


def _sources(session: Session, folder: Path, manifest: Manifest) -> dict[str, int]:
    """Return from which source the lines of each council came; all of one council are of one source."""
    found: dict[str, int] = {}
    for one in manifest.files:
        if one.body not in found and is_read(one):
            key = first_key(next(unpacked(folder / one.path), b""))
            source_id = session.scalar(select(PublicObject.source_id).where(PublicObject.key == key))
            found |= {one.body: source_id} if source_id is not None else {}
    return found


def mentions(folder: Path, manifest: Manifest, pruner: Pruner) -> bool:
    """Whether a folder holds any of what is to go."""
    files = [one for one in manifest.files if is_read(one)]
    return any(pruner(line, one.body) is not line for one in files for line in unpacked(folder / one.path))


def is_read(file: ExportFile) -> bool:
    """Whether it is one of those of which all others are made."""
    return file.body != ALL and file.format in ("ndjson", "fulltext")
