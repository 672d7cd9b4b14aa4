"""A council small enough to be mirrored thousands of times: it answers from memory, changes, and knows what it says."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from app.vocabulary import PARENTS
from demo.config import Options
from demo.kin import moment
from demo.mutations import MUTATIONS, NothingToChangeError
from demo.quirks.altering import is_filtered, links, without
from demo.register import LISTS, SCHEMA
from demo.responses import Behaviour, Request, Response, error
from demo.service import LISTS_1_0, Service
from demo.town import Town
from oparl_sync import parse
from oparl_sync.parsed import BACK, VOLATILE, Object
from tests.faults.breaking import played
from tests.real.captured import small_pdf

BASE = "http://127.0.0.1:1/oparl/v1.1"
FILTERING = ("honest", "ignored", "dropped", "rejected")
Said = dict[str, dict[str, Any]]  # type -> id -> what is said of it


class Papers(Town):
    """A town whose files are drawn when asked for."""

    def pdf(self, number: int) -> bytes:
        """One page that says which file it is, and of which version."""
        item = self.objects[f"{self.base}/file/{number}"]
        return small_pdf(f"{number} {item['name']}")


class Council:
    """The server: its objects, its clock, how it filters, and what it is asked."""

    def __init__(self, *, version: str = "1.1", filtering: str = "honest", per_page: int = 2) -> None:
        self.filtering = filtering
        self.now = datetime(2026, 3, 1, 9, tzinfo=UTC)
        self.town = Papers(Options(), BASE, {}, clock=lambda: self.now)
        self.service = Service(self.town, list(self._behaviours()), version, per_page)
        self.service.hears.append(self._hears)
        self.asked: list[str] = []
        self.before_answer: Callable[[int], None] = lambda _: None
        _found(self)

    # what is asked

    @property
    def url(self) -> str:
        """Where its System is."""
        return f"{self.town.base}/system"

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as it comes out of the guarded client."""
        self.before_answer(len(self.asked))
        self.asked.append(str(request.url))
        answer = self.answer(request)
        answer.headers.setdefault("Date", format_datetime(self.town.clock(), usegmt=True))
        return played(answer)

    def answer(self, request: httpx.Request) -> Response:
        """Return what the made-up council's own server would answer."""
        split, base = urlsplit(str(request.url)), urlsplit(self.town.base)
        if split.netloc != base.netloc or not split.path.startswith(f"{base.path}/"):
            return error(404, "Unter dieser Adresse gibt es nichts.")
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = split.path.removeprefix(base.path)
        return self.service.answer(Request("GET", path, query, headers, split.query, split.path))

    # what it says, read without any of the mirror's walking

    def says(self) -> Said:
        """Return every object that can be reached from its lists, as it stands there."""
        return saying(self._entries())

    def _entries(self) -> Iterator[tuple[dict[str, Any], str]]:
        names = LISTS if self.service.version == "1.1" else LISTS_1_0
        filtering, self.filtering = self.filtering, "honest"
        for path, kind in (("system", "System"), ("body", "Body"), *((f"body/1/{n}", LISTS[n]) for n in names)):
            address: str | None = f"{self.town.base}/{path}"
            while address:
                page = json.loads(self.answer(httpx.Request("GET", address)).body)
                yield from ((entry, kind) for entry in page.get("data", [page]))
                address = page.get("links", {}).get("next")
        self.filtering = filtering

    # how it behaves

    def _hears(self, request: Request) -> Request:
        return without(request, "modified_since") if self.filtering == "ignored" else request

    def _behaviours(self) -> Iterator[Behaviour]:
        def rejecting(request: Request, response: Response) -> Response:
            refused = self.filtering == "rejected" and is_filtered(request)
            return error(403, "Filter sind nicht erlaubt.") if refused else response

        def dropping(_: Request, __: str, url: str) -> str:
            return url.partition("?")[0] + _page_alone(url) if self.filtering == "dropped" else url

        yield from (rejecting, links(dropping))

    # how it changes

    def later(self, **time: float) -> None:
        """Let its clock go on."""
        self.now += timedelta(**time)

    def happens(self, name: str, seed: int) -> bool:
        """Let one of the made-up council's changes happen, if there is anything to be changed; tells if it was told."""
        try:
            return MUTATIONS[name](self.town, seed).told
        except NothingToChangeError:
            return True

    def put(self, kind: str, number: int | str, **properties: Any) -> str:
        """Add an object, stamped; returns its id."""
        uri = f"{self.town.base}/{kind[0].lower()}{kind[1:]}/{number}"
        at = moment(self.town)
        self.town.put({"id": uri, "type": SCHEMA + kind, "created": at, "modified": at} | properties)
        return uri


def _found(council: Council) -> None:
    """Fill a council with a few of everything."""
    base, put = council.town.base, council.put
    body, rat = f"{base}/body/1", f"{base}/organization/1"
    council.town.put({"id": council.url, "type": f"{SCHEMA}System", "oparlVersion": SCHEMA, "body": f"{base}/body"})
    council.town.objects[council.url] |= {"created": moment(council.town), "modified": moment(council.town)}
    term = put("LegislativeTerm", 1, name="Wahlperiode", body=body)
    place = put("Location", 1, description="Rathaus", bodies=[body], postalCode="59998", locality="Musterstadt")
    lists = {name: f"{body}/{name}" for name in LISTS}
    put("Body", 1, name="Stadt Musterstadt", system=council.url, legislativeTerm=[term], location=place, **lists)
    put("Organization", 1, name="Rat", body=body)
    for number in (1, 2):
        person = f"{base}/person/{number}"
        seat = put("Membership", number, person=person, organization=rat, role="Mitglied")
        put("Person", number, name=f"Person {number}", body=body, membership=[seat])
        meeting = f"{base}/meeting/{number}"
        items = [
            put("AgendaItem", 10 * number + order, name=f"Punkt {order}", order=order, meeting=meeting, public=True)
            for order in (0, 1)
        ]
        put("Meeting", number, name=f"Sitzung {number}", organization=[rat], agendaItem=items)
        paper, file = f"{base}/paper/{number}", f"{base}/file/{number}"
        step = put("Consultation", number, role="Entscheidung", paper=paper, agendaItem=items[0], meeting=meeting)
        put(
            "File",
            number,
            name=f"Datei {number}",
            paper=[paper],
            mimeType="application/pdf",
            accessUrl=f"{file}/access",
        )
        put("Paper", number, name=f"Vorlage {number}", body=body, consultation=[step], mainFile=file)


def _parent(said: Object) -> Any:
    return said.values.get(PARENTS[said.type].column) if said.type in PARENTS else None


def _page_alone(url: str) -> str:
    page = dict(parse_qsl(urlsplit(url).query)).get("page")
    return f"?page={page}" if page else ""


def saying(entries: Iterable[tuple[Any, str]]) -> Said:
    """Return every object in entries of lists as it stands there: what stands in a list of its own before copies."""
    found: dict[str, dict[str, Object]] = {}
    for entry, kind in entries:
        for said in parse.objects([entry], kind, where="").objects:
            mine = found.setdefault(said.type, {})
            if not said.deleted and (said.id not in mine or not said.embedded):
                mine[said.id] = said
    return {kind: {k: essence(kind, o.raw, _parent(o)) for k, o in mine.items()} for kind, mine in found.items()}


def essence(kind: str, raw: dict[str, Any], parent: str | None) -> Any:
    """Return what a mirror must hold of an object: its words and its parent; an embedded copy lacks the way back."""
    back = {PARENTS[kind].property} if kind in PARENTS else set(BACK[kind])
    words = {k: v for k, v in raw.items() if k not in VOLATILE and k not in back and v not in (None, [])}
    return words, parent
