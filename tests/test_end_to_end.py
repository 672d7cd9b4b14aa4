"""The main job as a newcomer runs it: one command, and everything is there."""

import gzip
import hashlib
import json
import re
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from demo.server import serve
from demo.town import build
from tests.portal import Portal

pytestmark = pytest.mark.xdist_group("portal")


# The town's dates stand still: one day its last meeting lies so far back that the source has fallen silent.
HELD = ("ok", "silent")


def objects_of_the_town(portal: Portal) -> list[dict[str, object]]:
    return [json.loads(line) for line in (portal.home / "demo" / "objects.ndjson").read_text().splitlines()]


def located(paper: dict[str, object]) -> list[object]:
    found = paper.get("location")
    return found if isinstance(found, list) else []


def test_status_says_that_all_is_held(portal: Portal) -> None:
    (source,) = json.loads(portal.run("status", "--json", check=False).stdout)["sources"]
    assert {"slug", "url", "state", "last_complete", "types", "files"} <= set(source)
    assert source["state"] in HELD
    assert source["last_complete"]
    for name, counts in source["types"].items():
        assert {"published", "held", "quarantined", "deleted"} <= set(counts), name
        assert not counts["missing"], name
        assert counts["published"] in {None, counts["held"]}, name
        assert counts["quarantined"] == 0, name
    assert source["types"]["Paper"]["held"] > 50
    assert source["files"]["waiting"] == 0
    assert source["files"]["read"] > 10 * source["files"]["unreadable"] > 0


def test_it_keeps_what_it_has_while_the_source_is_down_and_writes_nothing_when_it_is_back(portal: Portal) -> None:
    # The council's own server is down now; what was mirrored stays, and the failure is told in one line.
    found = portal.run("sync", check=False, FETCH_ALLOW_NETWORKS="127.0.0.1/32")
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    (source,) = json.loads(portal.run("status", "--json", check=False).stdout)["sources"]
    assert source["state"] == "failing"
    assert source["types"]["Paper"]["held"] > 50
    again = portal.run("demo", "--no-serve", "--scale", "0.1", "--council-port", portal.council_port)
    assert "0 created, 0 updated, 0 deleted" in again.stdout
    (source,) = json.loads(portal.run("status", "--json", check=False).stdout)["sources"]
    assert source["state"] in HELD


def test_what_the_clerk_left_out_or_mistyped_is_told_by_the_minutes(portal: Portal) -> None:
    history = build(scale=0.1).history
    assert history is not None
    slips = {one.mistyped: one.name for held in history.sittings for one in held.items if one.mistyped is not None}
    words = {
        "": r"Beschlossen \d+ dafür, \d+ dagegen, \d+ Enthaltung",
        "mehrheitlich beschlossen": r"mehrheitlich beschlossen Die Niederschrift sagt etwas anderes: Abgelehnt \d+",
    }
    assert slips.keys() == words.keys()
    with portal.serving() as site:
        for typed, name in slips.items():
            found = json.loads(portal.run("search", f'"{name}" type:paper', "--json").stdout)["hits"]
            paper = urllib.request.urlopen(found[0]["url"] + "?lang=de").read().decode()
            [*_, meeting] = re.findall(r'href="(/meetings/\w{13})[^"]*#item-', paper)
            for page in (paper, urllib.request.urlopen(f"{site}{meeting}?lang=de").read().decode()):
                told = re.sub(r'<span[^>]* role="tooltip".*?</span>', "", page)  # what the words mean
                said = " ".join(re.sub(r"<[^>]+>", " ", told).split())
                assert re.search(words[typed] + r".{0,70} aus der Niederschrift gelesen, Seite \d", said), typed
                assert re.search(r'href="/files/\w{13}\?page=(\d)#page=\1">\s*aus der Niederschrift gelesen', page)


def test_search_finds_a_street_a_person_and_a_compound(portal: Portal) -> None:
    objects = objects_of_the_town(portal)
    person = next(o for o in objects if str(o["type"]).endswith("Person") and not o.get("deleted"))
    places = {o["id"]: str(o["streetAddress"]) for o in objects if o.get("streetAddress")}
    paper = next(o for o in objects if str(o["type"]).endswith("Paper") and places.keys() & set(map(str, located(o))))
    street = re.sub(r" \d.*", "", places[next(i for i in located(paper) if i in places)])
    for query, wanted in ((str(person["familyName"]), "Person"), (street, "Paper"), ("Haushaltssatzung", "File")):
        found = json.loads(portal.run("search", query, "--limit", "50", "--json").stdout)
        assert set(found) == {"total", "hits", "facets"}
        assert found["total"] >= len(found["hits"]) > 0, query
        assert wanted in {hit["type"] for hit in found["hits"]}, query
        for hit in found["hits"]:
            assert set(hit) == {"type", "id", "title", "url", "page", "snippet"}
            assert hit["url"].startswith(portal.site)


def test_no_name_of_a_non_public_item_is_anywhere(portal: Portal) -> None:
    secret = {
        str(o["name"])
        for o in objects_of_the_town(portal)
        if str(o["type"]).endswith("AgendaItem") and o.get("public") is False and o.get("name")
    }
    assert secret
    stored = b"".join(path.read_bytes() for path in sorted(portal.home.glob("ratslupe.db*")))
    exported = b"".join(gzip.decompress(path.read_bytes()) for path in (portal.home / "exports").rglob("*.gz"))
    for name in sorted(secret)[:3]:
        words = name.replace('"', " ")[:100]
        assert json.loads(portal.run("search", f'"{words}"', "--json").stdout)["total"] == 0
    for name in secret:
        assert name.encode() not in stored
        assert json.dumps(name).strip('"').encode() not in exported
        assert name.encode() not in exported


def test_the_index_is_what_the_records_say(portal: Portal) -> None:
    portal.run("index", "verify")
    portal.run("index", "rebuild")
    portal.run("index", "verify")


def test_what_was_published_can_be_taken_away_and_checked(portal: Portal) -> None:
    with portal.serving() as site:
        manifest = json.load(urllib.request.urlopen(f"{site}/download/manifest.json"))
        sums = urllib.request.urlopen(f"{site}/download/SHA256SUMS").read().decode()
        listed = dict(reversed(line.split(None, 1)) for line in sums.splitlines())
        papers = next(f for f in manifest["files"] if f["type"] == "Paper")
        whole = urllib.request.urlopen(f"{site}/download/{papers['path']}").read()
        assert hashlib.sha256(whole).hexdigest() == papers["sha256"] == listed[papers["path"]]
        request = urllib.request.Request(f"{site}/download/{papers['path']}", headers={"Range": "bytes=10-19"})
        with urllib.request.urlopen(request) as part:
            assert part.status == 206
            assert part.read() == whole[10:20]
    records = [json.loads(line) for line in gzip.decompress(whole).splitlines()]
    assert len(records) == papers["rows"]
    assert all(record["type"].endswith("/Paper") for record in records)


def test_postgresql_and_whoosh_give_the_same(portal: Portal, postgres: str, tmp_path: Path) -> None:
    """The other database and the other engine, one setting away each, tell the same of the same council."""
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE end_to_end"))
    admin.dispose()
    urls = {
        "DATABASE_URL": postgres.replace("/postgres?", "/end_to_end?"),
        "SEARCH_URL": f"whoosh://{tmp_path / 'other' / 'index'}",
    }
    other = Portal(tmp_path / "other", portal.port, urls)
    other.run("demo", "--no-serve", "--scale", "0.1", "--council-port", portal.council_port)

    def status(of: Portal) -> dict[str, object]:
        (source,) = json.loads(of.run("status", "--json", check=False).stdout)["sources"]
        return {name: source[name] for name in ("types", "files")}

    assert status(other) == status(portal)
    for query in ("Straße", '"der Stadt" -Antrag', "type:person", "Haushalt* after:2024", "Radweg OR Grundschule"):
        words = ("search", query, "--json", "--limit", "100")
        one, two = (json.loads(of.run(*words).stdout) for of in (portal, other))
        assert one["total"] == two["total"], query
        assert one["facets"] == two["facets"], query
        if one["total"] <= 100:
            assert {hit["url"] for hit in one["hits"]} == {hit["url"] for hit in two["hits"]}, query


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sync", "nowhere"], 2, "no source nowhere"),
        (["source", "add", "ftp://x"], 2, "no http or https address"),
        (["source", "add", "http://127.0.0.1:9/oparl"], 1, "127.0.0.1"),
        (["index", "verify", "--no-such-option"], 2, "--no-such-option"),
        (["search", "x" * 10_000], 1, ""),
        (["search", '""'], 2, "nothing is asked"),
        (["no-such-command"], 2, "No such command"),
    ],
)
def test_it_says_in_one_line_what_is_wrong(portal: Portal, words: list[str], code: int, said: str) -> None:
    found: subprocess.CompletedProcess[str] = portal.run(*words, check=False)
    assert found.returncode == code, found.stderr
    assert said in found.stderr
    assert "Traceback" not in found.stderr
    assert len([line for line in found.stderr.splitlines() if line.startswith("Error: ")]) == 1


def test_what_the_machine_refuses_is_told_in_one_line(portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for more in (
        {"RATSLUPE_HOME": str(tmp_path / "file" / "below")},
        {"DATABASE_URL": f"postgresql+psycopg://nobody@/none?host={tmp_path}"},
    ):
        found = portal.run("status", check=False, **more)
        assert found.returncode == 1
        assert len(found.stderr.splitlines()) == 1
        assert found.stderr.startswith("Error: ")


def test_a_council_is_mirrored_once(portal: Portal, tmp_path: Path) -> None:
    town = portal.home / "demo"
    with serve(town, port=int(portal.council_port)) as url:
        for address in (url, url.replace("/system", "/body")):
            found = portal.run(
                "source", "add", address, "--slug", "twice", check=False, FETCH_ALLOW_NETWORKS="127.0.0.1"
            )
            assert found.returncode == 1
            assert "is mirrored already, as lohenbrueck" in found.stderr


def test_a_taken_port_is_told_before_the_work(portal: Portal, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = portal.run("demo", "--port", str(taken.getsockname()[1]), check=False, RATSLUPE_HOME=str(tmp_path))
    assert found.returncode == 1
    assert "is taken" in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_bad_settings_end_with_all_faults(portal: Portal) -> None:
    found = portal.run("status", check=False, DATABASE_URL="mysql://x", FETCH_ALLOW_NETWORKS="nonsense")
    assert found.returncode == 2
    assert "DATABASE_URL" in found.stderr
    assert "nonsense" in found.stderr
