"""What anybody's servers do: nothing is lost, nothing is there twice, and what can be understood is understood."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import now, open_engine
from app.files import open_store
from app.models import (
    AgendaItem,
    Blob,
    Body,
    File,
    LegislativeTerm,
    Link,
    Meeting,
    Membership,
    Page,
    Paper,
    Person,
    Problem,
    Source,
)
from demo.mutations import MUTATIONS
from oparl_sync import download, due_files, extract, fetch
from oparl_sync.problems import ServerFailed
from oparl_sync.progress import Progress
from tests.demo.small import small_town
from tests.oparl_sync.quirks.playing import Playing, held, published

QUIET = Progress(quiet=True)
# Here all that is published is held, under its own ids.
COMPLETE = (
    ("odd-urls", "relative-urls", "single-for-list", "order-as-text", "zero-dates", "naive-moments"),
    ("broken-urls", "url-for-object", "list-as-text", "flags-as-text", "empty-dates", "spaced-moments"),
    ("object-for-url", "number-for-url", "moments-for-days", "days-for-moments", "sizes-of-zero"),
    ("local-time-as-utc", "huge-values", "meetings-end-at-midnight", "nameless-people", "bare-memberships"),
    ("fractions-of-seconds", "terms-without-dates", "nameless-files", "created-after-modified", "references-reused"),
    ("misspelt-terms", "frozen", "bodies-without-a-name", "agenda-items-twice"),
    ("several-bodies",),
    ("meetings-without-agenda", "papers-without-consultations"),
)


@pytest.fixture
def engine(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    """Open a fresh database: what servers do to us is the same on every engine."""
    shutil.copy(sqlite_template, tmp_path / "ratslupe.db")
    opened = open_engine(f"sqlite:///{tmp_path / 'ratslupe.db'}")
    yield opened
    opened.dispose()


def playing(*quirks: str, **options: Any) -> Playing:
    return Playing(*quirks, **({"town": small_town(papers=5, meetings=2, people=8)} | options))


def synced(engine: Engine, *quirks: str, **options: Any) -> Playing:
    council = playing(*quirks, **options)
    _, failures = council.sync(engine)
    assert failures == []
    return council


def column(engine: Engine, attribute: InstrumentedAttribute[Any]) -> dict[str, Any]:
    """Return one column of a type by id."""
    model = attribute.class_
    with Session(engine) as session:
        return {row[0]: row[1] for row in session.execute(select(model.id, attribute))}


def state(engine: Engine) -> tuple[str, str]:
    with Session(engine) as session:
        source = session.scalars(select(Source)).one()
        return source.state, source.state_reason or ""


def problems(engine: Engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        return [(one.kind, one.about) for one in session.scalars(select(Problem).where(Problem.solved_at.is_(None)))]


@pytest.mark.parametrize("names", COMPLETE, ids=lambda names: names[0])
def test_it_holds_all_of_it_once(engine: Engine, names: tuple[str, ...]) -> None:
    council = synced(engine, *names, page_size=40)
    assert held(engine) == published(council.town)
    counts, failures = council.sync(engine, full=True)
    assert failures == []
    assert (counts.created, counts.updated, counts.deleted) == (0, 0, 0)


# A1, A2: what an address says is not where it is.


def test_it_asks_by_the_scheme_that_it_was_given(engine: Engine) -> None:
    council = synced(engine, "other-scheme-ids")
    assert {url.partition(":")[0] for url in council.asked} == {"https"}
    assert held(engine, lambda uri: uri.replace("http:", "https:")) == published(council.town)
    assert all(uri.startswith("http:") for uri in held(engine)["Paper"])


def test_it_asks_where_it_was_led_and_keeps_the_ids(engine: Engine) -> None:
    council = synced(engine, "ids-elsewhere", page_size=40)
    assert {url.split("/")[2] for url in council.asked} == {"rat.example"}
    own = "https://web1.rat.example/oparl"
    assert held(engine, lambda uri: uri.replace(own, council.town.base)) == published(council.town)


# A3: moves.


@pytest.mark.parametrize("name", ["moved", "moved-with-redirect"])
def test_a_move_neither_takes_nor_doubles_anything(engine: Engine, name: str) -> None:
    town = synced(engine).town
    before = {kind: len(uris) for kind, uris in published(town).items()}
    moved = playing(name, town=town)
    for full in (False, True):
        moved.sync(engine, full=full)
        after = held(engine)
        assert {kind: len(uris) for kind, uris in after.items()} == before
    new = "https://rat.example/ris/oparl/neu/"
    assert all(uri.startswith(new) is (name == "moved-with-redirect") for uri in after["Paper"])


# A4, A5: what is referred to.


def test_it_finds_what_is_referred_to_and_not_listed(engine: Engine) -> None:
    council = synced(engine, "unlisted-objects", town=small_town())
    assert held(engine) == published(council.town)


def test_it_does_not_ask_for_ever_for_what_is_nowhere(engine: Engine) -> None:
    council = synced(engine, "missing-objects")
    missing = {
        uri
        for uri in published(council.town)["Person"] | published(council.town)["Organization"]
        if uri.endswith(("3", "7", "11", "15", "19"))
    }
    lacking = {kind: uris - held(engine)[kind] for kind, uris in published(council.town).items()}
    assert lacking["Organization"]
    assert set().union(*lacking.values()) <= missing
    asked = len(council.asked)
    council.sync(engine)
    again = [url for url in council.asked[asked:] if url in missing]
    assert again == []


def test_an_object_that_calls_itself_otherwise_is_not_there_twice(engine: Engine) -> None:
    council = synced(engine, "unlisted-objects", "other-id-than-asked", town=small_town())
    bare = held(engine, lambda uri: uri.partition("?")[0])
    assert bare == published(council.town)
    assert {kind: len(uris) for kind, uris in held(engine).items()} == {k: len(v) for k, v in bare.items()}


# A6, A8, A9, O: walls and what is no OParl.


@pytest.mark.parametrize(
    "name", ["wall-that-checks", "wall-that-wants-work", "wall-that-forbids", "wall-around-lists", "wants-a-browser"]
)
def test_a_wall_is_told_left_alone_and_takes_nothing(engine: Engine, name: str) -> None:
    town = synced(engine).town
    walled = playing(name, town=town)
    for _ in range(3):
        _, failures = walled.sync(engine, full=True)
        assert len(failures) == 1
    assert state(engine)[0] == "blocked"
    assert held(engine) == published(town)
    assert len(walled.asked) <= 9, "three passes, three requests each"
    with Session(engine) as session:
        next_try = session.scalars(select(Source.next_try)).one()
    assert next_try is not None
    assert next_try - now() > timedelta(hours=23)


def test_a_wall_that_comes_up_meanwhile_leaves_what_was_read(engine: Engine) -> None:
    council = playing("wall-after-a-while", page_size=10)
    _, failures = council.sync(engine)
    assert len(failures) == 1
    assert state(engine)[0] == "blocked"
    assert len(council.asked) == 21
    assert held(engine)["Organization"] == published(council.town)["Organization"]


@pytest.mark.parametrize("name", ["redirect-to-broken-host", "no-oparl-here", "dead-lists"])
def test_what_is_not_there_any_more_takes_nothing_with_it(engine: Engine, name: str) -> None:
    town = synced(engine).town
    for _ in range(3):
        _, failures = playing(name, town=town).sync(engine, full=True)
        assert failures
    assert state(engine)[0] in ("failing", "partial")
    assert held(engine) == published(town)


def test_lists_that_end_in_failures_keep_what_they_gave(engine: Engine) -> None:
    council = playing("next-is-500", page_size=10)
    for _ in range(2):
        _, failures = council.sync(engine, full=True)
        assert any("page=2" in failure for failure in failures)
    assert state(engine)[0] == "partial"
    assert len(held(engine)["Organization"]) >= 10


def test_one_of_two_that_share_an_id_is_there(engine: Engine) -> None:
    council = synced(engine, "ids-of-two-kinds")
    lacking = {kind: uris - held(engine)[kind] for kind, uris in published(council.town).items()}
    assert [len(uris) for uris in lacking.values() if uris] == [1]
    counts, _ = council.sync(engine, full=True)
    assert (counts.created, counts.deleted) == (0, 0)


# A10, A18: files.


def fetched(engine: Engine, council: Playing, folder: Path, **options: Any) -> set[str]:
    """Fetch all files; returns the states in which they are."""
    client = council.client(**options)
    fetch.endpoint(client, council.address)  # which tells it where the ids lie
    source = council.source(engine, council.address)
    with suppress(ServerFailed):  # many in a row
        download.missing(engine, source.id, client, open_store(f"file://{folder}/files"), QUIET)
    return set(column(engine, File.fetch_state).values())


@pytest.mark.parametrize(
    "names",
    [
        ("files-of-another-type", "nameless-files", "odd-urls", "sizes-of-zero"),
        ("other-scheme-ids",),
        ("ids-elsewhere",),
    ],
)
def test_files_are_fetched_whatever_is_said_of_them(engine: Engine, names: tuple[str, ...], tmp_path: Path) -> None:
    council = synced(engine, *names)
    assert fetched(engine, council, tmp_path) == {"fetched"}
    stored = [path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(stored) >= 5
    assert all(data.startswith(b"%PDF-") for data in stored)


def test_a_web_page_is_never_read_as_a_file(engine: Engine, tmp_path: Path) -> None:
    council = synced(engine, "files-are-web-pages")
    fetched(engine, council, tmp_path)
    extract.waiting(engine, open_store(f"file://{tmp_path}/files"), QUIET)
    with Session(engine) as session:
        assert session.scalars(select(Page)).all() == []
        assert {blob.media_type for blob in session.scalars(select(Blob))} <= {"text/html"}


def test_files_that_want_a_referer_are_fetched_with_one(engine: Engine, tmp_path: Path) -> None:
    council = synced(engine, "files-want-a-referer")
    # The first are refused, and after so many in a row nobody asks for the others.
    assert fetched(engine, council, tmp_path) == {"failed", "waiting"}
    due_files.again(engine, council.source(engine, council.address).id)  # as a full pass does
    headers = {"Referer": "https://rat.example/"}
    assert fetched(engine, council, tmp_path, headers=headers, home=council.address) == {"fetched"}


# A11, A12, A14-A17, A19: single values are what they would be.


SAME = [
    ("moments-for-days", Paper.date), ("moments-for-days", Membership.start_date),
    ("moments-for-days", Membership.end_date),
    ("naive-moments", Meeting.start), ("spaced-moments", Meeting.start), ("spaced-moments", Paper.modified),
    ("naive-moments", Paper.created), ("order-as-text", AgendaItem.position), ("order-as-text", AgendaItem.order),
    ("flags-as-text", AgendaItem.public), ("flags-as-text", Membership.voting_right),
    ("flags-as-text", Meeting.cancelled),
    ("single-for-list", Person.name), ("url-for-object", File.name), ("object-for-url", AgendaItem.meeting_id),
    ("bare-memberships", Membership.person_id), ("misspelt-terms", LegislativeTerm.start_date),
    ("misspelt-terms", LegislativeTerm.end_date), ("references-reused", Paper.name),
]  # fmt: skip


@pytest.fixture
def plain(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    shutil.copy(sqlite_template, tmp_path / "plain.db")
    opened = open_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    synced(opened)
    yield opened
    opened.dispose()


@pytest.mark.parametrize("name", sorted({name for name, _ in SAME}))
def test_it_understands_the_same(engine: Engine, plain: Engine, name: str) -> None:
    synced(engine, name)
    for attribute in [attribute for quirk, attribute in SAME if quirk == name]:
        expected = column(plain, attribute)
        assert any(value is not None for value in expected.values())
        assert column(engine, attribute) == expected, attribute


def links(engine: Engine, name: str) -> set[tuple[str, str]]:
    with Session(engine) as session:
        found = session.execute(select(Link.from_id, Link.to_id).where(Link.property == name))
        return {(one, other) for one, other in found}


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("single-for-list", ("organization", "originatorPerson", "auxiliaryFile")),
        ("url-for-object", ("mainFile", "auxiliaryFile", "location")),
        ("object-for-url", ("organization",)),
    ],
)
def test_it_links_the_same(engine: Engine, plain: Engine, name: str, properties: tuple[str, ...]) -> None:
    synced(engine, name)
    for one in properties:
        assert links(plain, one)
        assert links(engine, one) == links(plain, one), one


def test_it_takes_no_date_for_one_that_is_none(engine: Engine) -> None:
    for name in ("zero-dates", "empty-dates"):
        synced(engine, name)
        assert set(column(engine, Membership.start_date).values()) == {None}
        assert problems(engine) == []


def test_what_cannot_be_understood_is_told(engine: Engine) -> None:
    synced(engine, "number-for-url", "terms-without-dates")
    told = {about.rpartition("#")[2] for kind, about in problems(engine) if kind == "wrong-type"}
    assert told == {"organization", "endDate"}
    assert set(column(engine, LegislativeTerm.start_date).values()) == {None}


def test_a_day_is_the_stamp_of_that_day(engine: Engine, plain: Engine) -> None:
    synced(engine, "days-for-moments")
    for oparl_id, moment in column(engine, Paper.modified).items():
        assert abs(moment - column(plain, Paper.modified)[oparl_id]) < timedelta(days=1)
    assert column(engine, Meeting.start) == column(plain, Meeting.start)


def test_a_fraction_shifts_by_what_it_says(engine: Engine, plain: Engine) -> None:
    synced(engine, "fractions-of-seconds")
    for oparl_id, moment in column(engine, Meeting.start).items():
        assert timedelta(0) <= moment - column(plain, Meeting.start)[oparl_id] < timedelta(seconds=1)


def test_nothing_is_too_long_or_too_large(engine: Engine) -> None:
    council = synced(engine, "huge-values")
    assert set(column(engine, File.size).values()) == {5_000_000_000}
    assert all(len(name) > 700 for name in column(engine, Paper.name).values())
    assert {len(number) for number in column(engine, AgendaItem.number).values()} == {31}
    assert problems(engine) == []
    assert council.town.of_type("Paper")


def test_a_meeting_does_not_end_before_it_begins(engine: Engine) -> None:
    synced(engine, "meetings-end-at-midnight")
    assert set(column(engine, Meeting.end).values()) == {None}
    assert None not in column(engine, Meeting.start).values()


def test_a_person_without_a_name_is_a_person(engine: Engine) -> None:
    council = synced(engine, "nameless-people")
    names = column(engine, Person.name)
    assert {name is None for name in names.values()} == {True, False}
    assert names.keys() == published(council.town)["Person"]


def test_created_after_modified_keeps_nothing_back(engine: Engine) -> None:
    council = synced(engine, "created-after-modified")
    council.town.put(council.town.of_type("Paper")[0] | {"name": "Neuer Titel"})
    council.sync(engine, full=True)
    assert "Neuer Titel" in column(engine, Paper.name).values()


# A20-A22, L, G: whole councils.


def test_each_body_has_its_own(engine: Engine) -> None:
    council = synced(engine, "several-bodies")
    base = council.town.base
    for oparl_id, body in column(engine, Paper.body_id).items():
        assert body == f"{base}/body/{1 + int(oparl_id.rsplit('/', 1)[1]) % 3}"
    assert set(column(engine, Body.name).values()) == {"Stadt Lohenbrück", "0522", "0523"}


def test_one_body_of_several_can_be_had_alone(engine: Engine) -> None:
    council = playing("several-bodies")
    pinned = f"{council.town.base}/body/2"
    council.source(engine, council.address, pinned_body=pinned)
    _, failures = council.sync(engine)
    assert failures == []
    assert set(column(engine, Body.id)) == {pinned}
    assert set(column(engine, Paper.body_id).values()) == {pinned}


def test_papers_are_not_told_apart_by_their_reference(engine: Engine) -> None:
    council = synced(engine, "references-reused")
    assert len(set(column(engine, Paper.reference).values())) == 2
    assert held(engine)["Paper"] == published(council.town)["Paper"]


def test_what_is_refused_is_not_taken_for_open(engine: Engine) -> None:
    council = synced(engine, "closed-papers-are-401")
    closed = {uri for uri in published(council.town)["Paper"] if int(uri.rsplit("/", 1)[1]) % 4 == 2}
    assert closed
    assert held(engine)["Paper"] == published(council.town)["Paper"] - closed


def test_what_leaves_the_list_and_is_refused_from_then_on_is_gone(engine: Engine) -> None:
    council = playing(town=small_town(papers=30, meetings=2, people=8))
    assert council.sync(engine)[1] == []
    gone = set(MUTATIONS["depublish-401"](council.town, 2).gone)
    for _ in range(3):
        council.sync(engine, full=True)
    left = {uri for uris in held(engine).values() for uri in uris}
    assert gone.isdisjoint(left)
    assert held(engine) == published(council.town)


@pytest.mark.parametrize(
    ("name", "body", "paper"),
    [
        ("license-nowhere", None, None),
        ("license-only-on-body", "https://creativecommons.org/licenses/by/4.0/", None),
        ("license-in-a-word", "Open", None),
        ("license-forbids", "Nutzung nur nach Genehmigung", None),
        ("license-of-its-own", "https://rat.example/nutzungsbedingungen", None),
        ("license-misspelt", "https://www.govdata.de/dl-de/zero-2-0", None),
        ("license-only-on-system", None, None),
    ],
)
def test_a_licence_is_kept_as_it_stands(engine: Engine, name: str, body: str | None, paper: str | None) -> None:
    synced(engine, name)
    assert set(column(engine, Body.license).values()) == {body}
    assert set(column(engine, Paper.license).values()) == {paper}


def test_results_are_kept_word_for_word(engine: Engine) -> None:
    synced(engine, "not-recommended")
    assert set(column(engine, AgendaItem.result).values()) <= {None, "nicht empfohlen"}


def test_an_agenda_that_is_left_out_does_not_take_its_items(engine: Engine) -> None:
    council = synced(engine)
    town = council.town
    bare = playing("meetings-without-agenda", town=town)
    for _ in range(2):
        bare.sync(engine, full=True)
    assert held(engine) == published(town)
    assert None not in column(engine, AgendaItem.meeting_id).values()
