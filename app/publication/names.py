"""The ids under which records go out: addresses of our own OParl server, made of type and key."""

import re
from dataclasses import dataclass, field
from typing import Final

from app.models import OPARL_TYPES

ROOT: Final = "/oparl/v1.1"
SCHEMA: Final = "https://schema.oparl.org/1.1/"
PREFIX: Final = "ratslupe:"
TYPES: Final = {name.lower(): name for name in OPARL_TYPES}  # by the word in an address
# The lists of a Body: the property that names one, and the type that stands in it.
LISTS: Final = {
    "organization": "Organization",
    "person": "Person",
    "meeting": "Meeting",
    "paper": "Paper",
    "agendaItem": "AgendaItem",
    "consultation": "Consultation",
    "file": "File",
    "membership": "Membership",
    "locationList": "Location",
    "legislativeTermList": "LegislativeTerm",
}
LISTS_OF_ORGANIZATION: Final = {"meeting": "Meeting", "consultation": "Consultation"}


@dataclass(frozen=True, slots=True)
class Names:
    """Makes ids that begin with the portal's address, and reads them."""

    base_url: str
    _id: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare to read ids."""
        begin = re.escape(self.base_url + ROOT)
        words = "|".join(TYPES)
        object.__setattr__(self, "_id", re.compile(rf'"{begin}/({words})/([a-z2-7]{{13}})"'))

    @property
    def system(self) -> str:
        """The id of our System."""
        return f"{self.base_url}{ROOT}/"

    def id(self, object_type: str, key: str) -> str:
        """Return the id of a record."""
        return f"{self.base_url}{ROOT}/{object_type.lower()}/{key}"

    def list(self, object_type: str, key: str, name: str) -> str:
        """Return the address of one of a record's lists, by the property that names it."""
        return f"{self.id(object_type, key)}/{name.lower()}"

    def bytes(self, key: str, *, save: bool) -> str:
        """Return where a file's bytes are: to be looked at, or to be saved."""
        return f"{self.id('File', key)}/{'download' if save else 'access'}"

    def within(self, json: str) -> dict[str, str]:
        """Return the records that a form names, itself included: key to type."""
        return {key: TYPES[word] for word, key in self._id.findall(json)}
