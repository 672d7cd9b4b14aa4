"""A bucket that is down, slow, full or shared, and what is told of it."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings, SettingsError
from app.files import BadFilesUrl, FileMissing, StoreDown, StoreFull, bucket, copies, open_store
from app.files.bucket import BucketStore
from app.files.copies import Copies
from tests.s3 import BUCKET, KEY, S3, SECRET, Fault, cut, s3_server, slow, status

ABC = hashlib.sha256(b"abc").hexdigest()


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3_server() as s3:
        yield s3


@pytest.fixture
def s3(server: S3) -> S3:
    server.empty()
    return server


@pytest.fixture
def store(s3: S3, tmp_path: Path) -> BucketStore:
    return s3.store(tmp_path / "copies")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing between two tries."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


def test_it_has_the_layout_of_a_folder(s3: S3, store: BucketStore) -> None:
    store.put([b"abc"], 3)
    assert s3.keys() == [f"{ABC[:2]}/{ABC[2:4]}/{ABC}"]


def test_it_writes_only_where_nothing_is(s3: S3, store: BucketStore, tmp_path: Path) -> None:
    store.put([b"abc"], 3)
    puts = [environ for method, environ in s3.asked if method == "PUT" and environ["PATH_INFO"].endswith(ABC)]
    assert [environ.get("HTTP_IF_NONE_MATCH") for environ in puts] == ["*"]
    assert s3.store(tmp_path / "other").put([b"abc"], 3).sha256 == ABC
    assert s3.methods.count("PUT") == 1


def test_another_writer_may_be_faster(s3: S3, store: BucketStore) -> None:
    s3.faults += [status(404, "NoSuchKey"), status(412, "PreconditionFailed")]
    assert store.put([b"abc"], 3).sha256 == ABC


def test_it_gets_by_without_the_condition(s3: S3, store: BucketStore) -> None:
    s3.faults += [None, status(501, "NotImplemented")]
    store.put([b"abc"], 3)
    assert s3.keys()[0].endswith(ABC)


@pytest.mark.parametrize("code", ["NotImplemented", "PreconditionFailed"])
def test_such_an_answer_to_what_had_no_condition_is_no_store(s3: S3, store: BucketStore, code: str) -> None:
    refused = status(501 if code == "NotImplemented" else 412, code)
    for ask in (lambda: store.exists(ABC), lambda: store.path(ABC), lambda: store.delete(ABC)):
        s3.faults[:] = [refused] * 20
        with pytest.raises(StoreDown, match="refuses"):
            ask()
    s3.faults[:] = [None, status(501, "NotImplemented"), *[refused] * 20]
    s3.asked.clear()
    with pytest.raises(StoreDown, match="refuses"):
        store.put([b"abc"], 3)
    assert s3.methods.count("PUT") == 2
    s3.faults.clear()
    assert s3.keys() == []


def test_it_replaces_what_was_cut_short(s3: S3, store: BucketStore) -> None:
    s3.client.put_object(Bucket=BUCKET, Key=f"{ABC[:2]}/{ABC[2:4]}/{ABC}", Body=b"ab")
    store.put([b"abc"], 3)
    assert s3.client.get_object(Bucket=BUCKET, Key=s3.keys()[0])["Body"].read() == b"abc"


def test_it_reads_what_it_wrote_without_asking(s3: S3, store: BucketStore, tmp_path: Path) -> None:
    store.put([b"abc"], 3)
    before = len(s3.asked)
    assert store.path(ABC).read_bytes() == b"abc"
    assert len(s3.asked) == before
    other = s3.store(tmp_path / "other")
    assert [other.path(ABC).read_bytes() for _ in range(3)] == [b"abc"] * 3
    assert s3.methods[before:].count("GET") == 1
    assert store.path(ABC).stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize(
    "fault", [cut, status(503, "SlowDown"), status(500, "InternalError")], ids=["cut", "503", "500"]
)
def test_one_fault_is_none(s3: S3, store: BucketStore, tmp_path: Path, fault: Fault) -> None:
    s3.faults += [fault, fault]
    stored = store.put([b"x" * 300_000], 10**6)
    s3.faults += [fault, fault]
    with s3.store(tmp_path / "other").open(stored.sha256) as file:
        assert len(file.read()) == 300_000


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (status(503, "SlowDown"), "refuses"),
        (status(403, "AccessDenied"), "refuses"),
        (status(404, "NoSuchBucket"), "refuses"),
        (slow(0.5), "does not answer"),
    ],
    ids=["503", "403", "no-bucket", "slow"],
)
def test_it_says_so_when_the_server_is_down(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, told: str
) -> None:
    monkeypatch.setattr(bucket, "READ_SECONDS", 0.1)
    store = s3.store(tmp_path / "copies")
    bucket._client.cache_clear()
    # A name that no other test has: a request that nobody waits for any more may still arrive in the next one.
    own = hashlib.sha256(b"own").hexdigest()
    for ask in (lambda: store.put([b"own"], 3), lambda: store.path(own), lambda: store.delete(own)):
        s3.faults[:] = [fault] * 20  # more than it asks
        with pytest.raises(StoreDown, match=f"the bucket {BUCKET} {told}") as raised:
            ask()
        shown = f"{raised.value!r} {raised.value.__cause__!r}"
        assert KEY not in shown
        assert SECRET not in shown
    s3.faults.clear()
    bucket._client.cache_clear()
    assert list((tmp_path / "copies").iterdir()) == []
    assert store.put([b"own"], 3).sha256 == own


def test_it_says_so_when_nobody_listens(tmp_path: Path) -> None:
    url = "s3://bucket/?endpoint=http%3A%2F%2F127.0.0.1%3A9&access_key=k&secret_key=s"
    with pytest.raises(StoreDown, match="does not answer"):
        open_store(url, tmp_path).exists(ABC)


def test_it_says_when_the_quota_is_used_up(s3: S3, store: BucketStore) -> None:
    s3.faults += [None, status(507, "XMinioStorageFull")] + [status(507, "XMinioStorageFull")] * 4
    with pytest.raises(StoreFull):
        store.put([b"abc"], 3)


def test_it_hands_out_no_other_bytes(s3: S3, store: BucketStore) -> None:
    s3.client.put_object(Bucket=BUCKET, Key=f"{ABC[:2]}/{ABC[2:4]}/{ABC}", Body=b"abd")
    with pytest.raises(FileMissing, match="other bytes"):
        store.path(ABC)
    assert list(store.scratch.iterdir()) == []


def test_copies_are_bounded(tmp_path: Path) -> None:
    folder = Copies(tmp_path, max_bytes=250)
    for number, age in enumerate((500, 400, 300, 90, 5)):
        unfinished = tmp_path / f".tmp-{number}"
        unfinished.write_bytes(b"x" * 100)
        copy = folder.take(unfinished, f"{number}{'0' * 63}")
        os.utime(copy, (time.time() - age, time.time() - age))
    folder.trim()
    assert sorted(copy.name[0] for copy in tmp_path.iterdir()) == ["3", "4"]
    assert folder.find("3" + "0" * 63) == tmp_path / ("3" + "0" * 63)
    assert time.time() - (tmp_path / ("3" + "0" * 63)).stat().st_mtime < 10


def test_a_copy_is_kept_for_a_day_at_most(tmp_path: Path) -> None:
    folder = Copies(tmp_path)
    for name, age in (("0" * 64, copies.KEEP_SECONDS + 60), ("1" * 64, copies.KEEP_SECONDS - 60)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    folder.trim()
    assert [copy.name for copy in tmp_path.iterdir()] == ["1" * 64]


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3://UPPER",
        f"s3://{KEY}:verysecret@bucket",
        "s3://bucket?key=verysecret",
        "s3://bucket?access_key=verysecret",
        "s3://bucket?secret_key=verysecret",
        "s3://bucket?verysecret",
        "s3://bucket?endpoint=verysecret",
        "s3://bucket?endpoint=http%3A%2F%2Fverysecret%40host",
        "s3://bucket#verysecret",
    ],
)
def test_it_repeats_no_key_of_a_url_that_is_wrong(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadFilesUrl, match="FILES_URL") as raised:
        open_store(url, tmp_path)
    assert "verysecret" not in str(raised.value)


def test_no_key_is_ever_shown(s3: S3, store: BucketStore) -> None:
    settings = Settings.from_environment({"FILES_URL": s3.files_url()})
    for shown in (repr(settings), repr(store), repr(store._access), str(vars(store))):
        assert KEY not in shown
        assert "secret" not in shown.replace("secret_key", "")
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"FILES_URL": s3.files_url().replace("s3:", "s4:")})
    assert KEY not in str(raised.value)


def test_the_key_may_come_from_the_environment(
    s3: S3, store: BucketStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put([b"abc"], 3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "FROMENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    bucket._client.cache_clear()
    url = s3.files_url().partition("&access_key")[0]
    assert open_store(url, tmp_path / "other").exists(ABC)
    assert "Credential=FROMENVIRONMENT/" in s3.asked[-1][1]["HTTP_AUTHORIZATION"]
    bucket._client.cache_clear()


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_so_may_the_region(
    s3: S3, store: BucketStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    store.put([b"abc"], 3)
    for one in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(one, raising=False)
    url = s3.files_url().replace("&region=eu-central-1", "")
    monkeypatch.setenv(name, "eu-south-9")
    bucket._client.cache_clear()
    assert open_store(url, tmp_path / "other").exists(ABC)
    assert "/eu-south-9/s3/" in s3.asked[-1][1]["HTTP_AUTHORIZATION"]
    bucket._client.cache_clear()
