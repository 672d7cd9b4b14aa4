"""One button follows what a page shows, and leads to what is there; the newsletter has a page and a command."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.newsletters import issue_due, write_intro
from app.alerts.targets import Target, read_target
from app.config import Settings
from app.db import now, writing
from app.models import NewsletterIntro
from app.news.refreshing import NEWS_CONSUMER
from app.web.cli import main
from tests import factories as make
from tests.app.web.conftest import Page, Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BODY = Target("newsletter", f"body:{make.BODY_ID}")
ENDLESS = 2**40


def followed(client: FlaskClient, path: str) -> list[str]:
    """Return what can be followed from a page."""
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, path
    links = [urlsplit(one["href"]) for one in Page(answer.text).every("a") if "follow=" in one.get("href", "")]
    assert {link.path for link in links} <= {"/alerts"}
    return [parse_qs(link.query)["follow"][0] for link in links]


def happened(engine: Engine, *rows: object) -> None:
    """Write news, and let it be known that the log was read so far."""
    make.save(engine, *rows)  # type: ignore[arg-type]  # rows, and lists of them
    with writing(engine) as session:
        log.advance(session, NEWS_CONSUMER, ENDLESS)


@ON_ONE
class TestTheButton:
    def test_it_is_on_the_page_of_every_record_and_follows_that_record(
        self, client: FlaskClient, town: Town, engine: Engine
    ) -> None:
        pages = {
            f"/papers/{town.paper.key}": ("paper", town.paper.id),
            f"/people/{town.person.key}": ("person", town.person.id),
            f"/organizations/{town.organization.key}": ("organization", town.organization.id),
            f"/meetings/{town.meeting.key}": ("meeting", town.meeting.id),
            "/councils/musterstadt": ("body", make.BODY_ID),
        }
        for path, (kind, value) in pages.items():
            first, *_ = followed(client, path)
            with Session(engine) as session:
                assert read_target(session, first) == Target(kind, value)

    def test_it_follows_a_search_with_all_its_filters(self, client: FlaskClient, town: Town, engine: Engine) -> None:
        [target] = set(followed(client, "/search?q=Tempo&type=Paper&after=2026-01-01&party=SPD"))
        with Session(engine) as session:
            assert read_target(session, target).value == 'Tempo type:"Paper" party:="SPD" after:"2026-01-01"'

    def test_it_says_the_same_everywhere_and_is_there_once(self, client: FlaskClient, town: Town) -> None:
        for path in (f"/papers/{town.paper.key}", f"/people/{town.person.key}", "/search?q=Tempo"):
            text = client.get(path).text
            assert text.count("rl-follow") == 1
            assert ">Folgen</span>" in text

    def test_a_committee_and_a_council_have_a_newsletter_and_a_group_has_none(
        self, client: FlaskClient, town: Town, engine: Engine
    ) -> None:
        group = make.organization(name="SPD-Fraktion", organization_type="Fraktion")
        make.save(engine, group)
        newsletter = f"newsletter:organization:{town.organization.key}"
        assert followed(client, f"/organizations/{town.organization.key}")[1:] == [newsletter]
        assert followed(client, "/councils/musterstadt")[1:] == ["newsletter:body:musterstadt"]
        assert followed(client, f"/organizations/{group.key}") == [f"organization:{group.key}"]


@ON_ONE
class TestTheNewsletter:
    def test_the_next_one_can_be_read_before_it_is_mailed(
        self, client: FlaskClient, town: Town, engine: Engine
    ) -> None:
        happened(engine, make.news(town.hostile, at=now()))
        with writing(engine) as session:
            write_intro(session, BODY, "Guten **Tag**\n\n<script>alert(2)</script>", now())
        text = client.get("/newsletter/body/musterstadt").text
        assert "Guten <strong>Tag</strong>" in text
        assert f"/papers/{town.hostile.key}" in text
        assert "<script>alert(" not in text
        assert "Neue Vorlagen" in text
        assert "newsletter%3Abody%3Amusterstadt" in text

    def test_former_ones_stay_readable_without_what_was_withdrawn_meanwhile(
        self, client: FlaskClient, town: Town, engine: Engine
    ) -> None:
        reader = make.subscriber()
        make.save(engine, reader)
        moment = now()
        make.save(engine, make.alert(reader, BODY.kind, BODY.value, asked_at=moment - timedelta(days=9)))
        paper = make.paper(name="Flüchtige Vorlage")
        happened(engine, paper, make.news(paper, at=moment - timedelta(days=1)))
        assert issue_due(engine, moment) == 1
        link = next(
            one["href"]
            for one in Page(client.get("/newsletter/body/musterstadt").text).every("a")
            if one.get("href", "").startswith("?week=")
        )
        assert "Flüchtige Vorlage" in client.get(f"/newsletter/body/musterstadt{link}").text
        with writing(engine) as session:
            session.get_one(type(paper), paper.id).deleted = True
            session.add(make.change(paper, "deleted"))
        assert "Flüchtige Vorlage" not in client.get(f"/newsletter/body/musterstadt{link}").text

    def test_of_a_week_in_which_nothing_happened_the_page_says_so(self, client: FlaskClient, town: Town) -> None:
        text = client.get(f"/newsletter/organization/{town.organization.key}").text
        assert "Seit der letzten Ausgabe ist nichts geschehen." in text

    @pytest.mark.parametrize(
        "path",
        ["body/nowhere", "organization/abc", "paper/abc", "body/musterstadt?week=2020-W01", "body/musterstadt?week=x"],
    )
    def test_what_is_not_there_is_not_found(self, client: FlaskClient, town: Town, path: str) -> None:
        assert client.get(f"/newsletter/{path}").status_code == 404

    def test_the_operator_writes_above_it_and_looks_at_it(
        self, town: Town, engine: Engine, settings: Settings, tmp_path: Path
    ) -> None:
        happened(engine, make.news(town.paper, at=now()))
        file = tmp_path / "intro.md"
        file.write_text("Guten Tag", encoding="utf-8")
        runner = CliRunner()
        written = runner.invoke(main, ["newsletter", "intro", "body:musterstadt", str(file)], obj=settings)
        assert written.exit_code == 0, written.output
        shown = runner.invoke(main, ["newsletter", "show", "body:musterstadt"], obj=settings)
        assert shown.exit_code == 0, shown.output
        assert "Guten Tag" in shown.output
        assert f"{settings.base_url}/papers/{town.paper.key}" in shown.output
        assert (
            "New papers (1)"
            in runner.invoke(main, ["newsletter", "show", "body:musterstadt", "--language", "en"], obj=settings).output
        )
        assert (
            runner.invoke(main, ["newsletter", "intro", "body:musterstadt", "-"], obj=settings, input="").exit_code == 0
        )
        with Session(engine) as session:
            assert session.scalar(select(NewsletterIntro)) is None

    def test_the_command_names_what_is_wrong(self, town: Town, settings: Settings) -> None:
        runner = CliRunner()
        assert "nowhere" in runner.invoke(main, ["newsletter", "show", "body:nowhere"], obj=settings).output
        assert runner.invoke(main, ["newsletter", "show", "paper:abc"], obj=settings).exit_code == 1
        quiet = runner.invoke(main, ["newsletter", "show", f"organization:{town.organization.key}"], obj=settings)
        assert quiet.exit_code == 1
        seen = runner.invoke(
            main, ["newsletter", "intro", "body:musterstadt", "-"], obj=settings, input="![x](http://a/b)"
        )
        assert (seen.exit_code, "take the pictures out" in seen.output) == (1, True)
        long = runner.invoke(main, ["newsletter", "intro", "body:musterstadt", "-"], obj=settings, input="x" * 6_000)
        assert long.exit_code == 1
