"""What stands below the best document of a matter."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from search import Document, Hit, open_index, parse_query

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
