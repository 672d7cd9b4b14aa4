"""What a hostile council may name to be fetched: spellings of addresses, redirects, names; and public ones beside them.

The addresses are public or not by this list alone: nothing of the guard's own table is used here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote


def words(text: str) -> list[str]:
    return text.split()


# Loopback, private, carrier-grade NAT, cloud metadata, this network, link-local.
TARGETS = tuple(
    IPv4Address(a) for a in ("127.0.0.1", "10.0.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "192.168.1.1")
)
OTHERS_V4 = words(
    "0.0.0.1 127.0.1.1 127.255.255.254 10.255.255.255 100.100.100.200 100.127.255.254 168.63.129.16 169.254.170.2 "
    "172.16.0.1 172.31.255.254 192.0.0.1 192.0.0.8 192.0.0.170 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 "
    "192.88.99.1 192.168.255.254 192.175.48.1 198.18.0.1 198.19.255.254 198.51.100.7 203.0.113.9 224.0.0.1 "
    "239.255.255.255 240.0.0.1 254.1.2.3 255.255.255.255"
)
OTHERS_V6 = words(
    ":: ::1 100::1 100:0:0:1::1 2001::1 2001:1::1 2001:2::1 2001:3::1 2001:4:112::1 2001:10::1 2001:20::1 2001:30::1 "
    "2001:db8::1 2620:4f:8000::1 3ffe::1 3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254 fe80::1 fe90::1 febf::1 "
    "fec0::1 feff::1 ff02::1 ff0e::1 ffff::1"
)
PUBLIC = words(
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 168.63.129.15 "
    "169.253.255.255 172.15.255.255 172.32.0.1 191.255.255.255 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 "
    "198.20.0.1 203.0.112.255 203.0.114.1 223.255.255.255 93.184.216.34 2001:200::1 2001:4860:4860::8888 "
    "2a00:1450:4001:81b::200e 2003::1 2606:4700:4700::1111 2a01:4f8::1 2620:4f:8001::1 2a00:1450::5eff:7f00:1"
)
RELAY = "93.184.216.34"  # a public host that redirects wherever its path says
RESERVED = (3128, 22, 25, 6379, 8080, 9200)  # ports at which something inside listens


@dataclass(slots=True)
class Corpus:
    """URLs that may not lead to any but a public address, URLs that must be fetched, and what their names resolve to.

    A name has a list of answers, one for each time it is asked; the last one stays.
    """

    hostile: list[str] = field(default_factory=list)
    controls: list[str] = field(default_factory=list)
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def name(self, label: str, *answers: list[str]) -> str:
        """Let a name resolve to addresses; returns it."""
        name = f"{label}.council.example"
        self.names[name] = list(answers)
        return name


def corpus() -> Corpus:
    """Build the whole of it; the same each time."""
    made = Corpus()
    for family in (_spellings, _literals, _inside_v6, _userinfo, _odd, _schemes, _ports, _redirects):
        made.hostile += family()
    made.hostile += [*_resolved(made), *_named(made)]
    made.controls = list(_controls(made))
    made.hostile = list(dict.fromkeys(made.hostile))
    return made


def literal(address: str) -> str:
    """Write an address as a URL has it."""
    return f"[{address}]" if ":" in address else address


def _spellings() -> list[str]:
    return [f"http://{spelt}/" for address in TARGETS for spelt in _spelt(address)]


def _spelt(address: IPv4Address) -> Iterator[str]:
    number, parts = int(address), list(address.packed)
    a, b, c, d = parts
    plain = str(address)
    yield from (plain, f"{plain}.", str(number), hex(number), f"0X{number:08X}", f"0{number:o}", f"000{number:o}")
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(hex(part) for part in parts)
    yield ".".join(f"{part:04d}" for part in parts)
    yield f"{hex(a)}.{b}.0{c:o}.{d}"
    yield f"{a}.{number & 0xFFFFFF}"
    yield f"{a}.{b}.{number & 0xFFFF}"
    yield f"0{a:o}.{hex(number & 0xFFFFFF)}"
    yield str(number + 2**32)
    yield plain.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})  # fullwidth digits
    yield plain.translate({ord("0"): 0x24EA} | {ord(str(digit)): 0x245F + digit for digit in range(1, 10)})  # circled
    yield plain.translate({ord(str(digit)): 0x1D7CE + digit for digit in range(10)})  # mathematical bold
    yield from (plain.replace(".", dot) for dot in "\u3002\uff0e\uff61")  # what IDNA takes for a dot
    yield plain.replace(".", "%2e")
    yield "".join(f"%{ord(char):02x}" for char in plain)
    yield f"{plain}\u200b"
    yield f"\u00ad{plain}"


def _literals() -> list[str]:
    found = [f"{scheme}://{literal(address)}/" for address in (*OTHERS_V4, *OTHERS_V6) for scheme in ("http", "https")]
    found += [
        f"http://[{IPv6Address(address).exploded}]/" for address in ("::1", "fd00:ec2::254", "fe80::1", "fec0::1")
    ]
    zones = ("fe80::1%25lo", "fe80::1%lo", "fe80::1%251", "::1%25lo", "2a00:1450::1%25lo", "fe80::1%25eth0")
    return found + [f"http://[{address}]/" for address in zones]


def _inside_v6() -> list[str]:
    found = []
    for address in TARGETS:
        number = int(address)
        high, low = number >> 16, number & 0xFFFF
        pair = f"{high:x}:{low:x}"
        found += [f"::ffff:{address}", f"::ffff:{pair}", f"::ffff:0:{address}", f"::{address}", f"::{pair}"]
        found += [f"2002:{pair}::", f"2002:{pair}::1", f"64:ff9b::{address}", f"64:ff9b::{pair}"]
        found += [f"64:ff9b:1::{address}", f"64:ff9b:1:{high:x}:{low >> 8:x}:{(low & 0xFF) << 8:x}::"]
        found.append(f"2001:0:{pair}:0:0:f5ff:fffe")  # Teredo: the server
        found.append(f"2001:0:5db8:d822:0:0:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}")  # Teredo: the client, inverted
        found += [f"2a00:1450:4001:81b:0:5efe:{pair}", f"2a00:1450::200:5efe:{pair}", f"fe80::5efe:{address}"]  # ISATAP
    return [f"http://[{address}]/" for address in found]


def _userinfo() -> list[str]:
    public, inside = RELAY, "127.0.0.1"
    return [
        f"http://{public}@{inside}/",
        f"http://{public}:80@{inside}:80/",
        f"http://{public}%00@{inside}/",
        f"http://{public}%2f@{inside}/",
        f"http://{public}%23@{inside}/",
        f"http://{public}#@{inside}/",
        f"http://{public}?@{inside}/",
        f"http://{public}&@{inside}#@{public}/",
        f"http://{inside}@{public}@{inside}/",
        f"http://user:word@{inside}/",
        f"http://@{inside}/",
        f"http://:@{inside}/",
        f"http://{public}\\@{inside}/",
        f"http://{inside}\\@{public}/",
        f"http://{public};@{inside}/",
        f"http://{public},{inside}/",
        f"http://[::1]@{inside}/",
        f"http://{public}@[::1]/",
    ]


def _odd() -> list[str]:
    inside = "127.0.0.1"
    return [
        "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://localhost.localdomain/",
        "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://localhost/", "http://ip6-localhost/", "http://ip6-loopback/",
        f"http://{inside}\t/", f"http://\t{inside}/", f"http://{inside}\n/", f"http://{inside}\r\nHost: x/",
        f"http://{inside}\x00/",
        f" http://{inside}/", f"http:// {inside}/", f"http:{inside}/", f"http:/{inside}/", f"http:///{inside}/",
        f"http:////{inside}/", f"http:\\\\{inside}\\", f"http:/\\{inside}/", f"//{inside}/",
        inside, f"{inside}:80", f"///{inside}/",
        f"http://{inside}%00.council.example/", f"http://{inside}%0a/", f"http://{inside}%09/", f"http://{inside}%20/",
        f"http://{inside}。/", f"http://{inside}#.council.example/", f"http://{inside}?.council.example/",
        f"http://{inside}/.council.example/", f"http://{inside};.council.example/", f"http://[{inside}]/",
        "http://[::1", "http://::1/", "http://[::1]./", "http://[::1]x/", "http://[0:0:0:0:0:0:0:1]/", "http://[::0001]/",
        "http://[0000::0001]/", "http://[::00:1]/", "http://[v1.7f000001]/", "http://[::ffff:0x7f.1]/", "http://[::ffff:7f00:0001]/",
        "http://[：：1]/", "http://①②⑦.⓪.⓪.①/", "http://127.0.0.1.1/", "http://1.127.0.0.1/", "http://127..0.0.1/",
        "http://127.0.0.1../", "http://.127.0.0.1/", "http://0/", "http://00/", "http://0x/", "http://0x0/", "http://127/",
        "http://0x7f.1/", "http://0177.1/", "http://127.1/", "http://127.0.1/", "http://１２７.1/",
        "HTTP://127.0.0.1/", "hTtP://127.1/",
    ]  # fmt: skip


def _schemes() -> list[str]:
    rest = "127.0.0.1/"
    schemes = words(
        "file ftp ftps sftp tftp gopher dict ldap ldaps ws wss telnet ssh imap smtp pop3 mysql redis smb nfs jar:http "
        "view-source:http blob:http feed:http url:http unix http+unix httpx h2c all proxy socks5"
    )
    found = [f"{scheme}://{rest}" for scheme in schemes]
    return [*found, "file:///etc/passwd", "data:text/plain,x", "javascript:1", "unix:///run/x.sock", "about:blank"]


def _ports() -> list[str]:
    hosts = ("127.0.0.1", RELAY, "[::1]")
    odd = (0, 65536, -1, "8o", "80:80", " 80", "８０", "%38%30", "0x50")
    return [
        f"http://{host}:{port}/" for host in hosts for port in (*RESERVED, *odd) if not (host == RELAY and port in odd)
    ]


def _redirects() -> list[str]:
    inside = (
        "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://2130706433/",
        "http://[::ffff:10.0.0.1]/", "//127.0.0.1/", "http://localhost/", "http://0x7f.1:8080/",
    )  # fmt: skip
    found = [relayed(to, status) for status in (301, 302, 303, 307, 308) for to in inside]
    found += [
        relayed(to)
        for to in (
            "/\\127.0.0.1/", "\\\\127.0.0.1\\", "http:127.0.0.1/", "///127.0.0.1/", "http://user@127.0.0.1/", "file:///etc/passwd",
            "gopher://127.0.0.1:6379/_x", " http://127.0.0.1/", "\thttp://127.0.0.1/", "http://127。0。0。1/", "http://[64:ff9b::7f00:1]/",
            f"http://{RELAY}:6379/", "https://10.0.0.1/",
        )
    ]  # fmt: skip
    for depth in range(2, 5):  # from public host to public host, and inside at last
        target = "http://127.0.0.1/"
        for _ in range(depth):
            target = relayed(target)
        found.append(target)
    return [*found, f"http://{RELAY}/refresh?to=http://127.0.0.1/", f"http://{RELAY}/meta?to=http://127.0.0.1/"]


def relayed(to: str, status: int = 302) -> str:
    """Return the address of the public host that redirects to another."""
    return f"http://{RELAY}/relay?status={status}&to={quote(to, safe='')}"


def _resolved(made: Corpus) -> Iterator[str]:
    """Yield names that resolve to one address inside."""
    inside = [*map(str, TARGETS), *OTHERS_V4[:20], *OTHERS_V6[:25], "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "::7f00:1"]
    inside += ["2002:7f00:1::", "::ffff:127.0.0.1", "2a00:1450::200:5efe:7f00:1", "2a00:1450:4001:81b:0:5efe:a00:1"]
    for number, address in enumerate(inside):
        yield f"http://{made.name(f'inside-{number}', [address])}/"


def _named(made: Corpus) -> Iterator[str]:
    for number, address in enumerate(("127.0.0.1", "10.0.0.1", "::1", "fd00::1", "169.254.169.254")):
        yield f"http://{made.name(f'mixed-{number}', [RELAY, address])}/"
        yield f"http://{made.name(f'mixed-first-{number}', [address, RELAY])}/"
        # A guard that looks a name up, and a library that looks it up again.
        public = "2a01:4f8::1" if ":" in address else RELAY
        turns = made.name(f"turns-{number}", [public], [address])
        yield f"http://{turns}/"
        yield f"http://{turns}/again"
        back = made.name(f"turns-back-{number}", [public], [address], [public], [address])
        yield from (f"http://{back}/{time}" for time in range(4))
        hidden = made.name(f"hidden-{number}", [address])
        for depth in range(3):
            alias = f"alias-{number}-{depth}.council.example"
            made.aliases[alias], hidden = hidden, alias
        yield f"http://{hidden}/"
        yield relayed(f"http://{hidden}/")
        yield f"http://{hidden.upper()}./"
    yield f"http://{made.name('xn--rathaus-hmb', ['127.0.0.1'])}/"
    made.names["münchen.council.example".encode("idna").decode()] = [["127.0.0.1"]]
    yield "http://münchen.council.example/"
    yield "http://MÜNCHEN。council．example/"


def _controls(made: Corpus) -> Iterator[str]:
    for number, address in enumerate(PUBLIC):
        yield f"http://{literal(address)}/"
        yield f"http://{made.name(f'public-{number}', [address])}/"
    yield f"http://{made.name('both', ['1.1.1.1', '2606:4700:4700::1111'])}/"
    made.aliases["www.council.example"] = made.name("host", ["8.8.8.8"])
    yield from (
        "http://www.council.example/",
        "http://WWW.Council.Example./",
        "https://8.8.8.8/",
        "https://www.council.example/",
    )
    yield from (
        relayed("http://8.8.8.8/"),
        relayed("//8.8.8.8/"),
        relayed("/here"),
        relayed(relayed("http://1.1.1.1/"), 308),
    )
