"""The history as OParl 1.1 objects: flat, linked by id; the server embeds them where the specification wants it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from .attachments import Attachment
from .cast import FACTIONS, OFFICES, PEOPLE, TERM_ENDS, TERM_STARTS
from .config import AGS, COUNTY, MAIL_DOMAIN, POSTCODE, RGS, TOWN, WEBSITE, Options
from .history import History
from .matters import Matter, Step
from .places import Place, building, place
from .schedule import BY_SHORT, Item, Sitting
from .seats import HUMAN, Seat, mayor
from .words import short_date, stamp

Json = dict[str, object]
SCHEMA = "https://schema.oparl.org/1.1/"
LICENSE = "https://www.govdata.de/dl-de/zero-2-0"
BEGIN = date(2021, 11, 2)


class Maker:
    """Turns one history into objects; call `all` once."""

    def __init__(self, base: str, options: Options, history: History, files: list[Attachment]) -> None:
        self.base, self.options, self.history, self.files = base, options, history, files
        self.objects: dict[str, Json] = {}
        self.places: dict[str, str] = {}
        self.items: dict[int, str] = {}
        self.steps: dict[int, str] = {}
        self.body = f"{base}/body/1"

    def all(self) -> dict[str, Json]:
        """Every object by id, in the order of the lists."""
        self._number()
        self._system()
        self._organizations()
        self._people()
        for sitting in self.history.sittings:
            self._meeting(sitting)
        for matter in self.history.matters:
            self._paper(matter)
        for attachment in self.files:
            self._file(attachment)
        self._tombstones()
        return self.objects

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

    def _number(self) -> None:
        count = 0
        for sitting in self.history.sittings:
            for item in sitting.items:
                count += 1
                self.items[id(item)] = self.uri("agendaItem", count)
        count = 0
        for matter in self.history.matters:
            for step in matter.steps:
                count += 1
                self.steps[id(step)] = self.uri("consultation", count)

    def _system(self) -> None:
        self.put("System", f"{self.base}/system", BEGIN, BEGIN, {
            "oparlVersion": SCHEMA, "body": f"{self.base}/body", "name": f"Ratsinformationssystem der Stadt {TOWN}",
            "contactEmail": f"ratsbuero@{MAIL_DOMAIN}", "contactName": f"Ratsbüro der Stadt {TOWN}", "website": WEBSITE,
            "vendor": f"{WEBSITE}/ratsbuero", "product": f"{WEBSITE}/ratsinformation",
        })  # fmt: skip
        terms = [self.uri("legislativeTerm", number) for number in (1, 2)]
        lists = {name: f"{self.body}/{name}" for name in (
            "organization", "person", "meeting", "paper", "agendaItem", "consultation", "file", "locationList",
            "legislativeTermList", "membership",
        )}  # fmt: skip
        self.put("Body", self.body, BEGIN, BEGIN, {
            "system": f"{self.base}/system", "shortName": TOWN, "name": f"Stadt {TOWN}", "website": WEBSITE, "license": LICENSE,
            "licenseValidSince": stamp(BEGIN), "oparlSince": stamp(BEGIN), "ags": AGS, "rgs": RGS,
            "contactEmail": f"ratsbuero@{MAIL_DOMAIN}", "contactName": "Ratsbüro", "classification": f"kreisangehörige Stadt, {COUNTY}",
            **lists, "legislativeTerm": terms, "location": self.location(building("Rathaus"), "bodies", self.body, BEGIN),
        })  # fmt: skip
        for uri, start, end in zip(terms, TERM_STARTS, TERM_ENDS, strict=True):
            self.put("LegislativeTerm", uri, BEGIN, BEGIN, {
                "body": self.body, "name": f"Wahlperiode {start.year}–{end.year}", "startDate": start.isoformat(), "endDate": end.isoformat(),
            })  # fmt: skip

    def location(self, where: Place, role: str, owner: str, day: date) -> str:
        """The id of a place's Location, made on first use; the owner is noted as a back-reference."""
        uri = self.places.get(where.key)
        if uri is None:
            uri = self.places[where.key] = self.uri("location", len(self.places) + 1)
            point: Json = {"type": "Point", "coordinates": [where.longitude, where.latitude]}
            self.put("Location", uri, day, day, {
                "description": where.name or f"{where.address}, {where.district}",
                "geojson": {"type": "Feature", "properties": {}, "geometry": point}, "streetAddress": where.address,
                "room": where.room, "postalCode": POSTCODE, "subLocality": where.district, "locality": TOWN,
            })  # fmt: skip
        owners = self.objects[uri].setdefault(role, [])
        assert isinstance(owners, list)
        owners.append(owner)
        return uri

    def organization(self, short: str) -> str:
        """The id of a committee, faction or office by its short name."""
        order = [*BY_SHORT, *(faction.short for faction in FACTIONS), *(office.short for office in OFFICES)]
        return self.uri("organization", order.index(short) + 1)

    def _organizations(self) -> None:
        members: dict[str, list[str]] = {}
        for number, seat in enumerate(self.history.seats, 1):
            members.setdefault(seat.body, []).append(self.uri("membership", number))
        common: Json = {"body": self.body}
        for short, committee in BY_SHORT.items():
            uri = self.organization(short)
            self.put("Organization", uri, BEGIN, TERM_STARTS[1], common | {
                "shortName": short, "name": committee.name, "organizationType": "Gremium",
                "classification": "Rat" if short == "Rat" else "Ausschuss", "membership": members[short],
                "subOrganizationOf": None if short == "Rat" else self.organization("Rat"), "meeting": f"{uri}/meeting",
                "startDate": TERM_STARTS[0].isoformat(),
            })  # fmt: skip
        for faction in FACTIONS:
            changed = faction.end or max(faction.start, BEGIN)
            self.put("Organization", self.organization(faction.short), max(faction.start, BEGIN), changed, common | {
                "shortName": faction.short, "name": faction.name, "organizationType": "Fraktion", "classification": "Fraktion",
                "membership": members[faction.short], "subOrganizationOf": self.organization("Rat"),
                "startDate": faction.start.isoformat(), "endDate": faction.end.isoformat() if faction.end else None,
            })  # fmt: skip
        for office in OFFICES:
            uri = self.organization(office.short)
            self.put("Organization", uri, BEGIN, BEGIN, common | {
                "shortName": office.short, "name": office.name, "organizationType": "Verwaltungsbereich",
                "classification": "Fachbereich" if office.short.startswith("FB") else "Verwaltung", "membership": members[office.short],
                "location": self.location(building("Baubetriebshof" if office.short == "SEB" else "Rathaus"), "organizations", uri, BEGIN),
            })  # fmt: skip

    def person(self, key: str) -> str:
        """The id of a person by family name."""
        return self.uri("person", list(HUMAN).index(key) + 1)

    def _people(self) -> None:
        for number, human in enumerate(PEOPLE, 1):
            uri = self.person(human.key)
            held = [(n, seat) for n, seat in enumerate(self.history.seats, 1) if seat.person == human.key]
            first = max(min(seat.start for _, seat in held), BEGIN)
            last = max([first, *(seat.end for _, seat in held if seat.end and seat.end <= self.options.today)])
            home = place(("Gartenstraße", "Höhenweg", "Eichengrund", "Heideweg")[number % 4], number) if number % 4 == 0 else None
            at = self.location(home, "persons", uri, first) if home else None
            self.put("Person", uri, first, last, {
                "body": self.body, "name": human.name, "familyName": human.family, "givenName": human.given,
                "formOfAddress": human.salutation, "title": [human.title] if human.title else None, "gender": human.gender,
                "email": [f"{_ascii(human.given)}.{_ascii(human.family)}@{MAIL_DOMAIN}"], "phone": [f"+49 221 4710 {100 + number}"],
                "status": [human.life.split(",")[0]], "life": human.life, "location": at, "locationObject": at,
                "membership": [self.uri("membership", n) for n, _ in held],
            })  # fmt: skip
        for number, seat in enumerate(self.history.seats, 1):
            self._membership(number, seat)

    def _membership(self, number: int, seat: Seat) -> None:
        changed = seat.end if seat.end and seat.end <= self.options.today else seat.start
        self.put("Membership", self.uri("membership", number), max(seat.start, BEGIN), max(changed, BEGIN), {
            "person": self.person(seat.person), "organization": self.organization(seat.body), "role": seat.role,
            "votingRight": seat.voting, "startDate": seat.start.isoformat(), "endDate": seat.end.isoformat() if seat.end else None,
            "onBehalfOf": self.organization(seat.behalf) if seat.behalf else None,
        })  # fmt: skip

    def _meeting(self, sitting: Sitting) -> None:
        uri = self.uri("meeting", sitting.number)
        changed = sitting.day + timedelta(days=15) if sitting.held else sitting.invited
        minutes = 90 + 11 * len(sitting.items)
        files = [f for f in self.files if f.sitting is sitting and not f.item]
        by_role = {role: [self.uri("file", f.number) for f in files if f.role == role] for role in _MEETING_FILES}
        name = f"{sitting.count}. Sitzung: {sitting.committee.name}"
        if sitting.moved_from:
            name += f" (verlegt vom {short_date(sitting.moved_from)})"
        self.put("Meeting", uri, sitting.invited - timedelta(days=60), changed, {
            "name": name, "meetingState": sitting.state, "cancelled": sitting.cancelled,
            "start": stamp(sitting.day, sitting.hour), "end": stamp(sitting.day, sitting.hour + minutes // 60, minutes % 60) if sitting.held else None,
            "location": self.location(sitting.place, "meetings", uri, BEGIN), "organization": [self.organization(sitting.committee.short)],
            "participant": [self.person(seat.person) for seat in sitting.present] if sitting.held else None,
            "invitation": next(iter(by_role["invitation"]), None), "resultsProtocol": next(iter(by_role["resultsProtocol"]), None),
            "auxiliaryFile": by_role["auxiliaryFile"], "agendaItem": [self.items[id(item)] for item in sitting.items],
        }, 14)  # fmt: skip
        for order, item in enumerate(sitting.items):
            self._item(uri, sitting, item, order, changed)

    def _item(self, meeting: str, sitting: Sitting, item: Item, order: int, changed: date) -> None:
        step = next((step for step in item.matter.steps if step.item is item), None) if item.matter else None
        file = next((f for f in self.files if f.item is item), None)
        self.put("AgendaItem", self.items[id(item)], sitting.invited, changed, {
            "meeting": meeting, "number": item.number, "order": order, "name": item.name, "public": item.public,
            "consultation": self.steps[id(step)] if step else None, "result": item.result,
            "resolutionText": "\n".join(item.resolution), "resolutionFile": self.uri("file", file.number) if file else None,
        }, 14)  # fmt: skip

    def _paper(self, matter: Matter) -> None:
        uri = self.uri("paper", matter.number)
        files = [f for f in self.files if f.matter is matter]
        done = [step.sitting.day + timedelta(days=1) for step in matter.steps if step.sitting and step.sitting.held]
        replaced = next((other for other in self.history.matters if other.supersedes is matter), None)
        answered = [other for other in self.history.matters if other.answers is matter]
        related = [other for other in (matter.supersedes, replaced) if other]
        origin = self.organization(matter.faction) if matter.faction else self.organization(matter.office)
        author = self.person(matter.author.key) if matter.author else self._head(matter)
        self.put("Paper", uri, matter.day, max([matter.day, *done]), {
            "body": self.body, "name": matter.title, "reference": matter.reference, "date": matter.day.isoformat(),
            "paperType": matter.kind, "relatedPaper": [self.uri("paper", other.number) for other in related],
            "superordinatedPaper": [self.uri("paper", matter.answers.number)] if matter.answers else None,
            "subordinatedPaper": [self.uri("paper", other.number) for other in answered],
            "mainFile": self.uri("file", files[0].number), "auxiliaryFile": [self.uri("file", f.number) for f in files[1:]],
            "location": [self.location(matter.place, "papers", uri, matter.day)] if matter.place else None,
            "originatorPerson": [author], "originatorOrganization": [origin], "underDirectionOf": [self.organization(matter.office)],
            "consultation": [self.steps[id(step)] for step in matter.steps],
        }, 11)  # fmt: skip
        for step in matter.steps:
            self._consultation(uri, matter, step)

    def _head(self, matter: Matter) -> str:
        office = next(office for office in OFFICES if office.short == matter.office)
        return self.person(mayor(matter.day).key if office.short == "VL" else office.head)

    def _consultation(self, paper: str, matter: Matter, step: Step) -> None:
        changed = step.sitting.day + timedelta(days=1) if step.sitting and step.sitting.held else matter.day
        self.put("Consultation", self.steps[id(step)], matter.day, changed, {
            "paper": paper, "agendaItem": self.items[id(step.item)] if step.item else None,
            "meeting": self.uri("meeting", step.sitting.number) if step.sitting else None,
            "organization": [self.organization(step.committee)], "authoritative": step.final, "role": step.role,
        }, 11)  # fmt: skip

    def _file(self, attachment: Attachment) -> None:
        uri = self.uri("file", attachment.number)
        owner: Json = {}
        if attachment.item:
            owner = {"agendaItem": [self.items[id(attachment.item)]]}
        elif attachment.sitting:
            owner = {"meeting": [self.uri("meeting", attachment.sitting.number)]}
        elif attachment.matter:
            owner = {"paper": [self.uri("paper", attachment.matter.number)]}
        self.put("File", uri, attachment.day, attachment.day, {
            "name": attachment.name, "fileName": attachment.file_name, "mimeType": "application/pdf", "date": min(attachment.day, self.options.today).isoformat(),
            "accessUrl": f"{uri}/access", "downloadUrl": f"{uri}/download", "fileLicense": LICENSE, **owner,
        })  # fmt: skip

    def _tombstones(self) -> None:
        """Objects withdrawn in the past: their address answers, nothing of their content is left."""
        rng = random.Random(f"gone:{self.options.seed}")
        kinds = {"Paper": 4, "File": 6, "Meeting": 2, "AgendaItem": 5, "Consultation": 4, "Person": 1, "Membership": 2, "Organization": 1, "Location": 1}
        for kind, count in kinds.items():
            for number in range(1, count + 1):
                created = self.options.today - timedelta(days=rng.randint(300, 900))
                gone = created + timedelta(days=rng.randint(10, 280))
                self.put(kind, self.uri(kind[0].lower() + kind[1:], 90000 + number), created, gone, {"deleted": True}, 16)


_MEETING_FILES = ("invitation", "resultsProtocol", "auxiliaryFile")


def _ascii(text: str) -> str:
    return text.lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "-"}))


def live(objects: dict[str, Json], kind: str) -> Iterator[Json]:
    """Objects of a type that are not withdrawn."""
    return (found for found in objects.values() if found["type"] == SCHEMA + kind and not found.get("deleted"))
