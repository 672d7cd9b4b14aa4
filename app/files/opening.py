"""FILES_URL to a store: the only place that knows which there are."""

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from app.files.folder import FolderStore
from app.files.store import BadFilesUrl, FileStore

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_OPTIONS = ("endpoint", "region", "access_key", "secret_key")


def open_store(url: str, copies: Path | None = None) -> FileStore:
    """Open the store that a FILES_URL names, such as file:///var/lib/ratslupe/files or s3://bucket/prefix?endpoint=….

    `copies` is the local folder in which a bucket's files lie while they are read. No message repeats a bucket's URL:
    there may be a key in it.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return _bucket(parts, copies)
    if parts.scheme != "file":
        raise BadFilesUrl(f"FILES_URL: {parts.scheme or url!r} is unknown, only file:///folder and s3://bucket are")
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost") or not path.startswith("/") or parts.query or parts.fragment:
        raise BadFilesUrl(f"FILES_URL: {url!r} must be file:// and an absolute path")
    return FolderStore(Path(path))


def _bucket(parts: SplitResult, copies: Path | None) -> FileStore:
    try:
        options = dict(parse_qsl(parts.query, strict_parsing=True, keep_blank_values=True)) if parts.query else {}
    except ValueError:
        raise BadFilesUrl("FILES_URL: what follows the ? must be name=value, joined by &") from None
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown or parts.fragment:
        raise BadFilesUrl(f"FILES_URL: besides the bucket it may say {', '.join(_OPTIONS)}, in URL coding")
    if not _BUCKET.fullmatch(parts.netloc):
        raise BadFilesUrl("FILES_URL must be s3:// and a bucket's name; a key is given as access_key and secret_key")
    if ("access_key" in options) != ("secret_key" in options):
        raise BadFilesUrl("FILES_URL: access_key and secret_key go together")
    endpoint = urlsplit(options.get("endpoint", "https://amazon"))
    if endpoint.scheme not in ("http", "https") or not endpoint.hostname or "@" in endpoint.netloc:
        raise BadFilesUrl("FILES_URL: endpoint must be http:// or https:// and a host")
    if copies is None:
        raise BadFilesUrl("FILES_URL: a bucket needs a local folder for its copies")
    try:
        from app.files.bucket import Access, BucketStore  # noqa: PLC0415 - an extra, and half a second
    except ImportError:
        raise BadFilesUrl("FILES_URL: s3:// needs boto3; install Ratslupe with the extra s3") from None
    prefix = unquote(parts.path).strip("/")
    return BucketStore(Access(parts.netloc, f"{prefix}/" if prefix else "", **options), copies)
