"""Looking through the pages of documents for what may be private: each text once, some documents a commit.

What is remembered is that it was done and on which pages something of which kind was found, by the document's bytes.
A text that was read anew is looked through anew; what no document has any more is forgotten.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.db import writing
from app.models import Blob, Body, File, Page, PageFlag, PageScan
from app.quality.patterns import VERSION, flags
from app.rows import insert_all
from app.shown import shown

AT_ONCE = 200  # documents a commit
PICTURES = frozenset({"scan", "garbled", "ocr"})  # methods of pages that are pictures of text, or as good as
Progress = Callable[[int, int], None]  # done, of how many
_SCANS = PageScan.metadata.tables[PageScan.__tablename__]
_FLAGS = PageFlag.metadata.tables[PageFlag.__tablename__]


@dataclass(frozen=True, slots=True)
class Flagged:
    """A page on which something of a kind was found so often; of the file with a key and a name."""

    file_key: str
    file_name: str | None
    page: int
    kind: str
    count: int


def is_owed(session: Session) -> bool:
    """Tell whether the text of any document is still to be looked through."""
    return session.scalar(select(Blob.sha256).outerjoin(PageScan, _same()).where(_owed()).limit(1)) is not None


def waiting(engine: Engine, *, enough: Callable[[], bool] = lambda: False, progress: Progress | None = None) -> int:
    """Look through what is owed until it is `enough`; returns how many documents were. May be killed anywhere."""
    done, last, total = 0, "", 0
    if progress:
        with Session(engine) as session:
            owed = select(func.count()).select_from(Blob).outerjoin(PageScan, _same()).where(_owed())
            total = session.scalar(owed) or 0
    while not enough():
        with Session(engine) as session:
            chosen = select(Blob.sha256, Blob.facts_revision).outerjoin(PageScan, _same())
            rows = session.execute(chosen.where(_owed(), Blob.sha256 > last).order_by(Blob.sha256).limit(AT_ONCE)).all()
            found = _looked_through(session, {row.sha256: row.facts_revision for row in rows})
        if not found:
            break
        _write(engine, found)
        last, done = rows[-1].sha256, done + len(found)
        if progress:
            progress(done, total)
    return done


def tidy(engine: Engine) -> None:
    """Forget what was found in documents that are not here any more."""
    with writing(engine) as session:
        for kept in (PageFlag, PageScan):
            there = select(Blob.sha256).where(Blob.sha256 == kept.sha256)
            session.execute(delete(kept).where(~there.exists()).execution_options(synchronize_session=False))


def flagged(session: Session, body: str | None = None) -> Iterator[Flagged]:
    """Yield the flagged pages of files that are shown, of all councils or of one; for the operator's eyes alone."""
    names = (File.key, func.coalesce(File.name, File.file_name), PageFlag.page, PageFlag.kind, PageFlag.count)
    query = (
        select(*names)
        .join(PageFlag, PageFlag.sha256 == File.blob_sha256)
        .where(shown(File), File.body_id.in_(select(Body.id).where(~Body.deleted)))
        .order_by(File.body_id, File.key, PageFlag.page, PageFlag.kind)
        .execution_options(yield_per=1000)
    )
    if body is not None:
        query = query.where(File.body_id == body)
    for row in session.execute(query):
        yield Flagged(*row)


@dataclass(frozen=True, slots=True)
class _Found:
    sha256: str
    revision: int
    pages: int
    pictured: int
    kinds: tuple[tuple[int, str, int], ...]  # page, kind, count


def _looked_through(session: Session, revisions: Mapping[str, int]) -> list[_Found]:
    """Return what is found in documents, a page in memory at a time."""
    pages, pictured, kinds = Counter[str](), Counter[str](), dict[str, list[tuple[int, str, int]]]()
    rows = select(Page.sha256, Page.number, Page.text, Page.method).where(Page.sha256.in_(list(revisions)))
    ordered = rows.order_by(Page.sha256, Page.number).execution_options(yield_per=20)
    for sha256, number, text, method in session.execute(ordered):
        pages[sha256] += bool(text.strip())
        pictured[sha256] += method in PICTURES
        kinds.setdefault(sha256, []).extend((number, kind, count) for kind, count in sorted(flags(text).items()))
    return [
        _Found(sha256, revision, pages[sha256], pictured[sha256], tuple(kinds.get(sha256, ())))
        for sha256, revision in revisions.items()
    ]


def _write(engine: Engine, found: list[_Found]) -> None:
    """Put what was found in the place of what was found before."""
    with writing(engine) as session:
        mine = [one.sha256 for one in found]
        # Whoever finds the same at the same time waits here, and writes the same again. What went meanwhile stays away.
        locked = select(Blob.sha256).where(Blob.sha256.in_(mine)).order_by(Blob.sha256).with_for_update()
        there = set(session.scalars(locked))
        for table in (PageFlag, PageScan):
            session.execute(delete(table).where(table.sha256.in_(mine)))
        kept = [one for one in found if one.sha256 in there]
        insert_all(
            session,
            _SCANS,
            [
                {
                    "sha256": one.sha256,
                    "revision": one.revision,
                    "version": VERSION,
                    "pages": one.pages,
                    "pictured": one.pictured,
                    "flagged": len({page for page, _, _ in one.kinds}),
                }
                for one in kept
            ],
        )
        flat = [(one.sha256, *row) for one in kept for row in one.kinds]
        insert_all(session, _FLAGS, [dict(zip(("sha256", "page", "kind", "count"), row, strict=True)) for row in flat])


def _same() -> ColumnElement[bool]:
    return PageScan.sha256 == Blob.sha256


def _owed() -> ColumnElement[bool]:
    other = or_(PageScan.sha256.is_(None), PageScan.revision != Blob.facts_revision, PageScan.version != VERSION)
    return and_(Blob.read_state.is_not(None), Blob.claim.is_(None), other)
