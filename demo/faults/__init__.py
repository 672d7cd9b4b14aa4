"""What may go wrong with a single answer, by name, and plans of when it does."""

from . import answers, bodies, compressed, pages, wire
from .plan import FaultPlan, planned
from .registry import FAULTS, Fault, UnknownFaultError

__all__ = [
    "FAULTS",
    "Fault",
    "FaultPlan",
    "UnknownFaultError",
    "answers",
    "bodies",
    "compressed",
    "pages",
    "planned",
    "wire",
]
