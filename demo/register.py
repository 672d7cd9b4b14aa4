"""The standing part of the council as OParl 1.1 objects: system, body, places, organizations, people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .attachments import Attachment
from .cast import FACTIONS, OFFICES, PEOPLE, TERM_ENDS, TERM_STARTS
from .config import AGS, COUNTY, MAIL_DOMAIN, POSTCODE, RGS, TOWN, WEBSITE, Options
from .history import History
from .places import Place, building, place
from .schedule import BY_SHORT
from .seats import HUMAN, Seat
from .words import PLAIN, stamp

Json = dict[str, object]
# Short name, name, first day in the records and further properties of an organization.
Described = tuple[str, str, date, Json]
SCHEMA = "https://schema.oparl.org/1.1/"
LICENSE = "https://www.govdata.de/dl-de/zero-2-0"
BEGIN = date(2021, 11, 2)


# The ten lists that a body of OParl 1.1 links, with the type of what they hold.
LISTS = {
    "organization": "Organization",
    "person": "Person",
    "meeting": "Meeting",
    "paper": "Paper",
    "agendaItem": "AgendaItem",
    "consultation": "Consultation",
    "file": "File",
    "locationList": "Location",
    "legislativeTermList": "LegislativeTerm",
    "membership": "Membership",
}


class Register:
    """Collects objects by id and knows the addresses of everything that lasts."""

    def __init__(self, base: str, options: Options, history: History, files: list[Attachment]) -> None:
        self.base, self.options, self.history, self.files = base, options, history, files
        self.objects: dict[str, Json] = {}
        self.places: dict[str, str] = {}
        self.items: dict[int, str] = {}
        self.steps: dict[int, str] = {}
        self.body = f"{base}/body/1"

    def uri(self, kind: str, number: int | str) -> str:
        """The id of an object."""
        return f"{self.base}/{kind}/{number}"

    def put(self, kind: str, uri: str, created: date, modified: date, fields: Json, hour: int = 9) -> Json:
        """Store an object without its empty properties; no stamp lies after today."""
        last = self.options.today
        first = min(created, last)
        head: Json = {"id": uri, "type": SCHEMA + kind, "created": stamp(first, 8), "modified": stamp(first, 8)}
        if modified > first:
            head["modified"] = stamp(min(modified, last), hour, 30)
        self.objects[uri] = head | {name: value for name, value in fields.items() if value not in (None, "", [])}
        return self.objects[uri]

    def _system(self) -> None:
        self.put(
            "System",
            f"{self.base}/system",
            BEGIN,
            BEGIN,
            {
                "oparlVersion": SCHEMA,
                "body": f"{self.base}/body",
                "name": f"Ratsinformationssystem der Stadt {TOWN}",
                "contactEmail": f"ratsbuero@{MAIL_DOMAIN}",
                "contactName": f"Ratsbüro der Stadt {TOWN}",
                "website": WEBSITE,
                "vendor": f"{WEBSITE}/ratsbuero",
                "product": f"{WEBSITE}/ratsinformation",
            },
        )
        self._body()
        for number, (start, end) in enumerate(zip(TERM_STARTS, TERM_ENDS, strict=True), 1):
            fields: Json = {
                "body": self.body,
                "name": f"Wahlperiode {start.year}–{end.year}",
                "startDate": start.isoformat(),
                "endDate": end.isoformat(),
            }
            self.put("LegislativeTerm", self.uri("legislativeTerm", number), BEGIN, BEGIN, fields)

    def _body(self) -> None:
        self.put(
            "Body",
            self.body,
            BEGIN,
            BEGIN,
            {
                "system": f"{self.base}/system",
                "shortName": TOWN,
                "name": f"Stadt {TOWN}",
                "website": WEBSITE,
                "license": LICENSE,
                "licenseValidSince": stamp(BEGIN),
                "oparlSince": stamp(BEGIN),
                "ags": AGS,
                "rgs": RGS,
                "contactEmail": f"ratsbuero@{MAIL_DOMAIN}",
                "contactName": "Ratsbüro",
                "classification": f"kreisangehörige Stadt, {COUNTY}",
                **{name: f"{self.body}/{name}" for name in LISTS},
                "legislativeTerm": [self.uri("legislativeTerm", number) for number in (1, 2)],
                "location": self.location(building("Rathaus"), "bodies", self.body, BEGIN),
            },
        )

    def location(self, where: Place, role: str, owner: str, day: date) -> str:
        """The id of a place's Location, made on first use; the owner is noted as a back-reference.

        Its `modified` stays: the copies embedded elsewhere lack the back-references and have not changed.
        """
        uri = self.places.get(where.key)
        if uri is None:
            uri = self.places[where.key] = self.uri("location", len(self.places) + 1)
            point: Json = {"type": "Point", "coordinates": [where.longitude, where.latitude]}
            self.put(
                "Location",
                uri,
                day,
                day,
                {
                    "description": where.name or f"{where.address}, {where.district}",
                    "geojson": {"type": "Feature", "properties": {}, "geometry": point},
                    "streetAddress": where.address,
                    "room": where.room,
                    "postalCode": POSTCODE,
                    "subLocality": where.district,
                    "locality": TOWN,
                },
            )
        owners = self.objects[uri].setdefault(role, [])
        if isinstance(owners, list):
            owners.append(owner)
        return uri

    def _last_change(self, seats: list[Seat]) -> date:
        """The latest start or end of a seat that lies in the past."""
        days = [day for seat in seats for day in (seat.start, seat.end) if day and day <= self.options.today]
        return max([BEGIN, *days])

    def organization(self, short: str) -> str:
        """The id of a committee, faction or office by its short name."""
        order = [*BY_SHORT, *(faction.short for faction in FACTIONS), *(office.short for office in OFFICES)]
        return self.uri("organization", order.index(short) + 1)

    def _organizations(self) -> None:
        members: dict[str, list[str]] = {}
        for number, seat in enumerate(self.history.seats, 1):
            members.setdefault(seat.body, []).append(self.uri("membership", number))
        for short, name, begun, own in (*self._committees(), *self._factions(), *self._offices()):
            head: Json = {"body": self.body, "shortName": short, "name": name, "membership": members[short]}
            self.put("Organization", self.organization(short), begun, self._changed(short), head | own)

    def _committees(self) -> Iterator[Described]:
        for short, committee in BY_SHORT.items():
            own: Json = {
                "organizationType": "Gremium",
                "classification": "Rat" if short == "Rat" else "Ausschuss",
                "subOrganizationOf": None if short == "Rat" else self.organization("Rat"),
                "meeting": f"{self.organization(short)}/meeting",
                "startDate": TERM_STARTS[0].isoformat(),
            }
            yield short, committee.name, BEGIN, own

    def _factions(self) -> Iterator[Described]:
        for faction in FACTIONS:
            own: Json = {
                "organizationType": "Fraktion",
                "classification": "Fraktion",
                "subOrganizationOf": self.organization("Rat"),
                "startDate": faction.start.isoformat(),
                "endDate": faction.end.isoformat() if faction.end else None,
            }
            yield faction.short, faction.name, max(faction.start, BEGIN), own

    def _offices(self) -> Iterator[Described]:
        for office in OFFICES:
            house = building("Baubetriebshof" if office.short == "SEB" else "Rathaus")
            own: Json = {
                "organizationType": "Verwaltungsbereich",
                "classification": "Fachbereich" if office.short.startswith("FB") else "Verwaltung",
                "location": self.location(house, "organizations", self.organization(office.short), BEGIN),
            }
            yield office.short, office.name, BEGIN, own

    def _changed(self, short: str) -> date:
        return self._last_change([seat for seat in self.history.seats if seat.body == short])

    def person(self, key: str) -> str:
        """The id of a person by family name."""
        return self.uri("person", list(HUMAN).index(key) + 1)

    def _people(self) -> None:
        for number, human in enumerate(PEOPLE, 1):
            uri = self.person(human.key)
            held = [(n, seat) for n, seat in enumerate(self.history.seats, 1) if seat.person == human.key]
            first = max(min(seat.start for _, seat in held), BEGIN)
            last = self._last_change([seat for _, seat in held])
            home = (
                place(("Gartenstraße", "Höhenweg", "Eichengrund", "Heideweg")[number % 4], number)
                if number % 4 == 0
                else None
            )
            at = self.location(home, "persons", uri, first) if home else None
            self.put(
                "Person",
                uri,
                first,
                last,
                {
                    "body": self.body,
                    "name": human.name,
                    "familyName": human.family,
                    "givenName": human.given,
                    "formOfAddress": human.salutation,
                    "title": [human.title] if human.title else None,
                    "gender": human.gender,
                    "email": [f"{_ascii(human.given)}.{_ascii(human.family)}@{MAIL_DOMAIN}"],
                    "phone": [f"+49 221 4710 {100 + number}"],
                    "status": [human.life.split(",")[0]],
                    "life": human.life,
                    "location": at,
                    "locationObject": at,
                    "membership": [self.uri("membership", n) for n, _ in held],
                },
            )
        for number, seat in enumerate(self.history.seats, 1):
            self._membership(number, seat)

    def _membership(self, number: int, seat: Seat) -> None:
        changed = seat.end if seat.end and seat.end <= self.options.today else seat.start
        self.put(
            "Membership",
            self.uri("membership", number),
            max(seat.start, BEGIN),
            max(changed, BEGIN),
            {
                "person": self.person(seat.person),
                "organization": self.organization(seat.body),
                "role": seat.role,
                "votingRight": seat.voting,
                "startDate": seat.start.isoformat(),
                "endDate": seat.end.isoformat() if seat.end else None,
                "onBehalfOf": self.organization(seat.behalf) if seat.behalf else None,
            },
        )


def _ascii(text: str) -> str:
    return text.lower().translate(PLAIN).replace(" ", "-")
