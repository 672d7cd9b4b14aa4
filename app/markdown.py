"""Markdown of an operator as HTML that harms nobody: no HTML of its own, no pictures, no script behind a link."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt

# A table's alignment would come as a style of its own, which the policy of the pages drops and reports.
_HEADER, _CELL = re.compile(r'<th( style="[^"]*")?>'), re.compile(r'<td style="[^"]*">')
_WEB = re.compile(r'<a href="(?=https?://)')


def html(text: str) -> str:
    """Return Markdown as HTML; its headings stand below a page's own."""
    rendered = _markdown().render(text)
    rendered = rendered.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    rendered = _WEB.sub('<a rel="noopener" href="', rendered)
    return _CELL.sub("<td>", _HEADER.sub('<th scope="col">', rendered))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # Pictures would be asked for elsewhere; HTML could be anything.
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
