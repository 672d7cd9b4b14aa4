"""What minutes say became of agenda items, and what papers propose: read from the text of files that are shown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, not_, or_, select
from sqlalchemy.orm import Session

from app.facts.minutes import Result
from app.models import AgendaItem, Blob, File, MinutesResult, PaperQuote
from app.queries.file_states import gives_text
from app.queries.outcomes import Outcome, Votes
from app.rows import several
from app.shown import heard, shown

OUTCOMES = {
    Result.ADOPTED: Outcome.ACCEPTED,
    Result.AMENDED: Outcome.AMENDED,
    Result.REJECTED: Outcome.REJECTED,
    Result.DEFERRED: Outcome.POSTPONED,
    Result.REFERRED: Outcome.REFERRED,
    Result.NOTED: Outcome.NOTED,
    Result.WITHDRAWN: Outcome.NONE,
}
# How a passage begins that advises another organization, and how it ends; what a resolution says further on may be
# advice of somebody else.
_ADVICE = re.compile(r"^(?:beschluss)?empfehlung|\bempf(?:iehlt|ehlen|ahl)\b.{0,60}\b(?:dem|der|den)\b", re.IGNORECASE)
_ADVISED = re.compile(r"\bempfohlen\W*$", re.IGNORECASE)
_BEGINNING = 400  # characters
_ADOPTED = frozenset({Outcome.ACCEPTED, Outcome.AMENDED})


@dataclass(frozen=True, slots=True)
class Minuted:
    """What one file says became of an agenda item: read from its text, so it stands beside what the source says."""

    row: MinutesResult
    file: File

    @property
    def result(self) -> Result:
        """The kind of result."""
        return Result(self.row.result)

    @property
    def outcome(self) -> Outcome:
        """The same as the kinds that the source's own words are sorted into; its sign is theirs."""
        return OUTCOMES[self.result]

    @property
    def advised(self) -> bool:
        """Whether it recommends to somebody else what to decide."""
        words = " ".join(self.row.quote.split())
        return bool(_ADVICE.search(words[:_BEGINNING]) or _ADVISED.search(words))

    @property
    def is_counted(self) -> bool:
        """Whether votes are stated."""
        return any(count is not None for count in (self.row.yes, self.row.no, self.row.abstentions))

    @property
    def votes(self) -> Votes:
        """The votes, as far as they are stated."""
        return Votes(self.row.yes, self.row.no, self.row.abstentions)

    def contradicts(self, stated: Outcome | None) -> bool:
        """Whether the source states another result; words of its that are not understood contradict nothing."""
        if stated in (None, Outcome.OTHER, self.outcome):
            return False
        return not {stated, self.outcome} <= _ADOPTED


@dataclass(frozen=True, slots=True)
class Quote:
    """What a paper proposes or how it sums itself up, and in which file."""

    row: PaperQuote
    file: File


def minuted(session: Session, item_ids: Iterable[str]) -> dict[str, tuple[Minuted, ...]]:
    """Return agenda item id -> what minutes say of it; one of several files that say the same; in one query."""
    rows = session.execute(_said(), {"ids": list(item_ids)}).all()
    ours = heard(session, {(file.source_id, source_id) for _, file, source_id in rows})
    found: dict[str, tuple[Minuted, ...]] = {}
    for row, file, source_id in rows:
        known = found.get(row.agenda_item_id, ())
        if (file.source_id, source_id) in ours and all(one.row.result != row.result for one in known):
            found[row.agenda_item_id] = (*known, Minuted(row, file))
    return found


@cache  # a question is built once: to build it takes as long as to answer it
def _said() -> Select[MinutesResult, File, int]:
    return (
        select(MinutesResult, File, AgendaItem.source_id)
        .join(File, File.id == MinutesResult.file_id)
        .outerjoin(Blob, Blob.sha256 == File.blob_sha256)
        .join(AgendaItem, AgendaItem.id == MinutesResult.agenda_item_id)
        .where(MinutesResult.agenda_item_id.in_(several("ids")), shown(File), shown(AgendaItem))
        .where(_of_these_bytes(MinutesResult))
        .order_by(MinutesResult.agenda_item_id, MinutesResult.yes.is_(None), File.id)
    )


def quotes_of(session: Session, paper_id: str) -> dict[str, Quote]:
    """Return what a paper proposes ("proposal") and how it sums itself up ("summary"), as far as it was found."""
    return {row.kind: Quote(row, file) for row, file in session.execute(_quoted(), {"paper": paper_id})}


@cache
def _quoted() -> Select[PaperQuote, File]:
    query = select(PaperQuote, File).join(File, File.id == PaperQuote.file_id)
    query = query.outerjoin(Blob, Blob.sha256 == File.blob_sha256)
    return query.where(PaperQuote.paper_id == bindparam("paper"), shown(File), _of_these_bytes(PaperQuote))


def _of_these_bytes(read: type[MinutesResult] | type[PaperQuote]) -> ColumnElement[bool]:
    """Return the condition that something was read in the bytes that the file has now, or in the text that its source
    states and these give none."""
    return or_(read.sha256 == File.blob_sha256, and_(read.sha256.is_(None), not_(gives_text())))
