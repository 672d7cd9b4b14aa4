"""A client and a checker of our own, so that the server is not judged by its own code."""

import json
import re
import urllib.error
import urllib.request
from typing import Any

Json = dict[str, Any]
LISTS = (
    "organization", "person", "meeting", "paper", "agendaItem", "consultation", "file", "locationList",
    "legislativeTermList", "membership",
)  # fmt: skip
REQUIRED = {
    "System": ("oparlVersion", "body"),
    "Body": ("name", "legislativeTerm", *LISTS),
    "AgendaItem": ("order", "meeting"),
    "File": ("accessUrl",),
    "Membership": ("person",),
    "Consultation": ("paper",),
    "LegislativeTerm": ("body",),
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DAYS = ("date", "startDate", "endDate")
MOMENTS = ("created", "modified", "start", "end", "licenseValidSince", "oparlSince")


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body; errors are answers, too."""
    asked = urllib.request.Request(url, method=method, headers={n.replace("_", "-"): v for n, v in headers.items()})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, {n.lower(): v for n, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, {n.lower(): v for n, v in answer.headers.items()}, answer.read()


def get(url: str) -> Json:
    """The JSON behind an address that must be there."""
    status, headers, body = ask(url)
    assert status == 200, (status, url)
    assert headers["content-type"].startswith("application/json")
    assert headers["access-control-allow-origin"] == "*"
    found: Json = json.loads(body)
    return found


def walk(url: str) -> list[Json]:
    """All objects of a list, following `next` alone."""
    found: list[Json] = []
    seen = set()
    while url:
        assert url not in seen, f"the list comes back to {url}"
        seen.add(url)
        page = get(url)
        found += page["data"]
        url = page["links"].get("next", "")
    return found


def kind(item: Json) -> str:
    return str(item["type"]).removeprefix("https://schema.oparl.org/1.1/")


def faults(item: Json, embedded: bool = False) -> list[str]:
    """What the specification forbids in an object and in all that is embedded in it."""
    found = [name for name in ("id", "type", "created", "modified") if name not in item]
    if not item.get("deleted") and not embedded:
        found += [f"no {name}" for name in REQUIRED.get(kind(item), ()) if name not in item]
    if item["created"] > item["modified"] and item["created"][-6:] == item["modified"][-6:]:
        found.append("modified before created")
    for name, value in item.items():
        if value is None or value in ("", []):
            found.append(f"{name} is empty")
        if name in MOMENTS and not MOMENT.fullmatch(value):
            found.append(f"{name} is {value}")
        if name in DAYS and not DAY.fullmatch(value):
            found.append(f"{name} is {value}")
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "id" in child:
                found += [f"{name}: {fault}" for fault in faults(child, True)]
                if child.get("deleted"):
                    found.append(f"{name}: a withdrawn object is embedded")
    return found


def embedded(item: Json) -> list[Json]:
    """All objects inside an object, at any depth."""
    found = []
    for value in item.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "id" in child:
                found += [child, *embedded(child)]
    return found
