"""A server that speaks the S3 protocol, in a thread: what it is to do wrong with the next requests a test says."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from app.files import open_store
from app.files.bucket import BucketStore

BUCKET = "council-files"
KEY, SECRET = "AKIAEXAMPLE", "a+secret/with=signs"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Fault = Callable[[Application, dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class S3:
    """The server; `faults` are taken one a request, `asked` is what came."""

    url: str = ""
    faults: list[Fault | None] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, or do something else with it."""
        self.asked.append((environ["REQUEST_METHOD"], dict(environ)))
        fault = self.faults.pop(0) if self.faults else None
        return fault(_real, environ, start) if fault else _real(environ, start)

    @property
    def methods(self) -> list[str]:
        """The methods that were asked with."""
        return [method for method, _ in self.asked]

    def files_url(self, prefix: str = "", bucket: str = BUCKET) -> str:
        """The FILES_URL of a bucket on it."""
        keys = f"access_key={KEY}&secret_key={quote(SECRET, safe='')}"
        return f"s3://{bucket}/{prefix}?endpoint={quote(self.url, safe='')}&region=eu-central-1&{keys}"

    def store(self, copies: Path, prefix: str = "") -> BucketStore:
        """Open a store in its bucket."""
        store = open_store(self.files_url(prefix), copies)
        assert isinstance(store, BucketStore)
        return store

    @cached_property
    def client(self) -> Any:
        """Ask it directly."""
        keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
        return boto3.session.Session().client("s3", endpoint_url=self.url, region_name="eu-central-1", **keys)

    def empty(self) -> None:
        """Forget everything."""
        self.faults.clear()
        for key in self.keys():
            self.client.delete_object(Bucket=BUCKET, Key=key)
        self.asked.clear()

    def keys(self) -> list[str]:
        """The names of all that is stored."""
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [one["Key"] for one in found]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def s3_server() -> Iterator[S3]:
    """Serve an empty bucket while the block runs."""
    s3 = S3()
    server = make_server("127.0.0.1", 0, s3, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    s3.url = f"http://127.0.0.1:{server.server_port}"
    s3.client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    try:
        yield s3
    finally:
        s3.empty()
        s3.client.delete_bucket(Bucket=BUCKET)
        server.shutdown()
        thread.join()
        server.server_close()


_real: Application = DomainDispatcherApplication(create_backend_app)


def status(code: int, name: str) -> Fault:
    """Answer with an error."""

    def answer(_: Application, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        text = f"<Error><Code>{name}</Code><Message>{KEY} may not</Message></Error>".encode()
        start(f"{code} Fault", [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))])
        return [text]

    return answer


def cut(real: Application, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Break off in the middle of the body."""
    whole = b"".join(real(environ, start))
    yield whole[: len(whole) // 2]
    raise ConnectionResetError


def slow(seconds: float) -> Fault:
    """Answer late, and do nothing: what was asked for would be done in the middle of the next test."""
    too_late = status(503, "TooLate")

    def answer(real: Application, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(seconds)
        return too_late(real, environ, start)

    return answer
