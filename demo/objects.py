"""The history as OParl 1.1 objects: flat, linked by id; the server embeds them where the specification wants it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from .attachments import Attachment
from .cast import OFFICES
from .matters import Matter, Step
from .register import BEGIN, LICENSE, SCHEMA, Json, Register
from .schedule import Item, Sitting
from .seats import mayor
from .words import short_date, stamp


class Maker(Register):
    """Turns one history into objects; call `all` once."""

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

    def _meeting(self, sitting: Sitting) -> None:
        uri = self.uri("meeting", sitting.number)
        changed = sitting.minuted if sitting.held else sitting.invited
        minutes = 90 + 11 * len(sitting.items)
        files = [f for f in self.files if f.sitting is sitting and not f.item]
        by_role = {role: [self.uri("file", f.number) for f in files if f.role == role] for role in _MEETING_FILES}
        name = f"{sitting.count}. Sitzung: {sitting.committee.name}"
        if sitting.moved_from:
            name += f" (verlegt vom {short_date(sitting.moved_from)})"
        self.put(
            "Meeting",
            uri,
            sitting.invited - timedelta(days=60),
            changed,
            {
                "name": name,
                "meetingState": sitting.state,
                "cancelled": sitting.cancelled,
                "start": stamp(sitting.day, sitting.hour),
                "end": stamp(sitting.day, sitting.hour + minutes // 60, minutes % 60) if sitting.held else None,
                "location": self.location(sitting.place, "meetings", uri, BEGIN),
                "organization": [self.organization(sitting.committee.short)],
                "participant": [self.person(seat.person) for seat in sitting.present] if sitting.held else None,
                "invitation": next(iter(by_role["invitation"]), None),
                "resultsProtocol": next(iter(by_role["resultsProtocol"]), None),
                "auxiliaryFile": by_role["auxiliaryFile"],
                "agendaItem": [self.items[id(item)] for item in sitting.items],
            },
            14,
        )
        for order, item in enumerate(sitting.items):
            self._item(uri, sitting, item, order, changed)

    def _item(self, meeting: str, sitting: Sitting, item: Item, order: int, changed: date) -> None:
        step = next((step for step in item.matter.steps if step.item is item), None) if item.matter else None
        file = next((f for f in self.files if f.item is item), None)
        self.put(
            "AgendaItem",
            self.items[id(item)],
            sitting.invited,
            changed,
            {
                "meeting": meeting,
                "number": item.number,
                "order": order,
                "name": item.name,
                "public": item.public,
                "consultation": self.steps[id(step)] if step else None,
                "result": item.typed,
                "resolutionText": "\n".join(item.resolution) if item.typed else None,
                "resolutionFile": self.uri("file", file.number) if file else None,
            },
            14,
        )

    def _paper(self, matter: Matter) -> None:
        uri = self.uri("paper", matter.number)
        files = [f for f in self.files if f.matter is matter]
        replaced = next((other for other in self.history.matters if other.supersedes is matter), None)
        answered = [other for other in self.history.matters if other.answers is matter]
        related = [other for other in (matter.supersedes, replaced) if other]
        done = [step.sitting.day + timedelta(days=1) for step in matter.steps if step.sitting and step.sitting.held]
        done += [other.day for other in (*related, *answered)]
        origin = self.organization(matter.faction) if matter.faction else self.organization(matter.office)
        author = self.person(matter.author.key) if matter.author else self._head(matter)
        self.put(
            "Paper",
            uri,
            matter.day,
            max([matter.day, *done]),
            {
                "body": self.body,
                "name": matter.title,
                "reference": matter.reference,
                "date": matter.day.isoformat(),
                "paperType": matter.kind,
                "relatedPaper": [self.uri("paper", other.number) for other in related],
                "superordinatedPaper": [self.uri("paper", matter.answers.number)] if matter.answers else None,
                "subordinatedPaper": [self.uri("paper", other.number) for other in answered],
                "mainFile": self.uri("file", files[0].number),
                "auxiliaryFile": [self.uri("file", f.number) for f in files[1:]],
                "location": [self.location(matter.place, "papers", uri, matter.day)] if matter.place else None,
                "originatorPerson": [author],
                "originatorOrganization": [origin],
                "underDirectionOf": [self.organization(matter.office)],
                "consultation": [self.steps[id(step)] for step in matter.steps],
            },
            11,
        )
        for step in matter.steps:
            self._consultation(uri, matter, step)

    def _head(self, matter: Matter) -> str:
        office = next(office for office in OFFICES if office.short == matter.office)
        return self.person(mayor(matter.day).key if office.short == "VL" else office.head)

    def _consultation(self, paper: str, matter: Matter, step: Step) -> None:
        changed = step.sitting.day + timedelta(days=1) if step.sitting and step.sitting.held else matter.day
        self.put(
            "Consultation",
            self.steps[id(step)],
            matter.day,
            changed,
            {
                "paper": paper,
                "agendaItem": self.items[id(step.item)] if step.item else None,
                "meeting": self.uri("meeting", step.sitting.number) if step.sitting else None,
                "organization": [self.organization(step.committee)],
                "authoritative": step.final,
                "role": step.role,
            },
            11,
        )

    def _file(self, attachment: Attachment) -> None:
        uri = self.uri("file", attachment.number)
        owner: Json = {}
        if attachment.item:
            owner = {"agendaItem": [self.items[id(attachment.item)]]}
        elif attachment.sitting:
            owner = {"meeting": [self.uri("meeting", attachment.sitting.number)]}
        elif attachment.matter:
            owner = {"paper": [self.uri("paper", attachment.matter.number)]}
        self.put(
            "File",
            uri,
            attachment.day,
            attachment.day,
            {
                "name": attachment.name,
                "fileName": attachment.file_name,
                "mimeType": "application/pdf",
                "date": min(attachment.day, self.options.today).isoformat(),
                "accessUrl": f"{uri}/access",
                "downloadUrl": f"{uri}/download",
                "fileLicense": LICENSE,
                **owner,
            },
        )

    def _tombstones(self) -> None:
        """Objects withdrawn in the past: their address answers, nothing of their content is left."""
        rng = random.Random(f"gone:{self.options.seed}")
        kinds = {
            "Paper": 4,
            "File": 6,
            "Meeting": 2,
            "AgendaItem": 5,
            "Consultation": 4,
            "Person": 1,
            "Membership": 2,
            "Organization": 1,
            "Location": 1,
        }
        for kind, count in kinds.items():
            for number in range(1, count + 1):
                created = self.options.today - timedelta(days=rng.randint(300, 900))
                gone = created + timedelta(days=rng.randint(10, 280))
                self.put(
                    kind, self.uri(kind[0].lower() + kind[1:], 90000 + number), created, gone, {"deleted": True}, 16
                )


_MEETING_FILES = ("invitation", "resultsProtocol", "auxiliaryFile")


def live(objects: dict[str, Json], kind: str) -> Iterator[Json]:
    """Objects of a type that are not withdrawn."""
    return (found for found in objects.values() if found["type"] == SCHEMA + kind and not found.get("deleted"))
