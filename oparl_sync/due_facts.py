"""Which texts are looked through for facts next, and what is forgotten where a text changes.

Facts are owed where `Blob.facts_version` is None. `Blob.facts_revision` counts what makes an answer that is still being
worked out worthless: whoever looks through a text notes the number first, and writes only where it is the same.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Engine, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.db import writing
from app.facts import FACTS_VERSION
from app.models import Blob, Mention
from oparl_sync.known import chunks

PORTION = 1000  # documents whose order is held at a time, and for which it is learnt once what is known of a town
RENEWED = 1000  # documents a commit


def is_owed(engine: Engine) -> bool:
    """Tell whether any text is still to be looked through."""
    with Session(engine) as session:
        outdated = (session.scalar(select(Blob.sha256).where(one).limit(1)) for one in _outdated())
        return bool(portion(session, 1)) or any(outdated)


def count(session: Session) -> int:
    """Return how many texts are to be looked through."""
    return session.scalar(select(func.count()).select_from(Blob).where(_waits())) or 0


def portion(session: Session, most: int = PORTION) -> dict[str, int]:
    """Return the newest documents that are to be looked through, and of each the revision that is looked through."""
    chosen = select(Blob.sha256, Blob.facts_revision).where(_waits())
    rows = session.execute(chosen.order_by(Blob.stored_at.desc(), Blob.sha256.desc()).limit(most))
    return {row.sha256: row.facts_revision for row in rows}


def renew(engine: Engine) -> None:
    """Let what other rules looked through be looked through again; what they found is shown until then."""
    count = RENEWED
    while count == RENEWED:
        with writing(engine) as session:
            found = session.scalars(select(Blob.sha256).where(or_(*_outdated())).limit(RENEWED)).all()
            owe(session, found)
        count = len(found)


def owe(session: Session, blobs: Iterable[str]) -> None:
    """Let texts be looked through again, also those that somebody is looking through."""
    for part in chunks(list(blobs)):
        values = {"facts_version": None, "facts_revision": Blob.facts_revision + 1}
        session.execute(update(Blob).where(Blob.sha256.in_(part)).values(**values))


def forget(session: Session, blobs: Iterable[str]) -> None:
    """Forget what was found in texts that were read anew, in the commit that writes them, and look through them."""
    changed = list(blobs)
    for part in chunks(changed):
        session.execute(delete(Mention).where(Mention.sha256.in_(part)))
    owe(session, changed)


def forget_pages(session: Session, sha256: str, pages: Sequence[int]) -> None:
    """Forget what was found on some pages that were read anew, in the commit that writes them.

    They are looked through with the document, when all its pages are there.
    """
    session.execute(delete(Mention).where(Mention.sha256 == sha256, Mention.page.in_(pages)))
    session.execute(update(Blob).where(Blob.sha256 == sha256).values(facts_revision=Blob.facts_revision + 1))


def _waits() -> ColumnElement[bool]:
    """Whether a text is to be looked through, in the words of an index."""
    return and_(Blob.facts_version.is_(None), Blob.read_state.is_not(None))


def _outdated() -> tuple[ColumnElement[bool], ...]:
    return Blob.facts_version < FACTS_VERSION, Blob.facts_version > FACTS_VERSION  # "!=" would use no index
