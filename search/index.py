"""Open an index by its address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from search.errors import EngineUnavailable
from search.model import SearchIndex


def open_index(url: str, *, create: bool = True) -> SearchIndex:
    """The index at tantivy:///folder, whoosh:///folder or embedded:///folder (tantivy if installed, else whoosh).

    One slash less, and the folder counts from the working directory. A missing index is made empty, or raises
    EngineUnavailable where `create` is false. An index of another schema opens; using it raises IndexOutdated.
    """
    parts = urlsplit(url)
    if parts.netloc or parts.query or parts.fragment or not parts.path:
        raise EngineUnavailable(f"{url!r} is not the address of an index: write tantivy:///folder")
    root = Path(unquote(parts.path))
    match parts.scheme:
        case "tantivy":
            return _tantivy(root, create)
        case "whoosh":
            return _whoosh(root, create)
        case "embedded":
            try:
                return _tantivy(root, create)
            except EngineUnavailable as error:
                if not isinstance(error.__cause__, ImportError):
                    raise
                return _whoosh(root, create)
    raise EngineUnavailable(f"there is no search engine called {parts.scheme!r}")


def _tantivy(root: Path, create: bool) -> SearchIndex:
    try:
        # Only here, because a system without a tantivy wheel runs with whoosh, and the other way round.
        from search.tantivy_index import TantivyIndex  # noqa: PLC0415
    except ImportError as error:
        raise EngineUnavailable("tantivy is not installed") from error
    return TantivyIndex(root, create=create)


def _whoosh(root: Path, create: bool) -> SearchIndex:
    try:
        from search.whoosh_index import WhooshIndex  # noqa: PLC0415 - as above
    except ImportError as error:
        raise EngineUnavailable("whoosh3 is not installed") from error
    return WhooshIndex(root, create=create)
