"""Who takes part in benchmarks/search.py: our engines as the site asks them, and plain ones, each with its server."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from random import randint
from typing import Any

import httpx
import orjson

from benchmarks.many_files import Kept
from benchmarks.plain_engines import SHOWN, BareTantivy, Fts5, OpenSearch, Postgres
from benchmarks.plain_questions import Asked, plain
from search import SearchIndex, open_index, parse_query
from search.opensearch_reader import Reader
from tests import conftest
from tests.opensearch.cluster import SECONDS, Node
from tests.opensearch.jars import Unavailable, classpath

OURS, BARE, WHOOSH, CLUSTER = "Ratslupe, tantivy", "bare tantivy", "Ratslupe, whoosh", "Ratslupe, OpenSearch"
JVM = ("-Xms2g", "-Xmx2g", "-XX:+UseSerialGC")


class Ours:
    """One of our engines, as the site asks it; `server` is the process that works for it, if there is one."""

    def __init__(self, url: str, files: Kept, server: int = 0) -> None:
        self.server = server
        self.found: SearchIndex = open_index(url, texts=files.texts)
        self._files = files

    def take(self, first: int, last: int) -> None:
        """Take in more documents."""
        with self.found.writer() as batch:
            for one in self._files.documents(first, last):
                batch.put(one)

    def ask(self, question: str, shown: int = SHOWN) -> int:
        """Make the first page of results."""
        return self.found.search(replace(parse_query(question), limit=shown)).total


class Beside:
    """A plain engine; `server` as above."""

    def __init__(self, engine: Asked, files: Kept, server: int = 0) -> None:
        self.server = server
        self._engine, self._files = engine, files

    def take(self, first: int, last: int) -> None:
        """Take in more documents."""
        self._engine.index(self._files.documents(first, last))

    def ask(self, question: str) -> int:
        """Make the first page of results."""
        return self._engine.ask(plain(parse_query(question)))


class Same:
    """What our OpenSearch engine last sent for each question, sent once more with nothing around it."""

    def __init__(self) -> None:
        self._sent: list[tuple[Reader, bytes, dict[str, str]]] = []
        self._by_question: dict[str, list[tuple[Reader, bytes, dict[str, str]]]] = {}

    @contextmanager
    def listening(self, question: str) -> Iterator[None]:
        """Remember the searches of the block as those of a question."""
        ask, self._sent = Reader._ask, []  # noqa: SLF001 - a benchmark may look inside

        def heard(reader: Reader, method: str, path: str, body: Any = None, **params: str) -> Any:
            if path.endswith("/_search") and orjson.loads(body).get("size"):
                self._sent.append((reader, body, params))
            return ask(reader, method, path, body, **params)

        setattr(Reader, "_ask", heard)  # noqa: B010 - as above
        yield
        setattr(Reader, "_ask", ask)  # noqa: B010 - as above
        self._by_question[question] = self._sent

    def ask(self, question: str) -> int:
        """Send the searches of a question."""
        total = 0
        for reader, body, params in self._by_question[question]:
            path = f"/{reader._names.current}/_search"  # noqa: SLF001 - as above
            total = reader._client.read("POST", path, body, **params)["hits"]["total"]["value"]  # noqa: SLF001 - as above
        return total


@contextmanager
def running(files: Kept, folder: Path, *, plain_ones: bool, cluster: bool) -> Iterator[dict[str, Ours | Beside]]:
    """Give the engines that are wanted and that this machine has, empty or as they were kept."""
    engines: dict[str, Ours | Beside] = {OURS: Ours(f"tantivy:{folder}/tantivy", files)}
    engines[BARE] = Beside(BareTantivy(folder / "bare"), files)
    with ExitStack() as stack:
        binaries = conftest.postgres_binaries()
        if plain_ones:
            engines[WHOOSH] = Ours(f"whoosh:{folder}/whoosh", files)
            engines["SQLite FTS5"] = Beside(Fts5(folder / "fts5" / "held.sqlite"), files)
        if plain_ones and binaries:
            url = stack.enter_context(conftest.postgres_server(binaries, "shared_buffers=1GB", "work_mem=64MB"))
            server = Postgres(url)
            engines["PostgreSQL"] = Beside(server, files, server.process)
        if plain_ones and cluster:
            try:
                node, process = stack.enter_context(_node(classpath()))
            except Unavailable as error:
                print(f"{error} is missing: no OpenSearch")
            else:
                engines["OpenSearch german"] = Beside(OpenSearch(node.url), files, process)
                engines[CLUSTER] = Ours(f"opensearch://{node.address}:{node.port}/ratslupe", files, process)
        yield engines


@contextmanager
def _node(jars: str) -> Iterator[tuple[Node, int]]:
    home = Path(tempfile.mkdtemp(prefix="rl-os-", dir="/tmp"))
    address = f"127.{randint(1, 254)}.{randint(1, 254)}.1"  # nobody else's
    node = Node(home, address, f'"{address}:9300"', jars, JVM)
    try:
        node.start()
        node.wait(time.monotonic() + SECONDS)
        # It listens before it leads its cluster of one.
        for _ in range(SECONDS // 5):
            asked = {"wait_for_status": "green", "timeout": "5s"}
            if not httpx.get(f"{node.url}/_cluster/health", params=asked, timeout=20).json()["timed_out"]:
                break
        yield node, node.process
    finally:
        node.kill()
        shutil.rmtree(home, ignore_errors=True)
