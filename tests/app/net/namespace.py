"""A network of one's own in which every address there is leads to a canary, and what is reached in it.

    unshare --map-root-user --net --mount python -m tests.app.net.namespace guarded|posted|webhooks|plain

prints what was dialled as one line of JSON. The name server is real, the resolver is the system's.
"""

import contextlib
import json
import selectors
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from app.alerts.channels import calling
from app.alerts.channels import registered as channels
from app.config import Settings
from app.db import now
from app.models.alerts import WEBHOOK
from app.net import GuardedClient, NetError
from tests.app.net.hostile import RESERVED, Corpus, corpus

PATIENCE = 2.0
RESOLVER = "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n"
A, CNAME, AAAA = 1, 5, 28


def set_up() -> None:
    """Route every address to this machine, and let names be asked of our own server."""
    for family in ("-4", "-6"):
        everything = "0.0.0.0/0" if family == "-4" else "::/0"
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", family, "route", "add", "local", everything, "dev", "lo"], check=True)
    for path, content in (("/etc/resolv.conf", RESOLVER), ("/etc/nsswitch.conf", "hosts: files dns\n")):
        if Path(path).exists():
            with tempfile.NamedTemporaryFile("w", delete=False) as file:
                file.write(content)
            Path(file.name).chmod(0o644)
            subprocess.run(["mount", "--bind", file.name, path], check=True)


class Names(threading.Thread):
    """A name server that knows the names of the corpus."""

    def __init__(self, known: Corpus) -> None:
        super().__init__(daemon=True)
        self._known = known
        self._asked: dict[tuple[str, int], int] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))

    def run(self) -> None:
        """Answer for ever."""
        while True:
            query, peer = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(query), peer)

    def _answer(self, query: bytes) -> bytes:
        labels, at = [], 12
        while (length := query[at]) != 0:
            labels.append(query[at + 1 : at + 1 + length].decode("latin-1").lower())
            at += 1 + length
        kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
        name, question = ".".join(labels), query[12 : at + 5]
        records = []
        while name in self._known.aliases:
            target = self._known.aliases[name]
            records.append(_record(name, CNAME, _packed(target)))
            name = target
        answers = self._known.names.get(name)
        if answers:
            turn = self._asked.get((name, kind), 0)
            self._asked[name, kind] = turn + 1
            given = map(ip_address, answers[min(turn, len(answers) - 1)])
            fitting = (address for address in given if kind == (A if address.version == 4 else AAAA))
            records += [_record(name, kind, address.packed) for address in fitting]
        code = 0 if answers or records else 3
        return query[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(records), 0, 0) + question + b"".join(records)


def _packed(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def _record(name: str, kind: int, data: bytes) -> bytes:
    return _packed(name) + struct.pack("!HHIH", kind, 1, 0, len(data)) + data


class Canary(threading.Thread):
    """Accepts every connection on the ports that are used, and notes which address it was made to."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.dialled: list[str] = []
        self._selector = selectors.DefaultSelector()
        for port in (80, 443, *RESERVED):
            for family, everywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                listener = socket.socket(family, socket.SOCK_STREAM)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((everywhere, port))
                listener.listen(64)
                self._selector.register(listener, selectors.EVENT_READ)

    def run(self) -> None:
        """Accept for ever."""
        while True:
            for key, _ in self._selector.select():
                listener = key.fileobj
                assert isinstance(listener, socket.socket)
                peer, _ = listener.accept()
                address, port = peer.getsockname()[:2]
                self.dialled.append(f"{address} {port}")
                threading.Thread(target=_talk, args=(peer, port), daemon=True).start()


def _talk(peer: socket.socket, port: int) -> None:
    with peer, contextlib.suppress(OSError):
        peer.settimeout(PATIENCE)
        head = peer.recv(65536)
        if port == 443:  # no certificate would help: that it was dialled is what counts
            return
        target = urlsplit(head.split(b" ")[1].decode("latin-1") if head.count(b" ") > 1 else "/")
        asked = {name: values[0] for name, values in parse_qs(target.query).items()}
        to = asked.get("to", "")
        status, more, body = "200 OK", "", b"canary"
        if target.path == "/relay":
            status, more = f"{asked['status']} Moved", f"Location: {to.encode().decode('latin-1')}\r\n"
        elif target.path == "/refresh":
            more = f"Refresh: 0; url={to}\r\n"
        elif target.path == "/meta":
            body = f'<meta http-equiv="refresh" content="0; url={to}">'.encode()
        length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        peer.sendall(f"HTTP/1.1 {status}\r\n{more}{length}".encode("latin-1") + body)


def opened() -> int:
    """Return how many connections were begun here since the network was made, as the kernel counts them."""
    names, numbers = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line[:4] == "Tcp:"]
    return int(numbers[names.index("ActiveOpens")])


def guarded() -> Callable[[str], None]:
    """Return what fetches through the guard."""
    client = GuardedClient()

    def fetch(url: str) -> None:
        with contextlib.suppress(NetError):
            client.get(url, deadline=PATIENCE)

    return fetch


def posted() -> Callable[[str], None]:
    """Return what posts through the guard."""
    client = GuardedClient()

    def post(url: str) -> None:
        with contextlib.suppress(NetError):
            client.post(url, b"{}", deadline=PATIENCE)

    return post


def webhooks() -> Callable[[str], None]:
    """Return what calls an address that somebody registered: as it is checked, and as it is then called."""
    settings = Settings.from_environment({"RATSLUPE_HOME": tempfile.mkdtemp(), "BASE_URL": "http://portal.example"})
    client = calling.open_client(settings)

    def call(url: str) -> None:
        with contextlib.suppress(channels.BadEndpoint):
            address = channels._checked(settings, WEBHOOK, url)
            calling._made(client, settings, now, calling.Call(1, 1, WEBHOOK, "1", address, "secret", 1, b"{}"))

    return call


def plain() -> Callable[[str], None]:
    """Return what fetches as anybody would."""
    client = httpx.Client(follow_redirects=True, timeout=PATIENCE, trust_env=False)

    def fetch(url: str) -> None:
        with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL, ValueError, OSError):
            client.get(url)

    return fetch


def main() -> None:
    """Fetch everything, and tell what was dialled for it."""
    set_up()
    known = corpus()
    canary = Canary()
    canary.start()
    Names(known).start()
    fetch = {"guarded": guarded, "posted": posted, "webhooks": webhooks, "plain": plain}[sys.argv[1]]()
    result: dict[str, dict[str, list[str]]] = {"hostile": {}, "controls": {}}
    began = opened()
    for kind, urls in (("hostile", known.hostile), ("controls", known.controls)):
        for url in urls:
            before = len(canary.dialled)
            fetch(url)
            result[kind][url] = canary.dialled[before:]
    sys.stdout.write(json.dumps(result | {"opened": opened() - began, "seen": len(canary.dialled)}) + "\n")


if __name__ == "__main__":
    main()
