"""How anybody's servers deviate as a whole: several bodies, licences, and data that is well-formed and wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from demo.responses import Behaviour, Request, Response, error
from demo.serial import kind_of as kind_in_store
from demo.service import Service
from demo.town import Town

from .altering import Item, each, kind_of, number, pages
from .registry import Play, quirk
from .values import every

LICENSES = ("license", "fileLicense", "licence")


@quirk(
    "several-bodies",
    row="A20",
    seen="OWL-IT, Rhein-Selz, Wirges, ITK",
    summary="one System has three bodies, named by number",
)
def several_bodies(service: Service) -> Iterable[Behaviour]:
    """Divide papers and meetings among three bodies."""
    town, base = service.town, service.town.base
    first = town.objects[f"{base}/body/1"]
    for count in ("2", "3"):
        lists = {
            n: v.replace("/body/1/", f"/body/{count}/")
            for n, v in first.items()
            if isinstance(v, str) and "/body/1/" in v
        }
        kept = {
            name: value for name, value in first.items() if name not in ("location", "legislativeTerm", "ags", "rgs")
        }
        town.put(
            kept | lists | {"id": f"{base}/body/{count}", "name": f"052{count}", "shortName": f"Instance 000{count}"}
        )
    service.body_of = lambda item: _body(town, item)
    return [
        each("Paper", lambda paper: paper | ({"body": f"{base}/body/{_body(town, paper)}"} if "body" in paper else {}))
    ]


def _body(town: Town, item: dict[str, Any]) -> str:
    kind = kind_in_store(item)
    if kind in ("Paper", "Meeting"):
        return str(1 + number(item) % 3)
    for name in ("paper", "meeting", "agendaItem"):
        owner = item.get(name) if kind in ("AgendaItem", "Consultation", "File") else None
        owner = owner[0] if isinstance(owner, list) and owner else owner
        if owner in town.objects and not town.objects[str(owner)].get("deleted"):
            return _body(town, town.objects[str(owner)])
    return "1"


@quirk("bodies-without-a-name", row="A20", seen="OWL-IT, Wuppertal", summary="the body is called Instance 0001")
def unnamed_bodies(_: Service) -> Iterable[Behaviour]:
    """Name the body as the software did."""
    return [each("Body", lambda body: body | {"name": "Instance 0001", "shortName": "0001"})]


@quirk("references-reused", row="A21", seen="Karlsruhe", summary="papers share their reference")
def reused_references(_: Service) -> Iterable[Behaviour]:
    """Give all papers one of two references."""
    return [each("Paper", lambda paper: paper | {"reference": f"2019/{1012 + number(paper) % 2}"})]


@quirk(
    "closed-papers-are-401",
    row="A22",
    seen="Karlsruhe",
    summary="papers that are not public are not listed, and 401 at their id",
)
def closed_papers(service: Service) -> Iterable[Behaviour]:
    """Refuse every fourth paper, which others still refer to."""

    def closed(item: Item) -> bool:
        return kind_of(item) == "Paper" and number(item) % 4 == 2

    def behave(request: Request, response: Response) -> Response:
        item = service.town.objects.get(service.town.base + request.path)
        return error(401, "Bitte melden Sie sich an.") if item is not None and closed(item) else response

    return [pages(lambda _, page: page | {"data": [item for item in page["data"] if not closed(item)]}), behave]


def _license(value: str | None, *, on: tuple[str, ...] = (), name: str = "license") -> Play:
    """Let only objects of these types state a licence, and this one; of all types where none is named."""

    def change(item: Item) -> Item:
        kept = {key: one for key, one in item.items() if key not in LICENSES}
        return kept | ({name: value} if value is not None and (not on or kind_of(item) in on) else {})

    return lambda _: [every(change)]


quirk("license-nowhere", row="L", seen="most SD.NET and rubin servers", summary="nothing states a licence")(
    _license(None)
)
quirk(
    "license-only-on-body", row="L", seen="Leipzig, Osnabrück, Braunschweig", summary="only the Body states a licence"
)(_license("https://creativecommons.org/licenses/by/4.0/", on=("Body",)))
quirk("license-only-on-system", row="L", seen="several", summary="only the System states a licence")(
    _license("https://www.govdata.de/dl-de/by-2-0", on=("System",))
)
quirk("license-in-a-word", row="L", seen="Düsseldorf", summary="the licence is called Open")(
    _license("Open", on=("Body",))
)
quirk("license-forbids", row="L", seen="Märkisch-Oderland", summary="the licence says that one has to ask")(
    _license("Nutzung nur nach Genehmigung", on=("Body",))
)
quirk("license-of-its-own", row="L", seen="Bonn", summary="the licence is a link to the town's own terms")(
    _license("https://rat.example/nutzungsbedingungen", on=("Body",))
)
quirk("license-misspelt", row="L", seen="several", summary="the licence is in a property called licence")(
    _license("https://www.govdata.de/dl-de/zero-2-0", on=("Body",), name="licence")
)


def _of(kind: str, change: Callable[[Item], Item]) -> Play:
    return lambda _: [each(kind, change)]


quirk("not-recommended", row="G", seen="several", summary="a result says that something was not recommended")(
    _of("AgendaItem", lambda item: item | ({"result": "nicht empfohlen"} if "result" in item else {}))
)
quirk("papers-without-consultations", row="G", seen="several", summary="no paper says where it is dealt with")(
    _of("Paper", lambda paper: {name: value for name, value in paper.items() if name != "consultation"})
)
quirk("meetings-without-agenda", row="G", seen="several", summary="no meeting has an agenda")(
    _of("Meeting", lambda meeting: {name: value for name, value in meeting.items() if name != "agendaItem"})
)


@quirk("agenda-items-twice", row="G", seen="several", summary="each agenda names its items twice, under two ids")
def items_twice(service: Service) -> Iterable[Behaviour]:
    """Add a copy of each agenda item."""
    town = service.town
    for meeting in town.of_type("Meeting"):
        items = [str(uri) for uri in _uris(meeting.get("agendaItem"))]
        copies = [f"{town.base}/agendaItem/{800_000 + number({'id': uri})}" for uri in items]
        for uri, copy in zip(items, copies, strict=True):
            item = town.objects[uri]
            kept = {
                name: value
                for name, value in item.items()
                if name not in ("consultation", "resolutionFile", "auxiliaryFile")
            }
            town.put(kept | {"id": copy, "order": len(items) + int(str(item["order"]))})
        if items:
            town.put(meeting | {"agendaItem": items + copies})
    return []


def _uris(value: object) -> list[object]:
    return value if isinstance(value, list) else []
