"""The letter that asks a town for OParl: in German, whatever language its sender reads the site in."""

from dataclasses import dataclass
from urllib.parse import quote

from app.directory.endpoints import Endpoint
from app.directory.places import Place
from app.web.i18n import gettext, speaking

# What is asked for: an interface, that one is switched on, or that robots are let through to it.
ASK, SWITCH_ON, LET_IN = "ask", "switch-on", "let-in"
WANTED = {"blocked": LET_IN, "closed": LET_IN, "disabled": SWITCH_ON, "broken": SWITCH_ON}


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and paragraphs."""

    subject: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The letter as plain text."""
        return "\n\n".join((self.subject, *self.paragraphs)) + "\n"

    @property
    def mailto(self) -> str:
        """An address that opens it in a mail program, to nobody yet."""
        body = "\r\n\r\n".join(self.paragraphs)
        return f"mailto:?subject={quote(self.subject)}&body={quote(body)}"


def letter(place: Place, wanted: str, *, server: Endpoint | None, site: str, contact: str) -> Letter:
    """Return the letter to a town; `server` is the one that is closed, or switched off."""
    with speaking("de"):
        subject = gettext("OParl interface of the council information system of %(name)s", name=place.name)
        parts = [gettext("Dear Sir or Madam,"), *_wish(place, wanted, server, site, contact), *_facts()]
        parts += [
            gettext("I would be glad to have an answer, also if it is not possible at present."),
            gettext("Yours faithfully") + "\n" + gettext("[your name and address]"),
        ]
    return Letter(subject, tuple(parts))


def _wish(place: Place, wanted: str, server: Endpoint | None, site: str, contact: str) -> list[str]:
    name = place.name
    why = gettext(
        "I would like to read what is decided in %(name)s, be told of what is new and search its documents. The "
        "site %(site)s does that with what councils publish over the open standard OParl.",
        name=name,
        site=site,
    )
    if wanted == LET_IN and server is not None:
        us = f"Ratslupe ({contact})" if contact else "Ratslupe"
        refused = gettext(
            "Your server offers OParl, but it refuses programs, although the interface is made for them "
            "(%(url)s). Ratslupe respects that and goes round no barrier. I ask you to let programs through to "
            "this address: in robots.txt, and in the protection against bots, which may stay as it is for all "
            "other pages. Ratslupe names itself as “%(us)s”.",
            url=server.url,
            us=us,
        )
        instead = gettext(
            "If that is not possible, you can hand over the same data as a file. Ratslupe takes lists in the "
            "format of OParl (JSON), with the documents, also regularly."
        )
        return [why, refused, instead]
    if wanted == SWITCH_ON and server is not None:
        off = gettext(
            "Your council information system has this interface, but it does not work at present (%(url)s). I "
            "ask you to switch it on and to make it reachable for everybody.",
            url=server.url,
        )
        return [why, off]
    ask = gettext(
        "I ask you to switch on the OParl interface of your council information system and to make it reachable "
        "for everybody. If it is there already, I ask for its address."
    )
    return [why, ask]


def _facts() -> list[str]:
    return [
        gettext(
            "What OParl is: a uniform, free description of meetings, papers and documents for programs, see "
            "https://oparl.org. Over it goes only what your public council information system shows anyway. "
            "Non-public items stay non-public."
        ),
        gettext(
            "What it costs: several widespread systems have the interface: SOMACOS Session, CC e-gov ALLRIS, "
            "Sternberg SD.NET RIM and more! rubin. Whether it belongs to your contract, your provider can say. "
            "Reading is gentle: at most one request a second, and robots.txt is obeyed."
        ),
        gettext(
            "What the law says: the German Data Use Act (Datennutzungsgesetz, DNG) governs how data that public "
            "bodies publish may be reused. Whether further rules of your state apply, your legal office knows. "
            "An open licence, for example “Datenlizenz Deutschland – Zero – Version 2.0”, makes reuse certain."
        ),
        gettext(
            "What is needed: an address that answers without login and without a check for bots, for example one "
            "that ends in /oparl/system. Whether it works shows in any browser."
        ),
    ]
