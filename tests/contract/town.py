"""Some records of a made-up town, and short ways to put and ask."""

from __future__ import annotations

from datetime import date
from typing import Any

from search import Document, Results, SearchIndex, parse_query

TOWN = (
    Document(
        "u/1",
        "Paper",
        "Ausbau der Radwege in der Lindenstraße",
        ("Der Gemeinderat beschließt den Ausbau.", "", "Die Radwege werden breiter. Anfrage der Fraktion Morgenrot."),
        body="quellstadt",
        key="p1",
        date=date(2024, 5, 31),
        seq=1,
        facets={"organization": ("Bauausschuss", "Gemeinderat"), "paper_type": ("Beschlussvorlage",)},
        parent="u/0",
    ),
    Document(
        "u/2",
        "File",
        "Radwegeausbau, Anlage 1",
        ("Kosten am Haus Lindenstr. 5: öffentliche Größe, Vorlage 0123/2024.",),
        body="quellstadt",
        date=date(2023, 1, 2),
        seq=2,
        facets={"organization": ("Bauausschuss",)},
    ),
    Document(
        "u/3",
        "Meeting",
        "Sitzung des Verkehrsaus\u00adschusses",
        ("Anfrage an die Fraktion. Gebühren fuer Strassen und Verkehrs-\nberuhigung",),
        body="nordheim",
        date=date(2024, 1, 1),
        seq=3,
        facets={"organization": ("Ausschuss für Verkehr",)},
    ),
    Document("u/4", "Person", "Anna Café-Müller", (), body="nordheim", seq=4),
    Document("u/5", "Organization", "Haushaltsausschuss", (), body="nordheim", seq=5),
)


def put(index: SearchIndex, *documents: Document) -> None:
    with index.writer() as batch:
        for document in documents:
            batch.put(document)


def ask(index: SearchIndex, text: str, **options: Any) -> Results:
    return index.search(parse_query(text, **options))


def found(index: SearchIndex, text: str, **options: Any) -> set[str]:
    results = ask(index, text, strict=True, **options)
    assert results.total == len(results.hits) == results.full
    return {hit.id.removeprefix("u/") for hit in results.hits}


def marked(results: Results) -> list[str]:
    return [part.text for hit in results.hits for snippet in hit.snippets for part in snippet.segments if part.marked]
