"""XML as a row of events, without what XML can be abused for."""

from collections.abc import Iterator
from typing import BinaryIO, Literal
from xml.parsers import expat

from .outcome import HostileError, RefusedError

Event = tuple[Literal["start", "end", "text"], str, dict[str, str]]
_CHUNK = 1 << 16
# The deepest of 10,000 Word files nests about 60 elements: tables in tables in text boxes.
_DEPTH = 500


def events(stream: BinaryIO) -> Iterator[Event]:
    """Yield ("start", name, attributes), ("end", name, {}) and ("text", text, {}); names without their namespaces.

    A document type is refused: no format read here has one, and all bombs and foreign entities are declared in it.
    """
    waiting: list[Event] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise HostileError(f"The file nests more than {_DEPTH} elements.")
        waiting.append(("start", _local(name), attributes and _plain(attributes)))

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        waiting.append(("end", _local(name), {}))

    def doctype(*_: object) -> None:
        raise HostileError("The file declares a document type, which is how XML bombs and foreign entities are made.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: waiting.append(("text", text, {}))
    parser.StartDoctypeDeclHandler = doctype
    last = False
    while not last:
        chunk = stream.read(_CHUNK)
        last = not chunk
        try:
            parser.Parse(chunk, last)
        except expat.ExpatError as error:
            yield from waiting
            raise RefusedError(f"The file is damaged: {expat.errors.messages.get(error.code, 'no XML')}.") from error
        yield from waiting
        waiting.clear()


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes without namespaces; of two with one name the one from a namespace, as in `id="256" r:id="rId7"`."""
    return {_local(key): attributes[key] for key in sorted(attributes, key=lambda key: " " in key)}


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
