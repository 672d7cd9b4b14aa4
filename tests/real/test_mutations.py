"""Hürtgenwald changes in 162 ways, and its mirror says the same: another one missed 99 of as many."""

import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from unittest import mock

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Alias
from oparl_sync import run, sources
from oparl_sync.client import OParlClient
from tests.conftest import missing
from tests.faults.council import saying
from tests.faults.mirror import Mirror, differing, instant, set_clock
from tests.real import captured
from tests.real.changing import Changing, Place

pytestmark = pytest.mark.real

UPDATED = (
    *(("Paper", 5), ("Meeting", 5), ("AgendaItem", 5), ("File", 5), ("Consultation", 5)),
    *(("Person", 2), ("Organization", 2)),
)
PARTS = ("AgendaItem", "File", "Consultation", "Membership")


class Changes:
    """Plays mutations, and counts them."""

    def __init__(self, council: Changing) -> None:
        self.council = council
        self.dice = Random(3)
        self.done: Counter[str] = Counter()

    def told(self) -> None:
        """Play what an honest server tells: the objects are stamped, and whatever embeds them."""
        for kind, count in UPDATED:
            for place in self._some("update", kind, count):
                self._rename(place)
                self.council.stamp(place.item, *place.holders)
        for kind in ("Paper", "Meeting"):
            for place in self._some("delete", kind, 5):
                self.council.remove(place, tombstone=True, listed=True)
        for kind in PARTS:
            for number, place in enumerate(self._some("delete a part", kind, 5)):
                self.council.remove(place, tombstone=bool(number % 2))
                self.council.stamp(*place.holders)
        for number, place in enumerate(self._some("add", "Paper", 5)):
            self.council.add_paper(place, number)
        for kind, count in (("File", 2), ("Consultation", 1), ("AgendaItem", 2)):
            for place in self._some("take from its holder", kind, count):
                self.council.apart[place.item["id"]] = place.item
                self.council.take_out(place)
                self.council.stamp(place.item, *place.holders)
        for kind, holder, count in (("AgendaItem", "Meeting", 3), ("Consultation", "Paper", 2)):
            for place, onto in zip(
                self._some("move", kind, count), self.council.choose(holder, count, self.dice), strict=True
            ):
                self.council.move(place, onto)
                self.council.stamp(place.item, onto.item, *place.holders)

    def half_told(self) -> None:
        """Play what only the objects' own stamps tell: of embedded ones nobody learns by a filter."""
        for kind, count in UPDATED:
            for place in self._some("update, own stamp alone", kind, count):
                self._rename(place)
                self.council.stamp(place.item)

    def untold(self) -> None:
        """Play what no stamp tells."""
        for kind, count in UPDATED:
            for place in self._some("update without a stamp", kind, count):
                self._rename(place)
        for kind in ("Paper", "Meeting", *PARTS[:3], "Membership"):
            for place in self._some("depublish", kind, 5):
                self.council.remove(place, tombstone=False)

    def _some(self, what: str, kind: str, count: int) -> list[Place]:
        self.done[what] += count
        return self.council.choose(kind, count, self.dice)

    def _rename(self, place: Place) -> None:
        place.item["name"] = f"Geändert {self.dice.randrange(10**9)}"


@pytest.fixture
def worlds() -> Iterator[list[Mirror]]:
    if not (captured.DATA / "oparl" / "huertgenwald").is_dir():
        missing("the captured council huertgenwald")
    opened: list[Mirror] = []
    yield opened
    for mirror in opened:
        mirror.close()


def begun(worlds: list[Mirror], *, honest: bool) -> tuple[Changing, Mirror, Changes]:
    council = Changing(captured.huertgenwald(), honest=honest)
    mirror = Mirror(council)
    worlds.append(mirror)
    for _ in range(2):  # the second time it is known what the filter is worth
        mirrored(council, mirror)
    council.later(days=3)
    return council, mirror, Changes(council)


def mirrored(council: Changing, mirror: Mirror, *, full: bool = False) -> int:
    """Sync once; returns how many objects are published, all of them held as they are."""
    set_clock(council.now)
    council.asked.clear()
    assert mirror.sync(full=full).failures == {"a": []}
    said = saying(council.entries())
    assert differing(said, mirror.holds()) == []
    return sum(map(len, said.values()))


def test_it_misses_nothing_where_the_server_filters(worlds: list[Mirror], capsys: pytest.CaptureFixture[str]) -> None:
    council, mirror, changes = begun(worlds, honest=True)
    changes.told()
    objects = mirrored(council, mirror)
    requests = len(council.asked)
    council.later(days=3)
    changes.half_told()
    changes.untold()
    mirrored(council, mirror, full=True)
    with capsys.disabled():
        said = ", ".join(f"{count} × {what}" for what, count in changes.done.items())
        sys.stdout.write(
            f"\n{changes.done.total()} mutations ({said}), {objects} objects: 0 missed; {requests} requests\n"
        )
    assert changes.done.total() == 162
    assert objects > 17_000
    assert requests < 100  # of 105 pages that its lists have, and what is asked for by its own address


def test_it_misses_nothing_where_the_server_does_not_filter(worlds: list[Mirror]) -> None:
    council, mirror, changes = begun(worlds, honest=False)
    changes.told()
    changes.half_told()
    changes.untold()
    mirrored(council, mirror, full=True)
    assert changes.done.total() == 162


def test_it_misses_nothing_where_the_server_moves(worlds: list[Mirror]) -> None:
    council, mirror, changes = begun(worlds, honest=True)
    council.moves("https://ris.neu.example/")
    changes.told()
    with (
        instant(council),
        mock.patch.object(sources, "net_of", run._net),
        mock.patch.object(sources, "OParlClient", partial(OParlClient, sleep=lambda _: None)),
    ):
        done = CliRunner().invoke(sources.source, ["move", "a", council.url], obj=mirror.settings)
    assert done.exit_code == 0, done.output
    objects = mirrored(council, mirror)
    with Session(mirror.engine) as session:
        aliases = session.scalar(select(func.count()).select_from(Alias))
    assert f"{aliases} records renamed, 0 were here already, 0 kept their ids" in done.output
    assert objects > 17_000
