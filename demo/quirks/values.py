"""How anybody's servers deviate in single values: their type, their form, their size, or that there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from demo.responses import Behaviour, Request, Response
from demo.serial import full
from demo.service import Service

from .altering import Item, altered, each, instead, number
from .registry import Play, quirk

MOMENTS = ("created", "modified", "start", "end", "licenseValidSince", "oparlSince")
DAYS = ("date", "startDate", "endDate")


def every(change: Callable[[Item], Item]) -> Behaviour:
    """Alter every object of whatever type, embedded ones as well."""

    def within(value: Any) -> Any:
        if isinstance(value, list):
            return [within(one) for one in value]
        if not isinstance(value, dict):
            return value
        found = {name: within(one) for name, one in value.items()}
        return change(found) if "id" in found else found

    return altered(lambda _, data: within(data))


def _values(names: Iterable[str], change: Callable[[str], str]) -> Play:
    chosen = frozenset(names)
    return lambda _: [
        every(
            lambda item: {
                name: change(one) if name in chosen and isinstance(one, str) else one for name, one in item.items()
            }
        )
    ]


@quirk("single-for-list", row="A11", seen="several", summary="a list of one is sent as that one")
def single_for_list(_: Service) -> Iterable[Behaviour]:
    """Take single values out of their lists."""
    names = ("email", "phone", "title", "organization", "originatorPerson", "auxiliaryFile", "consultation", "keyword")

    def change(item: Item) -> Item:
        alone = {name: item[name][0] for name in names if isinstance(item.get(name), list) and len(item[name]) == 1}
        return item | alone

    return [every(change)]


@quirk(
    "url-for-object",
    row="A11",
    seen="several",
    summary="files and places of papers are named by address where they should be embedded",
)
def url_for_object(_: Service) -> Iterable[Behaviour]:
    """Send addresses in place of embedded objects."""

    def change(paper: Item) -> Item:
        named = {name: paper[name]["id"] for name in ("mainFile",) if isinstance(paper.get(name), dict)}
        lists = {
            name: [one["id"] for one in paper.get(name, [])] for name in ("auxiliaryFile", "location", "consultation")
        }
        return paper | named | {name: ids for name, ids in lists.items() if ids}

    return [each("Paper", change)]


@quirk(
    "object-for-url",
    row="A11",
    seen="several",
    summary="organizations of meetings are embedded where they should be named",
)
def object_for_url(service: Service) -> Iterable[Behaviour]:
    """Send objects in place of addresses."""

    def change(meeting: Item) -> Item:
        town = service.town
        whole = [
            full(town, town.objects[uri]) if uri in town.objects else uri for uri in meeting.get("organization", [])
        ]
        return meeting | ({"organization": whole} if whole else {})

    return [each("Meeting", change)]


@quirk("number-for-url", row="A11", seen="several", summary="organizations of consultations are bare numbers")
def number_for_url(_: Service) -> Iterable[Behaviour]:
    """Send the number at the end of an id in its place."""

    def change(step: Item) -> Item:
        return step | {"organization": [number({"id": uri}) for uri in step.get("organization", [])]}

    return [each("Consultation", change)]


@quirk("order-as-text", row="A11", seen="several", summary="the order of agenda items is text")
def order_as_text(_: Service) -> Iterable[Behaviour]:
    """Write numbers as text."""
    return [each("AgendaItem", lambda item: item | ({"order": str(item["order"])} if "order" in item else {}))]


@quirk("list-as-text", row="A11", seen="several", summary="keywords are one text with commas in it")
def list_as_text(_: Service) -> Iterable[Behaviour]:
    """Send text in place of a list."""
    return [each("Paper", lambda paper: paper | {"keyword": "Straße, Haushalt"})]


@quirk("flags-as-text", row="A11", seen="several", summary="truth values are words")
def flags_as_text(_: Service) -> Iterable[Behaviour]:
    """Write true and false as German words."""
    return [
        every(
            lambda item: {
                n: {True: "ja", False: "nein"}[v] if isinstance(v, bool) and n != "deleted" else v
                for n, v in item.items()
            }
        )
    ]


quirk("zero-dates", row="A12", seen="München Transparent", summary="days are 0000-00-00")(
    _values(("startDate", "endDate"), lambda _: "0000-00-00")
)
quirk("empty-dates", row="A12", seen="several", summary="days are empty text")(
    _values(("startDate", "endDate"), lambda _: "")
)
quirk("moments-for-days", row="A12", seen="several", summary="days carry a time of day")(
    _values(DAYS, lambda day: f"{day}T00:00:00+01:00")
)
quirk("days-for-moments", row="A12", seen="several", summary="stamps are days")(
    _values(("created", "modified"), lambda moment: moment[:10])
)
quirk("naive-moments", row="A12", seen="several", summary="points in time have no offset")(
    _values(MOMENTS, lambda moment: moment[:19])
)
quirk("spaced-moments", row="A12", seen="several", summary="points in time have a space for the T")(
    _values(MOMENTS, lambda moment: moment.replace("T", " "))
)
quirk("local-time-as-utc", row="A12", seen="several", summary="local time is labelled UTC")(
    _values(MOMENTS, lambda moment: f"{moment[:19]}Z")
)
quirk("fractions-of-seconds", row="A12", seen="several", summary="points in time have seven digits after the second")(
    _values(MOMENTS, lambda moment: f"{moment[:19]}.1234567{moment[19:]}")
)


@quirk(
    "huge-values",
    row="A14",
    seen="several",
    summary="sizes beyond 32 bits, names of 700 and agenda numbers of 30 characters",
)
def huge_values(_: Service) -> Iterable[Behaviour]:
    """Send values that do not fit into small columns."""
    return [
        each("File", lambda file: file | {"size": 5_000_000_000}),
        each("Paper", lambda paper: paper | {"name": f"{paper.get('name', '')} {'lang ' * 140}".strip()}),
        each("AgendaItem", lambda item: item | {"number": "Ö 1.1.1.1.1.1.1.1.1.1.1.1.1.1.1"}),
    ]


@quirk("sizes-of-zero", row="A14", seen="several", summary="every file is said to have no bytes")
def zero_sizes(_: Service) -> Iterable[Behaviour]:
    """Send sizes of zero."""
    return [each("File", lambda file: file | {"size": 0})]


@quirk("meetings-end-at-midnight", row="A15", seen="several", summary="the end of a meeting is the midnight before it")
def midnight(_: Service) -> Iterable[Behaviour]:
    """End meetings before they began."""
    return [
        each("Meeting", lambda m: m | ({"end": f"{m['start'][:10]}T00:00:00{m['start'][19:]}"} if "start" in m else {}))
    ]


@quirk("nameless-people", row="A16", seen="several", summary="some people have no name of any kind")
def nameless(_: Service) -> Iterable[Behaviour]:
    """Take the names of some people away."""
    names = ("name", "familyName", "givenName", "formOfAddress")
    return [each("Person", lambda p: {n: v for n, v in p.items() if n not in names} if number(p) % 5 == 1 else p)]


@quirk("bare-memberships", row="A16", seen="several", summary="memberships do not say who, and some not as what")
def bare_memberships(_: Service) -> Iterable[Behaviour]:
    """Take person and role away."""
    return [each("Membership", lambda m: {n: v for n, v in m.items() if n not in ("person", "role")})]


@quirk("terms-without-dates", row="A17", seen="kleineanfragen", summary="terms have no dates, or words for them")
def undated_terms(_: Service) -> Iterable[Behaviour]:
    """Send terms without a begin and with words for the end."""
    return [
        each("LegislativeTerm", lambda t: {n: v for n, v in t.items() if n != "startDate"} | {"endDate": "Unbekannt"})
    ]


@quirk(
    "misspelt-terms", row="A17", seen="kleineanfragen", summary="the dates of terms are called start_date and end_date"
)
def misspelt_terms(_: Service) -> Iterable[Behaviour]:
    """Misspell the names of properties."""
    new = {"startDate": "start_date", "endDate": "end_date"}
    return [each("LegislativeTerm", lambda term: {new.get(name, name): value for name, value in term.items()})]


@quirk("nameless-files", row="A18", seen="several", summary="files have neither a file name nor a type")
def nameless_files(_: Service) -> Iterable[Behaviour]:
    """Take name and type of files away."""
    return [each("File", lambda f: {n: v for n, v in f.items() if n not in ("fileName", "mimeType", "name")})]


@quirk(
    "files-of-another-type",
    row="A18",
    seen="several",
    summary="files are served as another type than they are said to have",
)
def other_type(_: Service) -> Iterable[Behaviour]:
    """Serve PDFs as bytes of no known type, and call them text."""

    def behave(request: Request, response: Response) -> Response:
        if response.status != 200 or not request.path.endswith(("/access", "/download")):
            return response
        return replace(response, headers=response.headers | {"Content-Type": "application/octet-stream"})

    return [behave, each("File", lambda file: file | {"mimeType": "text/plain"})]


@quirk("files-are-web-pages", row="A18", seen="several", summary="in place of a file a web page comes, with 200")
def web_pages(_: Service) -> Iterable[Behaviour]:
    """Serve an error page as every file."""
    page = "<html><body><h1>Das Dokument konnte nicht geladen werden.</h1></body></html>"
    return [instead(lambda request: request.path.endswith(("/access", "/download")), page)]


@quirk(
    "created-after-modified", row="A19", seen="several", summary="objects were created after they were last modified"
)
def created_later(_: Service) -> Iterable[Behaviour]:
    """Exchange the two stamps."""
    return [
        every(
            lambda item: (
                item | ({"created": item["modified"], "modified": item["created"]} if "modified" in item else {})
            )
        )
    ]


@quirk("frozen", row="O", seen="politik-bei-uns", summary="nothing was modified since 2018")
def frozen(_: Service) -> Iterable[Behaviour]:
    """Put every stamp years back."""
    stamp = "2018-03-05T12:00:00+01:00"
    return [every(lambda item: item | {name: stamp for name in ("created", "modified") if name in item})]
