"""What each source publishes beside what is held here, by type: counted, never believed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, Erasure, Hidden, ListCursor, Problem, Source
from app.shown import attached

UNKNOWN = "Unknown"


@dataclass(slots=True)
class TypeCounts:
    """Records of one type: list entries at the source (None: the source has no list of them, or it was never read to
    its end), records held, objects that could not be stored, and records withdrawn.

    `listed` are those of the held that came in such a list, `erased` and `hidden` those that the operator took down,
    and `elsewhere` how many another source of the same server holds: councils share their people.
    """

    published: int | None = None
    held: int = 0
    quarantined: int = 0
    deleted: int = 0
    listed: int = 0
    erased: int = 0
    hidden: int = 0
    elsewhere: int = 0

    @property
    def missing(self) -> int | None:
        """How many list entries are not accounted for; None where nobody knows how many there are."""
        if self.published is None:
            return None
        left = self.published - self.listed - self.quarantined - self.erased - self.hidden
        return max(0, left - self.elsewhere) if left > 0 else 0

    @property
    def beyond(self) -> int:
        """How many are held that no list names: they came inside other records, or by their own address."""
        return max(0, self.held - self.published) if self.published is not None else 0


def type_counts(session: Session) -> dict[int, dict[str, TypeCounts]]:
    """Return the counts by source and type, types in OParl's order."""
    found: dict[int, dict[str, TypeCounts]] = {}

    def of(source_id: int, name: str) -> TypeCounts:
        return found.setdefault(source_id, {}).setdefault(name, TypeCounts())

    _count_held(session, of)
    lists = select(
        ListCursor.source_id,
        ListCursor.object_type,
        func.sum(ListCursor.published),
        func.count() - func.count(ListCursor.published),
    )
    for source_id, name, entries, unread in session.execute(
        lists.group_by(ListCursor.source_id, ListCursor.object_type)
    ):
        of(source_id, name).published = None if unread else int(entries or 0)
    lost = select(Problem.source_id, Problem.object_type, func.count()).where(
        Problem.quarantined, Problem.solved_at.is_(None)
    )
    for source_id, of_type, count in session.execute(lost.group_by(Problem.source_id, Problem.object_type)):
        # What came without a type is not lost from the count either.
        of(source_id, of_type or UNKNOWN).quarantined = count
    _count_elsewhere(session, found)
    order = list(OPARL_TYPES)
    return {
        source_id: dict(sorted(types.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)))
        for source_id, types in found.items()
    }


def _count_held(session: Session, of: Callable[[int, str], TypeCounts]) -> None:
    held = union_all(
        *(
            select(model.source_id, literal(name).label("name"), model.deleted, model.embedded, func.count().label("n"))
            .where(or_(model.deleted, attached(model)))
            .group_by(model.source_id, model.deleted, model.embedded)
            for name, model in OPARL_TYPES.items()
        )
    )
    for source_id, name, deleted, embedded, count in session.execute(held):
        counts = of(source_id, name)
        if deleted:
            counts.deleted += count
        else:
            counts.held += count
            counts.listed += 0 if embedded else count
    for source_id, name, count in _taken_down(session, Erasure):
        of(source_id, name).erased = count
    for source_id, name, count in _taken_down(session, Hidden):
        of(source_id, name).hidden = count


def _taken_down(session: Session, by: type[Erasure] | type[Hidden]) -> Iterator[tuple[int, str, int]]:
    """Yield source, type and count of what came in lists and was erased, or is hidden."""
    for name in session.scalars(select(by.object_type).distinct()).all():
        if (model := OPARL_TYPES.get(name)) is not None:
            taken = select(model.source_id, func.count()).join(by, by.key == model.key)
            for source_id, count in session.execute(taken.where(~model.embedded).group_by(model.source_id)):
                yield source_id, name, count


def _count_elsewhere(session: Session, found: dict[int, dict[str, TypeCounts]]) -> None:
    """Two councils of one server are two sources; what both lists name is kept with the one that brought it first."""
    by_host: dict[str | None, list[int]] = {}
    for source_id, url in session.execute(select(Source.id, Source.url)):
        by_host.setdefault(urlsplit(url).hostname, []).append(source_id)
    for host, ids in by_host.items():
        for source_id in ids if host else ():
            for name, counts in found.get(source_id, {}).items():
                others = (found.get(other, {}).get(name) for other in ids if other != source_id)
                counts.elsewhere = sum(other.listed for other in others if other)
