"""The results page: exact, page by page, to be narrowed, and never a bare zero."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.config import Settings
from app.db import writing
from app.models import AgendaItem, Blob, File, Paper
from app.web.searching import asked
from search import EngineUnavailable, open_index, parse_query
from search.searching import Index
from tests import factories
from tests.app.web.conftest import Page, Town, reindex

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def hits(text: str) -> list[str]:
    """The results of a page, each as its HTML."""
    listed = text.partition('<ol class="rl-hits"')[2]
    return [one.partition("</ol>\n")[0] for one in listed.split('<li class="rl-hit')[1:]]


def steps(text: str, relation: str) -> list[str]:
    """Where the buttons to the other pages lead."""
    return [one["href"] for one in Page(text).every("a") if one.get("rel") == relation]


def test_it_leads_to_the_page_of_the_document(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße&type=File").text
    assert f"/files/{town.file.key}?page=1" in text
    assert f"/files/{town.file.key}?page=2" in text
    assert "S.\u00a01\u00a0von\u00a02" in text
    assert "<mark>Gartenstraße</mark>" in text


@ON_ONE
def test_the_page_it_leads_to_marks_other_spellings_and_synonyms_too(client: FlaskClient, town: Town) -> None:
    for typed, marked in (("Gartenstrase", "Gartenstraße"), ("30er-Zone", "Tempo")):
        found = Page(client.get(f"/search?q={typed}&type=File").text).every("a")
        href = next(one["href"] for one in found if "page=1" in one["href"])
        assert f">{marked}</mark>" in client.get(href).text.replace("&#160;", " "), typed


@ON_ONE
def test_the_words_are_marked_while_the_index_is_away(
    client: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise EngineUnavailable("it is away")

    monkeypatch.setattr(Index, "marker", away)
    page = f"/files/{town.file.key}?page=1&q="
    assert ">Gartenstraße</mark>" in client.get(f"{page}Gartenstraße").text
    assert "</mark>" not in client.get(f"{page}Gartenstrase").text


@ON_ONE
def test_it_shows_the_page_where_it_can_be_drawn(client: FlaskClient, town: Town, engine: Engine) -> None:
    def pictures(query: str) -> list[dict[str, str]]:
        return [one for one in Page(client.get(f"/search?q={query}").text).every("img") if "/page/" in one["src"]]

    page, marks = pictures("18.400&type=File")
    assert page["src"] == f"/files/{town.file.key}/page/2.webp?w=160"
    assert marks["src"] == f"/files/{town.file.key}/page/2.svg?q=18.400&w=160"
    assert (page["width"], page["height"], page["alt"], page["loading"]) == ("160", "226", "", "lazy")
    assert (marks["alt"], marks["loading"]) == ("", "lazy")
    assert len(pictures("Gartenstraße")) == 2  # beside the paper, of the file that stands below it
    assert pictures("Radweg") == []
    for columns in ({"media_type": "application/zip"}, {"read_state": "damaged"}):
        with writing(engine) as session:
            session.execute(update(Blob).values(**{"media_type": "application/pdf", "read_state": "ok", **columns}))
        assert pictures("18.400&type=File") == []


def test_it_counts_matters_in_words_and_documents_beside_them(
    client: FlaskClient, town: Town, settings: Settings
) -> None:
    index = open_index(settings.search_url)
    found = index.search(parse_query("Gartenstraße"))
    index.close()
    assert found.matters == {"Paper": 2}
    assert found.total == 3
    german, english = (client.get(f"/search?q=Gartenstraße&lang={language}").text for language in ("de", "en"))
    assert "<h1>2\u00a0Vorlagen</h1>" in german
    assert "aus\u00a03\u00a0Dokumenten" in german
    assert "<h1>2\u00a0papers</h1>" in english
    assert "Results\u00a01\u00a0to\u00a02" in english


def test_it_says_where_a_paper_stands(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Tempo&type=Paper").text
    assert "Noch nicht entschieden." in text
    assert "Rat der Stadt" in text
    assert "#sign-lens" in text


@ON_ONE
def test_it_narrows_and_takes_each_filter_away_again(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße&type=File&organization=Ausschuss+für+Mobilität").text
    checked = {(one["name"], one["value"]) for one in Page(text).every("input") if "checked" in one}
    assert checked == {("type", "File"), ("organization", "Ausschuss für Mobilität")}
    chips = [one["href"] for one in Page(text).every("a") if one.get("class") == "rl-chip"]
    assert [set(parse_qs(urlsplit(chip).query)) for chip in chips] == [{"q", "organization"}, {"q", "type"}]


@ON_ONE
def test_it_offers_the_other_values_of_a_filter_that_is_set(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße&type=File").text
    offered = {
        one["value"] for one in Page(text).every("input") if one.get("name") == "type" and one.get("type") == "checkbox"
    }
    assert {"File", "Paper"} <= offered


@ON_ONE
def test_it_keeps_a_filter_visible_that_leaves_nothing(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße&organization=Gibt+es+nicht").text
    assert "Kein Treffer für „Gartenstraße“ mit diesen Filtern" in text
    assert "Gibt es nicht" in text
    assert "Filter „Gibt es nicht“ entfernen" in text
    assert "/alerts?follow=search" in text
    heading = re.search(r"<h1>(.*?)</h1>", client.get("/search?q=Gartenstraße").text)
    assert heading
    assert f'<span class="rl-muted">{heading[1]}</span>' in text  # what there is without that filter


def test_what_finds_nothing_shows_what_begins_so(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Mobil").text
    assert "Kein Treffer für „Mobil“" in text
    assert ">Ausschuss für Mobilität</a>" in text
    assert "Nur wörtlich suchen" not in text
    assert "rl-rows" in client.get("/search?q=Zzyzx").text


@ON_ONE
def test_what_was_typed_is_not_lost_while_the_index_is_away(
    client: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise EngineUnavailable("it is away")

    monkeypatch.setattr(Index, "search", away)
    answer = client.get('/search?q="Alter Markt" <b>')
    assert answer.status_code == 503
    assert 'value="&#34;Alter Markt&#34; &lt;b&gt;"' in answer.text
    assert "ort:Bahnhofstraße" in unescape(client.get("/search").text)  # the help is there, with examples of anywhere


@ON_ONE
def test_without_words_the_newest_stands_first(client: FlaskClient, town: Town) -> None:
    for words, order in (
        ("", "newest"),
        ("typ:Datei", "newest"),
        ("Radweg", "best"),
        ("sort:oldest typ:Datei", "oldest"),
    ):
        assert asked(MultiDict({"q": words, "type": "File"})).query(1).sort == order
    assert asked(MultiDict({"type": "File", "sort": "best"})).query(1).sort == "best"
    assert "Beste zuerst" not in client.get("/search?type=File").text
    assert "Beste zuerst" in client.get("/search?type=File&q=Gartenstraße").text


@ON_ONE
def test_what_hangs_on_an_agenda_item_is_shown_as_a_part_of_its_paper(
    client: FlaskClient, town: Town, engine: Engine, settings: Settings
) -> None:
    with Session(engine) as session:
        item = session.scalars(select(AgendaItem).where(AgendaItem.name == "Tempo 30")).first()
    factories.save(engine, factories.read_file("Auszug: Kranichplatz", of=item, name="Beschlussauszug"))
    reindex(engine, settings)
    [hit] = hits(client.get("/search?q=Kranichplatz").text)
    assert f'<a href="/papers/{town.paper.key}"' in hit.partition("</h3>")[0]


@ON_ONE
def test_every_example_of_the_help_is_a_search_that_is_carried_out(client: FlaskClient, town: Town) -> None:
    text = client.get("/search").text
    examples = [one["href"] for one in Page(text).every("a") if one["href"].startswith("/search?q=")]
    assert len(examples) > 25
    assert {client.get(one).status_code for one in examples} == {200}
    assert 'gremium:="' in unescape(text)
    assert all("Kein Treffer" not in client.get(one).text for one in examples if "vorlage%3A" in one)


@ON_ONE
def test_it_explains_a_query_it_cannot_carry_out(client: FlaskClient) -> None:
    answer = client.get("/search?q=ab*")
    assert answer.status_code == 400
    assert "mindestens 3 Buchstaben" in answer.text
    assert 'value="ab*"' in answer.text
    english = client.get("/search?q=after:gestern&lang=en")
    assert english.status_code == 400
    assert "is not a date" in english.text


def test_it_hides_a_withdrawn_record_before_the_index_knows(client: FlaskClient, town: Town, engine: Engine) -> None:
    assert f"/papers/{town.hostile.key}" in client.get("/search?q=Gartenstraße&type=Paper").text
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id == town.hostile.id).values(deleted=True))
        session.execute(update(File).where(File.id == town.file.id).values(deleted=True))
    text = client.get("/search?q=Gartenstraße").text
    assert town.hostile.key not in text
    assert town.file.key not in text
    assert "18.400 Euro" not in text


@ON_ONE
def test_it_hands_the_whole_search_on_to_an_alert(client: FlaskClient, town: Town) -> None:
    links = Page(client.get("/search?q=Tempo&type=Paper&after=2026-01-01&sort=newest").text).every("a")
    [link] = {one["href"] for one in links if one["href"].startswith("/alerts?follow=")}
    [target] = parse_qs(urlsplit(link).query)["follow"]
    again = parse_query(target.removeprefix("search:"))
    assert {one.field: one.values for one in again.filters} == {"type": ("Paper",)}
    assert str(again.after) == "2026-01-01"


@ON_ONE
def test_it_counts_the_last_day_in(client: FlaskClient, town: Town) -> None:
    assert f"/papers/{town.paper.key}" in client.get("/search?q=Tempo&until=2026-03-01&type=Paper").text
    assert f"/papers/{town.paper.key}" not in client.get("/search?q=Tempo&until=2026-02-28&type=Paper").text


@ON_ONE
def test_it_answers_any_address(client: FlaskClient, town: Town) -> None:
    for address in (
        "q=&from=-1",
        "q=Tempo&from=99999999999999999999",
        "q=Tempo&from=9999.abcdef",
        "q=Tempo&year=abcd&year=2026",
        "q=Tempo&after=0000-99-99&until=9999-12-31",
        "q=Tempo&sort=random",
        "q=Tempo&from=²&literal=²&month=²",
        "q=%00%ff",
        "type=Unknown&q=x",
        "q=" + "a" * 3000,
        "&".join(f"organization=o{n}" for n in range(40)),
    ):
        assert client.get(f"/search?{address}").status_code in (200, 400), address


@ON_ONE
def test_it_explains_the_search_where_nothing_is_asked(client: FlaskClient) -> None:
    text = client.get("/search").text
    assert 'id="help"' in text
    assert "Anführungszeichen" in text


@ON_ONE
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_example_of_the_help_can_be_asked(client: FlaskClient, town: Town, language: str) -> None:
    text = client.get(f"/search?lang={language}").text.partition('id="help"')[2].partition("</section>")[0]
    examples = [one["href"] for one in Page(text).every("a")]
    assert len(examples) > 25
    fields = {name for example in examples for name in re.findall(r"([^\W\d]+):", unquote_plus(example))}
    assert len(fields) == 18  # one example of each
    for example in examples:
        assert client.get(example).status_code == 200, example


def test_it_reads_the_address_as_it_is_written() -> None:
    wish = asked(
        MultiDict([("q", " Tempo 30 "), ("type", "Paper"), ("type", "Paper"), ("year", "20x6"), ("from", "10.ab")])
    )
    assert (wish.words, wish.chosen, wish.cursor) == ("Tempo 30", {"type": ("Paper",)}, "10.ab")
    assert not wish.literal
    assert asked(MultiDict([("literal", "1")])).literal
    months = asked(MultiDict([("month", "2026-03"), ("month", "2026-13"), ("month", "März")]))
    assert months.chosen == {"month": ("2026-03",)}
    assert asked(MultiDict()).is_blank


@pytest.mark.parametrize(
    ("address", "order"),
    [
        ({}, "newest"),
        ({"type": "Paper"}, "newest"),
        ({"type": "Paper", "sort": "best"}, "best"),
        ({"q": "Tempo"}, "best"),
        ({"q": "Tempo sort:neueste"}, "newest"),
        ({"q": "Tempo sort:neueste", "sort": "oldest"}, "oldest"),
    ],
)
def test_it_takes_an_order_from_the_words_where_none_is_chosen(address: dict[str, str], order: str) -> None:
    assert asked(MultiDict(address)).query(10).sort == order


@ON_ONE
def test_it_shows_one_matter_once_under_its_own_title(client: FlaskClient, town: Town) -> None:
    first, second = hits(client.get("/search?q=Gartenstraße").text)
    [card] = [one for one in (first, second) if town.paper.key in one]
    assert f'<a href="/papers/{town.paper.key}" lang="de">Tempo 30 in der Garten' in card
    assert f"/files/{town.file.key}?page=1" in card
    assert "Stellungnahme der Verwaltung" in card
    assert "S.\u00a01\u00a0von\u00a02" in card
    assert "S. 1 und eine weitere von 2:" in card


@ON_ONE
def test_it_puts_agenda_items_to_their_paper(client: FlaskClient, town: Town) -> None:
    [card] = hits(client.get("/search?q=Tempo").text)
    assert "Auch gefunden in:" in card
    assert f"/meetings/{town.meeting.key}#item-" in card.partition('rl-also">')[2].partition("</ul>")[0]
    assert "Ausschuss für Mobilität" in card


@ON_ONE
def test_it_says_how_much_more_there_is_of_a_matter(
    client: FlaskClient, town: Town, engine: Engine, settings: Settings
) -> None:
    texts = [f"Anlage {number}: Findling in der Aue" for number in range(6)]
    with writing(engine) as session:
        session.add_all(row for text in texts for row in factories.read_file(text, of=town.paper))
    reindex(engine, settings)
    [card] = hits(client.get("/search?q=Findling").text)
    assert "und 2 weitere Dokumente" in card
    assert card.count("<mark>Findling</mark>") == 1


@ON_ONE
def test_it_pages_by_where_the_last_page_ended(
    client: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.pages.search.PER_PAGE", 1)
    first = client.get("/search?q=Gartenstraße&sort=newest").text
    assert re.search(r"Ergebnis\s1\svon\s[2-9]\s", first)
    assert not steps(first, "prev")
    [following] = steps(first, "next")
    second = client.get(following).text
    assert re.search(r"Ergebnis\s2\svon\s[2-9]\s", second)
    assert 'start="2"' in second
    assert hits(first) != hits(second)
    assert not steps(second, "next")
    [previous] = steps(second, "prev")
    assert hits(client.get(previous).text) == hits(first)
    assert "Seite 1 von" not in first


@ON_ONE
def test_it_parts_what_holds_all_words_from_what_holds_some(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Verwaltung+Gartenstraße").text
    before, _, after = text.partition("1 Dokument mit allen Wörtern – danach Treffer mit einem Teil der Wörter")
    assert town.paper.key in before
    assert town.hostile.key in after
    assert 'start="2"' in after
    nothing = client.get("/search?q=Radweg+Gartenstraße").text
    assert "Nichts enthält alle Wörter." in nothing
    assert "rl-parted" not in client.get("/search?q=Gartenstraße").text


@ON_ONE
def test_it_tells_what_it_searched_for_besides_and_lets_readers_do_without(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstrase&type=Paper").text
    assert "Auch gesucht:" in text
    assert "andere Schreibweise von „Gartenstrase“" in text
    [literally] = [one["href"] for one in Page(text).every("a") if "literal=1" in one.get("href", "")]
    strict = client.get(literally).text
    assert "Kein Treffer" in strict
    assert "Nur wörtlich gesucht." in strict
    back = [one["href"] for one in Page(strict).every("a") if one.get("href") == "/search?q=Gartenstrase&type=Paper"]
    assert back
    # What the filters are set to stays literal.
    assert {"name": "literal", "value": "1", "type": "hidden"} in Page(strict).every("input")


@ON_ONE
def test_it_tells_of_words_that_nothing_holds(client: FlaskClient, town: Town) -> None:
    assert "Das Wort „Zwergkaninchen“ kommt hier nicht vor." in client.get("/search?q=Gartenstraße+Zwergkaninchen").text
    text = client.get("/search?q=Gartenstraße+Zwergkaninchen+Xylophone").text
    assert "Die Wörter „Zwergkaninchen“, „Xylophone“ kommen hier nicht vor." in text
    assert "kommt hier nicht vor" not in client.get("/search?q=Gartenstraße+Zwergkaninchen&literal=1").text


@ON_ONE
def test_it_asks_whether_something_else_was_meant(
    client: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Index.search
    monkeypatch.setattr(Index, "search", lambda self, query: replace(honest(self, query), meant="Gartenstraße 12"))
    text = client.get("/search?q=Gartenstrase+12&type=Paper").text
    assert "Meinten Sie" in text
    assert '"/search?q=Gartenstra%C3%9Fe+12&amp;type=Paper"' in text


@ON_ONE
def test_it_marks_the_place_of_a_fault_and_keeps_the_form(client: FlaskClient) -> None:
    answer = client.get("/search", query_string={"q": "Radweg <b>ab* neu", "type": "Paper", "sort": "newest"})
    assert answer.status_code == 400
    assert "Radweg &lt;b&gt;ab* neu" not in answer.text.partition("<main")[2].partition("<form")[0]
    late = client.get("/search", query_string={"q": "Radweg ab* neu", "type": "Paper"})
    assert '<code class="rl-fault" lang="de">Radweg <mark>ab*</mark> neu</code>' in late.text
    fields = {one.get("name"): one for one in Page(late.text).every("input")}
    assert fields["q"]["value"] == "Radweg ab* neu"
    assert fields["q"]["aria-invalid"] == "true"
    assert f'id="{fields["q"]["aria-describedby"]}"' in late.text
    assert fields["type"]["value"] == "Paper"


@ON_ONE
def test_it_narrows_by_what_became_of_it_by_kind_of_file_and_by_who_brought_it_in(
    client: FlaskClient, town: Town, engine: Engine, settings: Settings
) -> None:
    party = factories.organization(name="Bürgerforum")
    with writing(engine) as session:
        session.add_all([party, factories.link(town.paper, "originatorOrganization", party)])
    reindex(engine, settings)
    text = client.get("/search?type=Paper&type=File&party=Bürgerforum").text
    offered = {(one["name"], one["value"]) for one in Page(text).every("input") if one.get("type") == "checkbox"}
    assert {("party", "Bürgerforum"), ("type", "Paper"), ("type", "File")} <= offered
    assert not [value for name, value in offered if name == "body"]  # there is but one council
    both = client.get("/search?type=Paper&type=File&party=Bürgerforum").text
    assert town.paper.key in both
    assert town.hostile.key not in both
    adopted = client.get("/search?result=adopted&type=Paper").text
    assert "Radweg am Anger" in adopted
    assert town.paper.key not in adopted
    assert "Filter entfernen: </span>Beschlossen<" in adopted


@ON_ONE
def test_it_folds_what_long_filters_hold_but_not_what_is_chosen(
    client: FlaskClient, town: Town, engine: Engine, settings: Settings
) -> None:
    kinds = [f"Art {number:02}" for number in range(12)]
    with writing(engine) as session:
        session.add_all(factories.paper(name="Findling", reference=kind, paper_type=kind) for kind in kinds)
    reindex(engine, settings)
    text = client.get("/search?q=Findling&paper_type=Art+11").text
    shown, _, folded = (
        text.partition("<legend>Art der Vorlage</legend>")[2].partition("</fieldset>")[0].partition("<details")
    )
    assert shown.count("<label") == 9
    assert folded.count("<label") == 3
    assert 'value="Art 11" checked' in shown


@ON_ONE
def test_it_offers_no_filters_where_nothing_could_be_filtered(client: FlaskClient, town: Town) -> None:
    nothing = client.get("/search?q=Zzyzx").text
    assert "rl-filters" not in nothing
    assert "Zeitraum" not in nothing
    assert "rl-filters" in client.get("/search?q=Zzyzx&type=Paper").text
    assert 'details class="rl-filters">' in client.get("/search?q=Tempo").text


@ON_ONE
def test_it_tells_a_screen_reader_the_outcome_once(client: FlaskClient, town: Town) -> None:
    once = client.get("/search?q=Anger&type=Paper").text.partition('<ol class="rl-hits"')[2].partition("<footer")[0]
    assert once.count("Beschlossen vom Rat der Stadt am") == once.count("Rat der Stadt") == 1
    assert "Empfohlen" not in once
    assert '<ol aria-hidden="true"><li aria-hidden="true">' in once
    # Of a longer way the sentence tells the last station only.
    two = client.get("/search?q=Tempo&type=Paper").text.partition('<ol class="rl-hits"')[2]
    assert two.count('<li aria-hidden="true">') + two.count('class="rl-mini__open" aria-hidden="true"') == 1
    assert "Ausschuss für Mobilität" in two.partition("rl-mini__state")[0]
