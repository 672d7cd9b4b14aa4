"""What a council's datasets are called: once given, a name stays, whatever becomes of the council's own short name.

A harvester knows a dataset by its address alone: under another one it is deleted there and made anew. So each edition
keeps the names that were given, and the day on which each dataset was first there, and hands them on to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Alias, key_of

NAMES = "names.json"


@dataclass
class Names:
    """Names by the key of the Body that has them, and the first day of each dataset."""

    councils: dict[str, str] = field(default_factory=dict)  # name: key of its Body
    issued: dict[str, str] = field(default_factory=dict)  # dataset: day

    @classmethod
    def read(cls, folder: Path) -> "Names":
        """Read those of an edition; none where there is no edition, or it cannot be read."""
        try:
            whole: Any = orjson.loads((folder / NAMES).read_bytes())
            return cls(_texts(whole["councils"]), _texts(whole["issued"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def to_json(self) -> bytes:
        """Return what the next edition reads."""
        return orjson.dumps(
            {"councils": self.councils, "issued": self.issued}, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2
        )

    def give(self, session: Session, bodies: Mapping[str, str]) -> dict[str, str]:
        """Return the name of each council, by its short name; `bodies` are the keys of Bodies by short names."""
        moved = dict(session.execute(select(Alias.key, Alias.new_id)).all()) if self.councils else {}
        for name, key in self.councils.items():  # a server moved: same council, another key
            if key not in bodies.values() and key in moved:
                self.councils[name] = key_of(moved[key])
        known = {key: name for name, key in self.councils.items()}
        given = {}
        for slug, key in sorted(bodies.items()):
            name = known.get(key) or (slug if self.councils.get(slug, key) == key else f"{slug}-{key}")
            self.councils[name], given[slug] = key, name
        return given

    def since(self, dataset: str, day: str) -> str:
        """Return the day on which a dataset was first there: this one, if it never was."""
        return self.issued.setdefault(dataset, day)


def _texts(found: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in found.items() if isinstance(value, str)}
