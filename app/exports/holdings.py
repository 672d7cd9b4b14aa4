"""What there is to be written: of all that goes out, or of a generation that is written again without some of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
from sqlalchemy import ColumnElement, LargeBinary, and_, cast, func, select
from sqlalchemy.orm import Session

from app.exports.manifest import ALL, Manifest
from app.exports.packed import unpacked
from app.models import OPARL_TYPES, Blob, Body, File, Page, PublicObject, PublicState, Source, key_of
from app.models.files import FETCHED
from app.models.publication import MOVED, TAKEN_BACK
from app.publication.licences import Licences
from app.publication.names import PREFIX, Names
from app.shown import shown
from app.slugs import body_slugs, source_slug

AT_ONCE = 1000
RESERVED: Final = frozenset({ALL, "schema", "latest", "deltas"})
FULLTEXT: Final = "fulltext.ndjson.gz"
_MOVED: Final = f'"{PREFIX}reason":"{MOVED}"'.encode()
Allowed = Callable[[Session, str | None], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """All objects of one council, or what a server with several says for all of them (without `key`)."""

    slug: str
    name: str
    key: str | None = None
    source_id: int | None = None
    withheld: int = 0


class Holdings(Protocol):
    """What is written, council by council and type by type, by key."""

    @property
    def parts(self) -> Sequence[Part]:
        """The councils in their order."""

    def lines(self, part: Part, object_type: str) -> Iterator[bytes]:
        """Yield objects as they go out."""

    def pages(self, part: Part) -> Iterator[bytes]:
        """Yield the text of a council's files, a line a page, where it was decided so."""


class Table:
    """All that goes out, in one view of the table from the first object to the last."""

    def __init__(self, session: Session, allows_text: Allowed = lambda _session, _key: False) -> None:
        self._session, self._allows_text = session, allows_text
        state = session.get_one(PublicState, 1)
        self.seq, self.edition = state.seq, state.edition
        self._names = Names(state.form.partition(" ")[2])
        self.parts = _parts(session)
        # As bytes from the database on: else each line is made a text, and that one bytes again.
        on_postgresql = session.get_bind().dialect.name == "postgresql"
        self._bytes: ColumnElement[bytes] = (
            func.convert_to(PublicObject.json, "UTF8", type_=LargeBinary())
            if on_postgresql
            else cast(PublicObject.json, LargeBinary)
        )

    def count(self) -> int:
        """Return how many rows there are to look at."""
        return self._session.scalar(select(func.count()).select_from(PublicObject)) or 0

    def lines(self, part: Part, object_type: str) -> Iterator[bytes]:
        """See Holdings."""
        query = select(self._bytes).where(_of(part), PublicObject.type == object_type, ~PublicObject.deleted)
        rows = self._session.execute(query.order_by(PublicObject.key).execution_options(yield_per=AT_ONCE))
        yield from rows.scalars()

    def pages(self, part: Part) -> Iterator[bytes]:
        """See Holdings."""
        if not self._allows_text(self._session, part.key):
            return
        out = and_(_of(part), PublicObject.type == "File", ~PublicObject.deleted)
        chosen = select(PublicObject.key, Page.number, Page.text).select_from(PublicObject)
        chosen = chosen.join(File, File.key == PublicObject.key).join(Page, Page.sha256 == File.blob_sha256)
        chosen = chosen.join(Blob, Blob.sha256 == Page.sha256).where(out, File.fetch_state == FETCHED)
        query = chosen.order_by(PublicObject.key, Page.number).execution_options(yield_per=100)
        for key, number, text in self._session.execute(query):
            yield orjson.dumps({"file": self._names.id("File", key), "page": number, "text": text})

    def changed(self, since: int, part: Part, object_type: str) -> Iterator[bytes]:
        """Yield the lines of a delta: what changed behind a number."""
        mine = (_of(part), PublicObject.type == object_type, PublicObject.seq > since)
        query = select(PublicObject.json, PublicObject.deleted, PublicObject.reason).where(*mine)
        rows = self._session.execute(query.order_by(PublicObject.key).execution_options(yield_per=AT_ONCE))
        for text, deleted, reason in rows:
            if deleted:
                op = b"redact" if reason in TAKEN_BACK else b"delete"
                yield b'{"op":"' + op + b'",' + text.encode()[1:]
            else:
                yield b'{"op":"upsert","object":' + text.encode() + b"}"


class Snapshot:
    """A generation, or a delta, as it was published; each line goes through `pruned`, which may drop it."""

    def __init__(self, folder: Path, manifest: Manifest, pruned: Callable[[bytes, str], bytes | None]) -> None:
        self._folder, self._pruned = folder, pruned
        self._paths = {file.path for file in manifest.files}
        self.parts: Sequence[Part] = [Part(one.body, one.name, withheld=one.withheld) for one in manifest.councils]

    def lines(self, part: Part, object_type: str) -> Iterator[bytes]:
        """See Holdings."""
        return self._read(part.slug, f"{object_type}.ndjson.gz")

    def pages(self, part: Part) -> Iterator[bytes]:
        """See Holdings."""
        return self._read(part.slug, FULLTEXT)

    def _read(self, slug: str, name: str) -> Iterator[bytes]:
        if (path := f"{slug}/{name}") in self._paths:
            for line in unpacked(self._folder / path):
                if (left := self._pruned(line, slug)) is not None:
                    yield left


def is_moved(line: bytes) -> bool:
    """Whether a line of a delta says that a council has an object no more which another one has."""
    return line.startswith(b'{"op":"delete",') and _MOVED in line


def _of(part: Part) -> Any:
    if part.key is not None:
        return PublicObject.body_key == part.key
    return and_(PublicObject.body_key.is_(None), PublicObject.source_id == part.source_id)


def _parts(session: Session) -> list[Part]:
    slugs = {key_of(body_id): slug for body_id, slug in body_slugs(session).items()}
    bodies = {
        key: (name, body_id, source_id)
        for key, name, body_id, source_id in session.execute(
            select(Body.key, Body.name, Body.id, Body.source_id).where(~Body.deleted)
        )
    }
    keys = {key for key in session.scalars(select(PublicObject.body_key).distinct()) if key} | bodies.keys()
    withheld = _Withheld(session)
    parts = []
    for key in sorted(keys):
        slug = slugs.get(key, key)
        name, body_id, source_id = bodies.get(key, (None, None, None))
        left = withheld.of(body_id, source_id) if body_id and source_id is not None else 0
        parts.append(Part(f"{slug}-{key}" if slug in RESERVED else slug, name or slug, key, source_id, left))
    taken = {part.slug for part in parts}
    strays = select(PublicObject.source_id).where(PublicObject.body_key.is_(None)).distinct()
    query = select(Source.id, Source.slug).where(Source.id.in_(strays)).order_by(Source.id)
    for source_id, given in session.execute(query):
        slug = source_slug(given)
        slug = f"{slug}-{source_id}" if slug in taken or slug in RESERVED else slug
        taken.add(slug)
        parts.append(Part(slug, given, None, source_id))
    return parts


class _Withheld:
    """Counts what could go out, but for its licence: of councils for which nobody states one."""

    def __init__(self, session: Session) -> None:
        self._session, self._licences = session, Licences.read(session)

    def of(self, body_id: str, source_id: int) -> int:
        """Return how many records of a council are left out."""
        if self._licences.holding((), body_id, source_id):
            return 0
        alone = self._session.scalar(select(func.count()).where(Body.source_id == source_id, ~Body.deleted)) == 1
        total = 0
        for name, model in OPARL_TYPES.items():
            if name == "System":
                continue
            belongs = model.id if model is Body else model.body_id
            mine = model.source_id == source_id if alone else belongs == body_id
            total += self._session.scalar(select(func.count()).select_from(model).where(mine, shown(model))) or 0
        out = select(func.count()).where(PublicObject.body_key == key_of(body_id), ~PublicObject.deleted)
        return max(0, total - (self._session.scalar(out) or 0))
