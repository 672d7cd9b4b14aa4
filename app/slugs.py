"""The short names of councils in addresses, in `body:` and in exports."""

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Body, Source

LONGEST = 48
_SOURCE_TABLE = Source.metadata.tables[Source.__tablename__]
_BODY, _SOURCE = Body.metadata.tables[Body.__tablename__].c, _SOURCE_TABLE.c
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slug_of(name: str) -> str:
    """Return a name in small letters, digits and single hyphens, at most 48 of them; may be empty."""
    plain = unicodedata.normalize("NFKC", name).lower().translate(_WRITTEN_OUT)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST].strip("-")


def source_slug(slug: str) -> str:
    """Return a source's short name as it stands in paths, whatever the operator called it."""
    return slug_of(slug) or "source"


def body_slugs(session: Session) -> dict[str, str]:
    """Return the short names of all councils by the Body's id: the source's, and where that has several `source-name`.

    Names that would be the same get the Body's key behind them: both are stable as long as no Body comes or goes.
    """
    # Past what a session may see: a council is called the same where the others of its server are not there.
    here = set(session.scalars(select(Body.id).where(~Body.deleted)))
    query = (
        select(_BODY.id, _BODY.key, _BODY.name, _BODY.source_id, _SOURCE.slug)
        .join(_SOURCE_TABLE, _SOURCE.id == _BODY.source_id)
        .where(~_BODY.deleted)
        .order_by(_SOURCE.id, _BODY.id)
    )
    connection = session.connection()
    rows = connection.execute(query).all()
    of_source: dict[int, int] = {}
    for _, _, _, source_id, _ in rows:
        of_source[source_id] = of_source.get(source_id, 0) + 1
    taken = {source_slug(slug) for slug in connection.scalars(select(_SOURCE.slug))}
    found = {}
    for body_id, key, name, source_id, given in rows:
        source = source_slug(given)
        slug = source if of_source[source_id] == 1 else f"{source}-{slug_of(name or '') or key}"
        if of_source[source_id] > 1 and slug in taken:
            slug = f"{slug}-{key}"
        taken.add(slug)
        found[body_id] = slug
    return {body_id: slug for body_id, slug in found.items() if body_id in here}
