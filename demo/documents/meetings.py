# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Invitations, minutes, excerpts and notices of postponement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from demo.config import TOWN
from demo.matters import FACTION
from demo.schedule import Item, Sitting
from demo.seats import HUMAN, Seat, mayor
from demo.words import long_date, short_date, weekday

from .blocks import Block, Boxed, Document, Fields, Heading, Space, Table, Text


def _genitive(sitting: Sitting) -> str:
    name = sitting.committee.name
    return "des Rates" + name.removeprefix("Rat") if name.startswith("Rat ") else f"des {_of(name)}"


def _of(name: str) -> str:
    head, space, rest = name.partition(" ")
    if head.lower().endswith("ausschuss"):
        return f"{head}es{space}{rest}"
    return f"{name}es" if name.endswith("ausschuss") else name


def _head(sitting: Sitting) -> tuple[tuple[str, str], ...]:
    place = f"{sitting.place.name}, {sitting.place.room}, {sitting.place.address}"
    return (("Gremium", sitting.committee.name), ("Sitzung", f"{sitting.count}. Sitzung"),
            ("Tag", f"{weekday(sitting.day)}, {long_date(sitting.day)}"), ("Beginn", f"{sitting.hour}.00 Uhr"), ("Ort", place))  # fmt: skip


def chair(sitting: Sitting) -> str:
    """Who led the meeting."""
    if sitting.committee.short in ("Rat", "HFA"):
        return mayor(sitting.day).name
    return next(
        (HUMAN[seat.person].name for seat in sitting.present if seat.role == "Vorsitz"), mayor(sitting.day).name
    )


def invitation(sitting: Sitting) -> Document:
    """The invitation with the agenda; of the closed part only the number of items."""
    day = sitting.moved_from or sitting.day
    head = tuple(
        (label, f"{weekday(day)}, {long_date(day)}" if label == "Tag" else value) for label, value in _head(sitting)
    )
    blocks: list[Block] = [
        Heading(f"Einladung zur {sitting.count}. Sitzung {_genitive(sitting)}", 1), Fields(head),
        Text(f"{TOWN}, den {long_date(sitting.invited)}"), Text("Sehr geehrte Damen und Herren,"),
        Text("zu der oben genannten Sitzung lade ich Sie hiermit ein. Die Vorlagen sind im Ratsinformationssystem abrufbar. Wer verhindert ist, wird gebeten, die Vertretung rechtzeitig zu verständigen."),
    ]  # fmt: skip
    if sitting.cancelled:
        blocks.append(Text("Hinweis: Die Sitzung wurde mangels entscheidungsreifer Vorlagen abgesagt.", bold=True))
    blocks += [Heading("Tagesordnung"), Heading("Öffentlicher Teil", 3), _agenda(sitting)]
    closed = sum(1 for item in sitting.items if not item.public)
    if closed:
        blocks.append(
            Text(
                f"Im Anschluss findet eine nichtöffentliche Sitzung mit {closed} {'Tagesordnungspunkt' if closed == 1 else 'Tagesordnungspunkten'} statt."
            )
        )
    blocks += [Space(14), Text("Mit freundlichen Grüßen"), Space(10), Text(chair(sitting)), Text("Vorsitz")]
    return Document(f"Einladung {sitting.committee.name} {short_date(sitting.day)}", "Ratsbüro", "Einladung",
                    f"Einladung · {sitting.committee.name} · {short_date(sitting.day)}", tuple(blocks))  # fmt: skip


def _agenda(sitting: Sitting) -> Table:
    rows = [("TOP", "Gegenstand", "Vorlage")]
    rows += [
        (item.number, item.name, item.matter.reference if item.matter else "") for item in sitting.items if item.public
    ]
    return Table(tuple(rows), (0.9, 7, 1.7), size=9.5)


def minutes(sitting: Sitting) -> Document:
    """The public minutes: attendance, then every item with debate, resolution, votes and result."""
    hours, quarter = divmod(30 + 11 * len(sitting.items), 60)
    blocks: list[Block] = [
        Heading(f"Niederschrift über die {sitting.count}. Sitzung {_genitive(sitting)}", 1),
        Fields((*_head(sitting), ("Ende", f"{sitting.hour + hours}.{quarter:02d} Uhr (öffentlicher Teil)"), ("Vorsitz", chair(sitting)))),
        *_attendance(sitting), Heading("Tagesordnung – Öffentlicher Teil"), _agenda(sitting), Heading("Verlauf der Sitzung", 1),
    ]  # fmt: skip
    for item in sitting.items:
        if item.public:
            blocks += _item(sitting, item)
    blocks += [
        Space(10), Text("Der Vorsitz schließt den öffentlichen Teil der Sitzung und stellt die Nichtöffentlichkeit her."),
        Space(18), Table(((chair(sitting), "Tim Wesselmann"), ("Vorsitz", "Schriftführung")), (1, 1), header=False, size=10),
    ]  # fmt: skip
    return Document(f"Niederschrift {sitting.committee.name} {short_date(sitting.day)}", "Ratsbüro", "Niederschrift",
                    f"Niederschrift · {sitting.committee.name} · {short_date(sitting.day)}", tuple(blocks))  # fmt: skip


def _attendance(sitting: Sitting) -> Iterator[Block]:
    yield Heading("Anwesend")
    rows = [("Name", "Fraktion", "Funktion")]
    rows += [
        (HUMAN[seat.person].name, FACTION[seat.behalf].name if seat.behalf else "–", seat.role)
        for seat in sitting.present
    ]
    yield Table(tuple(rows), (4, 4, 3))
    if sitting.absent:
        yield Text("Entschuldigt: " + ", ".join(_named(seat) for seat in sitting.absent))
    yield Text(
        "Von der Verwaltung: Erste Beigeordnete Beate Oestermann, Technische Beigeordnete Dipl.-Ing. Anke Petzold-Rieke, Tim Wesselmann (Schriftführung)"
    )


def _named(seat: Seat) -> str:
    return f"{HUMAN[seat.person].name} ({seat.behalf})" if seat.behalf else HUMAN[seat.person].name


def _item(sitting: Sitting, item: Item) -> Iterator[Block]:
    reference = f" – Vorlage {item.matter.reference}" if item.matter else ""
    yield Heading(f"{item.number}  {item.name}{reference}", 2)
    if not item.matter:
        yield Text(_formality(sitting, item))
        return
    for line in item.debate:
        yield Text(line)
    if item.resolution:
        lines = (
            item.resolution
            if len(item.resolution) == 1
            else tuple(f"{n}. {line}" for n, line in enumerate(item.resolution, 1))
        )
        verb = (
            "Beschluss"
            if "beschlossen" in item.result
            else "Beschlussempfehlung"
            if "empfohlen" in item.result and item.result != "nicht empfohlen"
            else "Abgestimmt wird über den Beschlussvorschlag"
        )
        yield Boxed(f"{verb}:", lines)
    if item.votes:
        yes, no, abstain = item.votes
        parts = (_counted(yes, "Ja-Stimme"), _counted(no, "Nein-Stimme"), _counted(abstain, "Enthaltung"))
        yield Text(f"Abstimmungsergebnis: {', '.join(parts)}")
    yield Text(f"Ergebnis: {item.result}", bold=True)


def _counted(votes: int, word: str) -> str:
    plural = f"{word}n" if word.endswith("e") else f"{word}en"
    return f"{votes} {word if votes == 1 else plural}"


def _formality(sitting: Sitting, item: Item) -> str:
    if item.name.startswith("Eröffnung"):
        return (f"{chair(sitting)} eröffnet die Sitzung um {sitting.hour}.00 Uhr, begrüßt die Anwesenden und stellt fest, dass form- und fristgerecht mit Schreiben vom {short_date(sitting.invited)} eingeladen wurde "
                f"und das Gremium mit {len(sitting.present)} stimmberechtigten Mitgliedern beschlussfähig ist. Änderungen zur Tagesordnung werden nicht gewünscht.")  # fmt: skip
    if item.name.startswith("Einwohner"):
        return ("Eine Einwohnerin erkundigt sich nach dem Winterdienst auf den Nebenstrecken. Die Verwaltung verweist auf den Räum- und Streuplan.", "Fragen aus der Einwohnerschaft liegen nicht vor.",
                "Ein Einwohner fragt nach den Öffnungszeiten des Wertstoffhofs. Die Verwaltung sagt zu, die Ausdehnung am Samstag zu prüfen.")[sitting.number % 3]  # fmt: skip
    if item.name.startswith("Genehmigung"):
        return "Einwendungen gegen die Niederschrift werden nicht erhoben. Sie gilt damit als genehmigt."
    return ("Die Verwaltung weist auf die Einweihung des neuen Wegs am Lohedamm hin. Weitere Mitteilungen liegen nicht vor.", "Es liegen keine Mitteilungen vor.",
            "Die Verwaltung teilt mit, dass die nächste Sitzungsfolge wie im Sitzungskalender angegeben stattfindet.")[sitting.number % 3]  # fmt: skip


def excerpt(sitting: Sitting, item: Item) -> Document:
    """One item's part of the minutes, as sent to the office in charge."""
    blocks: list[Block] = [Heading("Beschlussauszug", 1), Fields((*_head(sitting)[:3], ("Tagesordnungspunkt", item.number))), *_item(sitting, item),
                           Space(14), Text("Für die Richtigkeit des Auszugs"), Text(f"{TOWN}, den {long_date(sitting.day + timedelta(days=6))}"), Text("Tim Wesselmann, Ratsbüro")]  # fmt: skip
    return Document(f"Beschlussauszug {item.number} {sitting.committee.short} {short_date(sitting.day)}", "Ratsbüro", "Beschlussauszug",
                    f"Beschlussauszug · {sitting.committee.name} · {short_date(sitting.day)}", tuple(blocks))  # fmt: skip


def postponement(sitting: Sitting) -> Document:
    """The notice that a meeting was moved."""
    if sitting.moved_from is None:
        raise ValueError("this meeting was never moved")
    blocks: tuple[Block, ...] = (
        Heading("Verlegung einer Sitzung", 1), Fields(_head(sitting)), Text("Sehr geehrte Damen und Herren,"),
        Text(f"die für {weekday(sitting.moved_from)}, den {long_date(sitting.moved_from)}, angesetzte {sitting.count}. Sitzung muss wegen eines Wasserschadens im Sitzungssaal verlegt werden. "
             f"Sie findet nun am {weekday(sitting.day)}, dem {long_date(sitting.day)}, um {sitting.hour}.00 Uhr an folgendem Ort statt: {sitting.place.name}, {sitting.place.room}. Die Tagesordnung bleibt unverändert."),
        Space(10), Text(chair(sitting)),
    )  # fmt: skip
    return Document(
        f"Verlegung {sitting.committee.name} {short_date(sitting.day)}",
        "Ratsbüro",
        "Mitteilung",
        "Verlegung einer Sitzung",
        blocks,
    )
