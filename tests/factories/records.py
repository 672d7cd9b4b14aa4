"""The records of the made-up council of Musterstadt, whose server is https://council.example/oparl."""

import hashlib
import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import orjson
from sqlalchemy import inspect

from app.facts import reference_key
from app.models import (
    AgendaItem,
    Blob,
    Body,
    Consultation,
    File,
    LegislativeTerm,
    Link,
    Location,
    Meeting,
    Membership,
    OParlObject,
    Organization,
    Page,
    Paper,
    Person,
    System,
    key_of,
)

SERVER = "https://council.example/oparl"
BODY_ID = f"{SERVER}/body/1"
SEEN = datetime(2026, 1, 15, 6, 12, tzinfo=UTC)

# What is ours and not the source's, so it is not in `raw`.
OURS = {
    *("key", "source_id", "body_id", "raw", "deleted", "embedded", "content_hash", "embedded_hash", "withheld"),
    *("first_seen", "changed_at", "position", "fetch_state", "fetch_reason", "fetched_at", "attempts", "next_try"),
    *("blob_sha256", "longitude", "latitude", "reference_key"),
}

_numbers = itertools.count(1)
T = TypeVar("T", bound=OParlObject)


def system(**columns: Any) -> System:
    """Build the OParl server's own record."""
    return _build(System, {"name": "OParl Musterstadt"}, columns)


def body(**columns: Any) -> Body:
    """Build the council all other records belong to by default."""
    defaults = {"id": BODY_ID, "name": "Stadt Musterstadt", "license": "https://www.govdata.de/dl-de/by-2-0"}
    return _build(Body, defaults, columns)


def legislative_term(**columns: Any) -> LegislativeTerm:
    """Build an electoral term."""
    defaults = {"name": "2024-2029", "start_date": date(2024, 7, 1), "end_date": date(2029, 6, 30)}
    return _build(LegislativeTerm, defaults, columns)


def organization(**columns: Any) -> Organization:
    """Build a committee."""
    return _build(Organization, {"name": "Ausschuss für Mobilität", "organization_type": "Gremium"}, columns)


def person(**columns: Any) -> Person:
    """Build a council member."""
    return _build(Person, {"name": "Dr. Jorun Eichhoff", "family_name": "Eichhoff", "given_name": "Jorun"}, columns)


def membership(
    person: Person | str | None = None, organization: Organization | str | None = None, **columns: Any
) -> Membership:
    """Build the membership of a person in an organization, by default a current one."""
    defaults = {
        "person_id": id_of(person),
        "organization_id": id_of(organization),
        "role": "Mitglied",
        "voting_right": True,
        "start_date": date(2024, 7, 1),
        "position": 0,
    }
    return _build(Membership, defaults, columns)


def meeting(**columns: Any) -> Meeting:
    """Build a meeting of two hours; its organizations are links, see `link` and `station`."""
    defaults: dict[str, Any] = {"name": "Sitzung", "start": datetime(2026, 3, 12, 16, 0, tzinfo=UTC)}
    start = columns.get("start", defaults["start"])
    defaults["end"] = start + timedelta(hours=2) if start else None
    return _build(Meeting, defaults, columns)


def agenda_item(meeting: Meeting | str | None = None, **columns: Any) -> AgendaItem:
    """Build a public item on an agenda."""
    defaults = {"meeting_id": id_of(meeting), "number": "Ö 7", "public": True, "position": 0, "name": "Tempo 30"}
    return _build(AgendaItem, defaults, columns)


def paper(**columns: Any) -> Paper:
    """Build a motion."""
    defaults: dict[str, Any] = {
        "name": "Tempo 30 in der Gartenstraße",
        "reference": "2026/0417",
        "date": date(2026, 3, 1),
        "paper_type": "Antrag",
    }
    number = (defaults | columns)["reference"]
    defaults["reference_key"] = reference_key(number) if number else None
    return _build(Paper, defaults, columns)


def consultation(
    paper: Paper | str | None = None,
    meeting: Meeting | str | None = None,
    agenda_item: AgendaItem | str | None = None,
    **columns: Any,
) -> Consultation:
    """Build one station on a paper's way."""
    defaults = {
        "paper_id": id_of(paper),
        "meeting_id": id_of(meeting),
        "agenda_item_id": id_of(agenda_item),
        "role": "Vorberatung",
        "position": 0,
    }
    return _build(Consultation, defaults, columns)


def station(
    paper: Paper | str,
    organization: Organization | str,
    start: datetime | None,
    *,
    result: str | None = None,
    position: int = 0,
    role: str = "Vorberatung",
    authoritative: bool | None = None,
    **item: Any,
) -> list[Any]:
    """Build a station whole: [meeting, agenda item, consultation, links]; `item` are columns of the agenda item."""
    held = meeting(start=start)
    point = agenda_item(held, result=result, **item)
    stop = consultation(paper, held, point, position=position, role=role, authoritative=authoritative)
    point.consultation_id = stop.id
    return [
        held,
        point,
        stop,
        link(held, "organization", organization),
        link(stop, "organization", organization),
    ]


def file(**columns: Any) -> File:
    """Build a PDF that was not fetched yet."""
    defaults = {
        "name": "Stellungnahme der Verwaltung",
        "file_name": "stellungnahme.pdf",
        "mime_type": "application/pdf",
        "date": date(2026, 3, 1),
    }
    built = _build(File, defaults, columns)
    if "access_url" not in columns:
        built.access_url = f"{built.id}/access"
    return built


def read_file(*texts: str, of: OParlObject | None = None, role: str = "auxiliaryFile", **columns: Any) -> list[Any]:
    """Build a file that was fetched and read, one text a page: [file, blob, pages, link to `of`]."""
    pages = texts or ("Die Verwaltung schlägt Tempo 30 vor.",)
    read = blob("\f".join(pages).encode(), page_count=len(pages))
    built = file(
        **({"fetch_state": "fetched", "fetched_at": SEEN, "blob_sha256": read.sha256, "size": read.size} | columns)
    )
    rows: list[Any] = [built, read, *(page(read, number, text) for number, text in enumerate(pages, 1))]
    if of is not None:
        rows.append(link(of, role, built, position=number()))
    return rows


def blob(content: bytes = b"%PDF-1.7 made up", **columns: Any) -> Blob:
    """Build the bytes of a file, read in full."""
    defaults = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "stored_at": SEEN,
        "media_type": "application/pdf",
        "read_state": "ok",
        "reader": "pdfium",
        "reader_version": "1",
        "read_at": SEEN,
        "page_count": 1,
    }
    return Blob(**(defaults | columns))


def page(of: Blob | str, number: int = 1, text: str = "Die Verwaltung schlägt Tempo 30 vor.") -> Page:
    """Build the text of one page."""
    return Page(sha256=of if isinstance(of, str) else of.sha256, number=number, text=text)


def location(**columns: Any) -> Location:
    """Build a street with its place."""
    defaults = {
        "description": "Gartenstraße",
        "street_address": "Gartenstraße",
        "locality": "Musterstadt",
        "longitude": 9.5,
        "latitude": 51.5,
        "geojson": {"type": "Feature", "geometry": {"type": "Point", "coordinates": [9.5, 51.5]}},
    }
    return _build(Location, defaults, columns)


def link(origin: OParlObject | str, property: str, target: OParlObject | str, position: int = 0) -> Link:  # noqa: A002 - the column is called so
    """Build the reference `origin.property[position] = target`."""
    return Link(from_id=id_of(origin), property=property, position=position, to_id=id_of(target))


def number() -> int:
    """Return the next of the numbers that ids are made of."""
    return next(_numbers)


def id_of(row: OParlObject | str | None) -> str | None:
    """Return the id of a row, or the id itself."""
    return row.id if isinstance(row, OParlObject) else row


def _build(model: type[T], defaults: dict[str, Any], columns: dict[str, Any]) -> T:
    values = defaults | columns
    values.setdefault("id", f"{SERVER}/{model.__name__.lower()}/{number()}")
    values = {
        "key": key_of(values["id"]),
        "source_id": 1,
        "body_id": None if model in (System, Body) else BODY_ID,
        "deleted": False,
        "embedded": False,
        "first_seen": SEEN,
        "changed_at": SEEN,
        **values,
    }
    raw = values.setdefault("raw", _raw(model, values))
    values.setdefault("content_hash", hashlib.sha256(orjson.dumps(raw)).hexdigest()[:32])
    return model(**values)


def _raw(model: type[OParlObject], values: dict[str, Any]) -> dict[str, Any]:
    raw: dict[str, Any] = {"id": values["id"], "type": f"https://schema.oparl.org/1.1/{model.__name__}"}
    for column in inspect(model).columns:
        name, value = str(column.key), values.get(str(column.key))
        if name in OURS or name == "id" or value is None:
            continue
        head, *rest = name.removesuffix("_id").split("_")
        camel = head + "".join(word.title() for word in rest)
        raw[camel] = value.isoformat() if isinstance(value, date) else value
    return raw
