"""CKAN's action API as far as a harvester asks: what is read, in CKAN's shape, and errors as CKAN says them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Blueprint, Response, request

from app.catalogue import Edition
from app.catalogue.packages import GROUP, licences, tag
from app.web.headers import open_to_all
from app.web.pages.catalogue import edition_now, not_yet, own_council
from app.web.site import site

ckan = Blueprint("ckan", __name__)

MOST = 1000  # packages in an answer
LONGEST = 200  # characters that are searched for
_SINCE = re.compile(r"\+?metadata_modified:\[(\S{1,40}) TO \*\]")
_BY = {"id": "id", "name": "name", "title": "title", "title_string": "title", "metadata_modified": "modified"}
_EVERYTHING = frozenset({"", "*:*", "*"})


class Refused(Exception):
    """Raised with the answer to a question that cannot be answered."""

    def __init__(self, status: int, kind: str, **said: Any) -> None:
        super().__init__(kind)
        self.status, self.error = status, {"__type": kind, **said}


class _Asked:
    """The packages of this portal, and what is asked of them."""

    def __init__(self, edition: Edition, given: Mapping[str, Any]) -> None:
        self.edition, self._given = edition, given
        mine = own_council(edition)
        self.packages = [one for one in edition.packages if mine in (None, one["council"])]
        self.organizations = [one for one in edition.organizations if mine in (None, one["name"])]

    def text(self, name: str, default: str = "") -> str:
        value = self._given.get(name, default)
        if not isinstance(value, str) or len(value) > LONGEST:
            raise Refused(409, "Validation Error", **{name: ["Must be text of at most 200 characters"]})
        return value.strip()

    def number(self, name: str, default: int, most: int) -> int:
        value = str(self._given.get(name, default))
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise Refused(409, "Validation Error", **{name: ["Must be a natural number"]})
        return min(int(value), most)

    def flag(self, name: str) -> bool:
        return str(self._given.get(name, "")).lower() in ("true", "1", "yes")

    def named(self, found: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the one with the id or name that is asked for."""
        wanted = self.text("id") or self.text("name_or_id")
        if not wanted:
            raise Refused(409, "Validation Error", id=["Missing value"])
        for one in found:
            if wanted in (one["id"], one["name"]):
                return one
        raise Refused(404, "Not Found Error", message="Not found")

    def some(self, found: list[Any]) -> list[Any]:
        start = self.number("offset", 0, 10**9)
        return found[start : start + self.number("limit", MOST * 100, MOST * 100)]

    def whole(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return packages as package_show has them."""
        return [package for one in found if (package := self.edition.package(one["name"]))]


def _status(_: _Asked) -> dict[str, Any]:
    base = site().settings.base_url
    said = {"ckan_version": "2.10.0", "site_url": base, "site_title": "Ratslupe", "site_description": ""}
    return said | {"locale_default": "de", "error_emails_to": None, "extensions": []}


def _package_show(asked: _Asked) -> dict[str, Any]:
    found = asked.whole([asked.named(asked.packages)])
    if not found:
        raise Refused(404, "Not Found Error", message="Not found")
    return found[0]


def _package_search(asked: _Asked) -> dict[str, Any]:
    words = asked.text("q").casefold()
    found = asked.packages
    if words not in _EVERYTHING:
        found = [one for one in found if all(word in one["words"] for word in words.split())]
    if since := _since(asked.text("fq")):
        found = [one for one in found if one["modified"] >= since]
    sort = asked.text("sort") or "metadata_modified desc"
    found = _sorted(found, sort)
    start, rows = asked.number("start", 0, 10**9), asked.number("rows", 10, MOST)
    results = asked.whole(found[start : start + rows])
    return {"count": len(found), "sort": sort, "facets": {}, "search_facets": {}, "results": results}


def _since(fq: str) -> str:
    """Return since when packages are asked for, in the form in which they say it; "" for ever."""
    if fq in _EVERYTHING:
        return ""
    found = _SINCE.fullmatch(fq)
    try:
        moment = datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        moment = None
    if moment is None:
        raise Refused(409, "Validation Error", fq=["Only metadata_modified:[YYYY-MM-DDTHH:MM:SSZ TO *] is understood"])
    try:
        utc = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:  # the first or last day of all
        utc = moment.replace(tzinfo=UTC)
    return f"{utc.replace(tzinfo=None).isoformat(timespec='microseconds')}"


def _sorted(found: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    # Equal ones stay in one order, so that pages neither repeat nor miss one.
    found = sorted(found, key=lambda one: str(one["id"]))
    for rule in reversed(sort.split(",")):
        name, _, way = rule.strip().partition(" ")
        if name == "score":  # whatever matches, matches
            continue
        if name not in _BY or way.strip().lower() not in ("", "asc", "desc"):
            raise Refused(409, "Validation Error", sort=[f"Must be one of {', '.join(sorted(_BY))} and asc or desc"])
        found.sort(key=lambda one: str(one[_BY[name]]), reverse=way.strip().lower() == "desc")
    return found


def _counted(asked: _Asked, one: dict[str, Any]) -> dict[str, Any]:
    return one | {"package_count": sum(package["council"] == one["name"] for package in asked.packages)}


def _organization_show(asked: _Asked) -> dict[str, Any]:
    one = asked.named(asked.organizations)
    said = _counted(asked, one) | {"users": [], "tags": [], "groups": [], "extras": []}
    if asked.flag("include_datasets"):
        said["packages"] = asked.whole([found for found in asked.packages if found["council"] == one["name"]][:MOST])
    return said


def _organization_list(asked: _Asked) -> list[Any]:
    found = asked.some(asked.organizations)
    return [_counted(asked, one) for one in found] if asked.flag("all_fields") else [one["name"] for one in found]


def _group(asked: _Asked) -> dict[str, Any]:
    return GROUP | {"type": "group", "is_organization": False, "package_count": len(asked.packages), "state": "active"}


def _group_show(asked: _Asked) -> dict[str, Any]:
    return asked.named([_group(asked)]) | {"users": [], "tags": [], "groups": [], "extras": []}


def _group_list(asked: _Asked) -> list[Any]:
    return [_group(asked)] if asked.flag("all_fields") else [GROUP["name"]]


def _tag_list(asked: _Asked) -> list[Any]:
    words = sorted({word for one in asked.packages for word in one["tags"]})
    return [tag(word) for word in words] if asked.flag("all_fields") else words


def _resource_show(asked: _Asked) -> dict[str, Any]:
    wanted = asked.text("id")
    holder = next((one for one in asked.packages if wanted in one["resources"]), None)
    found = asked.whole([holder])[0]["resources"] if holder else []
    for one in found:
        if one["id"] == wanted:
            resource: dict[str, Any] = one
            return resource
    raise Refused(404, "Not Found Error", message="Not found")


ACTIONS: dict[str, Callable[[_Asked], Any]] = {
    "status_show": _status,
    "site_read": lambda _: True,
    "package_list": lambda asked: asked.some([one["name"] for one in asked.packages]),
    "package_show": _package_show,
    "package_search": _package_search,
    "organization_list": _organization_list,
    "organization_show": _organization_show,
    "group_list": _group_list,
    "group_show": _group_show,
    "tag_list": _tag_list,
    "license_list": lambda _: licences(),
    "resource_show": _resource_show,
}


@ckan.route("/api/3/action/<action>", methods=["GET", "POST"])
def act(action: str) -> Response:
    """Answer one action."""
    if action not in ACTIONS:
        return _said(f"Bad request - Action name not known: {action}", 400)
    edition = edition_now()
    if edition is None:
        waiting = not_yet()
        error = {"__type": "Search Index Error", "message": "Nothing is published yet"}
        waiting.data = orjson.dumps(_answer(action, success=False) | {"error": error})
        waiting.mimetype = "application/json"
        return waiting
    try:
        return _said(_answer(action, success=True) | {"result": ACTIONS[action](_Asked(edition, _given()))}, 200)
    except Refused as refused:
        return _said(_answer(action, success=False) | {"error": refused.error}, refused.status)


def _given() -> dict[str, Any]:
    given: dict[str, Any] = dict(request.args.items())
    if request.method == "POST":
        try:  # json of the standard library gives up on what is nested deeply
            sent = orjson.loads(request.get_data() or b"{}")
        except orjson.JSONDecodeError:
            sent = None
        if not isinstance(sent, dict):
            raise Refused(409, "Validation Error", message="Must be a JSON object")
        given |= {name: str(value) if isinstance(value, bool | int) else value for name, value in sent.items()}
    return {name: value for name, value in given.items() if value is not None}


def _answer(action: str, *, success: bool) -> dict[str, Any]:
    help_ = f"{site().settings.base_url}/api/3/action/help_show?name={action}"
    return {"help": help_, "success": success}


def _said(content: Any, status: int) -> Response:
    response = Response(orjson.dumps(content), status, mimetype="application/json")
    return open_to_all(response)
