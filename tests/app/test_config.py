"""Settings: defaults in one folder, all faults at once, secrets not shown."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from app.config import Settings, SettingsError


def test_it_keeps_everything_below_one_folder_by_default(tmp_path: Path) -> None:
    settings = Settings.from_environment({"RATSLUPE_HOME": str(tmp_path)})
    for url in (settings.database_url, settings.search_url, settings.files_url, settings.mail_url):
        assert str(tmp_path) in url
    assert settings.fetch_allow_networks == ()


def test_it_takes_a_relative_home_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({"RATSLUPE_HOME": "data"}).home == tmp_path / "data"


def test_it_names_all_faults_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment(
            {
                "DATABASE_URL": "mysql://x",
                "SEARCH_URL": "solr://x",
                "FILES_URL": "ftp://x",
                "MAIL_URL": "pigeon://x",
                "BASE_URL": "portal.example",
                "ALLOW_UNSANDBOXED": "maybe",
                "CONTACT": "nobody\r\nBcc: all@example.org",
                "FETCH_ALLOW_NETWORKS": "10.0.0.0/8, 300.1.2.3, 10.0.0.1/8",
                "PUSH_SERVICES": "push.example, https://push.example/",
            }
        )
    said = str(error.value)
    for name in (
        "DATABASE_URL",
        "SEARCH_URL",
        "FILES_URL",
        "MAIL_URL",
        "BASE_URL",
        "CONTACT",
        "ALLOW_UNSANDBOXED",
        "300.1.2.3",
        "host bits",
        "'https://push.example/'",
    ):
        assert name in said


def test_it_reads_push_services_with_commas_and_spaces() -> None:
    settings = Settings.from_environment({"PUSH_SERVICES": "Push.example, other.example third.example"})
    assert settings.push_services == ("push.example", "other.example", "third.example")
    assert Settings.from_environment({}).push_services == ()
    for wrong in ("*.push.example", "example", "push.example:443"):
        with pytest.raises(SettingsError, match="PUSH_SERVICES"):
            Settings.from_environment({"PUSH_SERVICES": wrong})


def test_it_reads_networks_with_commas_and_spaces() -> None:
    settings = Settings.from_environment({"FETCH_ALLOW_NETWORKS": "127.0.0.0/8, ::1/128 10.1.0.0/16"})
    assert settings.fetch_allow_networks == (
        ip_network("127.0.0.0/8"),
        ip_network("::1/128"),
        ip_network("10.1.0.0/16"),
    )


def test_documents_are_read_unprotected_only_where_that_is_said() -> None:
    assert not Settings.from_environment({}).allow_unsandboxed
    assert not Settings.from_environment({"ALLOW_UNSANDBOXED": "0"}).allow_unsandboxed
    assert Settings.from_environment({"ALLOW_UNSANDBOXED": "1"}).allow_unsandboxed


def test_a_thesaurus_is_a_file_that_is_there(tmp_path: Path) -> None:
    assert Settings.from_environment({}).thesaurus is None
    assert Settings.from_environment({"THESAURUS": __file__}).thesaurus == Path(__file__)
    with pytest.raises(SettingsError, match="THESAURUS"):
        Settings.from_environment({"THESAURUS": str(tmp_path / "none.txt")})


def test_it_does_not_show_its_secret() -> None:
    assert "hush" not in repr(Settings.from_environment({"SECRET_KEY": "hush"}))
    urls = {
        "DATABASE_URL": "postgresql+psycopg://rat:hush@host/rat",
        "SEARCH_URL": "opensearch+https://rat:hush@host/rat",
        "FILES_URL": "s3://rat:hush@host/rat",
        "MAIL_URL": "smtps://rat:hush@host",
    }
    assert "hush" not in repr(Settings.from_environment(urls))


def test_it_takes_an_empty_value_for_none() -> None:
    assert Settings.from_environment({"DATABASE_URL": "", "RATSLUPE_HOME": ""}).database_url.startswith("sqlite:///")


def test_it_drops_the_slash_behind_the_address() -> None:
    assert Settings.from_environment({"BASE_URL": "https://rat.example/"}).base_url == "https://rat.example"
