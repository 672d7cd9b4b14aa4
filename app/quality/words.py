"""What was counted, in words: one sentence a finding, why it matters and what helps, in the language of a voice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.models import System
from app.quality import sentences
from app.quality.measures import (
    FIELDS,
    FILES,
    FRESHNESS,
    GROUPS,
    LICENCES,
    PLACES,
    PRIVACY,
    REFERENCES,
    SAID_ONLY,
    TWINS,
    VALIDITY,
    WITHHELD,
)
from app.speech import Voice, decimal_words

LATE = 2  # days without a complete walk from which on it is told
WORST = 5  # findings that are named first
ALWAYS = frozenset({f"{FRESHNESS}.walk", f"{FRESHNESS}.modified"})  # no days are worth telling, too
# The same files are told of once: a scan may have its text by recognition.
UNREAD = ("gone", "failed", "empty", "encrypted", "damaged", "not_a_document", "unread")
Counted = Mapping[str, Sequence[int | None]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One measure with what was counted; `amiss` where somebody should do something, `listed` where its records are."""

    name: str
    group: str
    type: str
    count: int
    of: int | None
    sentence: str
    advice: str
    amiss: bool
    listed: bool

    @property
    def share(self) -> float:
        """Which part of the whole it is, 0 to 1; 0 where there is no whole."""
        return self.count / self.of if self.of else 0.0


def findings(counts: Counted, voice: Voice, product: str = "") -> list[Finding]:
    """Return all that was counted, in the order of the groups; names that nobody knows any more are left out."""
    found = [_finding(name, pair, voice, product) for name, pair in counts.items()]
    known = [one for one in found if one is not None]
    return sorted(known, key=lambda one: GROUPS.index(one.group))


def worst(found: Sequence[Finding]) -> list[Finding]:
    """Return what concerns most records, each of them by a detail, a reference or a file that somebody can mend."""
    mended = [one for one in found if one.amiss and one.group in (FIELDS, REFERENCES, TWINS, FILES, LICENCES)]
    return sorted(mended, key=lambda one: -one.count)[:WORST]


def title(group: str, voice: Voice) -> str:
    """Return the heading of a group."""
    return voice.gettext(sentences.TITLES[group])


def filled(counts: Counted) -> int | None:
    """Return how many of a hundred recommended details are there; None where nothing was counted."""
    return _whole(counts, FIELDS)


def leading(counts: Counted) -> int | None:
    """Return how many of a hundred references lead somewhere."""
    return _whole(counts, REFERENCES)


def legible(counts: Counted) -> int | None:
    """Return how many of a hundred files can be read."""
    pairs = [counts[f"File.files.{one}"] for one in UNREAD if f"File.files.{one}" in counts]
    tried = int(counts.get("File.files.gone", [0, 0])[1] or 0)
    return _percent(tried - sum(int(count or 0) for count, _ in pairs), tried)


def product_of(system: System | None) -> str:
    """Return the name of a server's product and maker, to find what is known of it."""
    return f"{system.product or ''} {system.vendor or ''}".casefold() if system else ""


def group_of(name: str) -> str:
    """Return the group of a measure by its name."""
    first, _, rest = name.partition(".")
    if first in GROUPS:
        return first
    second = rest.partition(".")[0]
    if second in (REFERENCES, TWINS, FILES, LICENCES, WITHHELD):
        return second
    return PLACES if name in ("Location.geojson", "Paper.map") else FIELDS


def _finding(name: str, pair: Sequence[int | None], voice: Voice, product: str) -> Finding | None:
    group, count, of = group_of(name), int(pair[0] or 0), pair[1]
    said = _sentence(name, group)
    if said is None:
        return None
    message, words = said
    values = {"count": _number(count, voice), "of": _number(of or 0, voice)}
    told = {key: voice.gettext(value) if key == "what" else value for key, value in words.items()}
    needed = {key: value for key, value in (values | told).items() if f"%({key})s" in message}
    amiss = count > (LATE if name == f"{FRESHNESS}.walk" else 0)
    return Finding(
        name=name,
        group=group,
        type=name.partition(".")[0] if name[0].isupper() else "",
        count=count,
        of=of,
        sentence=voice.gettext(message, **needed) if count or name in ALWAYS else "",
        advice=_advice(name, group, voice, product),
        amiss=amiss and group not in SAID_ONLY and name != f"{FRESHNESS}.modified",
        listed=bool(count) and (name[0].isupper() or group == VALIDITY) and group != WITHHELD,
    )


def _sentence(name: str, group: str) -> tuple[str, dict[str, str]] | None:
    """Return the message of a measure and what it is filled with besides numbers."""
    if name in sentences.SENTENCES:
        return sentences.SENTENCES[name], {}
    type_, _, rest = name.partition(".")
    if group == REFERENCES:
        return sentences.LINK, {"type": type_, "property": rest.partition(".")[2]}
    if group == LICENCES:
        return sentences.NO_LICENCE, {"type": type_}
    if group == WITHHELD:
        return sentences.KEPT_BACK, {"type": type_, "property": rest.partition(".")[2]}
    if group == VALIDITY:
        kind, _, of_type = rest.partition(".")
        what = sentences.DEVIATIONS.get(kind)
        return (sentences.DEVIATION, {"what": what, "type": of_type}) if what else None
    return None


def _advice(name: str, group: str, voice: Voice, product: str) -> str:
    said = [sentences.ADVICE.get(name) or sentences.ADVICE.get(group, "")]
    if group == FIELDS and name not in sentences.ADVICE:
        return f"{voice.gettext(said[0])} OParl: {name}."
    said += [words for part, measure, words in sentences.PRODUCTS if measure == name and part in product]
    return " ".join(voice.gettext(one) for one in said if one)


def _whole(counts: Counted, group: str) -> int | None:
    pairs = [pair for name, pair in counts.items() if group_of(name) == group and pair[1]]
    every = sum(int(of or 0) for _, of in pairs)
    return _percent(every - sum(int(count or 0) for count, _ in pairs), every)


def _percent(part: int, whole: int) -> int | None:
    """Return a share in percent; what is not all is never rounded up to all, nor something down to nothing."""
    if not whole:
        return None
    share = round(100 * part / whole)
    return min(99, share) if part < whole else max(1, share) if part else share


def _number(value: int, voice: Voice) -> str:
    return decimal_words(value, None, voice.formats)


def as_data(one: Finding) -> dict[str, Any]:
    """Return a finding as programs get it."""
    return {
        "name": one.name,
        "group": one.group,
        "type": one.type or None,
        "count": one.count,
        "of": one.of,
        "unit": "days" if one.of is None and one.group != VALIDITY else "pages" if one.group == PRIVACY else "records",
        "amiss": one.amiss,
        "sentence": one.sentence or None,
        "advice": one.advice or None,
    }
