"""What is known beforehand of the council whose text is read."""

from dataclasses import dataclass, field

from app.facts.places import Town
from app.facts.shapes import Shapes


@dataclass(frozen=True, slots=True)
class Known:
    """What its papers' numbers look like, and its town's streets."""

    shapes: Shapes = field(default_factory=Shapes)
    town: Town = field(default_factory=Town)
