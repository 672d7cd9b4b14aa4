"""Whatever a council does, in whatever order: its mirror says the same, at the latest after a full pass.

A sequence is a life of a small council: it creates, changes, withdraws and moves, with and without saying so, its clock
jumps, its server filters or does not, and the mirror is killed between pages. MODEL_SEQUENCES=20000 runs more of them.
"""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from demo.mutations import MUTATIONS
from demo.service import VERSIONS
from tests.faults.council import FILTERING, Council
from tests.faults.mirror import Killed, Mirror, differences, set_clock

SEQUENCES = int(os.environ.get("MODEL_SEQUENCES", "500"))
SHARDS = 16
STEPS = 5  # and what the initial state brings; each sequence ends with a whole pass and a comparison
CHANGES = sorted(MUTATIONS.keys() - {"turn-clock", "replace-bytes", "replace-bytes-silent"})

names = st.sampled_from(CHANGES)
seeds = st.integers(0, 999)
sizes = st.integers(1, 3)
moments = st.integers(1, 25)


class Life(RuleBasedStateMachine):
    """One council and its mirror; `untold` is whether anything happened that only a full pass can find out."""

    def __init__(self) -> None:
        super().__init__()
        self.council = Council()
        self.mirror: Mirror | None = None
        self.untold = self.half_read = False

    @initialize(version=st.sampled_from(VERSIONS), filtering=st.sampled_from(FILTERING), per_page=sizes)
    def begins(self, version: str, filtering: str, per_page: int) -> None:
        self.council = Council(version=version, filtering=filtering, per_page=per_page)
        self.mirror = Mirror(self.council)

    @rule(hours=st.sampled_from((1, 20, 30, 24 * 8)))
    def time_passes(self, hours: int) -> None:
        self.council.later(hours=hours)

    @rule(name=names, number=seeds)
    def changes(self, name: str, number: int) -> None:
        self.untold |= not self.council.happens(name, number)

    @rule(number=seeds)
    def its_clock_is_turned(self, number: int) -> None:
        self.council.happens("turn-clock", number)
        self.untold = True

    @rule(filtering=st.sampled_from(FILTERING), per_page=sizes)
    def its_server_is_updated(self, filtering: str, per_page: int) -> None:
        self.council.filtering, self.council.service.page_size = filtering, per_page

    @rule(full=st.booleans())
    def is_mirrored(self, full: bool) -> None:
        if self.half_read and not full:
            self._sync(lenient=True)  # goes on where the last one stopped: what changed meanwhile comes with the next
        self._sync(full=full)
        self.half_read = False
        if full or not self.untold:
            self._agrees()
            self.untold = False

    @rule(full=st.booleans(), after=moments)
    def its_mirror_is_killed(self, full: bool, after: int) -> None:
        self._while(after, self._kill, full=full)

    @rule(full=st.booleans(), after=moments, name=names, number=seeds)
    def changes_while_it_is_mirrored(self, full: bool, after: int, name: str, number: int) -> None:
        self._while(after, lambda: self.changes(name, number), full=full)

    def teardown(self) -> None:
        if self.mirror is not None:
            self._sync(full=True)
            self._agrees()
            self.mirror.close()

    def _sync(self, *, full: bool = False, lenient: bool = False) -> None:
        assert self.mirror is not None
        set_clock(self.council.now)
        done = self.mirror.sync(full=full)
        assert lenient or done.failures == {"a": []}  # a page may be gone that was there when the walk began
        assert done.counts.quarantined == 0

    def _agrees(self) -> None:
        assert self.mirror is not None
        assert differences(self.council, self.mirror) == []

    def _while(self, after: int, happens: Callable[[], None], *, full: bool) -> None:
        due = len(self.council.asked) + after

        def strike(number: int) -> None:
            if number == due:
                happens()

        self.half_read = True
        self.council.before_answer = strike
        try:
            self._sync(full=full, lenient=True)
        except Killed:
            pass
        finally:
            self.council.before_answer = lambda _: None

    @staticmethod
    def _kill() -> None:
        raise Killed


@pytest.mark.parametrize("shard", range(SHARDS))
def test_it_says_what_the_council_says(shard: int) -> None:
    run_state_machine_as_test(
        seed(shard)(type(f"Life{shard}", (Life,), {})),
        settings=settings(
            max_examples=SEQUENCES // SHARDS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
