"""How well is found what somebody asks for, beside what plain engines find in the same run?

    python -m benchmarks.relevance [--quick] [--only NAME] [--unjudged FILE] [--into docs/relevance.md]

Every engine is given the same texts and asked the same questions; see benchmarks/judged.py. Figures are means over
questions: nDCG@10, recall@20 (of 20 at most), MRR@20; on our own questions also the share that has one of the best
answers among its first ten, and how much of what came first somebody had judged. `--unjudged` writes what nobody had,
to be read and graded; `--into` renews the tables of a page. OPENSEARCH_URL names an OpenSearch to be measured too.
"""

import argparse
import json
import os
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from benchmarks import judged
from benchmarks.engines import Fts5, OpenSearch, Ours, PlainTantivy, System
from benchmarks.judged import Collection, QuestionSet
from benchmarks.ranking import DEPTH, WIDER, Grades, answered, judged_share, ndcg, recall, reciprocal_rank
from tests.real.captured import DATA

FILES = 100  # results that are asked for, so that they make 20 papers
QUICK_EVERY = 5  # with --quick, of the questions that were not ours, and of many texts those that answer nothing
MANY = 300  # questions; of more, what is slow is asked each fifth
MANY_TEXTS = 3_000
HALVES = ("dev", "test")
MEASURES: dict[str, Callable[[Sequence[str], Grades], float]] = {
    "ndcg": ndcg,
    "recall": recall,
    "mrr": reciprocal_rank,
    "answered": answered,
    "judged": judged_share,
}
Means = dict[str, float]


@dataclass(frozen=True)
class Run:
    """What one engine found for the questions of one set: units, the best first."""

    collection: str
    asked: QuestionSet
    system: str
    found: list[list[str]]
    refused: int = 0
    scores: list[Means] = field(default_factory=list)

    def means(self, *, half: str = "", kind: str = "") -> Means:
        """Return the mean of each measure over the questions of a half or kind, and how many they are."""
        rows = [
            scores
            for question, scores in zip(self.asked.questions, self.scores, strict=True)
            if half in {"", question.half} and kind in {"", question.kind}
        ]
        return {"n": len(rows)} | {name: round(mean([row[name] for row in rows] or [0.0]), 3) for name in MEASURES}


def systems(folder: Path, *, quick: bool) -> Iterator[System]:
    """Yield the engines one after the other, each empty."""
    yield Fts5("AND")
    yield Fts5("OR")
    yield Fts5("OR", stems=True)
    yield PlainTantivy(folder / "plain")
    url = os.environ.get("OPENSEARCH_URL")
    if url:
        yield OpenSearch(url)
    yield Ours(f"tantivy:{folder}/tantivy")
    if not quick:
        yield Ours(f"whoosh:{folder}/whoosh", slow=True)


def measured(collection: Collection, *, quick: bool) -> Iterator[Run]:
    """Let every engine index the collection and answer all of its sets."""
    with tempfile.TemporaryDirectory() as name:
        for system in systems(Path(name), quick=quick):
            began = time.monotonic()
            system.index(collection.texts)
            indexed = time.monotonic()
            for asked in collection.sets:
                yield _answered(collection, asked, system)
            took, asking = indexed - began, time.monotonic() - indexed
            print(f"{collection.name:10} {system.name:22} indexed in {took:.1f} s, asked in {asking:.1f} s", flush=True)


def _answered(collection: Collection, asked: QuestionSet, system: System) -> Run:
    if system.slow and len(asked.questions) > MANY:
        asked = replace(asked, questions=asked.questions[::QUICK_EVERY])
    before = len(getattr(system, "refused", ()))
    most = FILES if asked.units else WIDER
    found = [under(asked, system.search(one.text, most)) for one in asked.questions]
    scores = [
        {name: measure(units, one.grades) for name, measure in MEASURES.items()}
        for one, units in zip(asked.questions, found, strict=True)
    ]
    return Run(collection.name, asked, system.name, found, len(getattr(system, "refused", ())) - before, scores)


def under(asked: QuestionSet, ids: Sequence[str]) -> list[str]:
    """Return what documents are graded under, each once, at the place of its first document."""
    return list(dict.fromkeys(asked.units.get(one, one) for one in ids))[:WIDER]


def smaller(collection: Collection) -> Collection:
    """Leave out most of what others ask, and of the texts that answer nothing of the rest."""
    sets = [
        one if one.name in {"questions", "summaries"} else replace(one, questions=one.questions[::QUICK_EVERY])
        for one in collection.sets
    ]
    needed = {unit for one in sets for asked in one.questions for unit, grade in asked.grades.items() if grade}
    texts = [
        text
        for number, text in enumerate(collection.texts)
        if number % QUICK_EVERY == 0 or needed & {text.id, text.parent} or len(collection.texts) < MANY_TEXTS
    ]
    return replace(collection, sets=sets, texts=texts)


def tables(runs: Sequence[Run]) -> Iterator[str]:
    """Yield the figures as Markdown: each set by engine, and ours by kind."""
    by_set: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        by_set[run.collection, run.asked.name].append(run)
    for (collection, name), group in by_set.items():
        if group[0].asked.questions:
            yield f"### {name} ({collection}): {len(group[0].asked.questions):,} questions\n"
            yield "\n".join(own_table(group) if name == "questions" else plain_table(group)) + "\n"
            if name == "questions":
                yield "\n".join(kinds_table(group)) + "\n"


def plain_table(group: Sequence[Run]) -> Iterator[str]:
    """Yield a table of questions that others judged."""
    yield "| engine | questions | nDCG@10 | recall@20 | MRR |\n|---|---:|---:|---:|---:|"
    for run in group:
        means = run.means()
        row = " | ".join(f"{means[name]:.3f}" for name in ("ndcg", "recall", "mrr"))
        yield f"| {run.system} | {means['n']:,} | {row} |"


def own_table(group: Sequence[Run]) -> Iterator[str]:
    """Yield a table of our own questions, with both halves."""
    yield "| engine | nDCG@10 | dev half | test half | recall@20 | MRR | answered in 10 | judged of 10 |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for run in group:
        means = run.means()
        dev, test = (run.means(half=half)["ndcg"] for half in HALVES)
        row = [means["ndcg"], dev, test, means["recall"], means["mrr"], means["answered"], means["judged"]]
        yield f"| {run.system} | {' | '.join(f'{figure:.3f}' for figure in row)} |"


def kinds_table(group: Sequence[Run]) -> Iterator[str]:
    """Yield a table of our own questions by kind: nDCG@10, and the share that is answered among the first ten."""
    kinds = list(dict.fromkeys(question.kind for question in group[0].asked.questions))
    yield f"| kind | n | {' | '.join(run.system for run in group)} |"
    yield f"|---|---:|{'---:|' * len(group)}"
    for kind in kinds:
        means = [run.means(kind=kind) for run in group]
        cells = [f"{one['ndcg']:.2f} ({one['answered']:.0%})" for one in means]
        yield f"| {kind} | {means[0]['n']} | {' | '.join(cells)} |"


def failures(runs: Sequence[Run], system: str) -> Iterator[str]:
    """Yield our own questions of which an engine has none of the best answers among the first ten, by kind."""
    missed: dict[str, list[str]] = defaultdict(list)
    for run in runs:
        if run.asked.name == "questions" and run.system == system:
            for question, scores in zip(run.asked.questions, run.scores, strict=True):
                if not scores["answered"]:
                    missed[question.kind].append(question.text)
    for kind, texts in missed.items():
        yield f"- **{kind}**: {' · '.join(texts)}"


def unjudged(runs: Sequence[Run]) -> Iterator[tuple[str, str, str]]:
    """Yield what came among the first ten and nobody has graded: collection, question, unit; each once."""
    pool = {
        (run.collection, question.text, unit): None
        for run in runs
        if run.asked.name == "questions"
        for question, units in zip(run.asked.questions, run.found, strict=True)
        for unit in units[:DEPTH]
        if unit not in question.grades
    }
    yield from pool


def figures(runs: Sequence[Run]) -> dict[str, dict[str, dict[str, Means]]]:
    """Return all means: collection and set, engine, whole and halves."""
    found: dict[str, dict[str, dict[str, Means]]] = defaultdict(dict)
    for run in runs:
        parts = {"all": run.means()}
        if run.asked.name == "questions":
            parts |= {half: run.means(half=half) for half in HALVES}
        found[f"{run.collection}/{run.asked.name}"][run.system] = parts
    return found


def renew(page: Path, content: str) -> None:
    """Put the tables of this run between the two marks of a page."""
    text = page.read_text("utf-8")
    marks = r"(<!-- measured -->\n).*?(<!-- /measured -->)"
    page.write_text(re.sub(marks, lambda match: f"{match[1]}\n{content}\n{match[2]}", text, flags=re.DOTALL), "utf-8")


def main() -> None:
    """Measure, print tables and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the texts and of the questions of others")
    parser.add_argument("--only", choices=["karlsruhe", "xquad", "made_up"], help="one collection")
    parser.add_argument("--unjudged", type=Path, help="write what nobody has graded into a file, to be read")
    parser.add_argument("--into", type=Path, help="renew the tables of this page")
    chosen = parser.parse_args()
    if not (DATA / "ir").exists():
        raise SystemExit("the captured texts, which are not part of this repository, are not on this machine")
    if "OPENSEARCH_URL" not in os.environ:
        print("OPENSEARCH_URL IS NOT SET: OpenSearch with its german analyzer is NOT MEASURED", flush=True)
    readers = {"xquad": judged.xquad, "made_up": judged.made_up, "karlsruhe": judged.karlsruhe}
    runs: list[Run] = []
    for name, read in readers.items():
        if chosen.only in {None, name}:
            collection = read()
            runs += measured(smaller(collection) if chosen.quick else collection, quick=chosen.quick)
    content = f"{datetime.now(UTC).date()}, `python -m benchmarks.relevance{' --quick' * chosen.quick}`.\n\n"
    content += "\n".join(tables(runs)) + "\n### Not answered among the first ten\n\n"
    content += "\n".join(failures(runs, "Ratslupe, tantivy")) + "\n"
    print(content, flush=True)
    if chosen.unjudged:
        chosen.unjudged.write_text("".join("\t".join(row) + "\n" for row in unjudged(runs)), "utf-8")
    if chosen.into:
        renew(chosen.into, content)
    refused = {f"{run.system}, {run.asked.name}": run.refused for run in runs if run.refused}
    print(json.dumps({"quick": chosen.quick, "sets": figures(runs), "refused": refused}, ensure_ascii=False))


if __name__ == "__main__":
    main()
