"""What becomes of parts that a page's objects name no more, or name again; in the page's own transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from app import changes
from app.models.changes import UPDATED
from oparl_sync import differences, naming, stations, todo
from oparl_sync.naming import Part
from oparl_sync.writes import Lines, Row


def carry_out(
    session: Session,
    lines: Lines,
    again: Iterable[tuple[Part, str]],
    lost: Sequence[Part],
    gained: Sequence[Part],
    logged: set[str],
) -> int:
    """Take their place from `lost` parts, and tell of them and of those named `again`; returns how many were parted.

    Whether its council took a part back, only its own address can tell: it is asked for.
    """
    parted = naming.lost(session, [part for part in lost if part.id not in logged], lines.source_id)
    merged = stations.merge(session, lines, [(part.id, part.parents) for part in lost if part.type == "Consultation"])
    alone = naming.unnamed(session, lost, lines.source_id)
    todo.note(session, lines.source_id, todo.UNNAMED, [(part.type, part.id) for part, _ in alone])
    todo.strike(session, lines.source_id, (todo.UNNAMED,), [part.id for part in gained])
    told = [_line(lines, *one, lost=False) for one in again] + [_line(lines, *one, lost=True) for one in parted]
    changes.append(session, [*told, *merged])
    return len(parted)


def _line(lines: Lines, part: Part, content_hash: str, *, lost: bool) -> Row:
    diff = differences.of_naming(part.type, part.property, part.parents[0], lost=lost)
    return lines.line(part.type, part.id, UPDATED, [part.property], content_hash, diff)
