"""One File to bytes: from where it is said to be, whole, and not a web page in its place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import Any

from app.documents.sniff import HTML, TEXT, UNKNOWN, sniff
from app.files import FileStore, FileTooLarge, Stored
from app.models.files import FAILED, FETCHED, GONE, WAITING
from app.net import BrokenBody, NetError, Stream
from oparl_sync import parts, quirks, stated
from oparl_sync.client import FINAL, OParlClient
from oparl_sync.problems import SyncError

MAX_FILE = 512 * 1024 * 1024  # bytes; the largest single file seen was 40 MB
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
BELIEVED = 3  # times that bytes came which are not what the source says of them: some always say nonsense
OK, PARTIAL, NOT_MODIFIED, BAD_RANGE = 200, 206, 304, 416
CLOSED = frozenset({401, 402, 403, 407})
NOT_FOUND = 404
WITHDRAWN = frozenset({410, 451})  # said expressly, which 404 is not
MAX_SAID = 500  # characters of an ETag
RESUMES = 2  # times that the rest of a file is asked for at once
# What comes in place of a document while its server is ill.
_MESSAGES = {HTML: "a web page", "application/json": "a JSON message", "application/xml": "an XML message"}
_DOCUMENT = re.compile(
    r"pdf|msword|officedocument|opendocument|vnd\.ms-|application/(rtf|zip)|image/"
    r"|\.(docx?|xlsx?|pptx?|od[tsp]|rtf|zip|jpe?g|png|tiff?)\b"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt.

    `again`: the server has troubles, `refused`: it lets nobody have it, `wait`: how long until it is asked once more,
    `checked`: the bytes came and were compared with what is stated of them, `differs`: in what they differ.
    """

    state: str
    reason: str | None = None
    sha256: str | None = None
    size: int = 0
    again: bool = False
    refused: bool = False
    etag: str | None = None
    last_modified: str | None = None
    wait: timedelta | None = None
    checked: bool = False
    differs: str | None = None


def fetch(client: OParlClient, store: FileStore, row: Any) -> Outcome:
    """Fetch a file from where it is said to be; where nothing is there, from where its maker's servers have it.

    Raises StoreFull and StoreDown.
    """
    urls = _stated(row)
    if not urls:
        return Outcome(FAILED, "The source gives no address for it.")
    outcome, status = _fetch_from(client, store, row, urls[0])
    if status == NOT_FOUND:
        further = _further(urls)
        for url in dict.fromkeys((*urls[1:], *further)):
            found, status = _fetch_from(client, store, row, url, guessed=url in further)
            if found.state == FETCHED or found.again:
                return found
    if outcome.state == GONE and status not in WITHDRAWN and row.fetch_state == FETCHED and row.attempts <= 1:
        # Nobody said that it is gone: a server that lost its files for an hour must say so twice.
        return replace(outcome, state=FAILED, wait=A_DAY)
    return outcome


def unfinished(row: Any) -> list[str]:
    """Return the names of all parts that there may be of a file."""
    urls = _stated(row)
    return [_part_name(row.id, url) for url in (*urls, *_further(urls))]


def tried(row: Any, state: str, *, doubted: bool = False) -> int:
    """Return how often in a row a file was tried with such an outcome, this time included."""
    if state == FETCHED:
        return row.attempts + 1 if doubted and row.fetch_state == FETCHED else 1
    return row.attempts + 1 if row.fetch_state in (state, FETCHED) else 1


def _stated(row: Any) -> list[str]:
    return [url for url in (row.access_url, row.download_url) if url]


def _further(urls: list[str]) -> list[str]:
    return [one for url in urls for one in quirks.further_addresses(url)]


def _part_name(oparl_id: str, url: str) -> str:
    return f"{oparl_id}\n{url}"


def _fetch_from(
    client: OParlClient, store: FileStore, row: Any, url: str, *, guessed: bool = False
) -> tuple[Outcome, int | None]:
    """Fetch from one address, of bytes that are here only what is new; where it breaks off, the rest is asked for.

    A `guessed` address may not answer with a web page: that is how many say there is nothing.
    """
    try:
        with parts.of(store.scratch, _part_name(row.id, url)) as part:
            for attempt in range(RESUMES + 1):
                had = part.size
                try:
                    answered = _asked(client, store, row, url, part, guessed=guessed)
                except BrokenBody:
                    if attempt == RESUMES or part.size <= had:
                        raise
                else:
                    if answered is not None:
                        return answered
        return Outcome(WAITING, "The source does not bring the rest of it.", again=True), None
    except (*FINAL, FileTooLarge) as error:
        return Outcome(FAILED, str(error), wait=A_WEEK), None
    except (NetError, SyncError) as error:
        return Outcome(WAITING, str(error), again=True), None


def _asked(
    client: OParlClient, store: FileStore, row: Any, url: str, part: parts.Part, *, guessed: bool
) -> tuple[Outcome, int] | None:
    """Ask once; None where what was here of it is of no use, and has been forgotten."""
    held = row if row.blob_sha256 and url == row.access_url else None
    headers = part.wanted() if part.size else _only_news(held)
    with client.stream(url, max_bytes=MAX_FILE, headers=headers) as stream:
        if stream.status == NOT_MODIFIED and held is not None and not part.size:
            kept = Outcome(FETCHED, None, held.blob_sha256, etag=held.etag, last_modified=held.last_modified)
            return kept, stream.status
        if part.size and (stream.status == BAD_RANGE or _is_of_no_use(part, stream)):
            part.drop()
            return None
        pieces = stream.iter_bytes()
        if stream.status == PARTIAL and part.size:
            pieces = part.continued(pieces)
        else:
            head = next(pieces, b"")
            if refused := _refused(stream.status, stream.headers, head, row, guessed=guessed):
                return refused, stream.status
            pieces = part.anew(stream.headers, chain((head,), pieces))
        stored = _put(store, pieces, part)
    return _arrived(store, row, stored, stream), stream.status


def _is_of_no_use(part: parts.Part, stream: Stream) -> bool:
    return stream.status == PARTIAL and not part.is_continued(stream.headers)


def _put(store: FileStore, pieces: Iterator[bytes], part: parts.Part) -> Stored:
    try:
        stored = store.put(pieces, MAX_FILE)
    except FileTooLarge:
        part.drop()
        raise
    part.drop()
    return stored


def _arrived(store: FileStore, row: Any, stored: Stored, stream: Stream) -> Outcome:
    arrived = Outcome(FETCHED, None, stored.sha256, stored.size, checked=True)
    arrived = replace(arrived, differs=stated.difference(row, store, stored))
    known = stored.sha256 == row.blob_sha256 and (row.etag or row.last_modified)  # believed before
    if arrived.differs and not known and tried(row, FETCHED, doubted=True) < BELIEVED:
        # Without what the server said of the bytes: the next request must bring them whole.
        return replace(arrived, wait=A_DAY)
    said = [(stream.headers.get(name) or "")[:MAX_SAID] or None for name in ("etag", "last-modified")]
    return replace(arrived, etag=said[0], last_modified=said[1])


def _refused(status: int, headers: Mapping[str, str], head: bytes, row: Any, *, guessed: bool) -> Outcome | None:
    """Return what to make of an answer that does not bring the file; None where it does.

    Many servers answer 200 with a web page where something went wrong.
    """
    message = _message(headers, head, row) if status == OK else None
    if status == NOT_FOUND or (guessed and message):
        return Outcome(GONE, f"The source does not have it any more (HTTP {status}).")
    if status in WITHDRAWN:
        return Outcome(GONE, f"The source has withdrawn it (HTTP {status}).")
    if status in CLOSED:
        return Outcome(FAILED, f"The source does not let us have it (HTTP {status}).", refused=True)
    if status != OK:
        return Outcome(WAITING, f"The source answered HTTP {status}.", again=True)
    return Outcome(WAITING, f"The source answered with {message} in its place.", again=True) if message else None


def _message(headers: Mapping[str, str], head: bytes, row: Any) -> str | None:
    """Say what came in place of a document, by its first bytes rather than by what the server calls it."""
    found = sniff(head)
    declared = f"{row.mime_type or ''} {row.file_name or ''} {row.access_url or ''}".lower()
    if found in _MESSAGES and _DOCUMENT.search(declared):
        return _MESSAGES[found]
    as_page = "html" in headers.get("content-type", "").lower() and found in (HTML, TEXT, UNKNOWN, *_MESSAGES)
    return _MESSAGES[HTML] if as_page and "htm" not in declared else None


def _only_news(held: Any) -> dict[str, str]:
    said = {"if-none-match": held.etag, "if-modified-since": held.last_modified} if held is not None else {}
    return {name: value for name, value in said.items() if value}
