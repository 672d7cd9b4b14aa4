from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from app.db import now
from tests import factories
from tests.app.web.conftest import Page
from tests.app.web.records.test_papers import Read

EXPRESSION = "{{ 7*7 }}{% raw %}{{ config }}"
STRINGS = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</title></p></textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    EXPRESSION,
    "%(num)s %(name)s %s %d %",
    "<!-- --><![CDATA[ x ]]>&lt;b&gt;&#60;",
    "\u202egnitset\u202c \u200b\ufeff\U000e0041",
    "𝔘𝔫𝔦 \U0001f9ff ß İ ı ﬁ",
    "x" * 3000,
    "\x01\x1b[31m\x7f",
)


def test_no_text_of_a_source_becomes_markup_or_code(engine: Engine, read: Read) -> None:
    calm = {kind: kinds(Page(read(address))) for kind, address in addresses(engine, "harmlos").items()}
    for text in STRINGS:
        for kind, address in addresses(engine, text).items():
            page = read(address)
            found = Page(page)
            assert kinds(found) == calm[kind], (kind, text)
            assert text != EXPRESSION or text in page, kind
            for tag, attributes in found.elements:
                assert not [name for name in attributes if name.startswith("on") or name == "style"], (kind, tag, text)
                assert not attributes.get("href", "").strip().lower().startswith(("javascript:", "data:")), (kind, text)


def kinds(page: Page) -> list[str]:
    """Return the elements that text could have brought in; links come and go with what may be linked."""
    return [
        tag for tag, _ in page.elements if tag in ("script", "img", "iframe", "style", "textarea", "title", "object")
    ]


def addresses(engine: Engine, text: str) -> dict[str, str]:
    """Save one record of each type with the text in every field that takes text; return the pages they are on."""
    words: dict[str, Any] = {"name": text, "short_name": text, "web": text, "license": text, "keyword": [text, text]}
    council = factories.organization(**words, organization_type=text, classification=text, website=text)
    person = factories.person(**words, family_name=text, given_name=text, affix=text, title=[text])
    place = factories.location(**words, description=text, street_address=text, room=text, locality=text)
    paper = factories.paper(**words, reference=text, paper_type=text)
    related = factories.paper(**words, reference=text, paper_type=text)
    stop: list[Any] = factories.station(
        paper, council, now() - timedelta(days=9), result=text, role=text, name=text, number=text, resolution_text=text
    )
    meeting = stop[0]
    meeting.name = meeting.meeting_state = text
    read: list[Any] = factories.read_file(
        f"x {text}", of=paper, **words, file_name=text, mime_type=text, access_url=text, download_url=text
    )
    factories.save(
        engine,
        [council, person, place, paper, related, stop, read],
        factories.membership(person, council, role=text, on_behalf_of_id=text),
        factories.link(paper, "originatorPerson", person),
        factories.link(paper, "originatorOrganization", text, 9),
        factories.link(paper, "location", place),
        factories.link(meeting, "location", place),
        factories.link(paper, "relatedPaper", related),
        factories.link(meeting, "invitation", read[0]),
        factories.link(meeting, "participant", text),
        factories.change(paper, "updated", fields=[text]),
        factories.change(read[0], "updated", fields=[text]),
    )
    return {
        "paper": f"/papers/{paper.key}",
        "papers": f"/papers?originator={person.key}",
        "meeting": f"/meetings/{meeting.key}",
        "meetings": f"/meetings?organization={council.key}",
        "calendar": f"/calendar?organization={council.key}&month={meeting.start:%Y-%m}",
        "person": f"/people/{person.key}",
        "people": "/people",
        "organization": f"/organizations/{council.key}",
        "organizations": "/organizations",
        "file": f"/files/{read[0].key}?q=x",
        "files": "/files",
    }
