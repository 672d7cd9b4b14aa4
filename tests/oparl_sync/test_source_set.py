"""What the operator decides about a source."""

from pathlib import Path
from typing import Any

import certifi
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.models import Source
from app.net import GuardedClient
from oparl_sync import run
from oparl_sync.progress import Progress
from oparl_sync.sources import source

PEM = Path(certifi.where()).read_text(encoding="utf-8").split("-----BEGIN", 2)[1].split("# ")[0]
CERTIFICATE = f"-----BEGIN{PEM}"


@pytest.fixture
def added(engine: Engine) -> Engine:
    row = {"slug": "rat", "url": "https://rat.example/oparl", "added_at": now(), "state": "blocked", "next_try": now()}
    with writing(engine) as session:
        session.execute(insert(Source).values(**row))
    return engine


def setting(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(source, ["set", *arguments], obj=settings)


def stored(engine: Engine) -> Source:
    with Session(engine) as session:
        return session.scalars(select(Source)).one()


def test_it_keeps_what_is_decided_and_asks_again_at_once(added: Engine, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(CERTIFICATE)
    options = ("--ignore-robots", "The town agreed, 2026-03-01.", "--header", "Referer: https://rat.example/bi")
    told = setting(
        settings, "rat", *options, "--header", "Cookie: seen=1", "--ca-bundle", f"{tmp_path}/ca.pem", "--license", "CC0"
    )
    assert told.output == "rat: ca bundle, headers, license, robots ignored set\n"
    row = stored(added)
    assert row.headers == {"Referer": "https://rat.example/bi", "Cookie": "seen=1"}
    assert (row.robots_ignored, row.license) == ("The town agreed, 2026-03-01.", "CC0")
    assert row.ca_bundle == CERTIFICATE
    assert row.next_try is None
    assert setting(settings, "rat", "--obey-robots", "--no-headers", "--no-ca-bundle").exit_code == 0
    row = stored(added)
    assert (row.headers, row.robots_ignored, row.ca_bundle, row.license) == (None, None, None, "CC0")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rat"], "nothing is to be set"),
        (["town", "--license", "CC0"], "no source town"),
        (["rat", "--ignore-robots", " "], "needs a reason"),
        (["rat", "--ignore-robots", "x", "--obey-robots"], "contradict"),
        (["rat", "--header", "A: b", "--no-headers"], "contradict"),
        (["rat", "--header", "no header"], "is no header"),
        (["rat", "--header", "A: b\r\nEvil: 1"], "is no header"),
        (["rat", "--header", "Host: evil.example"], "is no header"),
        (["rat", "--header", "User-Agent: Mozilla"], "is no header"),
        (["rat", "--ca-bundle", __file__], "no certificates"),
        (["rat", "--ca-bundle", "/nowhere"], "does not exist"),
    ],
)
def test_it_says_in_a_line_what_it_cannot_set(
    added: Engine, settings: Settings, arguments: list[str], words: str
) -> None:
    told = setting(settings, *arguments)
    assert told.exit_code == 2
    assert words in told.output
    assert stored(added).next_try is not None


def test_a_source_with_certificates_has_connections_of_its_own(
    added: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []
    real = GuardedClient

    def client(**options: Any) -> GuardedClient:
        made.append(options)
        return real(**options)

    monkeypatch.setattr(run, "GuardedClient", client)
    with run.shared(settings, added, Progress(quiet=True)) as common:
        plain, special = Source(url="https://a.example"), Source(url="https://b.example", ca_bundle=CERTIFICATE)
        plain.headers, special.headers = None, {"Referer": "https://b.example"}
        plain.robots_ignored, special.robots_ignored = None, "agreed"
        with common.client(plain) as one, common.client(special) as other:
            assert one.net is not other.net
            assert one._hosts is other._hosts
            assert one._robots is not None
            assert other._robots is None
            assert other._sent("https://files.b.example/x", None) == {"Referer": "https://b.example"}
            assert other._sent("https://c.example/x", None) == {}
    assert [options["certificates"] for options in made] == ["", CERTIFICATE]
