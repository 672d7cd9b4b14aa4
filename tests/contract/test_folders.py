"""What only engines do that keep an index in a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from search import BadQuery, Document, EngineUnavailable, IndexOutdated, SearchIndex, open_index
from tests.contract.town import TOWN, ask, found, put

FOLDERS = pytest.mark.parametrize("engine", ["tantivy", "whoosh"])


@FOLDERS
def test_it_says_that_an_index_is_outdated_until_it_is_cleared(url: str, town: SearchIndex, tmp_path: Path) -> None:
    state = tmp_path / "index" / "index.json"
    state.write_text(json.dumps(json.loads(state.read_text()) | {"version": "0.0/0"}))
    old = open_index(url)
    for use in (old.count, lambda: ask(old, "Radweg"), lambda: list(old.versions()), lambda: put(old, TOWN[0])):
        with pytest.raises(IndexOutdated):
            use()
    old.clear()
    assert old.count() == 0
    assert ask(town, "Radweg").total == 0
    put(old, *TOWN)
    assert found(town, "Radweg") == {"1", "2"}


@FOLDERS
def test_it_is_outdated_for_another_engine(url: str, town: SearchIndex, tmp_path: Path) -> None:
    other = open_index(f"{'whoosh' if url.startswith('tantivy') else 'tantivy'}://{tmp_path}/index")
    with pytest.raises(IndexOutdated):
        other.count()


@FOLDERS
def test_it_stays_small_however_often_a_record_changes(index: SearchIndex, tmp_path: Path) -> None:
    def size() -> int:
        return sum(file.stat().st_size for file in (tmp_path / "index").rglob("*") if file.is_file())

    text = " ".join(f"wort{number}" for number in range(300))
    put(index, *(Document(f"d{number}", "File", "Akte", (text,)) for number in range(20)))
    before = size()
    for turn in range(25):
        put(index, Document("d1", "File", f"Akte {turn}", (text,)))
    assert index.count() == 20
    assert size() < 6 * before


@FOLDERS
def test_it_leaves_alone_what_else_lies_in_its_folder(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.store.GRACE", -1)
    (tmp_path / "files").mkdir()
    index = open_index(f"{engine}://{tmp_path}")
    put(index, *TOWN)
    index.clear()
    put(index, *TOWN)
    assert {one.name.partition("-")[0] for one in tmp_path.iterdir() if one.is_dir()} == {"files", engine}
    assert len([one for one in tmp_path.iterdir() if one.is_dir()]) == 2


def test_whoosh_says_when_it_holds_more_than_it_serves_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("search.whoosh_engine.SERVES", 5)
    index = open_index(f"whoosh://{tmp_path}/index")
    put(index, *TOWN)
    assert not caplog.messages
    put(index, Document("u/9", "Paper", "Brunnen"))
    assert "whoosh holds 6 documents" in caplog.text
    assert "install tantivy" in caplog.text
    index.close()


@FOLDERS
def test_a_name_is_found_among_however_many(index: SearchIndex) -> None:
    names = tuple(f"{number}. Gasse" for number in range(10_100))
    put(index, Document("all", "Paper", "Gassen", facets={"place": names}))
    assert all(found(index, f'ort:"{number} Gasse"') == {"all"} for number in (7, 9_999, 10_099))


@pytest.mark.parametrize(
    "text",
    [
        " NEAR/10 ".join(["der", "die", "das"] * 9),
        '"der die" OR "die das" OR "das der" OR "die der" OR "das die"',
        "wor* OR wort* OR wort1*",
    ],
)
def test_it_refuses_what_would_read_too_much(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stops tantivy once it was asked."""
    index = open_index(f"tantivy://{tmp_path}/index")
    put(index, *(Document(f"d{number}", "File", f"Wort{number}", ("der die das " * 9,)) for number in range(300)))
    assert ask(index, text).total <= 300
    monkeypatch.setattr("search.tantivy_queries.MOST_READ", 300)
    assert ask(index, '"der die"').total == 300
    with pytest.raises(BadQuery, match="takes too long"):
        ask(index, text)
    index.close()


def test_it_refuses_addresses_that_are_none() -> None:
    for address in ("", "tantivy:", "tantivy://host/x", "solr:///x", "/var/index", "whoosh:///x?y=1", "whoosh://[x"):
        with pytest.raises(EngineUnavailable):
            open_index(address)


@pytest.mark.parametrize(
    "address",
    [
        "opensearch+http://citizen:geheim@host/x",
        "Opensearch://citizen:geheim@host/x",
        "opensearch://citizen:geheim@host/No",
        "opensearch://citizen:geheim@host:99999/x",
        "tantivy://citizen:geheim@host/x",
        "citizen:geheim@host/x",
    ],
)
def test_it_does_not_say_the_password_of_an_address_that_it_refuses(address: str) -> None:
    with pytest.raises(EngineUnavailable) as refused:
        open_index(address)
    assert "geheim" not in str(refused.value)


def test_it_takes_whoosh_where_tantivy_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tantivy", None)
    for name in ("search.tantivy_engine", "search.tantivy_queries"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(EngineUnavailable, match="not installed"):
        open_index(f"tantivy://{tmp_path}/a")
    index = open_index(f"embedded://{tmp_path}/b")
    put(index, *TOWN)
    assert json.loads((tmp_path / "b" / "index.json").read_bytes())["engine"] == "whoosh"
    assert found(index, "Radweg") == {"1", "2"}


def test_it_takes_tantivy_where_it_is_installed(tmp_path: Path) -> None:
    open_index(f"embedded://{tmp_path}/b").close()
    assert json.loads((tmp_path / "b" / "index.json").read_bytes())["engine"] == "tantivy"
