"""The words of DCAT-AP.de and the lists it takes values from, and how triples are said with them."""

from typing import Final

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, XSD
from rdflib.term import Node

from app.catalogue.facts import Area
from app.publication.names import SCHEMA as OPARL

DCAT: Final = Namespace("http://www.w3.org/ns/dcat#")
ADMS: Final = Namespace("http://www.w3.org/ns/adms#")
VCARD: Final = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP: Final = Namespace("http://data.europa.eu/r5r/")
DCATDE: Final = Namespace("http://dcat-ap.de/def/dcatde/")
HYDRA: Final = Namespace("http://www.w3.org/ns/hydra/core#")
SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
GEO: Final = Namespace("http://www.opengis.net/ont/geosparql#")
LOCN: Final = Namespace("http://www.w3.org/ns/locn#")
AUTHORITY: Final = "http://publications.europa.eu/resource/authority"
GEOCODING: Final = "http://dcat-ap.de/def/politicalGeocoding"
PREFIXES: Final = {
    "adms": ADMS,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dcatde": DCATDE,
    "dct": DCTERMS,
    "foaf": FOAF,
    "geo": GEO,
    "hydra": HYDRA,
    "locn": LOCN,
    "rdf": RDF,
    "rdfs": RDFS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}
GERMAN: Final = URIRef(f"{AUTHORITY}/language/DEU")
DAILY: Final = URIRef(f"{AUTHORITY}/frequency/DAILY")
AVAILABLE: Final = URIRef(f"{AUTHORITY}/planned-availability/AVAILABLE")
PUBLIC: Final = URIRef(f"{AUTHORITY}/access-right/PUBLIC")
COMPLETED: Final = URIRef(f"{AUTHORITY}/distribution-status/COMPLETED")
GOVERNMENT: Final = URIRef(f"{AUTHORITY}/data-theme/GOVE")
THEMES: Final = URIRef(f"{AUTHORITY}/data-theme")
AUTHORITIES: Final = URIRef("http://purl.org/adms/publishertype/LocalAuthority")
ZERO: Final = URIRef("http://dcat-ap.de/def/licenses/dl-zero-de/2.0")
SERVICES: Final = {
    "oparl": ("OParl 1.1", "/oparl/v1.1/", "/oparl/v1.1/", OPARL),
    "api": ("API v1", "/api/v1", "/openapi.json", ""),
    "feeds": ("Feeds (Atom, RSS, JSON Feed)", "/feeds", "/feeds", "http://www.w3.org/2005/Atom"),
}
Said = tuple[URIRef, Node | None]


def new_graph() -> Graph:
    """Return a graph that knows our prefixes and no others."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True)
    return graph


def say(graph: Graph, about: URIRef, *said: Said) -> None:
    """Add what is said of one thing, but for what is not known."""
    for name, value in said:
        if value is not None:
            graph.add((about, name, value))


def german(text: str) -> Literal:
    """Return German words."""
    return Literal(text, lang="de")


def geocodes(area: Area) -> list[URIRef]:
    """Return the names of an area in the list of political geocoding: its regional key, and that of its town."""
    found = [URIRef(f"{GEOCODING}/regionalKey/{area.ars}")] if area.ars else []
    if area.ags:
        found.append(URIRef(f"{GEOCODING}/{'districtKey' if len(area.ags) == 5 else 'municipalityKey'}/{area.ags}"))
    return found
