"""What an office file says about itself."""

from .markup import events
from .packed import Packed

_PARTS = ("docProps/core.xml", "meta.xml")  # of Office Open XML, of OpenDocument


def title_of(packed: Packed) -> str:
    """Return the title among the properties, "" where there is none to be read."""
    part = next((name for name in _PARTS if name in packed.names), None)
    if part is None:
        return ""
    inside, title = False, ""
    try:
        with packed.open(part) as stream:
            for kind, name, _ in events(stream):
                if kind == "text":
                    title += name if inside else ""
                elif name == "title":
                    inside = kind == "start"
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # a damaged file raises whatever Python can; its text is worth more than its title
        return ""
    return title
