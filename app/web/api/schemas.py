"""What answers look like, as JSON Schema 2020-12: the document says it, and the tests hold the answers to it."""

from typing import Any

Schema = dict[str, Any]


def an_object(properties: Schema, *, open_: bool = False, optional: tuple[str, ...] = (), says: str = "") -> Schema:
    """Return the schema of an object that has all of these members but the optional ones."""
    required = [name for name in properties if name not in optional]
    told: Schema = {"type": "object", "required": required, "properties": properties, "additionalProperties": open_}
    return {"description": says, **told} if says else told


def a_list(of: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": of}


def ref(name: str) -> Schema:
    """Return a reference to one of SCHEMAS."""
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(kind: str) -> Schema:
    """Return the schema of a value that may be missing."""
    return {"type": [kind, "null"]}


STRING: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
BOOLEAN: Schema = {"type": "boolean"}
URL: Schema = {"type": "string", "format": "uri"}
KEY: Schema = {"type": "string", "pattern": "^[a-z2-7]{13}$"}
DAY: Schema = {"type": ["string", "null"], "format": "date"}
MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}

_HIT: Schema = {
    "type": {"enum": ["Paper", "Meeting", "AgendaItem", "File", "Organization", "Person"]},
    "key": KEY,
    "title": STRING,
    "date": DAY,
    "body": {**STRING, "description": "short name of the council"},
    "license": or_null("string"),
    "url": {**URL, "description": "the page to cite"},
    "object": {**URL, "description": "the OParl object"},
    "page": {**or_null("integer"), "description": "of the best passage, counted from 1"},
    "page_count": COUNT,
    "snippet": STRING,
    "passages": a_list(ref("Passage")),
}

SCHEMAS: dict[str, Schema] = {
    "Total": an_object({"value": COUNT, "relation": {"enum": ["eq", "gte"]}}, says="How many: exactly, or at least."),
    "Object": an_object(
        {"id": URL, "type": URL, "deleted": BOOLEAN},
        open_=True,
        optional=("deleted",),
        says="An OParl 1.1 object, as the OParl server of this portal gives it; what went is a tombstone.",
    ),
    "ObjectList": an_object({"total": ref("Total"), "next": or_null("string"), "data": a_list(ref("Object"))}),
    "Passage": an_object(
        {"page": or_null("integer"), "segments": a_list(an_object({"text": STRING, "marked": BOOLEAN}))}
    ),
    "Hit": an_object(_HIT),
    "Matter": an_object(
        {**_HIT, "also": a_list(ref("Hit")), "more": COUNT},
        says="The best document of a paper or meeting, the next best of the same, and how many more there are.",
    ),
    "SearchAnswer": an_object(
        {
            "total": {**ref("Total"), "description": "papers, meetings and what else is found together"},
            "documents": {**COUNT, "description": "files and agenda items counted by themselves"},
            "next": or_null("string"),
            "cut": {**BOOLEAN, "description": "there is more than can be paged through: narrow the search"},
            "added": a_list(
                an_object({"written": STRING, "words": a_list(STRING), "reason": {"enum": ["spelling", "synonym"]}})
            ),
            "unknown": a_list(STRING),
            "meant": or_null("string"),
            "data": a_list(ref("Matter")),
        }
    ),
    "Page": an_object(
        {
            "file": KEY,
            "name": or_null("string"),
            "page": COUNT,
            "pages": COUNT,
            "text": STRING,
            "method": or_null("string"),
            "confidence": or_null("number"),
            "license": or_null("string"),
            "url": URL,
        }
    ),
    "Figure": an_object(
        {
            "name": STRING,
            "title": STRING,
            "note": STRING,
            "method": STRING,
            "url": URL,
            "since": COUNT,
            "until": COUNT,
            "columns": a_list(an_object({"name": STRING, "label": STRING, "is_number": BOOLEAN})),
            "rows": a_list({"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}}),
        }
    ),
    "Councils": an_object(
        {
            "data": a_list(
                an_object(
                    {
                        "slug": STRING,
                        "key": KEY,
                        "name": STRING,
                        "ags": or_null("string"),
                        "license": or_null("string"),
                        "known_until": MOMENT,
                        "url": URL,
                        "object": URL,
                        "changes": URL,
                    }
                )
            )
        }
    ),
    "Coverage": an_object(
        {
            "sources": a_list(
                an_object(
                    {
                        "slug": STRING,
                        "url": STRING,
                        "state": STRING,
                        "last_complete": MOMENT,
                        "types": {"type": "object", "additionalProperties": {"type": "object"}},
                        "files": {"type": "object"},
                    },
                    open_=True,
                )
            )
        },
        says="As `ratslupe status --json` says it: what is published there, held here, and missing.",
    ),
    "Index": an_object(
        {
            "openapi": URL,
            "docs": URL,
            "downloads": URL,
            "operations": a_list(an_object({"name": STRING, "url": STRING, "says": STRING})),
        }
    ),
    "ChangeLine": {
        "description": "One line of the changes: first the header, then one for each object.",
        "oneOf": [
            an_object(
                {
                    "op": {"const": "header"},
                    "count": {**COUNT, "description": "lines that follow: fewer, and the transfer was cut"},
                    "cursor": {**STRING, "description": "for the next question"},
                    "more": {**BOOLEAN, "description": "ask again at once"},
                    "edition": STRING,
                    "body": or_null("string"),
                }
            ),
            an_object({"op": {"const": "upsert"}, "seq": COUNT, "hash": STRING, "object": ref("Object")}),
            an_object(
                {
                    "op": {"enum": ["delete", "redact"]},
                    "seq": COUNT,
                    "id": URL,
                    "type": STRING,
                    "modified": STRING,
                    "reason": {"enum": ["deleted", "moved", "withheld", "erased"]},
                }
            ),
        ],
    },
    "Problem": an_object(
        {
            "type": URL,
            "title": STRING,
            "status": {"type": "integer"},
            "detail": STRING,
            "instance": STRING,
            "errors": a_list(
                an_object(
                    {"parameter": STRING, "detail": STRING, "code": STRING, "position": COUNT},
                    optional=("code", "position"),
                )
            ),
            "allowed": a_list(STRING),
            "snapshot": URL,
        },
        optional=("errors", "allowed", "snapshot"),
        says="RFC 9457. `type` is the address of a page that explains it.",
    ),
}
