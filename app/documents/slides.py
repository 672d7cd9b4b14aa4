"""Presentations (.pptx) to pages, one a slide; runs in the sandboxed child."""

import posixpath
import re
from collections.abc import Iterator
from functools import partial

from .flow import Flow
from .markup import Event, events
from .outcome import send
from .packed import Packed
from .properties import title_of
from .wire import Writer

_MAIN = "ppt/presentation.xml"
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
# Texts that repeat what the page itself says: its number, the date, the foot of all slides.
_REPEATED = frozenset({"sldNum", "dt", "ftr", "hdr"})
_FURTHER = ("/diagramData", "/notesSlide")


def read(packed: Packed, writer: Writer) -> None:
    """Read each slide that is shown: its texts, tables and diagrams, then its notes."""
    send(writer, "pptx", pages(packed), title=partial(title_of, packed))


def pages(packed: Packed) -> Iterator[str]:
    """Yield the slides in their order."""
    for slide in _slides(packed):
        text = _text_of(packed, slide)
        if text is None:
            continue
        further = [
            _text_of(packed, target)
            for kind, target in _related(packed, slide).values()
            if kind.endswith(_FURTHER) and target in packed.names
        ]
        yield "\n".join(part for part in (text, *further) if part)


def _slides(packed: Packed) -> list[str]:
    related = _related(packed, _MAIN)
    with packed.open(_MAIN) as stream:
        named = [attributes for kind, name, attributes in events(stream) if (kind, name) == ("start", "sldId")]
    ordered = [related[key][1] for attributes in named if (key := attributes.get("id", "")) in related]
    found = [slide for slide in ordered if slide in packed.names]
    if found:
        return found
    numbered = sorted((int(match[1]), name) for name in packed.names if (match := _SLIDE.fullmatch(name)))
    return [name for _, name in numbered]


def _related(packed: Packed, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> its type and the part it leads to."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in packed.names:
        return {}
    with packed.open(relations) as stream:
        return {
            attributes.get("Id", ""): (
                attributes.get("Type", ""),
                posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/"),
            )
            for kind, name, attributes in events(stream)
            if (kind, name) == ("start", "Relationship")
        }


def _text_of(packed: Packed, part: str) -> str | None:
    """The text of a slide or of what belongs to it; nothing for a slide that is hidden."""
    with packed.open(part) as stream:
        parsed = events(stream)
        for kind, name, attributes in parsed:
            if (kind, name) == ("start", "sld") and attributes.get("show") in {"0", "false"}:
                return None
            break
        return _visible(parsed)


def _visible(parsed: Iterator[Event]) -> str:
    flow = Flow()
    in_text, repeated = False, False
    for kind, name, attributes in parsed:
        if kind == "text":
            if in_text and not repeated:
                flow.write(name)
        elif name == "t":
            in_text = kind == "start"
        elif name == "sp":
            repeated = False
        elif name == "ph":
            repeated = repeated or attributes.get("type") in _REPEATED
        elif kind == "start":
            _begin(name, flow)
        else:
            _end(name, flow)
    flow.finish()
    return "\n".join(line for page in flow.pages for line in page.split("\n") if line.strip())


def _begin(name: str, flow: Flow) -> None:
    if name == "br":
        flow.line()
    elif name == "tr":
        flow.open_row()


def _end(name: str, flow: Flow) -> None:
    if name == "p":
        flow.line()
    elif name == "tc":
        flow.end_cell()
    elif name == "tr":
        flow.end_row()
