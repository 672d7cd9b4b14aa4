"""Pages said again for machines, in the words of schema.org: a block of JSON-LD, which a browser never executes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from flask import request
from jinja2.runtime import Context
from markupsafe import Markup

from app.addresses import record_url
from app.exports.manifest import Manifest
from app.models import Body, File, Meeting, OParlObject, Organization, Paper, Person
from app.web.filters import iso
from app.web.i18n import gettext
from app.web.licences import licence
from app.web.record_words import place_words, record_title, web_address
from app.web.site import site

CONTEXT = "https://schema.org"
MOST = 20  # files or organizations that are named; the page itself has all
NAME = 300  # characters
# Parts of a council that no public office is: they are associations of its members.
_PARTIES = ("fraktion", "partei", "gruppe", "wählergruppe")
# In a script element nothing may look like its end or like a comment. JSON can say these by their numbers.
_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def block(data: dict[str, Any] | None) -> Markup:
    """Return data as a script element that holds it; "" for none."""
    if data is None:
        return Markup()
    written = orjson.dumps({"@context": CONTEXT, **_filled(data)}, option=orjson.OPT_NON_STR_KEYS).decode()
    # What could end the element was replaced.
    return Markup(f'<script type="application/ld+json">{written.translate(_UNSAFE)}</script>')  # noqa: S704


def page_data(context: Context, about: OParlObject | None, address: str) -> Markup:
    """Return what a page is about, as a block; "" where it is nothing that schema.org has a word for."""
    if isinstance(about, Meeting):
        return block(_event(about, context, address))
    if isinstance(about, Organization):
        return block(_organization(about, context, address))
    if isinstance(about, Person):
        return block(_person(about, context, address))
    if isinstance(about, Paper):
        return block(_paper(about, context, address))
    if isinstance(about, File):
        return block(_document(about, context, address))
    pages: dict[str, Callable[[], dict[str, Any] | None]] = {
        "home.index": _site,
        "data.overview": lambda: _dataset(context, address),
        "catalogue.show": lambda: _of_catalogue(context, address),
    }
    said = pages.get(request.endpoint or "")
    return block(said() if said else None)


def crumbs(steps: Iterable[tuple[Any, str]], here: Any, address: str) -> Markup:
    """Return the way back to the home page as a block."""
    base = _base()
    way = [*((str(_plain(word)), base + href) for word, href in steps), (str(_plain(here)), address)]
    listed = [
        {"@type": "ListItem", "position": number, "name": name[:NAME] or "–", "item": item}
        for number, (name, item) in enumerate([(gettext("Home"), f"{base}/"), *way], 1)
    ]
    return block({"@type": "BreadcrumbList", "itemListElement": listed})


def _base() -> str:
    return site().settings.base_url.rstrip("/")


def _url(record: OParlObject) -> str:
    return _base() + record_url(type(record).__name__, record.key)


def _plain(text: Any) -> str:
    return text.unescape() if isinstance(text, Markup) else str(text)


def _filled(data: Any) -> Any:
    """Leave out what is not known."""
    if isinstance(data, dict):
        return {name: _filled(value) for name, value in data.items() if value not in (None, "", [], {})}
    return [_filled(one) for one in data] if isinstance(data, list) else data


def _council(context: Context) -> dict[str, Any] | None:
    body = context.get("body")
    if not isinstance(body, Body):
        return None
    return {"@type": "GovernmentOrganization", "name": body.name, "url": web_address(body.website)}


def _licence(record: OParlObject, context: Context) -> str | None:
    body = context.get("body")
    return licence(record.license or (body.license if isinstance(body, Body) else None)).url


def _named(organization: OParlObject) -> dict[str, Any]:
    kind = "Organization" if _is_party(organization) else "GovernmentOrganization"
    return {"@type": kind, "name": record_title(organization)[:NAME], "url": _url(organization)}


def _is_party(record: OParlObject) -> bool:
    kind = f"{getattr(record, 'organization_type', '')} {getattr(record, 'classification', '')}".lower()
    return any(word in kind for word in _PARTIES)


def _event(meeting: Meeting, context: Context, address: str) -> dict[str, Any] | None:
    if meeting.start is None:  # schema.org knows no event without its beginning
        return None
    row = context.get("row")
    organizations = list(row.organizations)[:MOST] if row is not None else []
    place = place_words(row.location) if row is not None else ""
    town = _council(context)
    names = ", ".join(record_title(one) for one in organizations)
    later = meeting.end is not None and meeting.end > meeting.start
    return {
        "@type": "Event",
        "name": (names or record_title(meeting))[:NAME],
        "startDate": iso(meeting.start),
        "endDate": iso(meeting.end) if later and meeting.end else None,
        "eventStatus": f"{CONTEXT}/{'EventCancelled' if meeting.cancelled else 'EventScheduled'}",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "isAccessibleForFree": True,
        "location": {
            "@type": "Place",
            "name": place or (town or {}).get("name"),
            "address": place or (town or {}).get("name"),
        },
        "organizer": [_named(one) for one in organizations] or town,
        "url": address,
        "inLanguage": "de",
        "sameAs": web_address(meeting.web),
    }


def _organization(organization: Organization, context: Context, address: str) -> dict[str, Any]:
    parents = [one for one in (context.get("parent") or {}).values() if isinstance(one, OParlObject)]
    return {
        **_named(organization),
        "url": address,
        "sameAs": web_address(organization.website) or web_address(organization.web),
        "parentOrganization": _named(parents[0]) if parents else _council(context),
        "foundingDate": organization.start_date.isoformat() if organization.start_date else None,
        "dissolutionDate": organization.end_date.isoformat() if organization.end_date else None,
    }


def _person(person: Person, context: Context, address: str) -> dict[str, Any]:
    """Say a name and where it belongs, no more: the page is not meant for profiles."""
    return {"@type": "Person", "name": record_title(person)[:NAME], "url": address, "memberOf": _council(context)}


def _paper(paper: Paper, context: Context, address: str) -> dict[str, Any]:
    linked = context.get("references") or {}
    originators = [one.target for one in linked.get("originatorOrganization", []) if one.here][:MOST]
    files = [one.target for one in context.get("files") or () if isinstance(one.target, File)][:MOST]
    return {
        "@type": "CreativeWork",
        "name": record_title(paper)[:NAME],
        "identifier": paper.reference,
        "genre": paper.paper_type,
        "datePublished": paper.date.isoformat() if paper.date else None,
        "keywords": ", ".join(paper.keyword)[:NAME] if paper.keyword else None,
        "inLanguage": "de",
        "isAccessibleForFree": True,
        "url": address,
        "sameAs": web_address(paper.web),
        "license": _licence(paper, context),
        "creator": [_named(one) for one in originators],
        "publisher": _council(context),
        "hasPart": [{"@type": "DigitalDocument", "name": record_title(one)[:NAME], "url": _url(one)} for one in files],
    }


def _document(file: File, context: Context, address: str) -> dict[str, Any]:
    holders = [one.record for one in context.get("parents") or ()]
    above = [one for one in holders if isinstance(one, (Paper, Meeting))][:1]
    return {
        "@type": "DigitalDocument",
        "name": record_title(file)[:NAME],
        "encodingFormat": file.blob.media_type if file.blob else None,
        "datePublished": file.date.isoformat() if file.date else None,
        "inLanguage": (file.blob.language if file.blob else None) or "de",
        "url": address,
        "license": _licence(file, context),
        "publisher": _council(context),
        "isPartOf": [{"@type": "CreativeWork", "name": record_title(one)[:NAME], "url": _url(one)} for one in above],
    }


def _site() -> dict[str, Any]:
    base = _base()
    find = {"@type": "EntryPoint", "urlTemplate": f"{base}/search?q={{search_term_string}}"}
    return {
        "@type": "WebSite",
        "name": "Ratslupe",
        "url": f"{base}/",
        "inLanguage": "de",
        "potentialAction": {"@type": "SearchAction", "target": find, "query-input": "required name=search_term_string"},
    }


def _dataset(context: Context, address: str) -> dict[str, Any]:
    state = context.get("state")
    councils = list(state.councils) if state else []
    urls = dict.fromkeys(terms.url for _, terms in (state.licences if state else ()) if terms.url)
    return {
        "@type": "Dataset",
        "name": gettext("Council information of %(councils)s", councils=", ".join(councils[:5]) or "Ratslupe")[:NAME],
        "description": gettext(
            "Papers, meetings, agenda items, organizations, people and files of councils as OParl publishes them, "
            "with the text of every page, as data to take away."
        ),
        "url": address,
        "inLanguage": "de",
        "isAccessibleForFree": True,
        "license": list(urls),
        "creator": [{"@type": "GovernmentOrganization", "name": name} for name in councils[:MOST]],
        "dateModified": iso(state.stand) if state and state.stand else None,
        "distribution": _downloads(context.get("manifest")),
    }


def _of_catalogue(context: Context, address: str) -> dict[str, Any] | None:
    package, extras = context.get("package"), context.get("extras")
    if package is None or extras is None:  # the page says that there is none
        return None
    days = [extras[name] for name in ("temporal_start", "temporal_end") if name in extras]
    return {
        "@type": "Dataset",
        "name": package["title"],
        "description": package["notes"],
        "url": address,
        "identifier": address,
        "version": package["version"],
        "inLanguage": "de",
        "isAccessibleForFree": True,
        "license": package["license_url"],
        "creator": {"@type": "GovernmentOrganization", "name": package["author"]},
        "keywords": [one["name"] for one in package["tags"]],
        "datePublished": extras["issued"],
        "dateModified": extras["modified"],
        "temporalCoverage": "/".join(days),
        "spatialCoverage": {"@type": "Place", "name": package["author"]},
        "includedInDataCatalog": {"@type": "DataCatalog", "name": "Ratslupe", "url": f"{_base()}/catalog"},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": one["name"],
                "encodingFormat": one["mimetype"],
                "contentUrl": one["url"],
                "contentSize": str(one["size"]) if one["size"] is not None else None,
                "sha256": one["hash"],
            }
            for one in package["resources"]
        ],
    }


def _downloads(manifest: Manifest | None) -> list[dict[str, Any]]:
    if manifest is None:
        return []
    folder = f"{_base()}/download/{manifest.generation}"
    return [
        {
            "@type": "DataDownload",
            "name": one.path,
            "encodingFormat": one.media_type,
            "contentUrl": f"{folder}/{one.path}",
        }
        for one in manifest.files[:MOST]
    ]
