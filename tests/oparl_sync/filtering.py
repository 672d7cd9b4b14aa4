"""A small council whose lists can filter, and forget to, lie, shrink, close and come back."""

from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx

from app.db import now
from tests.oparl_sync.council import SERVER, Council, thing, url

LONG_AGO = now() - timedelta(days=400)


class Filtering(Council):
    """`filters` is what its filter does; `says` answers for single objects; `clock` is the server's."""

    def __init__(self) -> None:
        super().__init__()
        self.filters = "ok"  # ok, ignored, 403, 500, drops, empty
        self.says: dict[str, Any] = {}
        self.skew = timedelta()
        self.tells_time = True

    def handle(self, request: httpx.Request) -> httpx.Response:
        response = self._handle(request)
        if self.tells_time:
            response.headers["date"] = format_datetime(now() + self.skew, usegmt=True)
        return response

    def _handle(self, request: httpx.Request) -> httpx.Response:
        address, query = str(request.url), request.url.params
        path = address.partition("?")[0]
        name = path.removeprefix(f"{SERVER}/list/")
        if address in self.answers or name not in self.lists:
            if path in self.says and address not in self.answers:
                self.asked.append(address)
                said = self.says[path]
                return said if isinstance(said, httpx.Response) else httpx.Response(200, json=said)
            return super().handle(request)
        self.asked.append(address)
        if "modified_since" in query and self.filters.isdigit():
            return httpx.Response(int(self.filters), json={"error": "no filter"})
        if "modified_since" in query and self.filters == "empty":
            return httpx.Response(200, json={"data": [], "links": {}})
        entries = self.lists[name]
        number = int(query.get("page", 1))
        honest = self.filters in ("ok", "drops")
        if "modified_since" in query and honest:
            since = datetime.fromisoformat(query["modified_since"])
            entries = [one for one in entries if datetime.fromisoformat(one["modified"]) >= since]
        else:
            entries = [one for one in entries if not one.get("deleted")]
        page = self.page(path, entries, number)
        if "next" in page["links"] and "modified_since" in query and self.filters == "ok":
            page["links"]["next"] += f"&modified_since={query['modified_since'].replace('+', '%2B')}"
        return httpx.Response(200, json=page)

    def stamped(self, kind: str, number: int, /, *, ago: timedelta = timedelta(), **more: Any) -> dict[str, Any]:
        """Build an object that was modified so long ago; without it, at a time of its own long ago."""
        moment = now() - ago if ago else LONG_AGO + timedelta(days=number)
        return thing(kind, number, modified=moment.isoformat(timespec="seconds"), **more)

    def lists_asked(self) -> list[str]:
        """Return which list pages were asked for since the last time, without their filters' values; empties it."""
        found = [address for address in self.asked if "/list/" in address]
        self.asked.clear()
        return found

    def single(self, kind: str, number: int, said: Any) -> None:
        """Let an object's own address answer."""
        self.says[url(kind, number)] = said
