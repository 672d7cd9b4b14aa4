import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.files import open_store
from app.models import File
from app.web import reading
from app.web.reading import download_name, mark, served_type
from app.web.record_words import file_line
from search import Marker, parse_query
from search.highlight import MAX_SCAN
from tests import factories
from tests.app.web.records.test_papers import Read, plain

PAGES = [f"Seite {n}." for n in range(1, 501)]


def saved(engine: Engine, *texts: str, **columns: Any) -> File:
    rows = factories.read_file(*texts, **columns)
    factories.save(engine, rows)
    assert isinstance(rows[0], File)
    return rows[0]


def typed(words: str) -> Marker:
    """What marks the words of a query, and nothing else."""
    return Marker(parse_query(words))


def stored(engine: Engine, settings: Settings, content: bytes, **columns: Any) -> File:
    state = columns.pop("read_state", "ok")
    blob = factories.blob(content, media_type=columns.pop("media_type", "application/pdf"), read_state=state)
    open_store(settings.files_url).put([content], 10**6)
    file = factories.file(fetch_state="fetched", blob_sha256=blob.sha256, **columns)
    factories.save(engine, blob, file)
    return file


def test_it_reads_page_by_page(engine: Engine, read: Read, client: FlaskClient) -> None:
    PAGES[6] = "Die Gartenstraße.\nSie ist gesperrt."
    file = saved(engine, *PAGES, name="Haushalt")
    first, seventh = read(f"/files/{file.key}"), read(f"/files/{file.key}?page=7")
    assert 'id="page=1"' in first
    assert "Seite 1 von 500" in plain(first)
    assert '<p>Die Gartenstraße.</p><p class="rl-page__line">Sie ist gesperrt.</p>' in re.sub(r">\s+<", "><", seventh)
    assert "Seite 8." not in seventh
    assert f'rel="next" href="/files/{file.key}?page=8#page=8"' in seventh
    assert len(first) < 40_000
    assert client.get(f"/files/{file.key}?page=501").status_code == 404
    assert 'id="page=1"' in read(f"/files/{file.key}?page=-3")
    assert 'id="page=1"' in read(f"/files/{file.key}?page=x")


def test_it_marks_what_is_looked_for_and_says_on_which_pages(engine: Engine, read: Read) -> None:
    file = saved(engine, "nichts", "In der Gartenstraße.\n\nDie Gartenstraße", "Gartenstrasse", "<b>x</b>")
    page = read(f"/files/{file.key}?page=2&q=gartenstraße")
    assert (
        '<p class="rl-page__now">In der <mark id="hit-1" class="rl-now" tabindex="-1">Gartenstraße</mark>.</p>' in page
    )
    assert '<p>Die <mark id="hit-2">Gartenstraße</mark></p>' in page
    assert "Gefunden auf 2 Seiten S. 2 (2), S. 3" in plain(page)
    assert '&lt;b&gt;<mark id="hit-1" class="rl-now" tabindex="-1">x</mark>&lt;/b&gt;' in read(
        f"/files/{file.key}?page=4&q=x"
    )
    assert "In dieser Datei nicht gefunden: zebra" in plain(read(f"/files/{file.key}?q=zebra"))


STATES = [
    ({"fetch_state": "waiting"}, None, "waiting"),
    ({"fetch_state": "fetched"}, None, "waiting"),
    ({"fetch_state": "gone"}, None, "gone"),
    ({"fetch_state": "failed"}, None, "failed"),
    ({"fetch_state": "fetched"}, "ok", "read"),
    ({"fetch_state": "fetched"}, "partly", "read"),
    ({"fetch_state": "fetched"}, "empty", "empty"),
    ({"fetch_state": "fetched"}, "damaged", "damaged"),
    ({"fetch_state": "fetched"}, "crashed", "crashed"),
]


def test_files_are_listed_by_what_became_of_them_and_status_leads_there(engine: Engine, read: Read) -> None:
    factories.save(engine, factories.source(), factories.body())
    for n, (columns, read_state, state) in enumerate(STATES):
        blob = factories.blob(b"%d" % n, read_state=read_state)
        bytes_here = blob.sha256 if columns["fetch_state"] == "fetched" else None
        factories.save(engine, blob, factories.file(name=f"{state} {n}", blob_sha256=bytes_here, **columns))
    for state in {state for _, _, state in STATES}:
        listed = set(re.findall(rf">({'|'.join({s for _, _, s in STATES})}) (\d)</a>", read(f"/files/?state={state}")))
        assert listed == {(s, str(n)) for n, (_, _, s) in enumerate(STATES) if s == state}
    status = read("/status")
    linked = dict(re.findall(r'href="/files/\?state=([a-z_]+)"><b>(\d+)</b>', status))
    assert linked == {"waiting": "2", "gone": "1", "failed": "1", "empty": "1", "damaged": "1", "crashed": "1"}
    for state, count in linked.items():
        assert f"{count} Datei" in plain(read(f"/files/?state={state}"))


def test_no_state_breaks_the_list_of_files(engine: Engine, read: Read, client: FlaskClient) -> None:
    factories.save(engine, factories.source(), factories.file())
    for state in ("nothing", "%00", "<b>", "a" * 500):
        assert "Keine Datei passt zu allen diesen Filtern." in plain(read(f"/files/?state={state}")) or state == "%00"
    assert client.get("/files/?source=nowhere").status_code == 404
    assert "1 Datei" in plain(read("/files/?source=" + factories.source().slug))


def test_it_looks_at_no_more_of_a_file_than_a_search_does(
    engine: Engine, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_SCAN", 100)
    file = saved(engine, *("Gartenstraße" + " x" * 14 for _ in range(6)))  # 40 characters each
    page = read(f"/files/{file.key}?page=6&q=gartenstraße")
    assert ">Gartenstraße</mark>" in page  # the page that is open, wherever it stands
    assert "Gefunden auf 3 Seiten S. 1, S. 2, S. 6" in plain(page)
    assert "Die Datei ist sehr lang. Wir haben sie bis Seite 1 durchgesehen." in plain(page)
    assert "sehr lang" not in plain(read(f"/files/{saved(engine, 'Gartenstraße').key}?q=gartenstraße"))
    assert "sehr lang" not in plain(read(f"/files/{file.key}?page=6"))


def test_a_running_head_counts_on_its_first_page_so_that_next_leads_through_the_text(
    engine: Engine, read: Read
) -> None:
    head = "Gesamtabschluss 2022 der Stadt Musterfeld"
    texts = ["Vorwort", "Zahlen", "Musterfeld wächst", "Anhang", "Ende"]
    file = saved(engine, *(f"{text}\n\n{head}\nSeite {n} von 5" for n, text in enumerate(texts, 1)))
    assert "Gefunden auf 2 Seiten S. 1, S. 3" in plain(read(f"/files/{file.key}?page=3&q=musterfeld"))
    pages = {n: f"{text}\n\n{head}" for n, text in enumerate(texts, 1)}
    assert mark(typed("musterfeld"), pages, 3).hits == ((1, 1), (3, 1))
    assert [one.text for one in mark(typed("musterfeld"), pages, 3).segments if one.marked] == ["Musterfeld"]
    assert not any(one.marked for one in mark(typed("musterfeld"), pages, 4).segments)
    assert mark(typed("gesamtabschluss"), {2: pages[2], 3: pages[3], 5: pages[5]}, 5).hits == ((2, 1),)


def test_a_huge_file_is_marked_in_parts() -> None:
    texts = dict.fromkeys(range(1, 101), "Die Gartenstraße. " * 6_000)
    looked = sum(count for _, count in mark(typed("gartenstraße"), texts, 100).hits)
    assert MAX_SCAN / 18 - 2 <= looked <= MAX_SCAN / 18 + 1
    assert mark(typed("gartenstraße"), {1: texts[1] * 30}, 1).until == 0


@pytest.mark.parametrize("query", ['"', "typ:", "-", "OR", "a*", "(" * 200, "\x00", "x" * 5000, "after:99999"])
def test_no_query_breaks_the_reader(engine: Engine, read: Read, query: str) -> None:
    file = saved(engine, "Die Gartenstraße")
    for each in (query, f'"{query[:300].encode().hex()}'):
        assert "Die Gartenstraße" in plain(read(f"/files/{file.key}?{urlencode({'q': each})}"))


@pytest.mark.parametrize(
    ("columns", "reading", "words"),
    [
        ({"fetch_state": "waiting"}, None, "noch nicht gelesen"),
        ({"fetch_state": "gone"}, None, "hat diese Datei nicht mehr"),
        ({"fetch_state": "failed"}, None, "ließ sich nicht laden"),
        ({"fetch_state": "fetched"}, "empty", "enthält keinen Text"),
        ({"fetch_state": "fetched"}, "damaged", "können wir nicht lesen"),
        ({"fetch_state": "fetched"}, "crashed", "können wir nicht lesen"),
        ({"fetch_state": "fetched"}, "encrypted", "mit einem Kennwort gesperrt"),
        ({"fetch_state": "fetched"}, "not_a_document", "kam kein Dokument an"),
        ({"fetch_state": "fetched"}, "unsupported", "Dateien dieser Art lesen wir nicht"),
        ({"fetch_state": "fetched"}, "partly", "Nicht alles in dieser Datei"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    engine: Engine, read: Read, columns: dict[str, Any], reading: str | None, words: str
) -> None:
    blob = factories.blob(b"x", read_state=reading, page_count=None)
    file = factories.file(**columns, blob_sha256=blob.sha256 if reading else None)
    factories.save(engine, blob, file)
    text = plain(read(f"/files/{file.key}"))
    assert words in text
    assert "None" not in text
    assert "Original herunterladen" in text or columns["fetch_state"] != "fetched"


def test_the_bytes_are_sent_to_be_saved_and_never_to_be_opened(
    engine: Engine, settings: Settings, client: FlaskClient
) -> None:
    file = stored(engine, settings, b"%PDF-1.7 the bytes", file_name="Anlage 1 zu Straße.pdf")
    response = client.get(f"/files/{file.key}/original")
    assert response.data == b"%PDF-1.7 the bytes"
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "Anlage%201%20zu%20Stra%C3%9Fe.pdf" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for several in ("bytes=0-3,5-6", "bytes=0-0,-1"):
        whole = client.get(f"/files/{file.key}/original", headers={"Range": several})
        assert (whole.status_code, whole.data) == (200, response.data), several
    part = client.get(f"/files/{file.key}/original", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"%PDF")
    again = client.get(f"/files/{file.key}/original", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "media_type",
    [
        "text/html",
        "image/svg+xml",
        "application/xml",
        "text/javascript",
        "text/css",
        "multipart/related",
        "Text/HTML",
        "image/png;x",
        None,
        "",
    ],
)
def test_what_a_browser_could_run_is_sent_as_plain_bytes(
    engine: Engine, settings: Settings, client: FlaskClient, media_type: str | None
) -> None:
    assert served_type(media_type) == "application/octet-stream"
    file = stored(engine, settings, b"<script>alert(1)</script>", media_type=media_type, file_name="seite.html")
    response = client.get(f"/files/{file.key}/original")
    assert response.mimetype == "application/octet-stream"
    assert "seite.bin" in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("given", "saved_as"),
    [
        ("../../etc/passwd", "etc passwd.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ("rechnung.pdf.exe", "rechnung.pdf.pdf"),
        ("", "Titel.pdf"),
        ("...", "abcdefghijklm.pdf"),
        ("gnp.\u202efdp", "gnp. fdp.pdf"),
        ("x" * 500 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_a_file_is_saved_under_a_harmless_name(given: str, saved_as: str) -> None:
    file = factories.file(file_name=given, name="Titel", key="abcdefghijklm")
    file.blob = factories.blob()
    assert download_name(file) == saved_as


def test_bytes_that_are_not_here_are_not_found(engine: Engine, client: FlaskClient) -> None:
    waiting = factories.file()
    factories.save(engine, waiting)
    lost = saved(engine, "never stored")
    for file in (waiting, lost):
        assert client.get(f"/files/{file.key}/original").status_code == 404


def test_a_withdrawn_file_is_withdrawn_with_its_bytes(engine: Engine, settings: Settings, client: FlaskClient) -> None:
    file = stored(engine, settings, b"%PDF-1.7 withdrawn", name="Zurückgenommen", deleted=True)
    for address in (f"/files/{file.key}", f"/files/{file.key}/original"):
        response = client.get(address)
        assert response.status_code == 410
        assert "Zurückgenommen" not in response.text
        assert "withdrawn</" not in response.text
    assert "Zurückgenommen" not in client.get("/files").text


def test_a_file_of_closed_items_alone_is_not_found(engine: Engine, settings: Settings, client: FlaskClient) -> None:
    closed = factories.agenda_item(public=False)
    file = stored(engine, settings, b"%PDF-1.7 closed", name="GEHEIM")
    factories.save(engine, closed, factories.link(closed, "resolutionFile", file))
    for address in (f"/files/{file.key}", f"/files/{file.key}/original"):
        assert client.get(address).status_code == 404
    assert "GEHEIM" not in client.get("/files").text


def test_only_web_addresses_become_links(engine: Engine, read: Read) -> None:
    for address in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"):
        file = factories.file(access_url=address, download_url=address, web=address)
        factories.save(engine, file)
        links = re.findall(r'href="([^"]*)"', read(f"/files/{file.key}"))
        assert not [link for link in links if not link.startswith(("/", "#", "https://", "http://portal.example/"))]


def test_a_thick_file_costs_as_many_questions_as_a_thin_one(engine: Engine, cost: Callable[[str], int]) -> None:
    def file_with(children: int) -> File:
        rows = factories.read_file(*(f"{children} {n}" for n in range(children)))
        for n in range(children):
            paper, meeting = factories.paper(), factories.meeting()
            item = factories.agenda_item(meeting)
            rows += [paper, meeting, item]
            rows += [factories.link(record, "auxiliaryFile", rows[0], n) for record in (paper, meeting, item)]
        factories.save(engine, rows)
        assert isinstance(rows[0], File)
        return rows[0]

    thin, thick = file_with(1), file_with(30)
    assert cost(f"/files/{thick.key}?q=seite") == cost(f"/files/{thin.key}?q=seite") <= 20
    assert cost("/files") == cost("/files/?state=read") <= 12


@pytest.mark.parametrize(
    ("given", "media_type", "saved_as"),
    [
        ("alt.PPT", "application/x-ole-storage", "alt.ppt"),
        ("akten.7z", "application/x-7z-compressed", "akten.7z"),
        ("daten.xml", "application/xml", "daten.bin"),
        ("daten.json", None, "daten.json"),
        ("aktiv.svg", "image/svg+xml", "aktiv.bin"),
        ("aktiv.xml", "image/svg+xml", "aktiv.bin"),
        ("seite.xml", "text/html", "seite.bin"),
        ("spiel.zip", "application/x-msdownload", "spiel.bin"),
        ("spiel.7z.exe", "application/octet-stream", "spiel.7z.bin"),
        ("makro.pptm", "application/octet-stream", "makro.bin"),
        ("skript.js", "application/octet-stream", "skript.bin"),
        ("ohne", "application/octet-stream", "ohne.bin"),
    ],
)
def test_what_we_do_not_read_keeps_its_ending_if_nothing_runs_it(
    engine: Engine, settings: Settings, client: FlaskClient, given: str, media_type: str | None, saved_as: str
) -> None:
    kind = {"media_type": media_type, "read_state": "unsupported"}
    file = stored(engine, settings, given.encode(), file_name=given, **kind)
    response = client.get(f"/files/{file.key}/original")
    assert response.mimetype == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == f"attachment; filename={saved_as}"
    page = client.get(f"/files/{file.key}").text
    assert ("endet ihr Name auf .bin" in page) is saved_as.endswith(".bin")


@pytest.mark.parametrize(
    ("media_type", "said"),
    [
        ("application/vnd.ms-excel", "Excel, 2 Blätter"),
        ("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument, 2 Blätter"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint, 2 Folien"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word, 2 Seiten"),
        ("application/vnd.oasis.opendocument.text", "OpenDocument, 2 Seiten"),
    ],
)
def test_parts_of_a_file_are_called_what_they_are(app: Flask, media_type: str, said: str) -> None:
    file = factories.file()
    file.blob = factories.blob(media_type=media_type, page_count=2)
    with app.test_request_context("/"):
        assert file_line(file).replace("\u00a0", " ").startswith(said)


def test_keys_that_lead_to_hits_are_told_where_there_are_hits(engine: Engine, read: Read) -> None:
    file, *rows = factories.read_file("Radweg", "Gehweg")
    factories.save(engine, file, rows)
    assert "n und p" not in read(f"/files/{file.key}")
    assert "Die Pfeile blättern." in read(f"/files/{file.key}")
    assert "n und p" in read(f"/files/{file.key}?q=Radweg")
