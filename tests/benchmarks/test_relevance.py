"""Questions and engines of the benchmark of relevance."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from benchmarks import judged, relevance
from benchmarks.engines import Fts5, OpenSearch, Ours, PlainTantivy, System, Text
from benchmarks.judged import QUESTIONS, Collection, Question, QuestionSet
from demo.config import VERSION

KINDS = {
    "compound",
    "umlaut",
    "inflection",
    "person",
    "street",
    "phrase",
    "typo",
    "number",
    "committee",
    "everyday",
    "sentence",
}
TEXTS = [
    Text("1", "Ausbau der Radwege", ("Die Stadt baut Radwege aus.",), parent="A"),
    Text("2", "Anlage zum Ausbau der Radwege", ("Ein Lageplan der Radwege.",), parent="A"),
    Text("3", "Hundesteuer", ("Die Steuer steigt.",), parent="B"),
]


def rows(name: str) -> list[list[str]]:
    with (QUESTIONS / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        content = (line for line in lines if not line.startswith("#"))
        return list(csv.reader(content, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize(("name", "least"), [("karlsruhe", 110), ("demo", 60)])
def test_there_are_enough_questions_of_every_kind(name: str, least: int) -> None:
    asked = rows(name)

    assert len(asked) >= least
    assert {kind for _, kind, _ in asked} == KINDS
    assert len({number for number, *_ in asked}) == len({text for *_, text in asked}) == len(asked)


@pytest.mark.parametrize("name", ["karlsruhe", "demo"])
def test_every_question_has_an_answer_and_every_grade_a_question(name: str) -> None:
    asked = {number for number, *_ in rows(name)}
    grades = rows(f"{name}-grades")

    assert {number for number, _, grade in grades if grade in {"1", "2"}} == asked
    assert {number for number, *_ in grades} == asked
    assert {grade for *_, grade in grades} <= {"0", "1", "2"}
    assert max(Counter((number, unit) for number, unit, _ in grades).values()) == 1


def test_both_halves_are_large_enough_to_mean_something() -> None:
    halves = Counter(Question("", text, {}).half for name in ("karlsruhe", "demo") for *_, text in rows(name))

    assert min(halves[half] for half in relevance.HALVES) > 0.4 * halves.total()


def test_what_was_judged_of_the_made_up_council_is_still_there() -> None:
    collection = judged.made_up()
    (asked,) = collection.sets
    known = {asked.units.get(text.id, text.id) for text in collection.texts}

    assert VERSION == judged.JUDGED
    assert {unit for question in asked.questions for unit in question.grades} <= known


@pytest.mark.parametrize("engine", ["AND", "OR", "stems", "tantivy", "ours"])
def test_an_engine_finds_what_was_indexed(engine: str, tmp_path: Path) -> None:
    engines: dict[str, Callable[[], System]] = {
        "AND": lambda: Fts5("AND"),
        "OR": lambda: Fts5("OR"),
        "stems": lambda: Fts5("OR", stems=True),
        "tantivy": lambda: PlainTantivy(tmp_path / "plain"),
        "ours": lambda: Ours(f"tantivy:{tmp_path}/ours"),
    }
    system = engines[engine]()
    system.index(TEXTS)

    assert set(system.search("Ausbau Radwege", 10)) == {"1", "2"}
    assert system.search("Hundesteuer", 10) == ["3"]
    assert system.search("?!", 10) == [] or engine == "ours"


def test_opensearch_is_given_everything_and_asked_for_ids() -> None:
    told: list[tuple[str, str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        told.append((request.method, request.url.path, request.content.decode()))
        return httpx.Response(200, json={"errors": False, "hits": {"hits": [{"_id": "3"}]}})

    system = OpenSearch("http://127.0.0.1:1", httpx.MockTransport(answer))
    system.index(TEXTS)

    assert system.search("Wie hoch ist die Hundesteuer?", 5) == ["3"]
    create, bulk, ask = (next(one for one in told if one[:2] == ends) for ends in WANTED)
    assert json.loads(create[2])["mappings"]["properties"]["title"]["analyzer"] == "german"
    assert [json.loads(line)["index"]["_id"] for line in bulk[2].splitlines()[::2]] == ["1", "2", "3"]
    assert json.loads(ask[2])["size"] == 5


WANTED = [
    ("PUT", "/ratslupe-relevance"),
    ("POST", "/ratslupe-relevance/_bulk"),
    ("POST", "/ratslupe-relevance/_search"),
]


def test_a_document_that_opensearch_refuses_is_not_passed_over() -> None:
    system = OpenSearch("http://127.0.0.1:1", httpx.MockTransport(lambda _: httpx.Response(200, json={"errors": True})))

    with pytest.raises(RuntimeError, match="did not take"):
        system.index(TEXTS)


def run(found: list[str], grades: dict[str, int]) -> relevance.Run:
    asked = QuestionSet("questions", [Question("street", "Radweg", grades)], {})
    scores = {name: measure(found, grades) for name, measure in relevance.MEASURES.items()}
    return relevance.Run("here", asked, "Ratslupe, tantivy", [found], scores=[scores])


def test_the_files_of_a_paper_are_one_result() -> None:
    asked = QuestionSet("questions", [], {"1": "A", "2": "A"})

    assert relevance.under(asked, ["2", "3", "1"]) == ["A", "3"]


def test_what_nobody_graded_is_handed_out_to_be_read_once() -> None:
    first, second = run(["a", "x"], {"a": 2}), run(["x", "y"], {"a": 2})

    assert list(relevance.unjudged([first, second])) == [("here", "Radweg", "x"), ("here", "Radweg", "y")]


def test_tables_tell_each_engine_and_each_kind_and_what_is_not_found() -> None:
    missed = run(["x"], {"a": 2})

    text = "\n".join(relevance.tables([missed]))
    assert "| Ratslupe, tantivy | 0.000 |" in text
    assert "| street | 1 | 0.00 (0%) |" in text
    assert list(relevance.failures([missed], "Ratslupe, tantivy")) == ["- **street**: Radweg"]


def test_a_page_is_renewed_between_its_marks_only(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- measured -->\nold\n<!-- /measured -->\nafter\n", "utf-8")

    relevance.renew(page, r"new \1")

    expected = "before\n<!-- measured -->\n\n" + r"new \1" + "\n<!-- /measured -->\nafter\n"
    assert page.read_text("utf-8") == expected


def test_a_smaller_collection_keeps_what_its_questions_need() -> None:
    asked = [QuestionSet("known-item", [Question("title", str(n), {f"{n}": 1}) for n in range(10)], {})]
    texts = [Text(str(n), "", ()) for n in range(relevance.MANY_TEXTS, -1, -1)]

    small = relevance.smaller(Collection("here", texts, asked))

    assert len(small.sets[0].questions) == 2
    assert {"0", "5"} <= {text.id for text in small.texts}
    assert len(small.texts) < relevance.MANY_TEXTS / 4
