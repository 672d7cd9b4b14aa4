"""A store that is a bucket on a server that speaks the S3 protocol, through boto3.

The server is the operator's own choice, so it is not dialled through the guarded client. Nothing in here prints what
was asked for with: an error names the bucket, and the kind of the error.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.files.copies import Copies
from app.files.store import FileMissing, Stored, StoreDown, StoreFull, place, sweep, written

MAX_FILE = 5 * 1024**3  # bytes; what S3 takes with one request
PIECE = 1024 * 1024
READ_SECONDS = 60.0
TRIES = 3  # to read one object to its end: boto3 itself only asks again before the first byte
_MISSING = frozenset({"404", "NoSuchKey"})
_THERE = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
_UNCONDITIONAL = frozenset({"NotImplemented", "501"})  # servers that know no If-None-Match
_FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity", "507"})


@dataclass(frozen=True, slots=True)
class Access:
    """Where a bucket is, and who asks; what is not said is looked for in the usual places (AWS_REGION and so on)."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)


class BucketStore:
    """A bucket, or what lies under a prefix in it; `copies` is a local folder for what is read just now."""

    def __init__(self, access: Access, copies: Path) -> None:
        self._access = access
        self._copies = Copies(copies)

    @property
    def scratch(self) -> Path:
        """Where the local copies lie."""
        return self._copies.folder

    def put(self, chunks: Iterable[bytes], max_bytes: int) -> Stored:
        """Store what the chunks hold; after FileTooLarge (over `max_bytes`) or StoreFull nothing of it is left."""
        with written(self.scratch, chunks, min(max_bytes, MAX_FILE)) as (unfinished, stored):
            there = self._head(stored.sha256)
            if there is None:
                self._send_new(unfinished, stored)
            elif there["ContentLength"] != stored.size:
                self._send(unfinished, stored)  # somebody cut it short
            self._copies.take(unfinished, stored.sha256)  # they are read soon
        return stored

    def open(self, sha256: str) -> BinaryIO:
        """Open stored bytes to read; FileMissing if there are none."""
        return self.path(sha256).open("rb")

    def path(self, sha256: str) -> Path:
        """A local copy of these bytes, to be opened at once; FileMissing if there are none, or others instead."""
        place(sha256)
        if copy := self._copies.find(sha256):
            return copy
        for attempt in range(1, TRIES + 1):
            try:
                with written(self.scratch, self._pieces(sha256), MAX_FILE) as (unfinished, stored):
                    if stored.sha256 == sha256:
                        return self._copies.take(unfinished, sha256)
            except StoreDown:
                if attempt == TRIES:
                    raise
        raise FileMissing(f"other bytes lie in {self._name} in the place of {sha256}")

    def exists(self, sha256: str) -> bool:
        """Whether these bytes are stored."""
        return self._head(sha256) is not None

    def age(self, sha256: str) -> float:
        """Seconds since these bytes came, by the server's clock; FileMissing if there are none."""
        there = self._head(sha256)
        if there is None:
            raise FileMissing(f"{sha256} is not in {self._name}")
        came: datetime = there["LastModified"]
        return (datetime.now(UTC) - came).total_seconds()

    def delete(self, sha256: str) -> None:
        """Forget these bytes, if they are stored."""
        key = self._key(sha256)
        self._copies.drop(sha256)
        with self._asking(sha256):
            self._client.delete_object(Bucket=self._access.bucket, Key=key)

    def sweep(self) -> int:
        """Remove what killed writers left here more than a day ago; an upload that was cut off leaves nothing there."""
        self._copies.trim()
        return sweep(self.scratch)

    @property
    def _client(self) -> Any:
        return _client(self._access.endpoint, self._access.region, self._access.access_key, self._access.secret_key)

    @property
    def _name(self) -> str:
        return f"the bucket {self._access.bucket}"

    def _key(self, sha256: str) -> str:
        return self._access.prefix + place(sha256)

    def _head(self, sha256: str) -> dict[str, Any] | None:
        key = self._key(sha256)
        try:
            with self._asking(sha256):
                there: dict[str, Any] = self._client.head_object(Bucket=self._access.bucket, Key=key)
        except FileMissing:
            return None
        return there

    def _send_new(self, unfinished: Path, stored: Stored) -> None:
        try:
            self._send(unfinished, stored, IfNoneMatch="*")
        except _RefusedError as refused:
            if refused.code in _UNCONDITIONAL:
                self._send(unfinished, stored)
            elif refused.code not in _THERE:  # another worker was faster, with the same bytes
                raise

    def _send(self, unfinished: Path, stored: Stored, **condition: str) -> None:
        where = {"Bucket": self._access.bucket, "Key": self._key(stored.sha256), "ContentLength": stored.size}
        with self._asking(stored.sha256), unfinished.open("rb") as file:
            self._client.put_object(Body=file, ContentType="application/octet-stream", **where, **condition)

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        with self._asking(sha256):
            body = self._client.get_object(Bucket=self._access.bucket, Key=self._key(sha256))["Body"]
            try:
                yield from body.iter_chunks(PIECE)
            finally:
                body.close()

    @contextmanager
    def _asking(self, sha256: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))[:40]
            if code in _MISSING:
                raise FileMissing(f"{sha256} is not in {self._name}") from None
            if code in _FULL:
                raise StoreFull(f"no space left in {self._name} ({code})") from None
            raise _RefusedError(self._name, code) from None
        except BotoCoreError as error:
            raise StoreDown(f"{self._name} does not answer ({type(error).__name__})") from None


class _RefusedError(StoreDown):
    """The server says no; what its code means depends on the condition under which it was asked, if any."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"{name} refuses ({code})")
        self.code = code


@lru_cache(maxsize=8)
def _client(endpoint: str | None, region: str | None, access_key: str | None, secret_key: str | None) -> Any:
    """One client for all threads: to make one takes a tenth of a second."""
    config = Config(
        connect_timeout=5,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 4},
        s3={"addressing_style": "path"} if endpoint else {},  # a server of one's own has no host for each bucket
        # Checksums that not every server knows: the bytes themselves are signed, with their SHA-256.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=64,
    )
    keys = {"aws_access_key_id": access_key, "aws_secret_access_key": secret_key}
    session = boto3.session.Session()
    # boto3 itself looks at AWS_DEFAULT_REGION and the profile, not at what all other programs call it.
    region = region or os.environ.get("AWS_REGION") or session.region_name or "us-east-1"
    return session.client("s3", endpoint_url=endpoint, region_name=region, config=config, **keys)
