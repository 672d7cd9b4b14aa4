"""The twelve OParl types: which properties they have, in 1.0 and 1.1, and what becomes of each.

A property that is not listed stays in `raw` and is reported once; one that is withheld is not kept at all.
"""

from dataclasses import dataclass
from enum import Enum, auto

from app.privacy import WITHHELD


class Kind(Enum):
    """What a property holds, and where it goes."""

    TEXT = auto()
    TERM = auto()  # a short text that is looked up by
    TEXTS = auto()
    DATE = auto()
    MOMENT = auto()
    FLAG = auto()
    NUMBER = auto()
    ORDINAL = auto()  # a number that says a place
    JSON = auto()
    OBJECT = auto()
    LINK = auto()  # a URL: column <name>_id
    LINKS = auto()  # URLs: rows in `link`
    PART = auto()  # an embedded object without a column for its parent: a row of its own and one in `link`
    PARTS = auto()  # several of them
    CHILDREN = auto()  # embedded objects that know their parent: column and position on their side
    LIST = auto()  # the URL of an external list: stays in raw, read by fetch
    BACK = auto()  # the way back to a parent; of a file that comes by itself, rows in `link`
    WITHHELD = auto()  # personal data that is not kept

    __hash__ = object.__hash__  # Enum's own is written in Python: 20 look-ups an object, 3 % of a sync


@dataclass(frozen=True, slots=True)
class Property:
    """One property of one type."""

    kind: Kind
    column: str = ""
    type: str = ""  # of what it links to, holds or lists


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _of(kind: Kind, *names: str) -> dict[str, Property]:
    suffix = "_id" if kind is Kind.LINK else ""
    return {name: Property(kind, _snake(name) + suffix) for name in names}


def _to(kind: Kind, **types: str) -> dict[str, Property]:
    suffix = "_id" if kind is Kind.LINK else ""
    return {name: Property(kind, _snake(name) + suffix, type_) for name, type_ in types.items()}


COMMON = (
    _of(Kind.TEXT, "name", "shortName", "license", "web")
    | _of(Kind.TEXTS, "keyword")
    | _of(Kind.MOMENT, "created", "modified")
    | {name: Property(Kind.JSON) for name in ("id", "type", "deleted")}
)

PROPERTIES: dict[str, dict[str, Property]] = {
    "System": COMMON
    | _of(Kind.TEXT, "oparlVersion", "website", "vendor", "product", "contactName", "contactEmail")
    | _to(Kind.LINKS, otherOparlVersions="System")
    | _to(Kind.LIST, body="Body"),
    "Body": COMMON
    | _of(Kind.TEXT, "website", "ags", "rgs", "contactName", "contactEmail", "classification")
    | _of(Kind.TEXTS, "equivalent")
    | _of(Kind.DATE, "licenseValidSince", "oparlSince")
    | _to(Kind.LINK, system="System")
    | _to(Kind.PART, location="Location")
    | _to(Kind.CHILDREN, legislativeTerm="LegislativeTerm")
    | _to(
        Kind.LIST,
        organization="Organization",
        person="Person",
        meeting="Meeting",
        paper="Paper",
        agendaItem="AgendaItem",
        consultation="Consultation",
        file="File",
        membership="Membership",
        locationList="Location",
        legislativeTermList="LegislativeTerm",
    ),
    "LegislativeTerm": COMMON | _to(Kind.LINK, body="Body") | _of(Kind.DATE, "startDate", "endDate"),
    "Organization": COMMON
    | _of(Kind.TEXT, "organizationType", "classification", "website")
    | _of(Kind.TEXTS, "post")
    | _of(Kind.DATE, "startDate", "endDate")
    | _to(Kind.LINK, body="Body", subOrganizationOf="Organization", externalBody="Body")
    | _to(Kind.LINKS, membership="Membership")
    | _to(Kind.PART, location="Location")
    | _to(Kind.LIST, meeting="Meeting", consultation="Consultation"),
    "Person": COMMON
    | _of(Kind.TEXT, "familyName", "givenName", "affix")
    | _of(Kind.TEXTS, "title")
    | _to(Kind.LINK, body="Body")
    | _to(Kind.CHILDREN, membership="Membership")
    | _of(Kind.WITHHELD, *sorted(WITHHELD["Person"])),
    "Membership": COMMON
    | _of(Kind.TEXT, "role")
    | _of(Kind.FLAG, "votingRight")
    | _of(Kind.DATE, "startDate", "endDate")
    | _to(Kind.LINK, person="Person", organization="Organization", onBehalfOf="Organization"),
    "Meeting": COMMON
    | _of(Kind.TEXT, "meetingState")
    | _of(Kind.FLAG, "cancelled")
    | _of(Kind.MOMENT, "start", "end")
    | _to(Kind.LINKS, organization="Organization", participant="Person")
    | _to(Kind.PART, location="Location", invitation="File", resultsProtocol="File", verbatimProtocol="File")
    | _to(Kind.PARTS, auxiliaryFile="File")
    | _to(Kind.CHILDREN, agendaItem="AgendaItem"),
    "AgendaItem": COMMON
    | _of(Kind.TEXT, "number", "result", "resolutionText")
    | _of(Kind.ORDINAL, "order")
    | _of(Kind.FLAG, "public")
    | _of(Kind.MOMENT, "start", "end")
    | _to(Kind.LINK, meeting="Meeting", consultation="Consultation")
    | _to(Kind.PART, resolutionFile="File")
    | _to(Kind.PARTS, auxiliaryFile="File"),
    "Paper": COMMON
    | _of(Kind.TERM, "reference", "paperType")
    | _of(Kind.DATE, "date")
    | _to(Kind.LINK, body="Body")
    | _to(
        Kind.LINKS,
        relatedPaper="Paper",
        superordinatedPaper="Paper",
        subordinatedPaper="Paper",
        originatorPerson="Person",
        underDirectionOf="Organization",
        originatorOrganization="Organization",
    )
    | _to(Kind.PART, mainFile="File")
    | _to(Kind.PARTS, auxiliaryFile="File", location="Location")
    | _to(Kind.CHILDREN, consultation="Consultation"),
    "Consultation": COMMON
    | _of(Kind.TEXT, "role")
    | _of(Kind.FLAG, "authoritative")
    | _to(Kind.LINK, paper="Paper", agendaItem="AgendaItem", meeting="Meeting")
    | _to(Kind.LINKS, organization="Organization"),
    "File": COMMON
    | _of(Kind.TEXT, "fileName", "mimeType", "sha1Checksum", "sha512Checksum", "accessUrl", "downloadUrl")
    | _of(Kind.TEXT, "externalServiceUrl", "fileLicense")
    | {"text": Property(Kind.JSON)}
    | _of(Kind.DATE, "date")
    | _of(Kind.NUMBER, "size")
    | _to(Kind.LINK, masterFile="File")
    | _to(Kind.LINKS, derivativeFile="File")
    | _to(Kind.BACK, meeting="Meeting", agendaItem="AgendaItem", paper="Paper")
    | _of(Kind.WITHHELD, *sorted(WITHHELD["File"])),
    "Location": COMMON
    | _of(Kind.TEXT, "description", "streetAddress", "room", "postalCode", "subLocality", "locality")
    | _of(Kind.OBJECT, "geojson")
    # 1.0 and 1.1 spell the way back differently.
    | _of(Kind.BACK, "bodies", "organization", "organizations", "meeting", "meetings", "paper", "papers")
    | _of(Kind.WITHHELD, *sorted(WITHHELD["Location"])),
}


@dataclass(frozen=True, slots=True)
class Parent:
    """How a child knows its parent, and the parent its children."""

    type: str
    column: str  # of the child
    property: str  # of the child: the way back
    children: str  # of the parent


PARENTS = {
    "LegislativeTerm": Parent("Body", "body_id", "body", "legislativeTerm"),
    "Membership": Parent("Person", "person_id", "person", "membership"),
    "AgendaItem": Parent("Meeting", "meeting_id", "meeting", "agendaItem"),
    "Consultation": Parent("Paper", "paper_id", "paper", "consultation"),
}
# By these a File or a Location is held: who names it so embeds it.
HOLDING = frozenset(
    name for spec in PROPERTIES.values() for name, prop in spec.items() if prop.kind in (Kind.PART, Kind.PARTS)
)

# Nothing is kept of these but what is listed above: vendors add telephone numbers under names of their own.
CLOSED = frozenset({"Person"})
# Of these a problem never quotes what stands where something else is expected: it may be private.
UNQUOTED = CLOSED | {"AgendaItem", "Membership", "Location"}

# The lists of a Body in the order in which they are read: what others point to comes first.
LISTS = (
    "organization",
    "person",
    "meeting",
    "paper",
    "legislativeTermList",
    "membership",
    "agendaItem",
    "consultation",
    "file",
    "locationList",
)
