"""robots.txt (RFC 9309): what a server asks programs not to read is not read."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from protego import Protego

from app.net import Answer
from oparl_sync.problems import Blocked, Closed, ServerFailed, SyncError

US = "Ratslupe"
MAX_BYTES = 500 * 1024  # that much is read at least, says RFC 9309 §2.5; what follows does not count
KEPT = 24 * 3600.0  # seconds, RFC 9309 §2.4
AGAIN = 600.0  # seconds until it is asked again for one that could not be read

Read = Callable[[str], Answer]


@dataclass(slots=True)
class _Site:
    rules: Protego | None = None  # None: everything may be read
    until: float = 0.0
    failure: str | None = None
    gate: threading.Lock = field(default_factory=threading.Lock)


class Robots:
    """The robots.txt of each server, read once a day; safe to share between threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sites: dict[str, _Site] = {}

    def check(self, address: str, read: Read) -> float | None:
        """Return the seconds asked for between requests; raises Closed, or ServerFailed where it cannot be known."""
        split = urlsplit(address)
        root = f"{split.scheme}://{split.netloc}"
        site = self._sites.setdefault(root, _Site())
        with site.gate:  # whoever comes second waits for what the first reads
            if self._clock() >= site.until:
                self._renew(site, f"{root}/robots.txt", read)
            if site.failure:
                raise ServerFailed(site.failure)
            if site.rules is None:
                return None
            if not site.rules.can_fetch(address, US):
                raise Closed(f"{root}/robots.txt asks programs not to read {split.path or '/'}; that is respected")
            return site.rules.crawl_delay(US)

    def _renew(self, site: _Site, url: str, read: Read) -> None:
        try:
            answer = read(url)
        except Blocked:  # a wall is told by what is asked for next
            site.rules, site.failure, site.until = None, None, self._clock() + KEPT
            return
        except SyncError as error:
            site.failure, site.until = (
                f"{error} (what it allows is not known, so nothing is read)",
                self._clock() + AGAIN,
            )
            return
        if answer.status == 429 or answer.status >= 500:
            site.failure = f"{url} answered HTTP {answer.status}: what it allows is not known, so nothing is read"
            site.until = self._clock() + AGAIN
            return
        site.rules, site.failure, site.until = _rules(answer), None, self._clock() + KEPT


def _rules(answer: Answer) -> Protego | None:
    """Return the rules; there are none where there is no such file, or a web page in its place."""
    text = answer.content.decode("utf-8", "replace").removeprefix("\ufeff")
    if answer.status != 200 or text.lstrip()[:1] == "<":
        return None
    return Protego.parse(text.replace("\x00", ""))
