"""How the objects of SOMACOS Session deviate from OParl; what its lists do stands in `somacos_lists`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from demo.quirks.altering import Item, each, list_of, number, pages, rewritten
from demo.quirks.registry import quirk
from demo.responses import Behaviour, Request
from demo.service import Service

PLURALS = {"consultation": "consultations", "file": "files"}
GETFILE = re.compile(r"/getfile\.asp\?id=(\d+)&type=do")


@quirk(
    "somacos-plural-lists",
    row="S4",
    seen="Düsseldorf, Münster",
    summary="the body calls its lists consultations and files",
)
def plural_lists(_: Service) -> Iterable[Behaviour]:
    """Name two lists otherwise."""
    return [each("Body", lambda body: {PLURALS.get(name, name): value for name, value in body.items()})]


@quirk(
    "somacos-no-main-file",
    row="S5",
    seen="Karlsruhe, Münster, Magdeburg",
    summary="papers have no mainFile, the main document is one of auxiliaryFile",
)
def no_main_file(service: Service) -> Iterable[Behaviour]:
    """Put the main document behind the annexes; every other one is called after what the paper is."""
    papers = [paper for paper in service.town.of_type("Paper") if number(paper) % 2]
    called = {str(paper.get("mainFile")): str(paper["paperType"]) for paper in papers}

    def change(paper: Item) -> Item:
        found = {name: value for name, value in paper.items() if name != "mainFile"}
        if "mainFile" not in paper:
            return found
        return found | {"auxiliaryFile": [*paper.get("auxiliaryFile", []), paper["mainFile"]]}

    def rename(file: Item) -> Item:
        return file | {"name": called[file["id"]]} if file["id"] in called else file

    return [each("Paper", change), each("File", rename)]


@quirk(
    "somacos-files-elsewhere",
    row="S6",
    seen="Magdeburg",
    summary="accessUrl and downloadUrl are 404; the file lies behind /getfile.asp?id=N&type=do",
)
def files_elsewhere(service: Service) -> Iterable[Behaviour]:
    """State addresses where nothing is."""
    base = service.town.base

    def change(file: Item) -> Item:
        name = f"{number(file):08}.pdf"
        stated = {"accessUrl": f"{base}/downloadfiles/a/{name}", "downloadUrl": f"{base}/downloadfiles/{name}"}
        return file | {"fileName": name} | stated

    def hear(request: Request) -> Request:
        found = GETFILE.fullmatch(request.target)
        return replace(request, path=f"/file/{found[1]}/access", query={}, raw_query="") if found else request

    service.hears.append(hear)
    return [each("File", change)]


@quirk(
    "somacos-sparse-meetings",
    row="S7",
    seen="Magdeburg",
    summary="meetings in lists lack their agenda, which has no list of its own; alone they have it",
)
def sparse_meetings(_: Service) -> Iterable[Behaviour]:
    """Leave the agenda out wherever a meeting does not come alone."""

    def thin(request: Request, page: Item) -> Item:
        if list_of(request) != "meeting":
            return page
        data = [{name: v for name, v in item.items() if name != "agendaItem"} for item in page["data"]]
        return page | {"data": data}

    return [each("Body", lambda body: {name: v for name, v in body.items() if name != "agendaItem"}), pages(thin)]


@quirk(
    "somacos-consultation-ids-reused",
    row="S8",
    seen="Magdeburg, Münster, Karlsruhe",
    summary="all consultations of a paper have the id of its first",
)
def consultation_ids_reused(service: Service) -> Iterable[Behaviour]:
    """Let the stations of a paper share one id, everywhere."""
    papers = service.town.of_type("Paper")
    return [_sharing(service, [[str(one) for one in _listed(paper, "consultation")] for paper in papers])]


@quirk(
    "somacos-consultation-ids-shared",
    row="S8",
    seen="Münster",
    summary="the first consultations of every two papers have one id",
)
def consultation_ids_shared(service: Service) -> Iterable[Behaviour]:
    """Let every two papers share the id of their first station."""
    firsts = [
        str(stations[0]) for paper in service.town.of_type("Paper") if (stations := _listed(paper, "consultation"))
    ]
    return [_sharing(service, [firsts[place : place + 2] for place in range(0, len(firsts), 2)])]


def _listed(item: dict[str, object], name: str) -> list[object]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _sharing(service: Service, groups: list[list[str]]) -> Behaviour:
    """Replace each group's ids by its first, wherever they stand."""
    shared = {other: group[0] for group in groups for other in group[1:]}
    whole = re.compile(re.escape(f"{service.town.base}/consultation/") + r"\d+(?=\")")
    return rewritten(lambda text: whole.sub(lambda match: shared.get(match[0], match[0]), text))


@quirk("somacos-places-without-id", row="S12", seen="Ulm", summary="places embedded in meetings and papers have no id")
def places_without_id(_: Service) -> Iterable[Behaviour]:
    """Take the id from places that do not come alone."""

    def bare(place: Item) -> Item:
        return {name: value for name, value in place.items() if name != "id"}

    def meeting(item: Item) -> Item:
        return item | {"location": bare(item["location"])} if "location" in item else item

    def paper(item: Item) -> Item:
        return item | {"location": [bare(place) for place in item["location"]]} if "location" in item else item

    return [each("Meeting", meeting), each("Paper", paper)]


@quirk(
    "somacos-vendor-with-version",
    row="S14",
    seen="Wuppertal, OWL-IT",
    summary="vendor is an address with a version in its query",
)
def vendor_with_version(_: Service) -> Iterable[Behaviour]:
    """Say who made this, and when."""
    return [each("System", lambda system: system | {"vendor": "https://www.somacos.de?oparl=v1.6.1"})]
