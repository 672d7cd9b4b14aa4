"""Parts of RDF, put together to documents in three formats: each part is written once, whatever it stands in."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import orjson
from rdflib import Graph, Literal

from app.catalogue.vocabulary import PREFIXES


@dataclass(frozen=True, slots=True)
class Form:
    """A format of RDF: how a part is written, and parts become a document."""

    suffix: str
    media_type: str
    part: Callable[["Things"], str]
    whole: Callable[[Sequence[str]], Iterable[str]]


_TURTLE: Final = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
_XML: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF\n'
    + "\n".join(f'   xmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items())
    + "\n>\n"
)
_TYPE: Final = "rdf:type"
_NO_ADDRESS: Final = re.compile(r"[^!#-;=?-\[\]_a-z~]")  # what an IRI holds by its number alone
Term = Literal | str
Things = list[tuple[str, list[tuple[str, list[Term]]]]]  # what is said of each: names, and the values of each
_CONTEXT: Final = {prefix: str(namespace) for prefix, namespace in PREFIXES.items()}


def _turtle(things: Things) -> str:
    return "\n".join(
        f"<{about}>"
        + " ;\n   ".join(f" {name} {', '.join(map(_turtle_term, values))}" for name, values in said)
        + " .\n"
        for about, said in things
    )


def _turtle_term(term: Term) -> str:
    if not isinstance(term, Literal):
        return f"<{term}>"
    # All that JSON escapes, and how, is so in Turtle, too.
    text = json.dumps(str(term), ensure_ascii=False)
    return f"{text}@{term.language}" if term.language else f"{text}^^<{term.datatype}>" if term.datatype else text


def _xml(things: Things) -> str:
    written = []
    for about, said in things:
        lines = [_xml_line(name, value) for name, values in said for value in values]
        written.append(f"  <rdf:Description rdf:about={quoteattr(about)}>\n{''.join(lines)}  </rdf:Description>\n")
    return "".join(written)


def _xml_line(name: str, term: Term) -> str:
    if not isinstance(term, Literal):
        return f"    <{name} rdf:resource={quoteattr(term)}/>\n"
    kind = f' xml:lang="{term.language}"' if term.language else ""
    kind = f" rdf:datatype={quoteattr(str(term.datatype))}" if term.datatype else kind
    return f"    <{name}{kind}>{escape(str(term))}</{name}>\n"


def _json(given: Things) -> str:
    things = []
    for about, said in given:
        thing: dict[str, Any] = {"@id": about}
        for name, values in said:
            thing["@type" if name == _TYPE else name] = [_json_term(value, name) for value in values]
        things.append(orjson.dumps(thing).decode())
    return ",\n".join(things)


def _json_term(term: Term, name: str) -> Any:
    if not isinstance(term, Literal):
        return term if name == _TYPE else {"@id": term}
    said = {"@value": str(term)}
    return said | ({"@language": term.language} if term.language else {"@type": term.datatype} if term.datatype else {})


def _things(graph: Graph) -> Things:
    """Return what is said of each thing, types first, in an order that stays; addresses as every format can hold them.

    rdflib's own writers take thirteen times as long: they look for blank nodes and lists, of which there are none.
    """
    found: dict[str, dict[str, list[Term]]] = {}
    for about, name, value in graph:
        said = found.setdefault(_address(about), {})
        said.setdefault(_short(str(name)), []).append(value if isinstance(value, Literal) else _address(value))
    return [
        (about, [(name, sorted(values, key=_order)) for name, values in sorted(said.items(), key=_types_first)])
        for about, said in sorted(found.items())
    ]


def _types_first(one: tuple[str, Any]) -> tuple[bool, str]:
    return one[0] != _TYPE, one[0]


def _order(term: Term) -> tuple[str, str]:
    return str(term), getattr(term, "language", None) or ""


@cache
def _short(name: str) -> str:
    return next(f"{short}:{name.removeprefix(long)}" for short, long in _CONTEXT.items() if name.startswith(long))


def _address(term: object) -> str:
    return _NO_ADDRESS.sub(lambda found: quote(found[0], safe=""), str(term))


def _whole_turtle(parts: Sequence[str]) -> Iterable[str]:
    return (_TURTLE, *(f"\n{part}" for part in parts))


def _whole_xml(parts: Sequence[str]) -> Iterable[str]:
    return (_XML, *parts, "</rdf:RDF>\n")


def _whole_json(parts: Sequence[str]) -> Iterable[str]:
    yield f'{{"@context":{orjson.dumps(_CONTEXT).decode()},"@graph":[\n'
    for number, part in enumerate(parts):
        yield part if number == 0 else f",\n{part}"
    yield "\n]}\n"


FORMS: Final = {
    "ttl": Form("ttl", "text/turtle", _turtle, _whole_turtle),
    "rdf": Form("rdf", "application/rdf+xml", _xml, _whole_xml),
    "jsonld": Form("jsonld", "application/ld+json", _json, _whole_json),
}
Part = dict[str, str]  # by suffix


def part(graph: Graph) -> Part:
    """Return what a graph says, in each format."""
    things = _things(graph)
    return {suffix: form.part(things) for suffix, form in FORMS.items()}


def document(suffix: str, parts: Sequence[Part]) -> Iterable[str]:
    """Return a document made of parts."""
    return FORMS[suffix].whole([one[suffix] for one in parts])
