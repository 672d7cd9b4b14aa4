"""What stands in a text: numbers of papers, places, sums of money, dates. Text in, facts with their places out."""

from app.facts.amounts import amounts
from app.facts.dates import dates
from app.facts.fact import Fact, Kind
from app.facts.known import Known
from app.facts.places import Town, house_of, places, street_of
from app.facts.references import reference_key, references
from app.facts.shapes import Shapes
from app.facts.streets import shown_name, street_key

# Raise it when a rule changes: then all texts are looked through again.
FACTS_VERSION = "1"


def facts(text: str, known: Known) -> list[Fact]:
    """Return what stands in a text, in its order; of one kind no two facts overlap. In time linear to its length."""
    found = [*references(text, known.shapes), *places(text, known.town), *amounts(text), *dates(text)]
    return sorted(found, key=lambda fact: (fact.start, fact.kind))


__all__ = [
    "FACTS_VERSION",
    "Fact",
    "Kind",
    "Known",
    "Shapes",
    "Town",
    "amounts",
    "dates",
    "facts",
    "house_of",
    "places",
    "reference_key",
    "references",
    "shown_name",
    "street_key",
    "street_of",
]
