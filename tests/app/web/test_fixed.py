"""The fixed pages: complete in three languages, filled in by the operator, and never served to the public with gaps."""

from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from app.config import Settings
from app.translations import LANGUAGES
from app.web import create_app
from app.web.cli import main
from app.web.pages_cli import OPERATOR, refuse_placeholders
from app.web.prose import NAMES, PLACE, SHIPPED, ProseError, html, is_loopback, prose, source_of, unfilled
from app.web.site import EXTENSION
from tests.app.web.conftest import Page

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FILLED = {
    "NAME OF THE OPERATOR": "Stadt Kranichstedt",
    "STREET AND NUMBER": "Markt 1",
    "POSTCODE AND TOWN": "12345 Kranichstedt",
    "DATA PROTECTION AUTHORITY": "Landesbeauftragte",
    "ENFORCEMENT BODY": "Durchsetzungsstelle",
    "DATE OF THE ACCESSIBILITY STATEMENT": "1.11.2026",
    "DAYS THAT THE WEB SERVER KEEPS ITS LOGS": "7",
}


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Give settings with an empty folder for the operator's pages, at a public address."""
    pages = tmp_path / "pages"
    return replace(Settings.embedded(tmp_path / "home", BASE_URL="https://rat.example"), pages_dir=pages)


def fill(settings: Settings, **more: str) -> None:
    settings.pages.mkdir(exist_ok=True)
    lines = [f'"{name}" = "{value}"' for name, value in (FILLED | more).items()]
    (settings.pages / "operator.toml").write_text("\n".join(lines))


@ON_ONE
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_stands_in_each_language(client: FlaskClient, language: str) -> None:
    client.set_cookie("language", language)
    for name in NAMES:
        answer = client.get(f"/{name}")
        assert answer.status_code == 200, name
        page = Page(answer.text)
        assert page.every("html")[0]["lang"] == language
        assert len(page.every("h1")) == 1
        assert "<img" not in answer.text
        assert page.every("article")[0].get("lang") == ("de-simple" if name == "easy" and language != "en" else None)


@ON_ONE
def test_every_page_leads_to_them(client: FlaskClient) -> None:
    hrefs = {one["href"] for one in Page(client.get("/about").text).every("a")}
    assert {f"/{name}" for name in NAMES} | {"/report", "/glossary"} <= hrefs


def test_every_link_in_them_leads_somewhere(own: Settings) -> None:
    app = create_app(own)
    urls = app.url_map.bind("rat.example")
    for name in NAMES:
        for language in LANGUAGES:
            for link in Page(str(prose(own, name, language).body)).every("a"):
                if link["href"].startswith("/"):
                    urls.match(link["href"].partition("?")[0].partition("#")[0])
                else:
                    assert link["href"].startswith(("https://", "mailto:"))
    app.extensions[EXTENSION].close()


def test_what_may_stay_empty_takes_its_line_along_and_a_heading_without_lines_goes(own: Settings) -> None:
    fill(own, MAIL="rat@stadt.example")
    german = prose(own, "imprint", "de")
    assert "Register" not in german.body
    assert "Weitere Angaben" not in german.body
    assert '<a href="mailto:rat@stadt.example">' in german.body
    assert "Stadt Kranichstedt" in german.body
    fill(own, REGISTER="HRB 1")
    assert "Register: HRB 1" in prose(own, "imprint", "de").body


def test_an_operators_own_page_stands_in_place_of_ours(own: Settings) -> None:
    (own.pages / "de").mkdir(parents=True)
    (own.pages / "de" / "about.md").write_text(
        "# Wir\n\n<script>alert(1)</script> [x](javascript:alert(1)) ![b](https://x.example/b.png)\n"
    )
    page = prose(own, "about", "de")
    assert page.title == "Wir"
    assert "<script" not in page.body
    assert 'href="javascript' not in page.body
    assert "<img" not in page.body
    assert source_of(own, "about", "en").is_relative_to(SHIPPED)


def test_a_language_can_have_names_of_its_own(own: Settings) -> None:
    fill(own)
    with (own.pages / "operator.toml").open("a") as file:
        file.write('\n[en]\n"NAME OF THE OPERATOR" = "City of Kranichstedt"\n')
    assert "City of Kranichstedt" in prose(own, "about", "en").body
    assert "Stadt Kranichstedt" in prose(own, "about", "de-simple").body


def test_production_does_not_begin_with_placeholders_and_names_the_files(own: Settings) -> None:
    with pytest.raises(click.ClickException) as refused:
        refuse_placeholders(own)
    assert "de/imprint.md: NAME OF THE OPERATOR, STREET AND NUMBER" in refused.value.message
    assert "operator.toml" in refused.value.message
    refuse_placeholders(replace(own, base_url="http://127.0.0.1:8000"))
    fill(own, MAIL="rat@stadt.example")
    assert unfilled(own) == {}
    refuse_placeholders(own)


def test_a_file_that_cannot_be_read_is_named_and_a_running_site_keeps_what_it_had(own: Settings) -> None:
    own.pages.mkdir()
    names = own.pages / "operator.toml"
    names.write_text('"NAME')
    with pytest.raises(ProseError, match=r"operator\.toml"):
        unfilled(own)
    with pytest.raises(click.ClickException):
        refuse_placeholders(own)
    fill(own)
    assert "Stadt Kranichstedt" in prose(own, "about", "de").body
    names.write_text('"NAME OF')
    assert "Stadt Kranichstedt" in prose(own, "about", "de").body
    (own.pages / "de").mkdir()
    (own.pages / "de" / "about.md").write_bytes(b"# \xff")
    with pytest.raises(ProseError, match=r"about\.md"):
        prose(own, "about", "de")


def test_the_command_says_what_is_left_and_touches_nothing_that_is_there(own: Settings) -> None:
    assert CliRunner().invoke(main, ["pages", "check"], obj=own).exit_code == 1
    assert CliRunner().invoke(main, ["pages", "init", "--texts"], obj=own).exit_code == 0
    names = own.pages / "operator.toml"
    names.write_text(names.read_text().replace('"NAME OF THE OPERATOR" = ""', '"NAME OF THE OPERATOR" = "Wir"'))
    copied = own.pages / "de" / "about.md"
    copied.write_text("# Wir\n")
    assert CliRunner().invoke(main, ["pages", "init", "--texts"], obj=own).exit_code == 0
    assert copied.read_text() == "# Wir\n"
    told = CliRunner().invoke(main, ["pages", "check"], obj=own)
    assert "NAME OF THE OPERATOR" not in told.output
    assert "MAIL" in told.output
    served = CliRunner().invoke(main, ["serve"], obj=own)
    assert served.exit_code == 1
    assert "imprint.md" in served.output


def test_every_name_that_texts_ask_for_stands_in_the_file_to_be_filled_in() -> None:
    asked = {match[1] for path in SHIPPED.rglob("*.md") for match in PLACE.finditer(path.read_text())}
    assert {name for name in asked if f'"{name}" = ' not in OPERATOR} == set()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:80", True),
        ("https://rat.example", False),
        ("http://10.0.0.1", False),
        ("http://localhost.example", False),
    ],
)
def test_loopback_is_this_machine_alone(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_markdown_is_text_and_never_markup() -> None:
    assert (
        html('"<b onclick=x>" [[WHO]]')
        == '<p>&quot;&lt;b onclick=x&gt;&quot; <span class="rl-unfilled">[[WHO]]</span></p>\n'
    )


@ON_ONE
def test_the_film_is_shown_where_there_is_one(client: FlaskClient, app: Flask, settings: Settings) -> None:
    assert "<video" not in client.get("/sign-language?lang=en").text
    assert client.get("/sign-language/sign-language.mp4").status_code == 404
    settings.pages.mkdir(parents=True)
    (settings.pages / "sign-language.mp4").write_bytes(b"0123456789")
    page = client.get("/sign-language")
    assert "<video" in page.text
    assert page.headers["Content-Security-Policy"].endswith("media-src 'self'")
    part = client.get("/sign-language/sign-language.mp4", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data) == (206, b"234")
    assert client.get("/sign-language/operator.toml").status_code == 404


def test_tables_name_their_columns_and_bring_no_styles_along() -> None:
    made = html("| What | How much |\n|---|---:|\n| paper | 1 |")
    assert '<th scope="col">What</th>' in made
    assert '<th scope="col">How much</th>' in made
    assert "<td>1</td>" in made
    assert "style" not in made
