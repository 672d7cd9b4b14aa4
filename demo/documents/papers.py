# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Papers of the administration, motions, questions and answers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from demo import passages
from demo.config import POSTCODE, TOWN
from demo.matters import FACTION, OFFICE, Matter
from demo.schedule import BY_SHORT
from demo.seats import HUMAN, mayor
from demo.words import euro, expand, long_date, number, short_date

from .blocks import Block, Boxed, Document, Fields, Heading, Space, Table, Text


def rng_of(matter: Matter, what: str) -> random.Random:
    """Chance of its own for each document, so that one more paper does not change all others."""
    return random.Random(f"{matter.reference}:{matter.title}:{what}")


def _tell(matter: Matter, lines: tuple[str, ...], rng: random.Random) -> Iterator[Block]:
    for line in lines:
        yield Text(expand(line, rng, matter.facts))


def _proposal(matter: Matter) -> tuple[str, ...]:
    lines = matter.decision[:-1] if matter.amended else matter.decision
    return lines if len(lines) == 1 else tuple(f"{n}. {line}" for n, line in enumerate(lines, 1))


def _route(matter: Matter) -> Table:
    rows = [("Beratungsfolge", "Sitzung am", "Zuständigkeit")]
    for position, short in enumerate(matter.topic.route):
        step = next((step for step in matter.steps if step.committee == short and step.sitting), None)
        role = "Entscheidung" if position == len(matter.topic.route) - 1 else "Vorberatung"
        if matter.kind in ("Mitteilungsvorlage", "Bericht"):
            role = "Kenntnisnahme"
        sitting = step.sitting if step else None
        when = sitting.moved_from or sitting.day if sitting else None
        rows.append((BY_SHORT[short].name, short_date(when) if when else "offen", role))
    return Table(tuple(rows), (6, 2, 2.2))


def _head(matter: Matter) -> tuple[tuple[str, str], ...]:
    where = matter.place
    rows = (
        ("Vorlage Nr.", f"{matter.reference} – öffentlich"),
        ("Federführung", OFFICE[matter.office].name),
        ("Bearbeitung", signer(matter)),
        ("Datum", long_date(matter.day)),
    )
    return (*rows, ("Ort", f"{where.address}, Stadtteil {where.district}")) if where else rows


def signer(matter: Matter) -> str:
    """Who signs for the office in charge."""
    head = mayor(matter.day) if matter.office == "VL" else HUMAN[OFFICE[matter.office].head]
    return head.name


def paper(matter: Matter, annexes: list[str]) -> Document:
    """The main document of a paper of the administration."""
    rng = rng_of(matter, "paper")
    office = OFFICE[matter.office]
    blocks: list[Block] = [
        Heading(matter.title, 1),
        Fields(_head(matter)),
    ]
    if matter.answers is None:
        blocks += [_route(matter), Boxed("Beschlussvorschlag", _proposal(matter))]
    if matter.supersedes:
        blocks.append(Text(f"Diese Neufassung ersetzt die Vorlage {matter.supersedes.reference}. Geändert wurden nach der "
                           "Vertagung die Kostenübersicht und der Zeitplan."))  # fmt: skip
    blocks.append(Heading("Sachverhalt"))
    if matter.answers is None:
        blocks.append(Text(expand(rng.choice(passages.OPENINGS), rng, matter.facts)))
    blocks += _tell(matter, matter.topic.situation, rng)
    blocks += [Heading("Begründung und Bewertung"), *_tell(matter, matter.topic.reasons, rng)]
    if matter.kind == "Beschlussvorlage":
        blocks += _deliberation(matter, rng)
    if matter.topic.cost:
        blocks += _money(matter, rng)
    if matter.topic.law:
        blocks += [Heading("Rechtsgrundlage"), Text(matter.topic.law)]
    blocks += _closing(matter, annexes)
    return Document(
        matter.title, office.name, matter.kind, f"Vorlage {matter.reference} · {matter.title}", tuple(blocks)
    )


# Nobody asks the neighbours about a table of seats or an annual account.
_DESK = frozenset({"seats", "accounts", "fees", "budget", "overspend", "culture", "sunday", "vehicle", "firestation"})


def _deliberation(matter: Matter, rng: random.Random) -> Iterator[Block]:
    if matter.topic.key in _DESK:
        yield Heading("Klimarelevanz")
        yield Text(passages.CLIMATE[-1])
        return
    if matter.topic.cost:
        yield Text(expand(rng.choice(passages.ALTERNATIVES), rng))
    yield Heading("Beteiligung")
    for line in rng.sample(passages.PARTICIPATION, 2):
        yield Text(expand(line, rng, matter.facts))
    if matter.topic.cost and matter.topic.key not in ("landuse", "concept"):
        yield Heading("Zeitplan")
        # Signs and orders of the traffic authority need no tender.
        lines = passages.SCHEDULE[2:] if matter.office == "FB 3" else passages.SCHEDULE
        yield Text(expand(rng.choice(lines), rng, matter.facts))
    yield Heading("Klimarelevanz")
    yield Text(expand(rng.choice(passages.CLIMATE), rng))


def _money(matter: Matter, rng: random.Random) -> Iterator[Block]:
    cost = int(matter.facts["cost_number"])
    funding = cost * matter.topic.funded // 100
    account = f"{rng.randint(1, 15):02d}.{rng.randint(1, 9):02d}.{rng.randint(1, 9):02d}"
    rows = [("Position", "Betrag", "Haushaltsjahr"), ("Gesamtbetrag", euro(cost), matter.facts["year"])]
    if funding:
        rows.append((f"Zuwendungen ({matter.topic.funded} Prozent)", euro(funding), matter.facts["next_year"]))
        rows.append(("Eigenanteil der Stadt", euro(cost - funding), matter.facts["year"]))
    upkeep = max(200, cost * rng.randint(8, 21) // 1000 // 100 * 100)
    rows.append(("Jährliche Folgekosten (Unterhaltung)", euro(upkeep), f"ab {matter.facts['next_year']}"))
    yield Heading("Finanzielle Auswirkungen")
    yield Table(tuple(rows), (5, 2.4, 2), numeric=1)
    yield Text(expand(f"Die Mittel sind im Produkt {account} [veranschlagt|für das kommende Haushaltsjahr angemeldet|durch "
                      "Umschichtung gedeckt]. [Die Kämmerei hat mitgezeichnet.|Über- oder außerplanmäßige Mittel werden nicht "
                      "benötigt.|Der Ansatz ist in der Finanzplanung enthalten.]", rng))  # fmt: skip


def _closing(matter: Matter, annexes: list[str]) -> Iterator[Block]:
    if annexes:
        yield Heading("Anlagen")
        for position, name in enumerate(annexes, 1):
            yield Text(name, f"{position}.")
    yield Space(16)
    yield Text(f"{TOWN}, den {long_date(matter.day)}")
    yield Space(8)
    yield Text(signer(matter))


def motion(matter: Matter) -> Document:
    """A motion or question as the faction wrote it."""
    if matter.author is None:
        raise ValueError("a motion has an author")
    rng = rng_of(matter, "motion")
    faction = FACTION[matter.faction].name
    head = mayor(matter.day)
    address = "Frau Bürgermeisterin" if head.gender == "female" else "Herrn Bürgermeister"
    greeting = "Sehr geehrte Frau" if head.gender == "female" else "Sehr geehrter Herr"
    question = matter.kind == "Anfrage"
    blocks: list[Block] = [
        Text(f"Fraktion {faction} im Rat der Stadt {TOWN}", bold=True),
        Space(6), Text(f"{address} {head.name}"), Text(f"Rathausplatz 1, {POSTCODE} {TOWN}"),
        Space(8), Text(f"{TOWN}, den {long_date(matter.day)}"),
        Heading(matter.title, 1), Text(f"{matter.kind} Nr. {matter.reference}", bold=True),
        Text(f"{greeting} {'Bürgermeisterin' if head.gender == 'female' else 'Bürgermeister'} {head.family},"),
        Text(f"die Fraktion {faction} bittet, den folgenden Punkt auf die Tagesordnung der nächsten Sitzung zu nehmen "
             f"({BY_SHORT[matter.topic.route[0]].name})."),
    ]  # fmt: skip
    if question:
        blocks += [Heading("Sachverhalt"), *_tell(matter, matter.topic.situation, rng), Heading("Fragen")]
        asks = matter.topic.reasons
        blocks += [Text(expand(line, rng, matter.facts), f"{n}.") for n, line in enumerate(asks, 1)]
    else:
        blocks += [Boxed("Beschlussvorschlag", _proposal(matter)), Heading("Begründung")]
        blocks += [*_tell(matter, matter.topic.situation, rng), *_tell(matter, matter.topic.reasons, rng)]
    blocks += [
        Space(14),
        Text("Mit freundlichen Grüßen"),
        Space(10),
        Text(matter.author.name),
        Text(f"für die Fraktion {faction}"),
    ]
    return Document(
        matter.title, f"Fraktion {faction}", matter.kind, f"{matter.kind} {matter.reference}", tuple(blocks)
    )


def answer(matter: Matter) -> Document:
    """The administration's written answer to a question."""
    rng = rng_of(matter, "answer")
    blocks: list[Block] = [
        Heading(f"Antwort der Verwaltung auf die Anfrage {matter.reference}", 1),
        Fields((("Betreff", matter.title), ("Fraktion", FACTION[matter.faction].name),
                ("Federführung", OFFICE[matter.office].name))),
        Text("Die Fragen werden im Benehmen mit den beteiligten Stellen wie folgt beantwortet:"),
    ]  # fmt: skip
    for position, line in enumerate(matter.topic.reasons, 1):
        blocks.append(Text(expand(line, rng, matter.facts), f"{position}.", bold=True))
        blocks.append(Text(expand(rng.choice(_REPLIES), rng, {
            **matter.facts, "n": str(rng.randint(2, 19)), "sum": number(rng.randrange(4000, 58000, 500)),
        })))  # fmt: skip
    blocks += [Space(14), Text("Im Auftrag"), Text(signer(matter))]
    return Document(f"Antwort zu {matter.reference}", OFFICE[matter.office].name, "Antwort",
                    f"Antwort zur Anfrage {matter.reference}", tuple(blocks))  # fmt: skip


_REPLIES = (
    "Nach den vorliegenden Unterlagen handelt es sich um {n} Fälle in den vergangenen [drei|fünf] Jahren. [Eine Häufung ist nicht erkennbar.|Die Zahl ist gegenüber dem Vorjahr leicht gestiegen.]",
    "Die Verwaltung steht hierzu [mit dem Kreis Lohetal|mit den Eigentümern|mit der beauftragten Firma] im Austausch. [Ein Ergebnis wird {finish} erwartet.|Der nächste Termin findet in der kommenden Woche statt.]",
    "Hierfür sind bislang {sum} Euro angefallen. [Die Mittel stehen im laufenden Haushalt bereit.|Eine Nachbewilligung ist nicht erforderlich.]",
    "[Ja.|Dies ist vorgesehen.|Die Prüfung ist noch nicht abgeschlossen.] Die Umsetzung hängt [von der Verfügbarkeit der Fachfirmen|von der Witterung|von der Zustimmung des Landesbetriebs] ab und ist {start} möglich.",
    "Kurzfristig wird [die Beschilderung ergänzt|das Ordnungsamt die Kontrollen verstärken|eine Ortsbesichtigung mit allen Beteiligten durchgeführt]. Darüber hinaus sind {n} weitere Stellen zur Prüfung vorgemerkt.",
    "Die Angaben lassen sich dem Bericht im Internet entnehmen; er wird [jährlich|vierteljährlich] fortgeschrieben. Zum Stichtag {survey} lag der Wert bei {n}.",
)  # fmt: skip
