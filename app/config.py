"""The settings: read once from the environment, passed by hand, no side effect at import."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from app.looks import Looks, read_looks

ROOT = Path(__file__).resolve().parents[1]

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
DEFAULT_PREVIEWS_MB = 1024  # 4,500 to 13,000 pages
DEFAULT_EXPORTS_KEPT = (14, 8, 12, 60)
DATABASES = ("sqlite", "postgresql+psycopg")
ENGINES = ("embedded", "tantivy", "whoosh", "opensearch", "opensearch+https")
STORES = ("file", "s3")
MAILERS = ("smtp", "smtps", "file")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")

Network = IPv4Network | IPv6Network


class SettingsError(Exception):
    """Raised when settings cannot be used; names every fault at once, one a line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set, with the embedded defaults: one folder and no service."""

    home: Path
    # Any of them may hold a password or a key.
    database_url: str = field(repr=False)
    search_url: str = field(repr=False)
    files_url: str = field(repr=False)
    mail_url: str = field(repr=False)
    base_url: str = DEFAULT_BASE_URL
    secret_key: str = field(default="", repr=False)
    contact: str = ""
    fetch_allow_networks: tuple[Network, ...] = ()
    files_origin: str = ""
    previews_max_mb: int = DEFAULT_PREVIEWS_MB
    allow_unsandboxed: bool = False
    keep_originals: bool = True
    thesaurus: Path | None = None
    only_council: str = ""
    looks: Looks = field(default_factory=dict, repr=False)
    pages_dir: Path | None = None
    tiles_url: str = ""
    tiles_credit: str = ""
    websub_hub: str = ""
    push_services: tuple[str, ...] = ()
    exports_kept: tuple[int, int, int, int] = DEFAULT_EXPORTS_KEPT  # days, weeks, months; days of deltas

    @property
    def pages(self) -> Path:
        """Where the operator's own pages and names lie."""
        return self.pages_dir or self.home / "pages"

    @property
    def file_copies(self) -> Path:
        """Where local copies lie of files that are kept in a bucket."""
        return self.home / "cache" / "files"

    @property
    def previews(self) -> Path:
        """Where pictures of pages are kept."""
        return self.home / "previews"

    @property
    def exports(self) -> Path:
        """Where finished exports are published."""
        return self.home / "exports"

    @classmethod
    def embedded(cls, home: Path, **changes: object) -> "Settings":
        """Return the settings in which everything lives below one folder."""
        return cls.from_environment({"RATSLUPE_HOME": str(home), **{k: str(v) for k, v in changes.items()}})

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; raises SettingsError that lists all faults."""
        faults: list[str] = []
        home = Path(environ.get("RATSLUPE_HOME") or ROOT / "var").expanduser().absolute()
        settings = cls(
            home=home,
            database_url=environ.get("DATABASE_URL") or f"sqlite:///{home / 'ratslupe.db'}",
            search_url=environ.get("SEARCH_URL") or f"embedded://{home / 'index'}",
            files_url=environ.get("FILES_URL") or f"file://{home / 'files'}",
            mail_url=environ.get("MAIL_URL") or f"file://{home / 'mail'}",
            base_url=(environ.get("BASE_URL") or DEFAULT_BASE_URL).rstrip("/"),
            secret_key=environ.get("SECRET_KEY", ""),
            contact=environ.get("CONTACT", ""),
            fetch_allow_networks=_networks(environ.get("FETCH_ALLOW_NETWORKS", ""), faults),
            files_origin=environ.get("FILES_ORIGIN", "").rstrip("/"),
            allow_unsandboxed=_yes("ALLOW_UNSANDBOXED", environ, faults),
            keep_originals=_yes("KEEP_ORIGINALS", environ, faults, otherwise="1"),
            thesaurus=Path(environ["THESAURUS"]) if environ.get("THESAURUS") else None,
            only_council=environ.get("ONLY_COUNCIL", "").strip(),
            looks=_looks(environ.get("COUNCILS_FILE", ""), faults),
            pages_dir=Path(environ["PAGES_DIR"]).expanduser().absolute() if environ.get("PAGES_DIR") else None,
            tiles_url=environ.get("TILES_URL", ""),
            tiles_credit=environ.get("TILES_CREDIT", ""),
            websub_hub=environ.get("WEBSUB_HUB", "").strip(),
            push_services=tuple(environ.get("PUSH_SERVICES", "").lower().replace(",", " ").split()),
            exports_kept=_four("EXPORTS_KEPT", environ, DEFAULT_EXPORTS_KEPT, faults),
            previews_max_mb=_megabytes("PREVIEWS_MAX_MB", environ, DEFAULT_PREVIEWS_MB, faults),
        )
        faults += settings._faults()
        if faults:
            raise SettingsError("\n".join(faults))
        return settings

    def _faults(self) -> list[str]:
        faults = [
            f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in known)}, not {_scheme(url)!r}"
            for name, url, known in (
                ("DATABASE_URL", self.database_url, DATABASES),
                ("SEARCH_URL", self.search_url, ENGINES),
                ("FILES_URL", self.files_url, STORES),
                ("MAIL_URL", self.mail_url, MAILERS),
                ("BASE_URL", self.base_url, ("http", "https")),
            )
            if _scheme(url) not in known
        ]
        if self.contact and ("@" not in self.contact or any(c in self.contact for c in "\r\n ")):
            faults.append("CONTACT must be one mail address")
        if self.base_url.startswith("http") and not urlsplit(self.base_url).netloc:
            faults.append("BASE_URL must name a host")
        if self.thesaurus and not self.thesaurus.is_file():
            faults.append(f"THESAURUS must be a file: there is none at {self.thesaurus}")
        if self.only_council and not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", self.only_council):
            faults.append("ONLY_COUNCIL must be the short name of one council, as it stands in addresses")
        if self.websub_hub and not _is_plain_url(self.websub_hub):
            faults.append("WEBSUB_HUB must be the address of a hub, http:// or https:// and a host")
        faults += [
            f"PUSH_SERVICES must be names of hosts, not {one!r}"
            for one in self.push_services
            if not _HOST.fullmatch(one)
        ]
        return faults + self._origin_faults() + self._tiles_faults()

    def _tiles_faults(self) -> list[str]:
        if not self.tiles_url:
            return []
        try:
            host = urlsplit(self.tiles_url).netloc
        except ValueError:  # half an IPv6 address
            host = ""
        # The host goes into a header, which nothing else may be smuggled into.
        plain = host.isascii() and host and "@" not in host and not set(" ;,'\"{}") & set(host)
        placed = all(part in self.tiles_url for part in ("{z}", "{x}", "{y}"))
        if not plain or not placed or _scheme(self.tiles_url) not in ("http", "https"):
            return ["TILES_URL must be http:// or https://, a host, and a path with {z}, {x} and {y}"]
        return (
            [] if self.tiles_credit else ["TILES_CREDIT must say whose map TILES_URL shows: their licences ask for it"]
        )

    def _origin_faults(self) -> list[str]:
        if not self.files_origin:
            return []
        origin = urlsplit(self.files_origin)
        plain = self.files_origin == f"{origin.scheme}://{origin.netloc}" and "@" not in origin.netloc
        if not plain or origin.scheme not in ("http", "https") or not origin.hostname:
            return ["FILES_ORIGIN must be http:// or https:// and a host, nothing behind it"]
        # Cookies know no ports: another port of the same host would get them.
        if origin.hostname == urlsplit(self.base_url).hostname:
            return ["FILES_ORIGIN must be another host than that of BASE_URL"]
        return []


def _scheme(url: str) -> str:
    return url.partition(":")[0]


def _is_plain_url(url: str) -> bool:
    """Whether an address names a host and may stand in a feed as it is."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isascii() and url.isprintable()


def _yes(name: str, environ: Mapping[str, str], faults: list[str], *, otherwise: str = "0") -> bool:
    given = environ.get(name) or otherwise
    if given not in ("0", "1"):
        faults.append(f"{name} must be 1, or 0")
    return given == "1"


def _megabytes(name: str, environ: Mapping[str, str], default: int, faults: list[str]) -> int:
    given = environ.get(name, "") or str(default)
    if given.isascii() and given.isdigit():
        return int(given)
    faults.append(f"{name} must be a number of megabytes")
    return default


def _four(
    name: str, environ: Mapping[str, str], default: tuple[int, int, int, int], faults: list[str]
) -> tuple[int, int, int, int]:
    given = environ.get(name, "").replace(",", " ").split()
    if not given:
        return default
    if len(given) != len(default) or not all(one.isascii() and one.isdigit() and len(one) < 6 for one in given):
        faults.append(f"{name} must be four numbers: days, weeks, months, and days of deltas")
        return default
    days, weeks, months, deltas = map(int, given)
    return days, weeks, months, deltas


def _looks(path: str, faults: list[str]) -> Looks:
    if not path:
        return {}
    looks, found = read_looks(Path(path).expanduser())
    faults += [f"COUNCILS_FILE: {one}" for one in found]
    return looks


def _networks(text: str, faults: list[str]) -> tuple[Network, ...]:
    networks: list[Network] = []
    for part in text.replace(",", " ").split():
        try:
            networks.append(ip_network(part))
        except ValueError as error:
            faults.append(f"FETCH_ALLOW_NETWORKS: {error}")
    return tuple(networks)
