"""What only a cluster does: lose nodes, swap generations under readers, refuse single documents, go down and come back.

What it does as every engine does is in tests.contract.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from search import Document, EngineUnavailable, IndexLocked, IndexOutdated, SearchIndex, open_index, parse_query
from search import opensearch_schema as schema
from search import opensearch_writer as writing
from search.opensearch_engine import OpenSearchEngine
from tests.opensearch.cluster import Cluster

pytestmark = pytest.mark.xdist_group("opensearch")


@pytest.fixture
def url(opensearch: Cluster) -> Iterator[str]:
    """Give the address of an index of which every node has a copy."""
    with opensearch.index_url(replicas=2) as url:
        yield url


@pytest.fixture
def index(url: str) -> Iterator[SearchIndex]:
    opened = open_index(url)
    yield opened
    opened.close()


@pytest.fixture
def engine(url: str) -> Iterator[OpenSearchEngine]:
    opened = OpenSearchEngine(url, create=True)
    yield opened
    opened.close()


def paper(number: int, words: str = "Brunnen", seq: int = 1) -> Document:
    return Document(f"u/{number}", "Paper", f"{words} {number}", (f"Der {words} steht im Park. " * 20,), seq=seq)


def put(index: SearchIndex | OpenSearchEngine, *documents: Document) -> None:
    with index.writer() as batch:
        for document in documents:
            batch.put(document)


def put_until_taken(opensearch: Cluster, index: SearchIndex, *documents: Document) -> None:
    """Put as the worker does: a batch that the cluster could not take in time is put again."""
    until = time.monotonic() + 180
    while True:
        try:
            return put(index, *documents)
        except EngineUnavailable:
            assert time.monotonic() < until, f"it takes nothing any more: {opensearch.told()}"


def total(index: SearchIndex, text: str = "Brunnen") -> int:
    return index.search(parse_query(text)).total


@contextmanager
def asked_all_the_time(question: Callable[[], object]) -> Iterator[list[object]]:
    """Ask in two threads while the block runs; gives what was answered or raised."""
    answers: list[object] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                answers.append(question())
            except Exception as error:  # noqa: BLE001 - whatever it is, a reader saw it
                answers.append(error)
            time.sleep(0.02)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        done.set()
        for thread in threads:
            thread.join()


def node_of(opensearch: Cluster, part: str, url: str) -> int:
    """Which node holds the first copy of an index, or manages the cluster."""
    if part == "manager":
        [found] = opensearch.ask("GET", "/_cat/cluster_manager?format=json")
    else:
        name = url.partition("?")[0].rpartition("/")[2]
        shards = opensearch.ask("GET", f"/_cat/shards/{name}-gen-*?format=json")
        [found] = [shard for shard in shards if shard["prirep"] == "p"]
    return [node.address for node in opensearch.nodes].index(found["ip"])


@pytest.mark.parametrize("part", ["first copy", "manager"])
def test_it_loses_nothing_and_goes_on_answering_when_a_node_is_killed(
    opensearch: Cluster, url: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index(url)
    put(index, *map(paper, range(100)))
    # A first copy that dies before the others have caught up with it takes the index along.
    opensearch.wait_for(time.monotonic() + 60, nodes=3)
    monkeypatch.setattr(writing, "BULK", 20_000)  # bytes: many requests
    killed = node_of(opensearch, part, url)
    send = writing.Batch._left
    sent: list[int] = []

    def killing(batch: writing.Batch, waiting: dict[str, bytes]) -> dict[str, bytes]:
        sent.append(len(waiting))
        if len(sent) == 10:
            opensearch.kill(killed)
        return send(batch, waiting)

    monkeypatch.setattr(writing.Batch, "_left", killing)
    try:
        with asked_all_the_time(lambda: total(index)) as answers:
            put_until_taken(opensearch, index, *(paper(number, "Kirche") for number in range(100, 800)))
            so_far = len(answers)
            while len(answers) < so_far + 10:
                time.sleep(0.01)
        assert len(sent) > 20
        assert set(answers) == {100}
        assert dict(index.versions()) == {f"u/{number}": 1 for number in range(800)}
        assert total(index, "Kirche") == 700
    finally:
        opensearch.start(killed)
    assert dict(index.versions()) == {f"u/{number}": 1 for number in range(800)}
    index.close()


def test_it_is_down_when_all_nodes_are_and_comes_back_by_itself_with_everything(opensearch: Cluster, url: str) -> None:
    index = open_index(url)
    put(index, *map(paper, range(50)))
    opensearch.kill()
    try:
        for use in (lambda: total(index), index.count, lambda: put(index, paper(1)), lambda: open_index(url)):
            with pytest.raises(EngineUnavailable, match="does not answer"):
                use()
    finally:
        opensearch.start()
    deadline = time.monotonic() + 30
    while True:
        try:
            assert total(index) == 50
            break
        except EngineUnavailable:
            assert time.monotonic() < deadline, "it did not come back"
            time.sleep(0.1)
    put(index, paper(50))
    assert index.count() == 51
    index.close()


def test_a_new_index_goes_live_when_every_node_has_a_copy(
    opensearch: Cluster, engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = engine._client.write
    states: list[str] = []

    def noting(method: str, path: str, body: object = None, **params: str) -> object:
        if path == "/_aliases":
            shards = opensearch.ask("GET", f"/_cat/shards/{engine._names.generations}?format=json")
            states.extend(shard["state"] for shard in shards)
        return write(method, path, body, **params)

    monkeypatch.setattr(engine._client, "write", noting)
    for _ in range(3):
        engine.clear()  # at once, with nothing written that would give the copies time
    assert states == ["STARTED"] * 3 * 6  # the old one's and the new one's


def test_it_shows_the_old_index_until_the_new_one_is_whole(index: SearchIndex) -> None:
    put(index, *map(paper, range(300)))
    with asked_all_the_time(lambda: (total(index), len(index.search(parse_query("Park", limit=100)).hits))) as answers:
        for _ in range(3):
            with index.rebuilding() as rebuild:
                for start in range(0, 300, 100):
                    with rebuild.batch() as batch:
                        for number in range(start, start + 100):
                            batch.put(paper(number, seq=2))
    assert set(answers) == {(300, 100)}
    assert set(dict(index.versions()).values()) == {2}


def test_it_keeps_the_old_index_where_a_rebuild_fails(opensearch: Cluster, index: SearchIndex, url: str) -> None:
    put(index, paper(1))

    def fail() -> None:
        with index.rebuilding() as rebuild:
            with rebuild.batch() as batch:
                batch.put(paper(2))
            raise OSError("the caller's own trouble")

    with pytest.raises(OSError, match="the caller's own trouble"):
        fail()
    assert dict(index.versions()) == {"u/1": 1}
    name = url.partition("?")[0].rpartition("/")[2]
    assert len(opensearch.ask("GET", f"/{name}-gen-*")) == 1


def test_it_keeps_all_others_where_one_document_is_refused(
    engine: OpenSearchEngine, index: SearchIndex, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), engine.writer() as batch:
        batch.put(paper(1))
        batch.put(paper(2, seq=1 << 63))  # one more than the cluster can count
        batch.put(paper(3))
    assert set(dict(index.versions())) == {"u/1", "u/3"}
    assert set(batch.refused) == {"u/2"}
    assert "seq" in batch.refused["u/2"]
    assert "u/2" in caplog.text


def test_it_sends_again_what_the_cluster_was_too_busy_to_take(
    engine: OpenSearchEngine, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = engine._client
    write = client.write
    busy: list[dict[str, object]] = []

    def sometimes(method: str, path: str, body: object = None, **params: str) -> object:
        answer = write(method, path, body, **params)
        if path.endswith("/_bulk") and len(busy) < 2:
            busy.append(answer["items"][0]["index"])
            busy[-1].update(status=429, error={"type": "rejected_execution_exception", "reason": "busy"})
        return answer

    monkeypatch.setattr(client, "write", sometimes)
    put(engine, paper(1), paper(2), paper(3))
    assert len(busy) == 2
    assert index.count() == 3


def test_it_knows_its_own_change_of_turn_again_where_the_answer_was_lost(
    engine: OpenSearchEngine, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(index, paper(1))
    write = engine._client.write
    behind: list[object] = []

    def lossy(method: str, path: str, body: object = None, **params: str) -> object:
        if not path.endswith("/_doc/turn"):
            return write(method, path, body, **params)
        if method == "GET":
            return behind[-1] if behind and params.get("preference") != "_primary" else write(method, path, **params)
        behind.append(write("GET", path))  # what a copy still holds that lags behind
        write(method, path, body, **params)
        return write(method, path, body, **params)

    monkeypatch.setattr(engine._client, "write", lossy)
    put(engine, paper(2))
    assert behind
    assert index.count() == 2


@pytest.mark.parametrize("unnoticed", [False, True])
def test_it_does_not_let_a_writer_that_lost_its_turn_undo_what_came_after(
    url: str, index: SearchIndex, unnoticed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(index, paper(1), paper(2))
    other = open_index(url)

    def late() -> None:
        with monkeypatch.context() as silent:
            silent.setattr(writing, "LEASE", -1)
            with index.writer() as batch:
                batch.put(paper(1, "Kirche", seq=2))
                batch.put(paper(2, "Kirche", seq=2))
                with other.writer() as later:
                    later.put(paper(1, seq=3))
                    later.delete("u/2")
                if unnoticed:
                    silent.setattr(writing.Turn, "keep", lambda *_, **__: None)

    with pytest.raises(IndexLocked):
        late()
    put(other, paper(3))
    assert dict(index.versions()) == {"u/1": 3, "u/3": 1}
    other.close()


def test_it_waits_for_a_writer_elsewhere_and_not_for_a_dead_one_here(
    url: str, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_index(url)
    with index.writer(), pytest.raises(IndexLocked), other.writer():
        pytest.fail("two writers")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(writing, "_host", lambda: "another machine")
        elsewhere.setattr(writing, "_process", lambda: "1 0")
        with index.writer():
            elsewhere.undo()
            with pytest.raises(IndexLocked):
                put(other, paper(1))
    with monkeypatch.context() as ended:
        ended.setattr(writing, "_process", lambda: "1 0")  # a number that another process has now
        with index.writer():
            ended.undo()
            put(other, paper(2))
    assert index.count() == 1
    other.close()


def test_it_tells_an_outdated_index_from_none(url: str, index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    put(index, paper(1))
    monkeypatch.setattr(schema, "FORMAT", schema.FORMAT + 1)
    with pytest.raises(IndexOutdated):
        index.count()
    with pytest.raises(IndexOutdated):
        put(index, paper(2))
    with index.rebuilding() as rebuild, rebuild.batch() as batch:
        batch.put(paper(3))
    assert dict(index.versions()) == {"u/3": 1}
    with pytest.raises(EngineUnavailable, match="there is no index"):
        open_index(url.replace("/t", "/other"), create=False)
