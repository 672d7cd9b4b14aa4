"""A portal of many councils, rows, texts and index: made once and kept in a folder.

A paper has five files and goes through two or three meetings, as in Karlsruhe's records; texts are made of a vocabulary
as unequally frequent as a language's. Rows are written as a mirror leaves them, without a server in between.
"""

import hashlib
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.config import Settings
from app.db import Base, learn, open_current, writing
from app.facts import street_key
from app.indexing import rebuild, texts_of
from app.models import Mention, OParlObject
from app.rows import insert_all
from oparl_sync import counting, places
from oparl_sync.progress import Progress
from search import open_index
from tests import factories

FILES_A_PAPER = 5
ORGANIZATIONS, PEOPLE, PAPERS_A_MEETING, STATIONS = 12, 30, 9, 3
NEWEST = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
WORDS_A_PAGE = 150
KINDS = ("Beschlussvorlage", "Antrag", "Anfrage", "Mitteilung", "Bericht")
RESULTS = ("einstimmig beschlossen", "mehrheitlich beschlossen", "vertagt", "abgelehnt", "zur Kenntnis genommen")
_STEMS = [
    "Rad",
    "Weg",
    "Haus",
    "Schul",
    "Park",
    "Platz",
    "Kinder",
    "Garten",
    "Brücke",
    "Wasser",
    "Licht",
    "Stadt",
    "Wald",
    "Bau",
    "Verkehr",
    "Sport",
    "Markt",
    "Feuer",
]
_ENDS = [
    "weg",
    "plan",
    "bau",
    "amt",
    "ordnung",
    "satzung",
    "konzept",
    "prüfung",
    "förderung",
    "sanierung",
    "gestaltung",
    "beleuchtung",
    "planung",
]


@dataclass(frozen=True)
class Size:
    """How many councils there are, and how many files all of them have together."""

    councils: int
    files: int


def portal(folder: Path, size: Size) -> Settings:
    """Return the settings of a portal of this size; makes it in the folder where it is not there yet."""
    home = folder / f"{size.councils}-councils-{size.files}-files"
    settings = Settings.from_environment({"RATSLUPE_HOME": str(home), "BASE_URL": "http://127.0.0.1"})
    done = home / "made"
    if not done.exists():
        engine = open_current(settings.database_url)
        chance = random.Random(size.files)
        words = _vocabulary()
        papers = size.files // FILES_A_PAPER // size.councils
        for number in range(1, size.councils + 1):
            _write(engine, list(_council(number, papers, chance, words)))
        learn(engine)
        with closing(open_index(settings.search_url, texts=texts_of(engine))) as index:
            rebuild(engine, index)
        engine.dispose()
        done.touch()
    _derive(settings)
    return settings


def _derive(settings: Settings) -> None:
    """Bring what is counted and placed up to the log, as a worker does; nothing is done twice."""
    engine = open_current(settings.database_url)
    counting.refresh(engine, Progress())
    places.refresh(engine, Progress())
    engine.dispose()


def _vocabulary() -> list[str]:
    made = [f"{a}{b.lower()}{c}" for a in _STEMS for b in ("", *_STEMS) for c in _ENDS]
    return ["die", "der", "und", "wird", "für", "mit", "auf", "von", "Rat", "Beschluss", *made]


def _write(engine: Engine, rows: list[Base]) -> None:
    """Insert rows table by table, by the quickest way there is."""
    by_table: dict[type[Base], list[dict[str, Any]]] = {}
    log = [
        factories.change(row, source_id=row.source_id, backfill=True) for row in rows if isinstance(row, OParlObject)
    ]
    for row in (*rows, *log):
        columns = inspect(type(row)).columns
        values = {column.name: getattr(row, str(column.key)) for column in columns}
        for column in columns:
            if values[column.name] is None and isinstance(column.default, ScalarElementColumnDefault):
                values[column.name] = column.default.arg
        by_table.setdefault(type(row), []).append(values)
    with writing(engine) as session:
        for model in sorted(by_table, key=lambda one: one.__tablename__ != "source"):
            found = by_table[model]
            if "seq" in found[0] and model.__tablename__ == "change":
                found = [{name: value for name, value in row.items() if name != "seq"} for row in found]
            insert_all(session, model.__table__, found)  # type: ignore[arg-type]  # a mapped class has a Table


def _council(number: int, papers: int, chance: random.Random, words: list[str]) -> Iterator[Base]:
    """Yield everything of one council."""
    own = {"source_id": number, "body_id": f"https://{number}.example/oparl/body"}
    yield factories.source(
        id=number, slug=f"stadt-{number}", url=f"https://{number}.example/oparl", last_complete=NEWEST
    )
    yield factories.body(id=own["body_id"], name=f"Stadt {number}", source_id=number)
    groups = [
        factories.organization(name=f"Ausschuss {one} der Stadt {number}", organization_type="Gremium", **own)
        for one in range(ORGANIZATIONS)
    ]
    people = [
        factories.person(name=f"Mitglied {one} aus Stadt {number}", family_name=f"Mitglied{one}", **own)
        for one in range(PEOPLE)
    ]
    seats = [
        factories.membership(person, chance.choice(groups), start_date=date(2021, 1, 1), **own)
        for person in people
        for _ in range(2)
    ]
    yield from (*groups, *people, *seats)
    meetings = []
    for one in range(max(1, papers * STATIONS // PAPERS_A_MEETING)):
        meeting = factories.meeting(start=NEWEST - timedelta(days=one * 2 - 14), name="Sitzung", **own)
        group = chance.choice(groups)
        meetings.append((meeting, group))
        yield meeting
        yield factories.link(meeting, "organization", group)
    for one in range(papers):
        yield from _paper(one, own, meetings, people, chance, words)


def _paper(
    one: int, own: dict[str, Any], meetings: list[Any], people: list[Any], chance: random.Random, words: list[str]
) -> Iterator[Base]:
    day = NEWEST.date() - timedelta(days=chance.randrange(3_000))
    street = f"{words[10 + chance.randrange(200)]}straße"
    paper = factories.paper(
        name=f"{words[chance.randrange(10, len(words))]} in der {street}",
        reference=f"{day.year}/{one:04}", date=day, paper_type=chance.choice(KINDS), **own,
    )  # fmt: skip
    yield paper
    yield factories.link(paper, "originatorPerson", chance.choice(people))
    first = chance.randrange(len(meetings))
    for place in range(1 + chance.randrange(STATIONS)):
        meeting, group = meetings[(first + place * 3) % len(meetings)]
        over = meeting.start < NEWEST
        item = factories.agenda_item(
            meeting, position=one, number=f"Ö {one % 30}", name=paper.name,
            result=chance.choice(RESULTS) if over else None, **own,
        )  # fmt: skip
        stop = factories.consultation(paper, meeting, item, position=place, role="Beratung", **own)
        item.consultation_id = stop.id
        yield from (item, stop)
        yield factories.link(stop, "organization", group)
    for place in range(FILES_A_PAPER):
        yield from _file(paper, place, day, street, own, chance, words)


def _file(
    paper: Any, place: int, day: date, street: str, own: dict[str, Any], chance: random.Random, words: list[str]
) -> Iterator[Base]:
    texts = [_text(chance, words, street, paper.reference) for _ in range(2)]
    sha256 = hashlib.sha256(f"{paper.id} {place}".encode()).hexdigest()
    blob = factories.blob(
        sha256=sha256, size=9_000, page_count=len(texts), facts_version="1", facts_revision=0, read_attempts=0
    )
    file = factories.file(
        name=f"Anlage {place}" if place else paper.name,
        date=day,
        blob_sha256=sha256,
        fetch_state="fetched",
        attempts=1,
        **own,
    )
    yield file
    yield blob
    for number, text in enumerate(texts, 1):
        yield factories.page(sha256, number, text)
        at = text.index(street)
        yield Mention(
            sha256=sha256,
            page=number,
            start=at,
            end=at + len(street),
            kind="place",
            value=street_key(street),
            label=street,
        )
    cents = chance.randrange(10**9)
    yield Mention(sha256=sha256, page=1, start=0, end=9, kind="amount", value=str(cents), number=cents)
    yield factories.link(paper, "auxiliaryFile" if place else "mainFile", file, position=place)


def _text(chance: random.Random, words: list[str], street: str, reference: str) -> str:
    found = [words[int(len(words) * chance.random() ** 3)] for _ in range(WORDS_A_PAGE)]
    return f"{10_000 + chance.randrange(90_000)} Euro kostet es in der {street}, siehe {reference}. {' '.join(found)}"
