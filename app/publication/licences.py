"""Under which licence a record may be passed on: nothing goes out for which nobody states one."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Body, Source, System

# What sources write where they have nothing to say.
NOTHING = frozenset(
    {"", "-", "--", "?", "k.a.", "keine", "keine angabe", "n/a", "none", "null", "unbekannt", "unknown"}
)
# What some write by its name, and OParl wants as an address; small letters and digits alone count.
_ADDRESSES = {
    "cc0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cczero": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc010": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ccby40": "https://creativecommons.org/licenses/by/4.0/",
    "ccbysa40": "https://creativecommons.org/licenses/by-sa/4.0/",
    "dldezero20": "https://www.govdata.de/dl-de/zero-2-0",
    "dlzerode20": "https://www.govdata.de/dl-de/zero-2-0",
    "dldeby20": "https://www.govdata.de/dl-de/by-2-0",
    "dlbyde20": "https://www.govdata.de/dl-de/by-2-0",
}


@dataclass(frozen=True, slots=True)
class Licences:
    """What holds where a record states nothing itself."""

    of_body: dict[str, str | None]
    of_system: dict[int, str | None]
    of_operator: dict[int, str | None]

    @classmethod
    def read(cls, session: Session) -> "Licences":
        """Read what councils, servers and the operator say."""
        servers = session.execute(select(System.source_id, System.license).order_by(System.id)).all()
        return cls(
            dict(session.execute(select(Body.id, Body.license).where(~Body.deleted)).all()),
            dict(row for row in servers if stated(row[1])),
            dict(session.execute(select(Source.id, Source.license)).all()),
        )

    def holding(self, own: tuple[str | None, ...], body_id: str | None, source_id: int) -> str | None:
        """Return the first licence stated: by the record itself, its council, its server, the operator; or None."""
        chain = (
            *own,
            self.of_body.get(body_id or ""),
            self.of_system.get(source_id),
            self.of_operator.get(source_id),
        )
        return next((found for found in map(stated, chain) if found), None)


def stated(licence: str | None) -> str | None:
    """Return a licence without blanks around it, None where it says nothing."""
    text = (licence or "").strip()
    return None if text.casefold() in NOTHING else text


def addressed(licence: str) -> str:
    """Return a licence's address where it is known by its name; else the words themselves, or another would hold."""
    return _ADDRESSES.get("".join(one for one in licence.casefold() if one.isalnum()), licence)
