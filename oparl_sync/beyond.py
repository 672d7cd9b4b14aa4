"""What lies behind a page that its server cannot make: one broken record must not hide all that comes after it.

Only where pages are numbered in their addresses. The list stays a failed one: nothing in it counts as missing.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from oparl_sync import fetch
from oparl_sync.client import OParlClient
from oparl_sync.fetch import ListPage
from oparl_sync.problems import Blocked, ListBroken, SyncError

MOST = 3  # pages in a row that fail: then it is the server, not a record
_NUMBER = re.compile(r"(?<=[?&]page=)[0-9]{1,9}(?=&|$)")


def pages(client: OParlClient, failed: str | None, error: SyncError, *, since: datetime | None) -> Iterator[ListPage]:
    """Yield the pages of a list after the one that failed with an error of its server's; none where that is no page."""
    address, number = failed, 0
    for _ in range(MOST):
        if address is None or error.status is None or error.status < 500 or isinstance(error, Blocked | ListBroken):
            return
        if (found := _NUMBER.search(address)) is None or int(found.group()) < number:
            return
        number = int(found.group()) + 1
        address = f"{address[: found.start()]}{number}{address[found.end() :]}"
        try:
            for page in fetch.pages(client, address, since=since):
                yield page
                address = page.next_url
        except SyncError as again:
            error = again
        else:
            return
