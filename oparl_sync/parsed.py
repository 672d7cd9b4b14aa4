"""What parse makes of JSON and store puts into rows."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from app.vocabulary import PARENTS, PROPERTIES, Kind
from oparl_sync import privacy, problems
from oparl_sync.problems import Deviation

VOLATILE = frozenset({"created", "modified"})
BACK = {
    object_type: frozenset(name for name, prop in spec.items() if prop.kind is Kind.BACK)
    for object_type, spec in PROPERTIES.items()
}


@dataclass(frozen=True, slots=True)
class Child:
    """A part that knows its parent, as the parent names it: embedded in it, or by its URL alone."""

    type: str
    id: str
    position: int
    embedded: bool


@dataclass(slots=True)
class Object:
    """One OParl object, ready to be stored; `holder` is what it was embedded in."""

    type: str
    id: str
    values: dict[str, Any]
    raw: dict[str, Any]
    holder: str | None = None
    deleted: bool = False
    with_holder: bool = False  # found inside a tombstone: it says nothing about an object that is known
    secret: bool = False
    unplaced: bool = False  # a Location that does not say whose place it is
    withheld: list[str] = field(default_factory=list)
    # Of what is withheld: what a decision may take in. It is stored by one alone, and nowhere printed.
    offered: dict[str, Any] = field(default_factory=dict, repr=False)
    links: list[tuple[str, int, str]] = field(default_factory=list)
    back: list[tuple[str, int, str]] = field(default_factory=list)  # the way back, of what comes by itself
    children: list[Child] = field(default_factory=list)
    content_hash: str = ""

    @property
    def embedded(self) -> bool:
        """Tell whether it came inside another object."""
        return self.holder is not None

    def seal(self) -> None:
        """Compute the hash that decides whether anything changed; TypeError where `raw` is nested too deeply.

        It is the same for an embedded copy and the object alone: without stamps and ways back, with the parent.
        """
        back = BACK[self.type]
        content = {k: v for k, v in self.raw.items() if k not in VOLATILE and k not in back}
        if parent := PARENTS.get(self.type):
            content[parent.property] = self.values.get(parent.column)
        self.content_hash = blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()

    def fill_up(self, parts: dict[str, Any]) -> None:
        """Take over parts that this copy leaves out, as ids: they are not empty, they are not told."""
        for name, stated in parts.items():
            if name not in self.raw:
                self.raw[name] = stated
                if PROPERTIES[self.type][name].kind is not Kind.CHILDREN:
                    ids = stated if isinstance(stated, list) else [stated]
                    self.links += [(name, place, one) for place, one in enumerate(ids) if isinstance(one, str)]
        self.seal()

    def strip(self) -> None:
        """Keep only that it is there: it is a place where nobody but persons is known to be found."""
        self.withheld = sorted({*self.withheld, *self.raw} - privacy.PLACE_KEPT)
        self.raw = {k: v for k, v in self.raw.items() if k in privacy.PLACE_KEPT}
        self.values = {k: v for k, v in self.values.items() if k in VOLATILE}
        self.links = []
        self.seal()


@dataclass(slots=True)
class Parsed:
    """What one page held: objects with parents before their children, and what deviates."""

    objects: list[Object] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)
    seen: int = 0  # objects that came, embedded ones included: == len(objects) + quarantined

    @property
    def quarantined(self) -> int:
        """Return how many could not be read as objects at all."""
        return sum(deviation.kind in problems.QUARANTINED for deviation in self.deviations)
