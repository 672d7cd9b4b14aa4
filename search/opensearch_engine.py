"""An index in an OpenSearch cluster."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from search.errors import EngineUnavailable, IndexLocked, SearchError
from search.model import Rebuild
from search.opensearch_client import Client, Refused, address
from search.opensearch_reader import Reader, missing
from search.opensearch_schema import Names, template
from search.opensearch_writer import Batch, Turn

SETTLING = "30s"  # shorter than WRITE_ONE of the client and than a turn


class OpenSearchEngine:
    """An index at opensearch://host/name; see search.opensearch_client for the whole address."""

    def __init__(self, url: str, *, create: bool) -> None:
        self._where = address(url)
        self._client = Client(self._where)
        self._names = Names(self._where.name)
        if not self._generations():
            if not create:
                raise EngineUnavailable(f"there is no index {self._where.name!r} in the search cluster")
            with self._turn().held():
                if not self._generations():
                    self._publish(self._prepare())

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """See Engine.reader."""
        yield Reader(self._client, self._names)

    @contextmanager
    def writer(self) -> Iterator[Batch]:
        """See Engine.writer."""
        reason = missing(self._client, self._names)
        if reason:
            raise reason
        with self._turn().held() as turn, self._batch(turn, self._live()) as batch:
            yield batch

    @contextmanager
    def rebuilding(self) -> Iterator[Rebuild]:
        """See Engine.rebuilding."""
        with self._turn().held() as turn:
            generation = self._prepare()
            try:
                yield _Rebuild(self, turn, generation)
                self._settle(generation)
                turn.keep(surely=True)  # after the last long wait: whoever lost the turn must not publish
            except BaseException:
                with suppress(SearchError):
                    self._ask("DELETE", f"/{generation}")
                raise
            self._publish(generation)

    def forget_old(self) -> None:
        """See Engine.forget_old: here they go as soon as another is live."""

    def old(self) -> list[str]:
        """See Engine.old: the cluster keeps its files."""
        return []

    def clear(self) -> None:
        """See Engine.clear."""
        with self._turn().held():
            self._publish(self._prepare())

    def close(self) -> None:
        """See Engine.close."""
        self._client.close()

    @contextmanager
    def _batch(self, turn: Turn, index: str) -> Iterator[Batch]:
        batch = Batch(self._client, turn, index)
        try:
            yield batch
            batch.send()
        finally:
            batch.close()
        self._ask("POST", f"/{index}/_refresh")

    def _turn(self) -> Turn:
        return Turn(self._client, self._names, self._where.replicas)

    def _generations(self) -> dict[str, set[str]]:
        """All generations with their aliases."""
        found = self._client.read("GET", f"/{self._names.generations}/_alias")
        return {name: set(each["aliases"]) for name, each in found.items()}

    def _live(self) -> str:
        """The live generation; call it holding the turn."""
        live = [name for name, aliases in self._generations().items() if self._names.current in aliases]
        if not live:
            raise IndexLocked("the index is being changed; try again")
        return live[0]

    def _prepare(self) -> str:
        """A new empty generation; call it holding the turn. Those that were never finished are taken away."""
        for name, aliases in self._generations().items():
            if not aliases:
                self._ask("DELETE", f"/{name}")
        major = int(self._ask("GET", "/")["version"]["number"].partition(".")[0])
        body = template(self._names, self._where.shards, self._where.replicas, major)
        self._ask("PUT", f"/_index_template/{self._where.name}", body)
        name = self._names.generations.replace("*", secrets.token_hex(4))
        self._ask("PUT", f"/{name}")
        self._settle(name)
        return name

    def _publish(self, generation: str) -> None:
        """Make a generation the live one, in one step, and take away all others; call it holding the turn."""
        self._ask("POST", f"/{generation}/_refresh")
        others = {name: aliases for name, aliases in self._generations().items() if name != generation}
        actions: list[Any] = [
            {"remove": {"index": name, "alias": alias}} for name, aliases in others.items() for alias in aliases
        ]
        actions += [
            {"add": {"index": generation, "alias": alias}} for alias in (self._names.alias, self._names.current)
        ]
        self._ask("POST", "/_aliases", {"actions": actions})
        for name in others:
            self._ask("DELETE", f"/{name}")

    def _settle(self, generation: str) -> None:
        """Wait until its copies have caught up with the first: else the death of one node would take all of it.

        For a while at most, and not for copies that no node is there for: then it goes live with those that there are.
        """
        path = f"/_cluster/health/{generation}"
        with suppress(SearchError):
            nodes = self._client.write("GET", path)["number_of_data_nodes"]
            copies = self._where.shards * min(1 + self._where.replicas, nodes)
            self._client.write("GET", path, wait_for_active_shards=str(copies), timeout=SETTLING)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask for something that may have been done already, because the answer to the first try was lost."""
        try:
            return self._client.write(method, path, body)
        except Refused as error:
            gone = method == "DELETE" and error.status == 404
            if gone or error.kind == "resource_already_exists_exception":
                return {}
            raise


class _Rebuild:
    """A generation that nobody reads yet."""

    def __init__(self, engine: OpenSearchEngine, turn: Turn, generation: str) -> None:
        self._engine, self._turn, self._generation = engine, turn, generation

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """See Rebuild.batch."""
        with self._engine._batch(self._turn, self._generation) as batch:  # noqa: SLF001 - its own engine
            yield batch
