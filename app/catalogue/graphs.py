"""Datasets as DCAT-AP.de 3.0, so that who reads 2.0 understands them: without blank nodes, in an order that stays.

A page is made of parts that are written one by one: what is named in several of them says the same in each.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, XSD

from app.catalogue.datasets import CONTRIBUTORS, PORTAL, Dataset, Distribution, Publisher
from app.catalogue.facts import Area
from app.catalogue.plain import plain
from app.catalogue.vocabulary import (
    ADMS,
    AUTHORITIES,
    AVAILABLE,
    COMPLETED,
    DAILY,
    DCAT,
    DCATAP,
    DCATDE,
    GEO,
    GEOCODING,
    GERMAN,
    GOVERNMENT,
    HYDRA,
    PUBLIC,
    SERVICES,
    SPDX,
    THEMES,
    VCARD,
    ZERO,
    Said,
    geocodes,
    german,
    new_graph,
    say,
)
from app.catalogue.words import FILE_TYPE, IANA
from app.publication.names import SCHEMA as OPARL


class Writer:
    """Makes graphs of one portal, whose address all of them begin with."""

    def __init__(self, base_url: str, mail: str) -> None:
        self.base, self._mail = base_url, mail

    def catalogue(self, publisher: Publisher | None, datasets: Sequence[Dataset], modified: Literal) -> Graph:
        """Return a catalogue with these datasets: of a council, or of all."""
        graph, of = new_graph(), publisher.title if publisher else "alle Kommunen"
        about = self.catalogue_uri(publisher)
        say(
            graph,
            about,
            (RDF.type, DCAT.Catalog),
            (DCTERMS.title, german(f"Ratsinformationen – offene Politikdaten ({of})")),
            (DCTERMS.description, german(f"Offene Ratsinformationen ({of}): über OParl gespiegelt, täglich neu.")),
            (DCTERMS.publisher, self._operator(graph)),
            (FOAF.homepage, URIRef(f"{self.base}/")),
            (DCTERMS.language, GERMAN),
            (DCTERMS.license, ZERO),
            (DCAT.themeTaxonomy, THEMES),
            (DCATAP.availability, AVAILABLE),
            (DCTERMS.modified, modified),
            *((DCAT.service, self._service(name)) for name in SERVICES),
            *((DCTERMS.spatial, key) for key in geocodes(publisher.area if publisher else Area())),
            *((DCAT.dataset, self.dataset_uri(one.name)) for one in datasets),
        )
        return graph

    def services(self) -> Graph:
        """Return the interfaces, which are those of all councils."""
        graph = new_graph()
        for name, (title, endpoint, described, standard) in SERVICES.items():
            say(
                graph,
                self._service(name),
                (RDF.type, DCAT.DataService),
                (DCTERMS.title, german(f"{title} ({PORTAL})")),
                (DCTERMS.publisher, self._operator(graph)),
                (DCAT.endpointURL, URIRef(self.base + endpoint)),
                (DCAT.endpointDescription, URIRef(self.base + described)),
                (DCAT.landingPage, URIRef(f"{self.base}/data")),
                (DCAT.contactPoint, self._contact(graph, None)),
                (DCTERMS.accessRights, PUBLIC),
                (DCATAP.availability, AVAILABLE),
                (DCTERMS.conformsTo, URIRef(standard) if standard else None),
            )
        return graph

    def page(self, address: str, number: int, pages: int, edition: str, total: int) -> Graph:
        """Return how a page of a catalogue leads to the others of the same edition."""
        graph, begin = new_graph(), f"{address}?edition={edition}&page="
        first, last = URIRef(f"{begin}1"), URIRef(f"{begin}{pages}")
        after, before = URIRef(f"{begin}{number + 1}"), URIRef(f"{begin}{number - 1}")
        say(
            graph,
            URIRef(f"{begin}{number}"),
            (RDF.type, HYDRA.PagedCollection),
            (RDF.type, HYDRA.PartialCollectionView),
            (HYDRA.totalItems, Literal(total, datatype=XSD.integer)),
            (HYDRA.first, first),
            (HYDRA.firstPage, first),
            (HYDRA.last, last),
            (HYDRA.lastPage, last),
            *(((HYDRA.next, after), (HYDRA.nextPage, after)) if number < pages else ()),
            *(((HYDRA.previous, before), (HYDRA.previousPage, before)) if number > 1 else ()),
        )
        return graph

    def publisher(self, publisher: Publisher, modified: Literal) -> Graph:
        """Return who publishes, whom to ask, where that is, and the series of its datasets."""
        graph = new_graph()
        self._agent(graph, publisher)
        self._contact(graph, publisher)
        say(
            graph,
            self._series(publisher),
            (RDF.type, DCAT.DatasetSeries),
            (DCTERMS.title, german(f"Ratsinformationen – {publisher.title}")),
            (DCTERMS.description, german(f"Alle offenen Datensätze des Ratsinformationssystems: {publisher.title}.")),
            (DCTERMS.publisher, self._agent(graph, publisher)),
            (DCAT.contactPoint, self._contact(graph, publisher)),
            (DCTERMS.accrualPeriodicity, DAILY),
            (DCTERMS.modified, modified),
            *((DCTERMS.spatial, key) for key in geocodes(publisher.area)),
        )
        return graph

    def dataset(self, dataset: Dataset) -> Graph:
        """Return one dataset with its distributions; its publisher and the interfaces are other parts."""
        graph, about, publisher = new_graph(), self.dataset_uri(dataset.name), dataset.publisher
        say(
            graph,
            about,
            (RDF.type, DCAT.Dataset),
            (DCTERMS.title, german(dataset.title)),
            (DCTERMS.description, german(dataset.description)),
            (DCTERMS.identifier, Literal(about)),
            (DCTERMS.publisher, self._agent_uri(publisher)),
            (DCAT.contactPoint, self._contact_uri(publisher)),
            (DCAT.inSeries, self._series(publisher)),
            (DCAT.theme, GOVERNMENT),
            *((DCAT.keyword, german(one)) for one in dataset.keywords),
            (DCTERMS.issued, Literal(dataset.issued, datatype=XSD.date)),
            (DCTERMS.modified, moment(dataset)),
            (DCTERMS.accrualPeriodicity, DAILY),
            (DCATAP.availability, AVAILABLE),
            (DCTERMS.language, GERMAN),
            (DCTERMS.accessRights, PUBLIC),
            (DCTERMS.conformsTo, URIRef(OPARL)),
            (DCAT.landingPage, about),
            (FOAF.page, URIRef(f"{self.base}/data")),
            (DCAT.version, Literal(dataset.version)),
            (ADMS.versionNotes, german(dataset.notes)),
            *self._place(graph, about, publisher),
            *self._time(graph, about, dataset),
            *((DCAT.distribution, self._distribution(graph, dataset, one)) for one in dataset.distributions),
        )
        for service in sorted({one.service for one in dataset.distributions if one.service}):
            say(graph, self._service(service), (DCAT.servesDataset, about))
        return graph

    def dataset_uri(self, name: str) -> URIRef:
        """Return the address of a dataset, by which it is known for ever."""
        return URIRef(f"{self.base}/dataset/{name}")

    def catalogue_uri(self, publisher: Publisher | None) -> URIRef:
        """Return the address of a catalogue."""
        return URIRef(f"{self.base}/councils/{publisher.name}/catalog" if publisher else f"{self.base}/catalog")

    def _distribution(self, graph: Graph, dataset: Dataset, one: Distribution) -> URIRef:
        about = URIRef(f"{self.dataset_uri(dataset.name)}#{quote(one.name)}")
        url = URIRef(quote(one.url, safe="/:?&=%~"))
        service = self._service(one.service) if one.service else None
        say(
            graph,
            about,
            (RDF.type, DCAT.Distribution),
            (DCTERMS.title, german(one.title)),
            (DCTERMS.description, german(f"{dataset.title}: {one.title}")),
            (DCAT.accessURL, url if service else self.dataset_uri(dataset.name)),
            (DCAT.downloadURL, None if service else url),
            (DCAT.accessService, service),
            (DCTERMS["format"], URIRef(FILE_TYPE + one.format) if one.format else None),
            (DCAT.mediaType, URIRef(IANA + one.media_type)),
            (DCAT.compressFormat, URIRef(IANA + one.packed) if one.packed else None),
            (DCAT.byteSize, None if one.bytes is None else Literal(str(one.bytes), datatype=XSD.nonNegativeInteger)),
            (DCTERMS.license, URIRef(one.terms.url)),
            (DCATDE.licenseAttributionByText, german(dataset.publisher.title) if one.terms.by else None),
            (DCTERMS.rights, _rights(graph, about, one)),
            (DCTERMS.issued, Literal(dataset.issued, datatype=XSD.date)),
            (DCTERMS.modified, moment(dataset)),
            (DCTERMS.language, GERMAN),
            (DCTERMS.conformsTo, URIRef(OPARL) if one.service == "oparl" else None),
            (DCATAP.availability, AVAILABLE),
            (ADMS.status, COMPLETED),
            (SPDX.checksum, _checksum(graph, about, one)),
        )
        return about

    def _place(self, graph: Graph, about: URIRef, publisher: Publisher) -> Iterable[Said]:
        keys, level = (
            geocodes(publisher.area),
            "administrativeDistrict" if len(publisher.area.ags) == 5 else "municipality",
        )
        if keys:
            yield DCATDE.politicalGeocodingLevelURI, URIRef(f"{GEOCODING}/Level/{level}")
        for key in keys:
            yield DCTERMS.spatial, key
            yield DCATDE.politicalGeocodingURI, key  # which readers of 2.0 ask for
        if publisher.contributor:
            yield DCATDE.contributorID, URIRef(CONTRIBUTORS + publisher.contributor)
        if publisher.area.box:
            west, south, east, north = publisher.area.box
            ring = ",".join(
                f"{x} {y}" for x, y in ((west, south), (east, south), (east, north), (west, north), (west, south))
            )
            place, box = URIRef(f"{about}#place"), Literal(f"POLYGON(({ring}))", datatype=GEO.wktLiteral)
            say(graph, place, (RDF.type, DCTERMS.Location), (DCAT.bbox, box))
            yield DCTERMS.spatial, place

    def _time(self, graph: Graph, about: URIRef, dataset: Dataset) -> Iterable[Said]:
        if dataset.span:
            time, (first, last) = URIRef(f"{about}#time"), dataset.span
            start, end = Literal(first.isoformat(), datatype=XSD.date), Literal(last.isoformat(), datatype=XSD.date)
            say(graph, time, (RDF.type, DCTERMS.PeriodOfTime), (DCAT.startDate, start), (DCAT.endDate, end))
            yield DCTERMS.temporal, time

    def _operator(self, graph: Graph) -> URIRef:
        about = URIRef(f"{self.base}/#publisher")
        say(graph, about, (RDF.type, FOAF.Agent), (FOAF.name, german(PORTAL)), (FOAF.homepage, URIRef(f"{self.base}/")))
        return about

    def _agent_uri(self, publisher: Publisher) -> URIRef:
        return URIRef(f"{self.base}/councils/{publisher.name}#publisher")

    def _agent(self, graph: Graph, publisher: Publisher) -> URIRef:
        about, key = self._agent_uri(publisher), publisher.area.ags
        council = (DCTERMS.type, AUTHORITIES if key else None)
        say(graph, about, (RDF.type, FOAF.Agent), (FOAF.name, german(publisher.title)), council)
        return about

    def _contact_uri(self, publisher: Publisher | None) -> URIRef:
        return URIRef(f"{self.base}/councils/{publisher.name}#contact" if publisher else f"{self.base}/#contact")

    def _contact(self, graph: Graph, publisher: Publisher | None) -> URIRef:
        about, mail = self._contact_uri(publisher), publisher.mail if publisher else self._mail
        name = f"{publisher.title}, offene Daten" if publisher else f"{PORTAL}, offene Daten"
        say(
            graph,
            about,
            (RDF.type, VCARD.Kind),
            (RDF.type, VCARD.Organization),
            (VCARD.fn, Literal(name)),
            (VCARD.hasEmail, URIRef(f"mailto:{quote(mail, safe='@+.')}") if mail else None),
            (VCARD.hasURL, URIRef(publisher.page if publisher and publisher.page else f"{self.base}/contact")),
        )
        return about

    def _series(self, publisher: Publisher) -> URIRef:
        return URIRef(f"{self.base}/councils/{publisher.name}#series")

    def _service(self, name: str) -> URIRef:
        return URIRef(f"{self.base}/data#{name}")


def moment(dataset: Dataset) -> Literal:
    """Return when a dataset last changed."""
    return Literal(dataset.modified.isoformat(timespec="seconds"), datatype=XSD.dateTime)


def _rights(graph: Graph, about: URIRef, one: Distribution) -> URIRef | None:
    """Return what the sources state themselves, in their words, where no licence of the list says it all."""
    if not one.terms.stated:
        return None
    rights, said = URIRef(f"{about}-rights"), "; ".join(plain(text) for text in one.terms.stated)
    words = f"Angegebene Lizenzen: {said}. Jeder Datensatz nennt seine eigene."
    say(graph, rights, (RDF.type, DCTERMS.RightsStatement), (RDFS.label, german(words)))
    return rights


def _checksum(graph: Graph, about: URIRef, one: Distribution) -> URIRef | None:
    if not one.sha256:
        return None
    checksum, value = URIRef(f"{about}-sha256"), Literal(one.sha256, datatype=XSD.hexBinary)
    kind = (RDF.type, SPDX.Checksum)
    say(graph, checksum, kind, (SPDX.algorithm, SPDX.checksumAlgorithm_sha256), (SPDX.checksumValue, value))
    return checksum
