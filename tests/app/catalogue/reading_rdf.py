"""RDF read by a library that wrote none of it."""

import warnings
from pathlib import Path
from typing import Any

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import RDF

DCAT, DCT = Namespace("http://www.w3.org/ns/dcat#"), Namespace("http://purl.org/dc/terms/")
DCATDE, VCARD = Namespace("http://dcat-ap.de/def/dcatde/"), Namespace("http://www.w3.org/2006/vcard/ns#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
PARSERS = {"ttl": "turtle", "rdf": "xml", "xml": "xml", "jsonld": "json-ld"}


def parsed(content: bytes | Path, suffix: str) -> Graph:
    """Parse a document."""
    data = content.read_bytes() if isinstance(content, Path) else content
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its reader of JSON-LD uses what it gave up itself
        return Graph().parse(data=data.decode(), format=PARSERS[suffix])


def of_class(graph: Graph, kind: URIRef) -> list[Any]:
    """Return everything of a class."""
    return sorted(graph.subjects(RDF.type, kind))


def names(graph: Graph) -> set[str]:
    """Return the addresses of all datasets."""
    return {str(one) for one in of_class(graph, DCAT.Dataset)}


def next_page(graph: Graph) -> str | None:
    """Return where a harvester goes on, as ckanext-dcat finds it."""
    views = graph.subjects(RDF.type, HYDRA.PartialCollectionView)
    return next((str(found) for view in views for found in graph.objects(view, HYDRA.next)), None)
