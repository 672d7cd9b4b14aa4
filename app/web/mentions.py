"""What the files of a paper name, in words: other papers, streets, sums of money, dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton
from flask import Flask
from sqlalchemy.orm import Session

from app.addresses import record_url
from app.facts import Kind, street_of
from app.models import File, Paper
from app.queries.mentions import AllNamed, Cited, Named, Span, cited_by, citing, held_files, named_in, spans
from app.queries.references import Reference
from app.speech import decimal_words
from app.web.filters import day, held
from app.web.i18n import formats
from app.web.maps import street_url

LISTED = 6  # sums and streets; the rest is folded away
MOST = 60  # of one kind: a budget names thousands of sums


@dataclass(frozen=True, slots=True)
class Some:
    """What is shown at once, what is folded away, how many there are, of which some may be in neither, and in
    how many files."""

    first: Sequence[Named]
    rest: Sequence[Named]
    total: int
    files: int

    @classmethod
    def of(cls, named: AllNamed) -> "Some":
        """Part a list; a single one more is not folded away."""
        cut = LISTED if len(named.first) > LISTED + 1 else len(named.first)
        return cls(named.first[:cut], named.first[cut:], named.total, named.files)

    @property
    def is_cut(self) -> bool:
        """Tell whether there are more than are listed."""
        return self.total > len(self.first) + len(self.rest)


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a paper's files name, and which papers name it."""

    cites: Sequence[Cited]
    cited: Sequence[Cited]
    streets: Some
    amounts: Some
    dates: AllNamed

    @property
    def largest(self) -> int | None:
        """The largest sum in cents."""
        return next((named.number for named in self.amounts.first), None)


def install(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.filters.update(amount=amount, said_date=said_date)


def mentions_of(session: Session, paper: Paper, held_by_it: Sequence[Reference]) -> Mentions:
    """Return what a paper's files name, and which papers name it; in five queries, however many files there are."""
    files = held_files(paper, held_by_it)
    named = named_in(session, files, (Kind.PLACE, Kind.AMOUNT, Kind.DATE), MOST)
    return Mentions(
        cited_by(session, paper, files),
        citing(session, paper),
        Some.of(named[Kind.PLACE]),
        Some.of(named[Kind.AMOUNT]),
        named[Kind.DATE],
    )


def leads_of(session: Session, file: File, page: int) -> list[tuple[int, int, str]]:
    """Return where on a page something is named that has a page of its own here, and that one's address."""
    return [(span.start, span.end, _address(span)) for span in spans(session, file, page)]


def _address(span: Span) -> str:
    if span.paper is not None:
        return record_url("Paper", span.paper.key)
    label = span.label or ""
    return street_url(street_of(label) or label)


def amount(value: str) -> str:
    """Return cents, or a range of them, as "12.500 Euro" or "10.000 bis 20.000 Euro"."""
    low, _, high = value.rpartition("..")
    return held(f"{_euros(low)}–{_euros(high)} Euro" if low else f"{_euros(high)} Euro")


def _euros(cents: str) -> str:
    whole, rest = divmod(abs(int(cents)), 100)
    text = decimal_words(whole + rest / 100, "#,##0.00" if rest else "#,##0", formats())
    return f"−{text}" if int(cents) < 0 else text


def said_date(value: str) -> str:
    """Return "2024-03-12" as a day and "2024-03" as a month."""
    if len(value) == len("2024-03"):
        return held(format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=formats()))
    return day(date.fromisoformat(value))
