"""One fact in a text."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a fact is about."""

    REFERENCE = "reference"  # the number of a paper
    PLACE = "place"  # a street, perhaps with house numbers
    AMOUNT = "amount"  # a sum of money
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact and where it stands: `text[start:end]` is how it is written, `value` what it is compared by.

    value     reference: key of the number ("2024/45"); place: key of the street ("kaiserstrasse");
              amount: cents, or "from-to" in cents; date: "2024-03-12", or "2024-03" where only the month is said
    label     how it is shown, where the value alone does not say it: "Kaiserstraße 12a"
    number    amount: cents, of a range its upper end
    """

    kind: Kind
    start: int
    end: int
    value: str
    label: str | None = None
    number: int | None = None
