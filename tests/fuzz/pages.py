"""What list pages can hold at their worst: OParl objects with anything in any place, and bytes that were damaged.

All choices are asked of a `Random`: Hypothesis and atheris give one whose answers they steer.
"""

import json
from random import Random
from typing import Any

from app.vocabulary import PROPERTIES

SERVER = "https://rat.example/oparl"
TYPES = sorted(PROPERTIES)
# Few, so that objects meet: themselves, each other, the same under another type, scheme or case.
IDS = [
    *(f"{SERVER}/{name.lower()}/{number}" for name in TYPES for number in (1, 2)),
    f"{SERVER}/thing/1",
    "http://rat.example/oparl/thing/1",
    "https://RAT.example:443/oparl/thing/1",
    f"{SERVER}/thing.asp?typ=gr&id=1",
    f"{SERVER}/thing/a%7Cb",
    f"{SERVER}/größe/ä ö",
    "https://elsewhere.example/paper/1",
]
HOSTILE_IDS = [
    *("", " ", None, 0, 7, True, -1.5, [], {}, ["https://rat.example/1"], {"id": f"{SERVER}/paper/1"}),
    *(
        "http://[x",
        "https://",
        "https:///path",
        "https://rat.example:99999/1",
        "ftp://rat.example/1",
        "//rat.example/1",
    ),
    *("paper/1", "javascript:alert(1)", f"{SERVER}/\x00", f"{SERVER}/a\nb", f"{SERVER}/\ud800", f"{SERVER}/\u202e"),
    *(f"{SERVER}/" + "x" * 3000, f"{SERVER}/" + "ä" * 1100, "https://user:pass@rat.example/1", f" {SERVER}/paper/1 "),
    *(
        "HTTPS://rat.example/oparl/paper/1",
        "https://rat.example",
        "https://rat.example?",
        "https://[::1]/1",
        "https://ẞ/1",
    ),
]
TYPE = "https://schema.oparl.org/1.1/"
OTHER_TYPES = [
    *("gr", "at", "", None, 5, [], {}, "https://schema.oparl.org/1.1/Error", "https://schema.oparl.org/2.0/Paper"),
    *("http://schema.oparl.org/1.0/paper", "https://schema.oparl.org/1.1/MEETING/", "/1.1/Person", "\x00/1.1/File"),
    *(["https://schema.oparl.org/1.1/Paper"], {"type": "x"}, "https://schema.oparl.org/1.1/Paper" * 400),
]
TEXTS = [
    *(
        "",
        " ",
        "N/A",
        "n/a",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud83d",
        "\ud83d\ude00",
        "\u202eabc",
        "\ufeff",
        "\x0b\x1f",
    ),
    *("<script>alert(1)</script>", "'; DROP TABLE paper; --", "{{7*7}}", "%s%n", "=cmd|' /C calc'!A0", "x" * 501),
    *("\U0010ffff", "ß" * 3000, "e" + "\u0301" * 200, "nan", "Infinity", "1e999", "-0", "９", "٣", "½", "true", "NEIN"),
    *("0000-00-00", "0001-01-01", "9999-12-31T23:59:59-14:00", "2024-02-30", "2024-01-01T25:00:00", "2024-W01-1"),
    *("2024-01-01T00:00:00.123456789Z", "2024-03-31T02:30:00", "20240101", "2024-01-01 00:00:00+99:00", "24:00"),
    *("POINT(8 51)", '{"type":"Point"}', "8.2,51.6", "beschlossen", "Ö 1", "Antrag"),
]
NUMBERS = [
    *(0, 1, -1, 7, 2**31, -(2**31), 2**53, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, -(10**400)),
    *(0.0, -0.0, 0.1, 1e308, 5e-324),
]
SCALARS = [None, True, False, *TEXTS, *NUMBERS]
SHAPES = [
    {"type": "Point", "coordinates": []},
    {"type": "Point", "coordinates": [8.2]},
    {"type": "Point", "coordinates": [51.6, 8.2]},
    {"type": "Point", "coordinates": [1e308, -1e308]},
    {"type": "Point", "coordinates": [[], []]},
    {"type": "Point", "coordinates": [10**400, "8"]},
    {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[8.2, 51.6]] * 3]}},
    {"type": "Feature", "geometry": None},
    {"geometry": {"geometry": {"coordinates": {"coordinates": 5}}}},
    {"coordinates": "8.2 51.6"},
]
ODD_NAMES = [
    "Vendor:extra",
    "licence",
    "agendaitem",
    "Type",
    "",
    "\x00",
    "\ud800",
    "x" * 300,
    "street_address",
    "__class__",
    "email",
]
TOKENS = [
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"nul", b"\\ud800", b"\\u0000", b"\x00", b"\x1f", b"\xed\xa0\x80"),
    *(
        b"\xc0\x80",
        b"\xf8",
        b"0x1",
        b"01",
        b"1.",
        b",",
        b":",
        b"}",
        b"]",
        b'"',
        b"[" * 3000,
        b'{"a":' * 3000,
        b"9" * 5000,
    ),
]
KEYS = [b'"id"', b'"type"', b'"name"', b'"deleted"', b'"data"', b'"public"', b'"agendaItem"', b'"mainFile"']
# Properties by which things hang together: there most can go wrong.
MOVING = {
    name: [prop for prop, spec in PROPERTIES[name].items() if spec.type or prop in ("public", "deleted", "geojson")]
    for name in TYPES
}
RAW = 0x80  # in the first byte of what atheris tries: the rest is a page, not choices from which to make one
MAX_DEPTH = 4  # of what is embedded on purpose; `_deep` goes further


def page(r: Random, expected: str) -> bytes:
    """Return one page of a list that promises objects of a type."""
    entries = [_entry(r, expected) for _ in range(r.randrange(5))]
    if entries and r.random() < 0.2:  # the same twice, or nearly
        entries.append(_varied(r, r.choice(entries)))
    links = {"next": r.choice(SCALARS)} if r.random() < 0.1 else {}
    data: Any = {"data": entries, "pagination": {}, "links": links} if r.random() < 0.9 else entries
    text = json.dumps(data, ensure_ascii=r.random() < 0.5)
    content = text.encode("utf-8", "surrogatepass")
    return _damaged(r, content) if r.random() < 0.2 else content


def _entry(r: Random, expected: str) -> Any:
    chance = r.random()
    if chance < 0.8:
        return _object(r, expected, 0)
    return _object(r, r.choice(TYPES), 0) if chance < 0.9 else _anything(r, 0)


def _object(r: Random, kind: str, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if r.random() < 0.95:
        found["id"] = r.choice(IDS) if r.random() < 0.8 else r.choice(HOSTILE_IDS)
    if r.random() < 0.9:
        found["type"] = TYPE + kind if r.random() < 0.85 else r.choice(OTHER_TYPES)
    if r.random() < 0.12:
        found["deleted"] = True if r.random() < 0.7 else r.choice(SCALARS)
    for name in r.sample(MOVING[kind], min(len(MOVING[kind]), r.randrange(4))):
        found[name] = _value(r, kind, name, depth)
    names = list(PROPERTIES[kind])
    for _ in range(r.randrange(4)):
        name = r.choice(names) if r.random() < 0.85 else r.choice(ODD_NAMES)
        found.setdefault(name, _value(r, kind, name, depth))
    return found


def _value(r: Random, kind: str, name: str, depth: int) -> Any:
    prop = PROPERTIES[kind].get(name)
    chance = r.random()
    if prop is None or chance < 0.25:
        return _anything(r, depth)
    if name == "geojson":
        return r.choice(SHAPES)
    if prop.type:
        if chance < 0.55 or depth >= MAX_DEPTH:
            one = r.choice(IDS)
            return [one, r.choice(IDS)] if r.random() < 0.4 else one
        inside = prop.type if r.random() < 0.9 else r.choice(TYPES)
        held: list[Any] = [_object(r, inside, depth + 1) for _ in range(r.randrange(1, 4))]
        if r.random() < 0.2:
            held.append(_varied(r, r.choice(held)))
        return held if r.random() < 0.7 else held[0]
    return r.choice(SCALARS)


def _anything(r: Random, depth: int) -> Any:
    chance = r.random()
    if chance < 0.6 or depth >= MAX_DEPTH:
        return r.choice(SCALARS)
    if chance < 0.75:
        return [_anything(r, depth + 1) for _ in range(r.randrange(4))]
    if chance < 0.9:
        return _object(r, r.choice(TYPES), depth + 1)
    return _deep(r)


def _deep(r: Random) -> Any:
    """Nest one thing in another, up to beyond what anything bears."""
    found: Any = r.choice(SCALARS)
    kind = r.choice(TYPES)
    for _ in range(r.choice((3, 15, 17, 31, 33, 60, 250, 260))):
        found = (
            {"id": r.choice(IDS), "type": TYPE + kind, r.choice(MOVING[kind]): found} if kind != "System" else [found]
        )
    return found


def _varied(r: Random, value: Any) -> Any:
    """Return nearly the same again: a copy that says something else of itself."""
    if not isinstance(value, dict) or r.random() < 0.3:
        return value
    names = [name for name in value if name != "id"]
    if names and r.random() < 0.5:
        return {k: v for k, v in value.items() if k != r.choice(names)}
    return value | {r.choice(("name", "deleted", "type", "public", "role")): r.choice(SCALARS)}


def _damaged(r: Random, content: bytes) -> bytes:
    """Damage the bytes in one to three places: cut, doubled, flipped, other tokens in place of what was there."""
    found = bytearray(content)
    for _ in range(r.randrange(1, 4)):
        at, length = r.randrange(len(found) + 1), r.randrange(12)
        how = r.randrange(7)
        if how == 0:
            del found[at : at + length]
        elif how == 1:
            found[at:at] = found[at : at + length * 4]
        elif how == 2 and found:
            found[at % len(found)] ^= 1 << r.randrange(8)
        elif how == 3:
            del found[at:]
        elif how == 4:
            found[at:at] = r.choice(TOKENS)
        elif how == 5:
            found = found.replace(r.choice(KEYS), r.choice(KEYS), 1)  # one key twice
        else:
            found = bytearray(r.choice((b"\xef\xbb\xbf", b"\xff\xfe", b" ", b"<!-- x -->", b"[")) + found)
    return bytes(found)
