"""Taking records out of lines that were published: by themselves, where they are embedded, and where they are named.

And out of records what a decision lets go out no more: a property of a type, or the text of files.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import orjson

from app.db import JsonObject
from app.exports.policy import Narrowed
from app.privacy import FULLTEXT, NON_PUBLIC_KEPT
from app.publication.names import PREFIX

_KEY: Final = re.compile(rb"/([a-z2-7]{13})(?=[\"/#])")
_OF_A_PAGE: Final = b'{"file":'  # how a line of full text begins, and no other
_NOTHING: Final[Narrowed] = {}
_TOLD_OF = frozenset({"body", "license", "originalId", "originalCreated", "originalModified", "page"})


class Pruner:
    """Leaves records out of lines; of those that turned private it leaves their place on the agenda."""

    def __init__(
        self,
        gone: Collection[str],
        private: Collection[str] = (),
        narrowed: Mapping[str, Narrowed] | None = None,  # by the folder of a council
    ) -> None:
        self._gone = frozenset(key.encode() for key in gone)
        self._private = frozenset(key.encode() for key in private)
        self._looked_for = self._gone | self._private
        self._narrowed = narrowed or {}
        self._signs = {
            folder: tuple(f'"{name}":'.encode() for names in types.values() for name in names)
            for folder, types in self._narrowed.items()
        }
        self.found: set[str] = set()  # keys of what was taken out

    def __call__(self, line: bytes, folder: str = "") -> bytes | None:
        """Return what is left of a council's line: the same bytes where nothing had to go, None where all had."""
        mine = self._narrowed.get(folder, _NOTHING)
        if line.startswith(_OF_A_PAGE) and FULLTEXT in mine.get("File", ()):
            return None
        says_more = any(sign in line for sign in self._signs.get(folder, ()))
        if not says_more and self._looked_for.isdisjoint(_KEY.findall(line)):
            return line
        told = orjson.loads(line)
        if told.get("op") not in (None, "upsert"):
            return line  # a tombstone says nothing but that it is gone
        form = told.get("object", told)
        left = self._left(_less(form, mine))
        if left is None or left == form:
            return line if left is not None else None
        return orjson.dumps(told | {"object": left} if "object" in told else left)

    def _left(self, value: Any) -> Any:
        """Return a value without what has to go; None where it has to go itself."""
        if isinstance(value, str):
            return None if self._is_gone(value) else value
        if isinstance(value, list):
            return [one for some in value if (one := self._left(some)) is not None] or None if value else value
        if not isinstance(value, dict):
            return value
        named = value.get("id") or value.get("file")
        if isinstance(named, str):
            if self._is_gone(named):
                return None
            if _key(named) in self._private and value.get("public") is not False:
                self.found.add(_key(named).decode())
                value = _place(value)
        left = {name: self._left(one) for name, one in value.items()}
        return {name: one for name, one in left.items() if one is not None or value[name] is None}

    def _is_gone(self, text: str) -> bool:
        key = _key(text)
        if key in self._gone:
            self.found.add(key.decode())
            return True
        return False


def first_key(line: bytes) -> str:
    """Return the key of the record that a line is of; "" where it is of none."""
    match = _KEY.search(line)
    return match[1].decode() if match else ""


def _less(form: JsonObject, narrowed: Narrowed) -> JsonObject:
    out = narrowed.get(str(form.get("type", "")).rpartition("/")[2], ())
    return {name: value for name, value in form.items() if name not in out}


def _key(address: str) -> bytes:
    """Return the key at the end of an address of ours, or before what it says of the record's own lists and bytes."""
    match = _KEY.search(address.encode() + b'"')
    return match[1] if match else b""


def _place(item: JsonObject) -> JsonObject:
    kept = {name: one for name, one in item.items() if name in NON_PUBLIC_KEPT}
    ours = {name: one for name, one in item.items() if name.removeprefix(PREFIX) in _TOLD_OF and ":" in name}
    return kept | {"public": False} | ours
