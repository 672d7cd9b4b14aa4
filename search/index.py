"""Open an index by its address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from search.engine import Engine
from search.errors import EngineUnavailable
from search.highlight import Marker
from search.meaning import with_synonyms
from search.model import SearchIndex
from search.query import Query
from search.searching import Index, no_texts
from search.showing import Texts, marker_of
from search.synonyms import Synonyms
from search.thesaurus import load


def open_index(url: str, *, create: bool = True, texts: Texts = no_texts, thesaurus: Path | None = None) -> SearchIndex:
    """The index at tantivy:///folder, whoosh:///folder or embedded:///folder (tantivy if installed, else whoosh).

    One slash less, and the folder counts from the working directory. opensearch://host,host/name is one in a cluster,
    see search.opensearch_client. A missing index is made empty, or raises EngineUnavailable where `create` is false.
    An index of another schema opens; using it raises IndexOutdated. `texts` gives back the pages of documents that
    were put with a text_key; `thesaurus` is a file of further synonyms, see search.thesaurus.
    """
    return Index(_engine(url, create), texts, lists_of(thesaurus))


def marker_for(query: Query, *, thesaurus: Path | None = None) -> Marker:
    """What marks a text by a query that is taken as it is spelled: for that no index has to be asked."""
    return marker_of(with_synonyms(query, lists_of(thesaurus)))


def lists_of(thesaurus: Path | None) -> tuple[Synonyms, ...]:
    """Further synonyms, where there is a file of them."""
    return () if thesaurus is None else (_thesaurus(thesaurus),)


def _thesaurus(path: Path) -> Synonyms:
    try:
        return load(path)
    except OSError as error:
        raise EngineUnavailable(f"the thesaurus {path} cannot be read: {error.strerror}") from error


def _engine(url: str, create: bool) -> Engine:
    if url.startswith(("opensearch://", "opensearch+https://")):
        return _opensearch(url, create)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise EngineUnavailable("the address of the index cannot be read") from error
    if parts.netloc or parts.query or parts.fragment or not parts.path:
        # Not the address itself: a password may stand in it.
        raise EngineUnavailable(f"that is not the address of an index: write {parts.scheme or 'tantivy'}:///folder")
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


def _tantivy(root: Path, create: bool) -> Engine:
    try:
        # Only here, because a system without a tantivy wheel runs with whoosh, and the other way round.
        from search.tantivy_engine import TantivyEngine  # noqa: PLC0415
    except ImportError as error:
        raise EngineUnavailable("tantivy is not installed") from error
    return TantivyEngine(root, create=create)


def _whoosh(root: Path, create: bool) -> Engine:
    try:
        from search.whoosh_engine import WhooshEngine  # noqa: PLC0415 - as above
    except ImportError as error:
        raise EngineUnavailable("whoosh3 is not installed") from error
    return WhooshEngine(root, create=create)


def _opensearch(url: str, create: bool) -> Engine:
    try:
        from search.opensearch_engine import OpenSearchEngine  # noqa: PLC0415 - as above
    except ImportError as error:
        raise EngineUnavailable("opensearch-py is not installed") from error
    return OpenSearchEngine(url, create=create)
