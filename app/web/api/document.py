"""/openapi.json: made of the table of operations, their parameters, the schemas and the problems."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from app.web.api.asking import PREFIX
from app.web.api.operations import ALWAYS, JSON, NDJSON, Operation
from app.web.api.parameters import Parameter
from app.web.api.problems import KINDS, MEDIA_TYPE
from app.web.api.schemas import SCHEMAS, ref

VERSION = "1.0.0"
HEADERS: dict[str, Any] = {
    "ETag": ("The name of this very answer, to be sent as If-None-Match.", True),
    "RateLimit": ('What is left: "network";r=57;t=23, questions and seconds until all are there again.', True),
    "RateLimit-Policy": ('The limit: "network";q=120;w=60, questions at once and seconds.', True),
    "Link": ("The next page, rel=next.", False),
    "Retry-After": ("Seconds to wait.", False),
}
_OF_ANSWERS = ("ETag", "RateLimit", "RateLimit-Policy", "Link")
_DESCRIPTION = """Everything that German councils publish by OParl and this portal mirrors: read only, without a key.

Whoever wants all of it takes the downloads; whoever has them keeps up with /changes. Objects are OParl 1.1, as
/oparl/v1.1 gives them. Unknown parameters are refused. Errors are RFC 9457."""


def document(operations: Sequence[Operation], base_url: str, contact: str = "") -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    about: dict[str, Any] = {"title": "Ratslupe", "version": VERSION, "description": _DESCRIPTION}
    if contact:
        about["contact"] = {"email": contact}
    return {
        "openapi": "3.1.0",
        "info": about,
        "servers": [{"url": base_url + PREFIX}],
        "externalDocs": {"url": f"{base_url}/api"},
        "paths": {one.path or "/": {"get": _operation(one)} for one in operations if one.path},
        "components": {"schemas": SCHEMAS, "headers": dict(_headers())},
    }


def _operation(one: Operation) -> dict[str, Any]:
    told = {
        "operationId": one.name,
        "summary": one.says,
        "parameters": [_parameter(each, "path") for each in one.in_path]
        + [_parameter(each, "query") for each in one.parameters],
        "responses": {"200": _answer(one), "304": {"description": "It is as you know it."}, **_problems(one)},
    }
    return {**told, "deprecated": True} if one.deprecated else told


def _parameter(one: Parameter, place: str) -> dict[str, Any]:
    schema: dict[str, Any] = dict(one.schema)
    if one.default is not None:
        schema["default"] = one.default
    if one.many:
        schema = {"type": "array", "items": schema, "maxItems": 32}
    told = {"name": one.name, "in": place, "required": place == "path", "description": one.says, "schema": schema}
    return {**told, "example": [*one.examples] if one.many else one.examples[0]} if one.examples else told


def _answer(one: Operation) -> dict[str, Any]:
    # Of lines and of plain text no schema tells more than that they are text.
    content: dict[str, Any] = {"schema": ref(one.schema) if one.media_type == JSON else {"type": "string"}}
    lines = " Each line is a ChangeLine." if one.media_type == NDJSON else ""
    return {
        "description": f"{one.says}.{lines}",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _OF_ANSWERS},
        "content": {one.media_type: content},
    }


def _problems(one: Operation) -> dict[str, Any]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for name in (*ALWAYS, *one.problems):
        by_status[KINDS[name].status].append(name)
    return {str(status): _problem(names, status) for status, names in sorted(by_status.items())}


def _problem(names: Iterable[str], status: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": " / ".join(f"{KINDS[name].title} ({name})" for name in names),
        "content": {MEDIA_TYPE: {"schema": ref("Problem")}},
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return told


def _headers() -> Iterable[tuple[str, Any]]:
    for name, (says, required) in HEADERS.items():
        yield name, {"description": says, "required": required, "schema": {"type": "string"}}
