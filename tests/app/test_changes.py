"""The log of changes: numbers grow in the order of commits, readers never pass one by."""

import threading
import time

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import changes
from app.db import now, writing


def change(oparl_id: str) -> dict[str, object]:
    return {
        "object_type": "Paper",
        "object_id": oparl_id,
        "source_id": None,
        "kind": "created",
        "fields": ["name"],
        "content_hash": "0" * 32,
        "backfill": False,
        "at": now(),
    }


def test_it_gives_numbers_in_order_and_reads_on_from_a_cursor(engine: Engine, session: Session) -> None:
    with writing(engine) as writer:
        assert changes.append(writer, [change(f"p{n}") for n in range(5)]) == 5
    seen = [
        c.object_id for batch in changes.batches(session, 0, until=changes.last_seq(session), size=2) for c in batch
    ]
    assert seen == ["p0", "p1", "p2", "p3", "p4"]
    third = changes.since(session, 0)[2].seq
    assert [c.object_id for c in changes.since(session, third)] == ["p3", "p4"]
    assert [c.object_id for c in changes.since(session, third, until=third + 1)] == ["p3"]


def test_appending_nothing_writes_nothing(engine: Engine, session: Session) -> None:
    with writing(engine) as writer:
        assert changes.append(writer, []) == 0
    assert changes.last_seq(session) == 0


def test_a_cursor_begins_at_zero_and_stays_where_it_was_put(engine: Engine, session: Session) -> None:
    with Session(engine) as before:
        assert changes.position(before, "index") == 0
    for seq in (3, 7):
        with writing(engine) as writer:
            changes.advance(writer, "index", seq)
    assert changes.position(session, "index") == 7
    assert changes.position(session, "alerts") == 0


def test_a_reader_never_passes_a_change_by_that_commits_late(engine: Engine) -> None:
    """Two transactions overlap; the one that wrote first commits last. A reader polls all the while."""
    seen: list[str] = []
    stop = threading.Event()

    def read() -> None:
        seq = 0
        while not stop.is_set() or seq == 0:
            with Session(engine) as session:
                for found in changes.since(session, seq):
                    seen.append(found.object_id)
                    seq = found.seq
            time.sleep(0.002)
        with Session(engine) as session:
            seen.extend(found.object_id for found in changes.since(session, seq))

    def slow() -> None:
        with writing(engine) as session:
            changes.append(session, [change("slow")])
            time.sleep(0.3)

    def quick() -> None:
        time.sleep(0.1)
        with writing(engine) as session:
            changes.append(session, [change("quick")])

    threads = [threading.Thread(target=work) for work in (read, slow, quick)]
    for thread in threads:
        thread.start()
    for thread in threads[1:]:
        thread.join()
    stop.set()
    threads[0].join()
    assert seen == ["slow", "quick"]
