"""Nothing but public addresses is ever dialled, however it is spelled."""

import contextlib
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address, ip_network

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.net
import app.net.dialling
from app.net import BadAddress, GuardedClient, NetError, Refused, Unreachable
from app.net.addresses import Guard, not_public

Dials = list[tuple[str, int]]


def words(text: str) -> list[str]:
    return text.split()


NOT_PUBLIC = words("""
0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1
127.0.1.1 127.255.255.255 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1
192.0.0.8 192.0.0.170 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255
192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 224.0.0.251 239.255.255.255 240.0.0.1
255.255.255.255
:: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 64:ff9b::8.8.8.8 64:ff9b:1::a00:1 100::1 100:0:0:1::1 2001::1 2001:0:7f00:1::1 2001:1::1 2001:2::1
2001:3::1 2001:4:112::1 2001:10::1 2001:20::1 2001:30::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe::
2620:4f:8000::1 3ffe::1 3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254 fe80::1 fe90::1 febf::1 fec0::1 ff02::1
ff0e::1 2a00:1450::5efe:7f00:1 2a00:1450:4001:81b:0:5efe:a00:1 2a00:1450::200:5efe:a9fe:a9fe
""")

PUBLIC = words("""
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 168.63.129.15
169.253.255.255 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.1 192.167.255.255 192.169.0.0 198.17.255.255
198.20.0.0 203.0.112.255 203.0.114.0 223.255.255.255 2001:200::1 2001:4860:4860::8888 2a00:1450:4001:81b::200e
2003:: 2606:4700:4700::1111 2a00:1450::5eff:7f00:1 3ffd::1 2620:4f:8001::1
""")

# Each spelling with the address some library or other takes it for.
ODD_SPELLINGS = words("""
http://2130706433/ http://017700000001/ http://0x7f000001/ http://0X7F000001/ http://0x7f.0x0.0x0.0x1/ http://0177.0.0.1/
http://0177.0.0.01/ http://127.1/ http://127.0.1/ http://127.0.0.1./ http://127.0.0.01/ http://00127.0.0.1/ http://0/
http://00/ http://0x/ http://0x0/ http://127.0.0.0x1/ http://127.0x1/ http://10.1/ http://192.168.257/ http://3232235777/
http://2852039166/ http://0xa9fea9fe/ http://0251.0376.0251.0376/ http://169.254.43518/ http://4294967296/
http://256.256.256.256/ http://127.0.0.1.1/ http://127.0.0.256/ http://1.2.3/ http://99999999999/
http://①②⑦.⓪.⓪.①/ http://１２７.０.０.１/ http://127。0。0。1/ http://127．0．0．1/ http://127｡0｡0｡1/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/
http://[::1/ http://[::1]x/ http://::1/ http://[127.0.0.1]/ http://[::1%25lo]/ http://[fe80::1%25eth0]/ http://[fe80::1%eth0]/
http://[v1.127.0.0.1]/ http://[]/ http://[:]/ http://[::ffff:0x7f.1]/ http://[0:0:0:0:0:0:0:0:1]/ http:///
http://127.0.0.1%00.example.org/ http://127.0.0.1%2f@example.org/ http://127%2e0%2e0%2e1/ http://%31%32%37.0.0.1/
http://user@127.0.0.1/ http://user:word@127.0.0.1/ http://example.org@127.0.0.1/ http://127.0.0.1@example.org/
http://@127.0.0.1/ http://:@127.0.0.1/ http://example.org:80@127.0.0.1:80/ http://127.0.0.1:80@example.org:80/
http://127.0.0.1:0/ http://127.0.0.1:65536/ http://127.0.0.1:-1/ http://127.0.0.1:8o/ http://127.0.0.1:80:80/
http:127.0.0.1/ http:/127.0.0.1/ //127.0.0.1/ 127.0.0.1 127.0.0.1/ localhost/ http:\\\\127.0.0.1\\
http://example.org\\@127.0.0.1/ http://127.0.0.1\\.example.org/ http://exa_mple..org/ http://.example.org/ http://-a.example/
http://a-.example/ http://ex*mple.org/ http://exam,ple.org/ http://exam;ple.org/ http://[example.org]/
file:///etc/passwd file://127.0.0.1/etc/passwd ftp://127.0.0.1/ gopher://127.0.0.1:70/ dict://127.0.0.1/ ldap://127.0.0.1/
unix:///var/run/docker.sock http+unix://%2Fvar%2Frun%2Fdocker.sock/ data:text/plain,x javascript:1 ws://127.0.0.1/
jar:http://127.0.0.1!/ about:blank mailto:a@127.0.0.1 tel:127001 urn:x:y blob:http://127.0.0.1/ view-source:http://127.0.0.1/
""")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, list[list[str]]]], list[str]]:
    """Let names have addresses, another list with each look-up; returns the look-ups."""

    def give(answers: dict[str, list[list[str]]]) -> list[str]:
        asked: list[str] = []

        def look_up(host: str, port: int) -> list[str]:
            asked.append(host)
            if host not in answers:
                raise socket.gaierror("Name or service not known")
            return answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]

        monkeypatch.setattr(app.net.dialling, "look_up", look_up)
        return asked

    return give


def literal(address: str) -> str:
    return f"http://[{address}]/" if ":" in address else f"http://{address}/"


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_it_never_dials(strict: GuardedClient, dials: Dials, names: Callable[..., list[str]], address: str) -> None:
    asked = names({"rat.example": [[address]]})
    for url in (literal(address), literal(address).replace("http:", "https:")):
        with pytest.raises(Refused, match=r"not a public address"):
            strict.get(url)
    with pytest.raises(Refused, match=r"rat\.example is at .* not a public address"):
        strict.get("http://rat.example/")

    assert dials == []
    assert asked == ["rat.example"]


@pytest.mark.parametrize("address", PUBLIC)
def test_it_dials(strict: GuardedClient, dials: Dials, names: Callable[..., list[str]], address: str) -> None:
    names({"rat.example": [[address]], address: [[address]]})
    for url in (literal(address), "http://rat.example/", "https://rat.example/"):
        with pytest.raises(Unreachable, match="no connection"):
            strict.get(url)

    assert dials == [(address, 80), (address, 80), (address, 443)]


@pytest.mark.parametrize("url", ODD_SPELLINGS)
def test_it_does_not_read_an_odd_spelling(strict: GuardedClient, dials: Dials, url: str) -> None:
    with pytest.raises((BadAddress, Refused)):
        strict.get(url)
    assert dials == []


def test_its_corpus_is_not_shrinking() -> None:
    assert len(set(ODD_SPELLINGS)) >= 100
    assert len(set(NOT_PUBLIC)) >= 80


@pytest.mark.parametrize(
    "url",
    [
        "http://rat.example/\r\nHost: x",
        "http://rat.example/\tx",
        "http://rat.example\n/",
        "http://rat.example/\x00",
        "http://rat.example/\u2028",
        "ht\ntp://rat.example/",
        "http://rat example/",
        "",
        " ",
        "http://",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 130 + "example/",
        "http://rat.example/" + "a" * 2048,
        "http://rat.example/" + "ä" * 1020,
        "http://xn--/",
        "http://xn--rathaus-hmb.example/",
        "http://\ud800.example/",
        "http://a\u200db.example/",
    ],
)
def test_it_does_not_read_a_broken_url(strict: GuardedClient, dials: Dials, url: str) -> None:
    with pytest.raises(BadAddress) as raised:
        strict.get(url)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400
    assert dials == []


def test_it_does_not_repeat_a_password(strict: GuardedClient) -> None:
    with pytest.raises(BadAddress) as raised:
        strict.get("https://amt:Geheim123@rat.example/")
    assert "Geheim123" not in str(raised.value)


@given(st.text(max_size=60))
def test_it_never_fails_otherwise(text: str) -> None:
    with GuardedClient(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        for url in (text, f"http://{text}/", f"http://rat.example/{text}"):
            with contextlib.suppress(BadAddress, Refused):
                client.get(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://müllheim.example/", "xn--mllheim-n2a.example"),
        ("http://MÜLLHEIM.example/", "xn--mllheim-n2a.example"),
        ("http://xn--mllheim-n2a.example/", "xn--mllheim-n2a.example"),
        ("http://straße.example/", "xn--strae-oqa.example"),
        ("http://Rat_1.Example./", "rat_1.example."),
        ("  http://rat.example/Anlage 1.pdf ", "rat.example"),
    ],
)
def test_it_asks_for_a_name_as_the_net_spells_it(
    strict: GuardedClient, dials: Dials, names: Callable[..., list[str]], url: str, host: str
) -> None:
    asked = names({host: [["8.8.8.8"]]})
    with pytest.raises(Unreachable):
        strict.get(url)
    assert asked == [host]
    assert dials == [("8.8.8.8", 80)]


@pytest.mark.parametrize("url", ["http://rat.example:8080/", "https://rat.example:22/", "http://8.8.8.8:25/"])
def test_it_dials_no_other_port(strict: GuardedClient, dials: Dials, names: Callable[..., list[str]], url: str) -> None:
    names({"rat.example": [["8.8.8.8"]]})
    with pytest.raises(Refused, match="port"):
        strict.get(url)
    assert dials == []


def test_it_dials_what_it_is_allowed_on_any_port(dials: Dials, names: Callable[..., list[str]]) -> None:
    names({"rat.example": [["10.1.2.3"]], "fd00::7": [["fd00::7"]], "other.example": [["10.2.0.1"]]})
    with GuardedClient(allow_networks=[ip_network("10.1.0.0/16"), ip_network("fd00::/64")]) as client:
        for url in ("http://rat.example:8080/", "http://[fd00::7]:9/"):
            with pytest.raises(Unreachable):
                client.get(url)
        for url in ("http://other.example/", "http://127.0.0.1/", "http://[::ffff:10.1.2.3]/"):
            with pytest.raises(Refused):
                client.get(url)
    assert dials == [("10.1.2.3", 8080), ("fd00::7", 9)]


def test_it_refuses_a_name_with_one_bad_address_among_good_ones(
    strict: GuardedClient, dials: Dials, names: Callable[..., list[str]]
) -> None:
    names({"rat.example": [["8.8.8.8", "2a00:1450::1", "10.0.0.1"]]})
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        strict.get("http://rat.example/")
    assert dials == []


def test_it_tries_the_next_address_where_one_is_silent(
    strict: GuardedClient, dials: Dials, names: Callable[..., list[str]]
) -> None:
    names({"rat.example": [["2a00:1450::1", "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1"]]})
    with pytest.raises(Unreachable):
        strict.get("http://rat.example/")
    assert dials == [("2a00:1450::1", 80), ("8.8.8.8", 80), ("8.8.4.4", 80), ("1.1.1.1", 80)]


def test_it_asks_once_and_dials_what_it_checked(
    strict: GuardedClient, dials: Dials, names: Callable[..., list[str]]
) -> None:
    asked = names({"rat.example": [["8.8.8.8"], ["127.0.0.1"]]})
    with pytest.raises(Unreachable):
        strict.get("http://rat.example/")
    assert (asked, dials) == (["rat.example"], [("8.8.8.8", 80)])

    with pytest.raises(Refused):
        strict.get("http://rat.example/")
    assert dials == [("8.8.8.8", 80)]


def test_it_refuses_a_name_of_this_machine(strict: GuardedClient, dials: Dials) -> None:
    with pytest.raises((Refused, Unreachable)):
        strict.get("http://localhost/")
    assert dials == []


def test_it_says_when_a_name_is_unknown(strict: GuardedClient, names: Callable[..., list[str]]) -> None:
    names({})
    with pytest.raises(Unreachable, match=r"^rat\.example: no such host"):
        strict.get("http://rat.example/")


def test_it_does_not_wait_for_a_silent_name_server(strict: GuardedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def look_up(host: str, port: int) -> list[str]:
        release.wait(5)
        return []

    monkeypatch.setattr(app.net.dialling, "look_up", look_up)
    monkeypatch.setattr(app.net.dialling, "RESOLVE_SECONDS", 0.1)
    with pytest.raises(Unreachable, match="name server does not answer"):
        strict.get("http://rat.example/")
    release.set()


def test_it_takes_no_proxy_from_the_environment(
    dials: Dials, names: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names({"rat.example": [["8.8.8.8"]]})
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    with GuardedClient() as client, pytest.raises(Unreachable):
        client.get("http://rat.example/")
    assert dials == [("8.8.8.8", 80)]


def test_it_opens_no_local_socket() -> None:
    with pytest.raises(Refused):
        app.net.dialling.GuardedBackend(Guard()).connect_unix_socket("/var/run/docker.sock")


def test_it_takes_no_transport_that_could_dial() -> None:
    class Sly(httpx.MockTransport):
        pass

    for transport in (httpx.HTTPTransport(), Sly(lambda _: httpx.Response(200))):
        with pytest.raises(TypeError):
            GuardedClient(transport=transport)  # type: ignore[arg-type]  # what the test is about


@given(st.ip_addresses(v=6))
def test_it_takes_no_address_that_is_not_given_out(address: object) -> None:
    parsed = ip_address(str(address))
    if parsed not in ip_network("2000::/3"):
        assert not_public(parsed)


def test_every_error_is_a_net_error() -> None:
    errors = [getattr(app.net, name) for name in app.net.__all__]
    errors = [error for error in errors if isinstance(error, type) and issubclass(error, Exception)]
    assert len(errors) == 9
    # One is the operator's mistake, found before anything is dialled.
    assert {error for error in errors if not issubclass(error, NetError)} == {app.net.BadCertificates}
