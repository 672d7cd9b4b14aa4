"""What stands below the best document of a matter."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from search import Document, Hit, open_index, parse_query
from search.highlight import Marker

PAGES = {"text": ("Deckblatt", "Der Wendehammer am Mühlbach wird erneuert.")}


def texts(keys: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Pages that are kept beside the index."""
    return {key: PAGES[key] for key in keys}


def matter(folder: Path, items: int, text_key: str = "") -> Hit:
    """The one matter found: a paper's agenda items, which bear its title, and its file, which is longer."""
    index = open_index(f"embedded://{folder}", texts=texts)
    with index.writer() as batch:
        for number in range(items):
            batch.put(Document(f"item{number}", "AgendaItem", "Wendehammer", group="paper", kind="Paper"))
        batch.put(Document("file", "File", "Anlage", PAGES["text"], group="paper", kind="Paper", text_key=text_key))
    [hit] = index.search(parse_query("Wendehammer")).hits
    index.close()
    return hit


def test_one_of_them_has_pages_to_read(tmp_path: Path) -> None:
    hit = matter(tmp_path, 5, text_key="text")
    assert hit.type == "AgendaItem"
    assert [one.type for one in hit.also] == ["AgendaItem", "AgendaItem", "File"]
    assert hit.also[-1].page == 2
    assert hit.more == 2


def test_they_stay_in_order_where_one_has_them_anyway(tmp_path: Path) -> None:
    hit = matter(tmp_path, 2, text_key="text")
    assert [one.type for one in (hit, *hit.also)] == ["AgendaItem", "AgendaItem", "File"]
    assert hit.more == 0


def test_they_are_the_best_where_none_has(tmp_path: Path) -> None:
    hit = matter(tmp_path, 5)
    assert [one.type for one in hit.also] == ["AgendaItem"] * 3
    assert hit.more == 2


def test_each_of_them_says_whether_it_holds_every_word(tmp_path: Path) -> None:
    index = open_index(f"embedded://{tmp_path}")
    with index.writer() as batch:
        batch.put(Document("both", "AgendaItem", "Wendehammer am Mühlbach", group="paper", kind="Paper"))
        batch.put(Document("one", "AgendaItem", "Wendehammer", group="paper", kind="Paper"))
    [hit] = index.search(parse_query("Wendehammer Mühlbach")).hits
    assert [(one.id, one.full) for one in (hit, *hit.also)] == [("both", True), ("one", False)]
    index.close()


def test_a_text_is_quoted_once_of_the_first_that_says_something(tmp_path: Path) -> None:
    kept = {
        "silent": ("Deckblatt", "Der Bach."),
        "first": ("Deckblatt", "Der Wendehammer wird erneuert."),
        "second": ("Wendehammer", "Noch einmal der Wendehammer: ein Wendehammer."),
    }
    index = open_index(f"embedded://{tmp_path}", texts=lambda keys: {key: kept[key] for key in keys})
    with index.writer() as batch:
        batch.put(Document("item", "AgendaItem", "Wendehammer", group="paper", kind="Paper"))
        for name in kept:
            batch.put(Document(name, "File", "Wendehammer Anlage", ("",), group="paper", kind="Paper", text_key=name))
    [hit] = index.search(parse_query("Wendehammer")).hits
    index.close()
    assert hit.id == "item"
    quoted = {one.id: bool(one.snippets) for one in hit.also}
    said = [one.id for one in hit.also if one.id != "silent"]
    assert quoted[said[0]]
    assert not quoted[said[1]]
    pages = {one.id: (one.page, [(page.number, page.count) for page in one.pages]) for one in hit.also}
    assert pages["first"] == (2, [(2, 1)])
    assert pages["second"] == (2, [(1, 1), (2, 2)])


def test_pages_alone_are_those_of_the_passages() -> None:
    head = "Gesamtabschluss 2022 der Stadt Musterfeld"
    texts = [
        f"{text}\n\n{head}\nSeite {n} von 4" for n, text in enumerate(("Musterfeld baut.", "Zahlen", "Orte", "Wege"), 1)
    ]
    for pages in (texts, ["In Musterfeld", "und in Musterfeld Musterfeld", "nicht"], ["Musterfeld"], ["nichts"]):
        for typed in ("Musterfeld", "Gesamtabschluss", "Zahlen", "Musterfeld Zahlen"):
            whole = Marker(parse_query(typed)).passages(pages)
            alone = Marker(parse_query(typed)).pages(pages)
            assert alone.pages == whole.pages
            assert alone.snippets == ()
