"""What stands behind an address, in at most five requests, and what to do next."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from app.config import Settings
from app.net import GuardedClient
from oparl_sync import doors, probing
from oparl_sync.probing import MOST, NoAddress, Verdict, address_of
from tests.oparl_sync.council import SCHEMA

WALL = b"<!doctype html><title>Zugriff pr\xc3\xbcfen</title>"
OLD = "https://schema.oparl.org/1.0"
Answers = dict[str, Any]


def system(root: str, version: str = SCHEMA, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{root}/system",
        "type": f"{version}/System",
        "oparlVersion": f"{version}/",
        "body": f"{root}/bodies",
    } | more


def body(root: str, number: int | str = 1, name: str = "Stadt") -> dict[str, Any]:
    return {"id": f"{root}/bodies/{number}", "type": f"{SCHEMA}/Body", "name": name, "paper": f"{root}/p"}


class Hosts:
    """Servers that answer from memory and count; whatever is not among the answers is 404."""

    def __init__(self, answers: Answers, fallback: Any = None) -> None:
        self.answers, self.fallback = answers, fallback
        self.asked: list[str] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url)
        answer = self.answers.get(url, self.fallback)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, tuple):
            status, content, headers = answer
            return httpx.Response(status, content=content, headers=headers)
        if isinstance(answer, int) or answer is None:
            return httpx.Response(answer or 404)
        if isinstance(answer, bytes):
            return httpx.Response(200, content=answer, headers={"content-type": "text/html"})
        return httpx.Response(200, json=answer)


def probe(host: str, answers: Answers, fallback: Any = None) -> tuple[Verdict, list[str]]:
    hosts = Hosts(answers, fallback)
    with GuardedClient(transport=httpx.MockTransport(hosts.handle)) as net:
        verdict = probing.probe(net, address_of(host))
    assert len(hosts.asked) <= MOST
    assert verdict.requests == len(hosts.asked)
    assert not hosts.asked or hosts.asked[0].endswith("/robots.txt")
    return verdict, hosts.asked


def redirect(to: str) -> tuple[int, bytes, dict[str, str]]:
    return 302, b"", {"location": to}


def test_a_known_host_takes_three_requests() -> None:
    root = "https://oparl.dresden.de"
    verdict, asked = probe(
        "oparl.dresden.de",
        {
            f"{root}/system": system("http://oparl.dresden.de", vendor="https://www.somacos.de?oparl=v1.6.1"),
            f"{root}/bodies": {"data": [body(root, 1, "Landeshauptstadt Dresden")]},
        },
    )
    assert asked == [f"{root}/robots.txt", f"{root}/system", f"{root}/bodies"]
    assert (verdict.state, verdict.vendor, verdict.version) == ("found", "somacos", "1.1")
    assert verdict.bodies == [{"id": f"{root}/bodies/1", "name": "Landeshauptstadt Dresden"}]


@pytest.mark.parametrize(
    ("host", "path", "start", "vendor", "most"),
    [
        ("neu.gremien.info", "/oparl/system", None, "rubin", 3),
        ("neu.gremien.info", "/oparl", None, "rubin", 4),
        ("www.neu.sitzung-online.de", "/public/oparl/system", None, "allris", 3),
        ("neu.ratsinfomanagement.net", "/webservice/oparl/v1.0/system", None, "sdnet", 4),
        ("neu-sitzungsdienst.komm.one", "/oparl/system", None, "somacos", 3),
        ("oparl.neu.example", "/system", None, None, 3),
        ("ris.neu.example", "/webservice/oparl/v1.1/system", b"<html>SD.NET RIM 4", "sdnet", 4),
        ("ris.neu.example", "/public/oparl/system", b"<html><a href='/public/vo020'>ALLRIS", "allris", 4),
        ("ris.neu.example", "/system", b"<script src=si0100.asp></script>", "somacos", 5),
        ("ris.neu.example", "/oparl", b"<html>more! rubin", "rubin", 5),
        ("ris.neu.example", "/oparl/system", b"<html>whatever", None, 4),
        ("ris.neu.example/tenant/start.php", "/tenant/oparl/system", None, None, 5),
    ],
)
def test_it_asks_the_likeliest_first(host: str, path: str, start: bytes | None, vendor: str | None, most: int) -> None:
    root = f"https://{host.split('/', maxsplit=1)[0]}"
    verdict, asked = probe(
        host, {f"{root}/": start, f"{root}{path}": system(root), f"{root}/bodies": {"data": [body(root)]}}
    )
    assert verdict.state == "found", verdict
    assert verdict.url == f"{root}{path}"
    assert verdict.vendor == vendor
    assert len(asked) <= most


@pytest.mark.parametrize(
    ("data", "version", "bodies"),
    [
        (system("https://x.example", OLD), "1.0", 0),
        (body("https://x.example"), "1.1", 1),
        ({"data": [body("https://x.example", n) for n in range(27)]}, "1.1", 27),
        ([body("https://x.example")], "1.1", 1),
        ({"data": [system("https://x.example")]}, "1.1", 0),
        (system("https://x.example", body=[body("https://x.example")]), "1.1", 1),
    ],
)
def test_it_takes_the_address_of_a_system_a_body_or_a_list(data: Any, version: str, bodies: int) -> None:
    verdict, _ = probe("https://x.example/any/where?x=1#y", {"https://x.example/any/where?x=1": data})
    assert (verdict.state, verdict.version, len(verdict.bodies)) == ("found", version, bodies)


@pytest.mark.parametrize(
    ("answers", "fallback", "state"),
    [
        ({"https://x.example/robots.txt": b"User-agent: *\nDisallow: /"}, {"never": "asked"}, "closed"),
        ({"https://x.example/robots.txt": 500}, {"never": "asked"}, "broken"),
        ({}, WALL, "wall"),
        ({"https://x.example/": (403, WALL, {})}, None, "wall"),
        ({"https://x.example/": (200, b"", {"cf-mitigated": "challenge"})}, None, "wall"),
        ({}, 403, "banned"),
        ({}, 401, "banned"),
        ({}, 500, "broken"),
        ({}, 404, "not-found"),
        ({}, b"<html>a town</html>", "not-found"),
        ({}, b"", "not-found"),
        ({}, b"\x00\xff{", "not-found"),
        ({}, {"data": "none"}, "not-found"),
        ({"https://x.example/oparl/system": {"type": f"{OLD}/Error", "message": "OParl is off"}}, None, "disabled"),
        ({"https://x.example/": b"sd.net", "https://x.example/webservice/oparl/v1.1/system": 400}, None, "disabled"),
        ({"https://x.example/": redirect("/login?next=/")}, None, "login"),
        ({"https://x.example/": redirect("https://sso.example/saml")}, None, "login"),
        ({"https://x.example/": redirect("https://y.example/")}, None, "elsewhere"),
        ({}, redirect("/again"), "broken"),
        ({}, httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), "tls"),
        ({}, httpx.ConnectError("Name or service not known"), "unreachable"),
        ({}, httpx.ReadTimeout("slow"), "unreachable"),
        ({"https://x.example/": httpx.ReadError("reset")}, None, "unreachable"),
        ({}, (200, b"x" * 9_000_000, {}), "unreachable"),
    ],
)  # fmt: skip
def test_it_tells_what_is_in_the_way(answers: Answers, fallback: Any, state: str) -> None:
    hosts = Hosts(answers, fallback)
    with GuardedClient(transport=httpx.MockTransport(hosts.handle)) as net:
        verdict = probing.probe(net, address_of("x.example"))
    # A connection that broke is dialled once more by the client itself.
    assert verdict.requests <= MOST
    assert len([url for url in hosts.asked if not isinstance(hosts.answers.get(url), Exception)]) <= MOST
    assert verdict.state == state, verdict
    assert verdict.detail
    assert verdict.url is None


def test_a_path_that_robots_may_not_read_is_not_read() -> None:
    rules = b"User-agent: *\nDisallow: /oparl\nDisallow: /webservice"
    verdict, asked = probe("x.example", {"https://x.example/robots.txt": rules})
    assert not [url for url in asked if "/oparl/system" in url and "/public" not in url]
    assert verdict.state == "closed"


def test_a_system_whose_bodies_lie_elsewhere_is_found_all_the_same() -> None:
    answers = {"https://oparl.x.example/system": system("https://x.example", body="https://y.example/bodies")}
    verdict, asked = probe("oparl.x.example", answers)
    assert verdict.state == "found"
    assert verdict.bodies == []
    assert len(asked) <= MOST


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ris.köln.example", "https://ris.xn--kln-sna.example"),
        (" RIS.Town.Example ", "https://ris.town.example"),
        ("town.example:8443/x", "https://town.example:8443/x"),
        ("http://town.example/a?b=c#d", "http://town.example/a?b=c"),
        ("[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_it_takes_hosts_and_addresses(typed: str, address: str) -> None:
    assert address_of(typed) == address


HOSTILE = [
    "", " ", "köln", "localhost", "file:///etc/passwd", "javascript:alert(1)", "http://", "https://user:pw@x.example",
    "https://[::1", "x.example\r\nHost: y", "x .example", "http://x.example:99999/", "x" * 5000 + ".example", "..",
    "http://x.example/\x00", "gopher://x.example", "//x.example", "x.example@y.example", "https:///x", "-.-",
    "xn--\ud800.example", "\u2028.example", "%00.example", "x_y.example",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_it_refuses_what_is_neither(typed: str) -> None:
    with pytest.raises(NoAddress) as told:
        address_of(typed)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 1000


Command = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Give the command, with servers from memory."""

    def invoke(*words: str, answers: Answers | None = None) -> Result:
        hosts = Hosts(answers or {})
        monkeypatch.setattr(doors, "net_of", lambda _: GuardedClient(transport=httpx.MockTransport(hosts.handle)))
        return CliRunner().invoke(doors.probe, words, obj=settings)

    return invoke


ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_ONE
def test_the_command_says_what_to_do_next(run: Command) -> None:
    root = "https://neu.gremien.info"
    one = {f"{root}/oparl/system": system(root, name="x"), f"{root}/bodies": {"data": [body(root, 1, "A\x1b[31m")]}}
    found = run("neu.gremien.info", answers=one)
    assert found.exit_code == 0
    assert found.stdout.splitlines()[-1] == f"Next: ratslupe source add {root}/oparl/system"
    assert "\x1b" not in found.stdout
    several = run("neu.gremien.info", answers=one | {f"{root}/bodies": {"data": [body(root, n) for n in (1, 2)]}})
    assert f"--body {root}/bodies/1" in several.stdout
    assert several.stdout.splitlines()[-1].endswith("--all")
    blocked = run("neu.gremien.info", answers={f"{root}/oparl/system": WALL})
    assert blocked.exit_code == 1
    assert "Ask the town to let Ratslupe (clerk@example.org) through" in blocked.stdout
    assert "ratslupe import FILE" in blocked.stdout


@ON_ONE
def test_the_command_knows_what_is_known(run: Command) -> None:
    done = run("koeln", answers={"https://buergerinfo.stadt-koeln.de/oparl/system": 500})
    assert done.exit_code == 1
    assert "Known before as koeln: answered with OParl (2026-09-15)" in done.stdout


@ON_ONE
def test_the_command_speaks_json(run: Command) -> None:
    done = run("neu.gremien.info", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["state"] == "not-found"
    assert told["vendor"] == "rubin"
    assert told["requests"] == len(told["asked"]) <= MOST
    assert told["next"]


@ON_ONE
@pytest.mark.parametrize("typed", ["nirgendwo", "file:///etc/passwd", ""])
def test_the_command_was_called_wrongly(run: Command, typed: str) -> None:
    done = run(typed)
    assert done.exit_code == 2
    assert "is no host and no address" in done.stderr
