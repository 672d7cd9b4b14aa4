"""Collections of texts with questions whose answers are known.

    known-item   the title of a Karlsruhe paper; the files of the paper answer it
    summaries    the first sentence of a machine-written summary of a Karlsruhe paper; its files answer it
    xquad-de     questions on paragraphs of an encyclopaedia; one paragraph answers each
    questions    our own, in benchmarks/questions: what citizens ask, judged result by result

Karlsruhe and XQuAD are captured and not part of this repository; the made-up council is built anew.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from benchmarks.engines import Text
from benchmarks.ranking import Grades
from demo.documents.blocks import PageBreak
from demo.town import build
from tests.real.captured import DATA

QUESTIONS = Path(__file__).with_name("questions")
KARLSRUHE = "https://web1.karlsruhe.de/oparl/bodies/0001/"
JUDGED = "3"  # the version of the made-up council that was read; version 2 had the same texts, word for word
# Papers on the budget hold hundreds of motions on everything: there each file stands for itself.
MOST_FILES = 5
_ATOM = "{http://www.w3.org/2005/Atom}"
_SUMMARY = re.compile(r"Zusammenfassung der Vorlage:</b>\s*(.+?)(?:<|$)", re.DOTALL)
_FIRST_SENTENCE = re.compile(r"(.{40,}?[a-zäöüß)]\.)(?:\s+[A-ZÄÖÜ]|$)", re.DOTALL)

Json = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked, of which kind it is, and the grades of what answers it."""

    kind: str
    text: str
    grades: Grades

    @property
    def half(self) -> str:
        """`dev` or `test`, by the words alone: what is tuned on the one is told by the other."""
        return "dev" if hashlib.sha256(self.text.encode()).digest()[0] % 2 else "test"


@dataclass(frozen=True)
class QuestionSet:
    """Questions about a collection; `units` tells what a document is graded under, where that is not itself."""

    name: str
    questions: Sequence[Question]
    units: Mapping[str, str]


@dataclass(frozen=True)
class Collection:
    """Documents, and the sets of questions about them."""

    name: str
    texts: Sequence[Text]
    sets: Sequence[QuestionSet]


def karlsruhe() -> Collection:
    """Read the files of Karlsruhe of which the text was captured, each titled as its paper is."""
    read = _texts()
    papers = list(_papers())
    texts = {
        file["id"]: Text(file["id"], _titled(paper, file), read[file["id"]], "File", paper["id"], _day(paper, file))
        for paper in papers
        for file in files_of(paper)
        if file["id"] in read
    }
    for one in read.keys() - texts.keys():
        texts[one] = Text(one, "", read[one])
    held = Counter(one.parent for one in texts.values())
    units = {one.id: one.parent for one in texts.values() if one.parent and held[one.parent] <= MOST_FILES}
    sets = [
        QuestionSet("known-item", list(_known_items(texts)), {}),
        QuestionSet("summaries", list(_summaries(papers, texts)), {}),
        QuestionSet("questions", own("karlsruhe", KARLSRUHE), units),
    ]
    return Collection("karlsruhe", sorted(texts.values(), key=lambda one: one.id), sets)


def xquad() -> Collection:
    """Read the paragraphs and the questions on them."""
    content = json.loads((DATA / "ir" / "xquad-de" / "xquad.de.json").read_bytes())
    paragraphs = [(article["title"], one) for article in content["data"] for one in article["paragraphs"]]
    texts = [
        Text(str(number), title.replace("_", " "), (one["context"],)) for number, (title, one) in enumerate(paragraphs)
    ]
    questions = [
        Question("sentence", asked["question"], {str(number): 1})
        for number, (_, one) in enumerate(paragraphs)
        for asked in one["qas"]
    ]
    return Collection("xquad-de", texts, [QuestionSet("xquad-de", questions, {})])


def made_up() -> Collection:
    """Build the made-up council: its papers, files, people, organizations and meetings."""
    town = build()
    root = f"{town.base}/"
    said = {f"{root}file/{one.number}": () if one.damaged else spoken(one.document()) for one in town.attachments}
    texts = [
        _record(kind, item, town.objects, said)
        for kind in ("Paper", "Person", "Organization", "Meeting", "File")
        for item in town.of_type(kind)
    ]
    units = {one.id: one.parent for one in texts if one.parent}
    return Collection("made-up", texts, [QuestionSet("questions", own("demo", root), units)])


def own(name: str, root: str) -> list[Question]:
    """Read our own questions on a council; ids are written without their common beginning."""
    grades: dict[str, dict[str, int]] = {}
    for number, unit, grade in _rows(QUESTIONS / f"{name}-grades.tsv"):
        grades.setdefault(number, {})[root + unit] = int(grade)
    return [Question(kind, text, grades.get(number, {})) for number, kind, text in _rows(QUESTIONS / f"{name}.tsv")]


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        content = (line for line in lines if not line.startswith("#"))
        yield from csv.reader(content, delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def _texts() -> dict[str, tuple[str, ...]]:
    path = DATA / "text" / "karlsruhe-file-contents" / "sample-1-of-7.jsonl"
    with path.open("rb") as lines:
        entries = map(json.loads, lines)
        return {one["id"]: tuple((one["text"] or "").split("\f")) for one in entries}


def _papers() -> Iterator[Json]:
    with (DATA / "oparl" / "karlsruhe" / "papers.jsonl").open("rb") as lines:
        yield from (paper for paper in map(json.loads, lines) if not paper.get("deleted"))


def files_of(paper: Json) -> list[Json]:
    """Return the files that a paper holds, the main one first."""
    main = [paper["mainFile"]] if paper.get("mainFile") else []
    return main + list(paper.get("auxiliaryFile", []))


def _titled(paper: Json, file: Json) -> str:
    return f"{paper['name']} {file['name']}"


def _day(paper: Json, file: Json) -> date | None:
    day = file.get("date") or paper.get("date")
    return date.fromisoformat(day) if day else None


def _known_items(texts: Mapping[str, Text]) -> Iterator[Question]:
    root = DATA / "ir" / "karlsruhe-known-item"
    grades: dict[str, dict[str, int]] = {}
    for number, _, file, grade in _rows(root / "qrels-title.tsv"):
        if file in texts:
            grades.setdefault(number, {})[file] = int(grade)
    for number, text in _rows(root / "queries-title.tsv"):
        if number in grades:
            yield Question("title", text, grades[number])


def _summaries(papers: Iterable[Json], texts: Mapping[str, Text]) -> Iterator[Question]:
    by_item = {step["agendaItem"]: paper for paper in papers for step in _steps(paper)}
    feed = Xml.parse(DATA / "oparl" / "karlsruhe" / "tagesordnungspunkte-recent.xml").getroot()
    seen = set()
    for entry in feed.iter(f"{_ATOM}entry"):
        paper = by_item.get(entry.findtext(f"{_ATOM}id", ""))
        summary = _SUMMARY.search(entry.findtext(f"{_ATOM}content", ""))
        held = [file["id"] for file in files_of(paper or {}) if file["id"] in texts]
        if paper and summary and held and paper["id"] not in seen:
            seen.add(paper["id"])
            said = unescape(summary[1]).strip()
            sentence = _FIRST_SENTENCE.match(said)
            yield Question("paraphrase", sentence[1] if sentence else said, dict.fromkeys(held, 1))


def _steps(paper: Json) -> list[Json]:
    return [step for step in paper.get("consultation", []) if step.get("agendaItem")]


def spoken(document: object) -> tuple[str, ...]:
    """Return the pages of a made-up document as text; only breaks that are meant begin a new one."""
    pages: list[list[str]] = [[]]
    for part in _said(document):
        if part is None:
            pages.append([])
        else:
            pages[-1].append(part)
    return tuple("\n".join(page) for page in pages)


def _said(part: object) -> Iterator[str | None]:
    if isinstance(part, PageBreak):
        yield None
    elif isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _said(one)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _said(getattr(part, field.name))


def _record(kind: str, item: Json, objects: Mapping[str, Json], said: Mapping[str, tuple[str, ...]]) -> Text:
    """Say of a record what the portal's own index does: its name, and the names of what it refers to."""
    linked = ("organization", "originatorPerson", "originatorOrganization", "underDirectionOf", "location")
    names = [objects[uri].get("name") or objects[uri].get("description") for one in linked for uri in _all(item, one)]
    plain = [item.get(one) for one in ("reference", "paperType", "shortName", "organizationType", "classification")]
    parent = _held_by(item, objects) if kind == "File" else ""
    title = str(item.get("name", ""))
    if parent and str(objects[parent]["name"]) not in title:
        title = f"{objects[parent]['name']} {title}"
    pages = said[item["id"]] if kind == "File" else ("\n".join(str(one) for one in (*plain, *names) if one),)
    day = str(item.get("date") or item.get("start") or "")[:10]
    return Text(item["id"], title, pages, kind, parent, date.fromisoformat(day) if day else None)


def _held_by(file: Json, objects: Mapping[str, Json]) -> str:
    """Return the paper or meeting of a file; an excerpt of minutes belongs to the meeting of its agenda item."""
    meetings = [str(objects[uri]["meeting"]) for uri in _all(file, "agendaItem")]
    return next(iter([*_all(file, "paper"), *_all(file, "meeting"), *meetings]), "")


def _all(item: Json, name: str) -> list[str]:
    value = item.get(name) or []
    return [value] if isinstance(value, str) else list(value)
