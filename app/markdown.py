"""Markdown of an operator as HTML that harms nobody: no HTML of its own, no pictures, no script behind a link; as plain
text, too."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

# A table's alignment would come as a style of its own, which the policy of the pages drops and reports.
_HEADER, _CELL = re.compile(r'<th( style="[^"]*")?>'), re.compile(r'<td style="[^"]*">')
_ITEM = re.compile(r"(-|\d+\.) ")
_WEB = re.compile(r'<a href="(?=https?://)')


def html(text: str) -> str:
    """Return Markdown as HTML; its headings stand below a page's own."""
    rendered = _markdown().render(text)
    rendered = rendered.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    rendered = _WEB.sub('<a rel="noopener" href="', rendered)
    return _CELL.sub("<td>", _HEADER.sub('<th scope="col">', rendered))


def text(source: str) -> str:
    """Return Markdown as plain text, for mails: its words without signs, and behind a link's words its address."""
    blocks: list[str] = []
    lists: list[int | None] = []  # the number of the next item, None where they are not numbered
    begins = ""
    for token in _markdown().parse(source):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1) if token.type.startswith("o") else None)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                begins = "- " if number is None else f"{number}. "
                lists[-1] = None if number is None else number + 1
            case "inline":
                blocks.append(
                    ("\n" if begins and blocks and _is_item(blocks[-1]) else "\n\n") + begins + _inline(token)
                )
                begins = ""
            case "fence" | "code_block":
                blocks.append(f"\n\n{token.content.rstrip()}")
    return "".join(blocks).strip()


def has_picture(source: str) -> bool:
    """Say whether Markdown asks for a picture, which is shown nowhere."""
    tokens = MarkdownIt("commonmark", {"html": False}).parse(source)
    return any(child.type == "image" for token in tokens for child in token.children or ())


def _is_item(block: str) -> bool:
    return _ITEM.match(block.strip()) is not None


def _inline(token: Token) -> str:
    words, links = "", list[tuple[str, int]]()
    for child in token.children or ():
        match child.type:
            case "link_open":
                links.append((str(child.attrGet("href") or ""), len(words)))
            case "link_close":
                address, begin = links.pop()
                words += f": {address}" if words[begin:] != address else ""
            case "softbreak" | "hardbreak":
                words += "\n"
            case _:
                words += child.content
    return words


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # Pictures would be asked for elsewhere; HTML could be anything.
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
