"""What was taken out of an index is named by nothing that a reader gets: it may have been erased."""

from __future__ import annotations

from search import Document, SearchIndex
from tests.contract.town import ask, put


def test_words_of_what_is_gone_are_named_nowhere(index: SearchIndex) -> None:
    gone = Document("p1", "Paper", "Holzbrink", ("Herr Holzbrink",), facets={"place": ("Holzbrinkweg",)})
    put(index, gone, Document("p2", "Paper", "Gartenstraße", ("Herr Niemand",)))
    assert ask(index, "Holzbrinck").added
    with index.writer() as batch:
        batch.delete("p1")
    for typed in ("Holzbrinck", "Holzbrink", "Niemand OR Holzbrinck", "ort:Holzbrinkweg"):
        results = ask(index, typed)
        told = str((results.hits, results.facets, results.added, results.meant))
        assert "brink" not in told.casefold()
    assert index.suggest("holzb") == ()
