"""When a source is asked again: often where that costs a few requests, at night where everything has to be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.models import ListCursor, Source, SyncRun
from oparl_sync import cursors, due_files
from oparl_sync.run import IMPORTED

HOURLY = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = 1  # o'clock, when it begins
NIGHT_MINUTES = 240
CHEAP = 20  # pages of lists that cannot be filtered: so many are read with each pass rather than wait for the night
FIRST_AGAIN = timedelta(minutes=15)  # after a failure; doubled with each further one
LONGEST_AGAIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a source's last pass; `ended` is None before the first, and where it was killed."""

    source: Source
    ended: datetime | None
    often: bool


def due(engine: Engine, moment: datetime, every: timedelta = HOURLY) -> list[Source]:
    """Return the sources that are due, whoever waits longest first."""
    with Session(engine, expire_on_commit=False) as session:
        found = [(due_at(standing, every), standing.source) for standing in _standings(session)]
    first = datetime.min.replace(tzinfo=moment.tzinfo)
    late = [(at or first, source.id, source) for at, source in found if at is None or at <= moment]
    return [source for _, _, source in sorted(late, key=lambda one: one[:2])]


def owing_files(engine: Engine, moment: datetime) -> list[Source]:
    """Return the sources of which files are owed and due: a killed worker left them, or they failed a while ago."""
    asked = or_(Source.next_try.is_(None), Source.next_try <= moment)
    with Session(engine, expire_on_commit=False) as session:
        return list(
            session.scalars(select(Source).where(asked, due_files.owed(Source.id).exists()).order_by(Source.id))
        )


def due_at(standing: Standing, every: timedelta = HOURLY) -> datetime | None:
    """Return when a source is due, None for at once."""
    source, ended = standing.source, standing.ended
    if ended is None:
        at = None
    elif source.failures and source.state != "complete":
        at = ended + min(FIRST_AGAIN * 2 ** min(source.failures - 1, 10), LONGEST_AGAIN)
    elif standing.often:
        at = ended + every
    else:
        # Not for a pass that ended at midnight, and not all sources at the same minute.
        at = next_night(ended + timedelta(hours=12), minute=source.id * 37 % NIGHT_MINUTES)
    return max((one for one in (at, source.next_try) if one is not None), default=None)


def next_night(after: datetime, *, minute: int = 0) -> datetime:
    """Return the first moment after another that lies so many minutes into a night in Germany."""
    local = after.astimezone(BERLIN)
    at = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
    return (at if at > local else at + timedelta(days=1)).astimezone(after.tzinfo)


def _standings(session: Session) -> list[Standing]:
    runs = aliased(SyncRun)
    newest = select(func.max(runs.id)).where(runs.source_id == Source.id).correlate(Source).scalar_subquery()
    query = select(Source, SyncRun.finished_at).outerjoin(SyncRun, SyncRun.id == newest)
    rows = session.execute(query.where(~Source.url.startswith(IMPORTED))).all()
    lists: dict[int, list[ListCursor]] = {}
    for cursor in session.scalars(select(ListCursor)):
        lists.setdefault(cursor.source_id, []).append(cursor)
    return [Standing(source, ended, often=_is_cheap(lists.get(source.id, ()))) for source, ended in rows]


def _is_cheap(found: Iterable[ListCursor]) -> bool:
    """Tell whether a pass over these lists costs few requests, because they are filtered or short."""
    whole = [c for c in found if c.filtering != cursors.OK or c.stamps != cursors.OK]
    return sum(max(cursor.pages, 1) for cursor in whole) <= CHEAP
