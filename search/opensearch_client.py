"""Talking to an OpenSearch cluster: its address, one request at a time, retries, errors; the only file that knows it.

opensearch://host,host:9200/name            https: opensearch+https://user:password@host,host/name
?replicas=1  copies of the index besides the first      ?shards=1  parts it is cut into
?ca=/path    certificates that vouch for the cluster instead of the system's
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from random import uniform
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from opensearchpy import JSONSerializer, Transport
from opensearchpy.exceptions import ConnectionError as NoAnswer
from opensearchpy.exceptions import ConnectionTimeout, OpenSearchException, TransportError
from urllib3 import Timeout

from search.errors import EngineUnavailable

PORT = 9200
READ = 1.9  # seconds for one question of a reader, all tries together: a page says that search is down within 2
WRITE = 120.0  # seconds for one step of a writer; electing another manager and another primary takes some 10
# Seconds until a host that took the question but says nothing is left for another one.
READ_ONE, WRITE_ONE = 1.2, 40.0
CONNECT = 0.5  # seconds; hosts of one cluster stand near
AGAIN = (429, 502, 503, 504)  # too busy, or between two states
# The library warns of every 404, and of a host that is down with the whole stack: what matters of it is raised here.
if logging.getLogger("opensearch").level == logging.NOTSET:
    logging.getLogger("opensearch").setLevel(logging.ERROR)
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


class Refused(EngineUnavailable):
    """The cluster answers with an error; `status` is that of HTTP, `kind` its own word."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        self.status, self.kind = status, kind
        super().__init__(f"the search cluster refuses: {status} {kind}: {reason}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where an index is; the password is not shown."""

    hosts: tuple[tuple[str, int], ...]
    name: str
    tls: bool = False
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    replicas: int = 1
    shards: int = 1
    ca: str = ""


def address(url: str) -> Address:
    """Read an address; raises EngineUnavailable, without the password, where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise EngineUnavailable("the address of the search cluster cannot be read") from error
    login, _, netloc = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    hosts = [_HOST.fullmatch(host) for host in netloc.split(",")]
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    name = parts.path.strip("/")
    known = {"replicas", "shards", "ca"}
    counts = {key: options[key] for key in ("replicas", "shards") if key in options}
    if not all(hosts) or not _NAME.fullmatch(name) or parts.fragment or not options.keys() <= known:
        raise EngineUnavailable("the address of the search cluster is none: write opensearch://host:9200/name")
    if not all(value.isdecimal() and int(value) <= 99 for value in counts.values()) or options.get("shards") == "0":
        raise EngineUnavailable("replicas and shards in the address of the search cluster must be numbers")
    return Address(
        hosts=tuple((host[1].strip("[]"), int(host[2] or PORT)) for host in hosts if host),
        name=name,
        tls=parts.scheme == "opensearch+https",
        user=unquote(user),
        password=unquote(password),
        ca=options.get("ca", ""),
        **{key: int(value) for key, value in counts.items()},
    )


class _Json(JSONSerializer):
    """JSON by orjson, which reads a page of results five times faster; requests come as bytes already."""

    def loads(self, s: str) -> Any:
        """What an answer says."""
        return orjson.loads(s)

    def dumps(self, data: Any) -> Any:
        """A request, as it is."""
        return data


class Client:
    """The cluster's hosts, asked in turn; safe to share between threads."""

    def __init__(self, where: Address) -> None:
        more: dict[str, Any] = {"http_auth": (where.user, where.password)} if where.user else {}
        if where.tls and where.ca:
            more["ca_certs"] = where.ca
        self._transport = Transport(
            [{"host": host, "port": port, "use_ssl": where.tls} for host, port in where.hosts],
            serializer=_Json(),
            max_retries=0,  # tries are counted here, against one clock
            retry_on_status=(),
            retry_on_timeout=True,  # so that a host that hangs is left out for a while
            dead_timeout=1,
            timeout_cutoff=3,
            pool_maxsize=20,
            **more,
        )
        self._hosts = len(where.hosts)
        self._down_until = 0.0

    def read(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """Ask; raises EngineUnavailable within 2 s, at once where nobody answered a moment ago."""
        if time.monotonic() < self._down_until:
            raise EngineUnavailable("the search cluster does not answer")
        return self._ask(method, path, _written(body), params, patient=False)

    def write(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """Change something that can be said twice; tries for WRITE seconds, then raises EngineUnavailable."""
        return self._ask(method, path, _written(body), params, patient=True)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def _ask(self, method: str, path: str, body: bytes | None, params: Mapping[str, str], *, patient: bool) -> Any:
        seconds, one = (WRITE, WRITE_ONE) if patient else (READ, READ_ONE)
        end = time.monotonic() + seconds
        for tries in count(1):
            try:
                answer = self._once(method, path, body, params, min(one, end - time.monotonic()))
            except TransportError as error:
                if isinstance(error.status_code, int) and error.status_code not in AGAIN:
                    raise _refused(error) from error
                slow = isinstance(error, ConnectionTimeout)
                pause = _pause(tries - self._hosts)
                # A reader asks all hosts once, and one more where a host was cut off in the middle; a writer goes on.
                enough = not patient and tries > self._hosts
                if enough or time.monotonic() + pause > end:
                    # Readers are spared the wait for a while where nobody answered at all.
                    self._down_until = time.monotonic() + 1 if isinstance(error, NoAnswer) and not slow else 0.0
                    raise EngineUnavailable(f"the search cluster does not answer ({error.status_code})") from error
                time.sleep(pause)
            except (OpenSearchException, ValueError) as error:
                raise EngineUnavailable("what answers is no search cluster") from error
            else:
                self._down_until = 0.0
                return answer
        raise AssertionError("never here")

    def _once(self, method: str, path: str, body: bytes | None, params: Mapping[str, str], seconds: float) -> Any:
        # The type says float, but it goes to urllib3 as it is.
        limit: Any = Timeout(connect=max(0.05, min(CONNECT, seconds)), read=max(0.05, seconds))
        return self._transport.perform_request(method, path, params=dict(params), body=body, timeout=limit)


def _pause(turn: int) -> float:
    """Seconds before a try: none before every host was asked once, then longer and longer, and never all at once."""
    return uniform(0.5, 1) * min(5.0, 0.1 * 2.0**turn) if turn > 0 else 0.0  # noqa: S311 - no secret


def _written(body: Any) -> bytes | None:
    return body if body is None or isinstance(body, bytes) else orjson.dumps(body)


def _refused(error: TransportError) -> Refused | EngineUnavailable:
    if error.status_code in (401, 403):
        return EngineUnavailable(f"the search cluster does not let us in ({error.status_code})")
    info = error.info if isinstance(error.info, dict) else {}
    cause = info.get("error")
    cause = cause if isinstance(cause, dict) else {}
    return Refused(int(error.status_code), str(cause.get("type", error.error)), str(cause.get("reason", ""))[:500])
