"""What is wrong with a source, in the words of people who run an office and not a server."""

import re
from datetime import date, datetime, timedelta

from app.models import ListCursor
from app.queries.days import FULL, PART, Ticks
from app.queries.status import SourceStatus
from app.queries.verdict import REASONS, Reason
from app.web.filters import day, moment, number
from app.web.i18n import N_, gettext, ngettext

# What a state is called and drawn as; the signs mean the same as everywhere: filled = went through.
STATES = {
    "ok": ("accepted", N_("Complete")),
    "silent": ("noted", N_("Silent")),
    "behind": ("postponed", N_("Behind")),
    "partial": ("amended", N_("Incomplete")),
    "new": ("planned", N_("Being read for the first time")),
    "failing": ("postponed", N_("Disturbed")),
    "blocked": ("rejected", N_("Locked out")),
}
PROBLEMS = {
    "list-failed": N_("Lists of the server cannot be read to their end."),
    "no-id": N_("Objects come without an id and cannot be stored."),
    "no-object": N_("List entries are no objects and cannot be stored."),
    "unknown-type": N_("Objects are of no known type and cannot be stored."),
    "wrong-type": N_("A value is of the wrong kind and is left out."),
    "unknown-property": N_("Objects have properties that OParl does not know."),
    "foreign-id": N_("Objects carry the id of another server and are not stored."),
    "second-type": N_("Objects carry the id of an object of another type and are not stored."),
    "not-stored": N_("Objects hold something that the database refuses."),
    "many-missing": N_("So many records disappeared at once that they are kept until this is certain."),
    "file-failed": N_("Files cannot be fetched from the server."),
    "file-differs": N_("Files are not what the server says of them."),
    "unreadable-file": N_("Files cannot be read."),
}
ADDRESS = re.compile(r"https?://\S+")
# What a machine says when it fails, from the most exact to the least, and what it means.
FAILURES = (
    (r"asks programs not to read", N_("The server asks programs not to read it, and we respect that.")),
    (r"bot wall|refuses us|HTTP 40[13]", N_("The server keeps programs out.")),
    (r"HTTP 404|HTTP 410", N_("The address does not exist any more. The council may have changed its system.")),
    (r"HTTP 429|asked for a pause", N_("The server asked us to come back later.")),
    (r"HTTP [45]\d\d", N_("The server reports a fault of its own.")),
    (r"failed \d+ times in a row", N_("The server failed so often that we let it rest for a while.")),
    (r"files in a row", N_("So many files in a row could not be fetched that we stopped for now.")),
    (r"certificate|TLS|SSL", N_("The server's certificate is not valid, so that nobody can trust what it says.")),
    (r"no such host|name server", N_("The server's address is not known on the internet.")),
    (r"no answer within|took longer|stalled|bytes in \d+ s", N_("The server does not answer in time.")),
    (r"redirects from|another host", N_("The server leads to another one, which we do not follow unasked.")),
    (r"redirect", N_("The server sends us from one address to the next without end.")),
    (r"leads back|repeats|more than \d+ pages|no address", N_("The list never ends: its pages lead in a circle.")),
    (r"bytes announced, |more than \d+ bytes|unpack to", N_("The answer is larger than we can take.")),
    (r"announced|packed body|body is coded", N_("The answer broke off or came damaged.")),
    (r"not a public address|is not dialled|local socket", N_("The address is none on the public internet.")),
    (r"database refuses", N_("What came could not be stored here.")),
    (r"JSON|OParl|HTML|no Body", N_("The server answers with something else than council data.")),
    (r"no connection|refused|reset|closed", N_("The server cannot be reached.")),
)
FILTERS = {
    "unknown": N_("Whether it tells only what is new is not known yet."),
    "ok": N_("It tells only what is new."),
    "ignored": N_("It cannot tell what is new and sends everything each time."),
    "rejected": N_("It refuses to tell only what is new."),
}


def state_of(one: SourceStatus) -> tuple[str, str]:
    """Return sign and word of a source's state."""
    sign, word = STATES[one.state]
    return sign, gettext(word)


def reason_words(reason: Reason) -> str:
    """Return the sentence of a reason in the reader's language."""
    words = {name: _words(value) for name, value in reason.values.items()}
    return gettext(REASONS[reason.code][1], **words)


def problem_words(kind: str, example: str) -> str:
    """Say what a kind of problem means; one that has no words yet is told by its first case."""
    return gettext(PROBLEMS[kind]) if kind in PROBLEMS else example


def failure_words(said: str) -> str:
    """Say what a machine's words mean; the addresses in them mean nothing."""
    words = ADDRESS.sub("", said)
    for pattern, sentence in FAILURES:
        if re.search(pattern, words):
            return gettext(sentence)
    return gettext("The server does not answer as it should.")


def list_words(cursor: ListCursor) -> list[str]:
    """Say what is known about how a list can be asked."""
    said = [gettext(FILTERS.get(cursor.filtering, FILTERS["unknown"]))]
    if cursor.drops_filter:
        said.append(gettext("Its further pages forget what was asked for."))
    if cursor.stamps == "synthetic":
        said.append(gettext("It says of everything that it changed just now."))
    if cursor.omits:
        said.append(gettext("It leaves out parts of its records, which are asked for one by one."))
    return said


def lag_words(lag: timedelta | None) -> str:
    """Return how far the mirror is behind, in the unit one would say."""
    if lag is None:
        return gettext("not known yet")
    hours = int(lag.total_seconds() // 3600)
    if hours < 48:
        return ngettext("%(num)s hour", "%(num)s hours", max(hours, 1))
    return ngettext("%(num)s day", "%(num)s days", hours // 24)


def skew_words(seconds: float) -> str:
    """Say how wrong a server's clock is."""
    minutes = max(1, round(abs(seconds) / 60))
    if seconds > 0:
        return ngettext("%(num)s minute fast", "%(num)s minutes fast", minutes)
    return ngettext("%(num)s minute slow", "%(num)s minutes slow", minutes)


def ticks_words(ticks: Ticks) -> str:
    """Say what the ticks of the last days show."""
    known = [tick for tick in ticks if tick is not None]
    full, part = known.count(FULL), known.count(PART)
    said = [ngettext("read in full on %(num)s", "read in full on %(num)s", full)]
    if part:
        said.append(ngettext("in part on %(num)s", "in part on %(num)s", part))
    if missing := len(known) - full - part:
        said.append(ngettext("not at all on %(num)s", "not at all on %(num)s", missing))
    days = ngettext("Of the last %(num)s day", "Of the last %(num)s days", len(known))
    return f"{days} {', '.join(said)}"


def _words(value: datetime | date | int) -> str:
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else number(value)


def file_reason(reason: str, count: int) -> str:
    """Say in words why files gave no text; the reasons are those of readings, and of fetching."""
    known = {
        "empty": ngettext("file holds no text.", "files hold no text.", count),
        "encrypted": ngettext("file is locked with a password.", "files are locked with a password.", count),
        "damaged": ngettext("file is damaged.", "files are damaged.", count),
        "too_large": ngettext("file is too large to be read.", "files are too large to be read.", count),
        "crashed": ngettext("file made the reader fail.", "files made the reader fail.", count),
        "hostile": ngettext("file attacks its reader.", "files attack their reader.", count),
        "timeout": ngettext("file takes too long to be read.", "files take too long to be read.", count),
        "not_a_document": ngettext("file is an error page.", "files are error pages.", count),
        "unsupported": ngettext("file is of a kind we do not read.", "files are of a kind we do not read.", count),
        "gone": ngettext("file is no longer at the council.", "files are no longer at the council.", count),
        "failed": ngettext("file is not delivered by the server.", "files are not delivered by the server.", count),
    }
    return known.get(reason) or ngettext("file was not read.", "files were not read.", count)
