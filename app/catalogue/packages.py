"""Datasets in the words of CKAN's packages and of DCAT-US 1.1, for harvesters that read no RDF."""

import uuid
from datetime import UTC
from typing import Any, Final

from app.catalogue.datasets import CONTRIBUTORS, PORTAL, Dataset, Distribution, Publisher
from app.catalogue.licences import LIST, NAMES, OPEN
from app.catalogue.vocabulary import GEOCODING, geocodes

GROUP: Final = {
    "id": "gove",
    "name": "gove",
    "title": "Regierung und öffentlicher Sektor",
    "display_name": "Regierung und öffentlicher Sektor",
    "description": "",
    "image_display_url": "",
}


def same_id(address: str) -> str:
    """Return the id of what has an address: always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, address))


def organization(base_url: str, publisher: Publisher) -> dict[str, Any]:
    """Return a council as CKAN's organization, without its packages."""
    return {
        "id": same_id(f"{base_url}/councils/{publisher.name}"),
        "name": publisher.name,
        "title": publisher.title,
        "display_name": publisher.title,
        "type": "organization",
        "description": "",
        "image_url": "",
        "state": "active",
        "approval_status": "approved",
        "is_organization": True,
    }


def package(base_url: str, dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as CKAN's package_show has it."""
    address, publisher = f"{base_url}/dataset/{dataset.name}", dataset.publisher
    owner = organization(base_url, publisher)
    return {
        "id": same_id(address),
        "name": dataset.name,
        "title": dataset.title,
        "notes": dataset.description,
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": dataset.terms.is_open,
        "url": address,
        "author": publisher.title,
        "author_email": None,
        "maintainer": f"{publisher.title}, offene Daten",
        "maintainer_email": publisher.mail or None,
        "version": dataset.version,
        "license_id": dataset.terms.code,
        "license_title": dataset.terms.name,
        "license_url": dataset.terms.url,
        "metadata_created": f"{dataset.issued}T00:00:00.000000",
        "metadata_modified": stamp(dataset),
        "owner_org": owner["id"],
        "organization": owner,
        "groups": [GROUP],
        "tags": [tag(word) for word in dataset.keywords],
        "num_tags": len(dataset.keywords),
        "extras": [{"key": key, "value": value} for key, value in _extras(address, dataset).items() if value],
        "resources": [_resource(address, dataset, one, position) for position, one in enumerate(dataset.distributions)],
        "num_resources": len(dataset.distributions),
        "relationships_as_object": [],
        "relationships_as_subject": [],
    }


def stamp(dataset: Dataset) -> str:
    """Return when a dataset last changed as CKAN writes it: UTC that is not called so."""
    return dataset.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def tag(word: str) -> dict[str, Any]:
    """Return a keyword as CKAN's tag."""
    return {"id": same_id(f"tag:{word}"), "name": word, "display_name": word, "state": "active", "vocabulary_id": None}


def licences() -> list[dict[str, Any]]:
    """Return the licences that datasets name, as license_list has them."""
    return [
        {
            "id": code,
            "title": name,
            "url": LIST + code,
            "status": "active",
            "is_okd_compliant": code in OPEN,
            "od_conformance": "approved" if code in OPEN else "not reviewed",
        }
        for code, name in NAMES.items()
    ]


def us_dataset(base_url: str, dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as an entry of data.json."""
    publisher, box = dataset.publisher, dataset.publisher.area.box
    contact = {"@type": "vcard:Contact", "fn": f"{publisher.title}, offene Daten"}
    said: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "identifier": f"{base_url}/dataset/{dataset.name}",
        "title": dataset.title,
        "description": dataset.description,
        "keyword": list(dataset.keywords),
        "issued": dataset.issued,
        "modified": dataset.modified.isoformat(timespec="seconds"),
        "publisher": {"@type": "org:Organization", "name": publisher.title},
        "contactPoint": contact | ({"hasEmail": f"mailto:{publisher.mail}"} if publisher.mail else {}),
        "accessLevel": "public",
        "license": dataset.terms.url,
        "language": ["de"],
        "theme": [GROUP["title"]],
        "accrualPeriodicity": "R/P1D",
        "landingPage": f"{base_url}/dataset/{dataset.name}",
        "distribution": [_us_distribution(one) for one in dataset.distributions],
    }
    if box:
        said["spatial"] = ",".join(map(str, box))
    if dataset.span:
        said["temporal"] = "/".join(day.isoformat() for day in dataset.span)
    return said


def us_catalogue(base_url: str) -> dict[str, Any]:
    """Return data.json without its datasets."""
    schema = "https://project-open-data.cio.gov/v1.1/schema"
    return {
        "@context": f"{schema}/catalog.jsonld",
        "@id": f"{base_url}/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": schema,
        "describedBy": f"{schema}/catalog.json",
    }


def _us_distribution(one: Distribution) -> dict[str, Any]:
    said = {"@type": "dcat:Distribution", "title": one.title, "format": one.format or one.title.split(" ")[0]}
    if one.service:
        return said | {"accessURL": one.url}
    return said | {"downloadURL": one.url, "mediaType": one.packed or one.media_type}


def _resource(address: str, dataset: Dataset, one: Distribution, position: int) -> dict[str, Any]:
    return {
        "id": same_id(f"{address}#{one.name}"),
        "package_id": same_id(address),
        "name": one.title,
        "description": "",
        "url": one.url,
        "url_type": None,
        "resource_type": "api" if one.service else "file",
        "format": one.format or one.title.split(" ")[0],
        "mimetype": one.packed or one.media_type,
        "size": one.bytes,
        "hash": one.sha256,
        "hash_algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256" if one.sha256 else "",
        "license": one.terms.url,
        "state": "active",
        "position": position,
        "created": f"{dataset.issued}T00:00:00.000000",
        "last_modified": stamp(dataset),
        "metadata_modified": stamp(dataset),
    }


def _extras(address: str, dataset: Dataset) -> dict[str, str]:
    publisher, area = dataset.publisher, dataset.publisher.area
    keys = [str(key) for key in geocodes(area)]
    said = {
        "uri": address,
        "identifier": address,
        "guid": address,
        "issued": dataset.issued,
        "modified": dataset.modified.isoformat(timespec="seconds"),
        "frequency": "http://publications.europa.eu/resource/authority/frequency/DAILY",
        "language": "http://publications.europa.eu/resource/authority/language/DEU",
        "theme": "http://publications.europa.eu/resource/authority/data-theme/GOVE",
        "publisher_name": publisher.title,
        "contact_name": f"{publisher.title}, offene Daten ({PORTAL})",
        "contact_email": publisher.mail,
        "contact_uri": publisher.page,
        "version_notes": dataset.notes,
        "contributorID": f'["{CONTRIBUTORS}{publisher.contributor}"]' if publisher.contributor else "",
        "politicalGeocodingURI": "[" + ",".join(f'"{key}"' for key in keys) + "]" if keys else "",
        "politicalGeocodingLevelURI": "",
        "licenseAttributionByText": publisher.title if dataset.terms.by else "",
        "temporal_start": dataset.span[0].isoformat() if dataset.span else "",
        "temporal_end": dataset.span[1].isoformat() if dataset.span else "",
    }
    if keys:
        level = "administrativeDistrict" if len(area.ags) == 5 else "municipality"
        said["politicalGeocodingLevelURI"] = f"{GEOCODING}/Level/{level}"
    if area.box:
        west, south, east, north = area.box
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        said["spatial"] = f'{{"type":"Polygon","coordinates":[{ring}]}}'.replace(" ", "")
    return said
