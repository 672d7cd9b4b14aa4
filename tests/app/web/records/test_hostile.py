"""A source's texts are words and nothing else, on every page of a record and in every list."""

import re
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Engine

from app.db import now
from tests import factories
from tests.app.web.conftest import Page
from tests.app.web.records.test_papers import Read
from tests.hostile import ADDRESSES as LINKS
from tests.hostile import STRINGS, bundles

EXPRESSION = "{{ 7*7 }}{% raw %}{{ config }}"
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
ADDRESSES = ("href", "src", "action", "data", "formaction", "poster", "srcset", "content")
# What may come and go with a text: links that have a target, and rows of what is there.
FREE = {
    "a",
    "br",
    "use",
    "svg",
    "li",
    "p",
    "span",
    "b",
    "details",
    "summary",
    "meta",
    "div",
    "dt",
    "dd",
    "dl",
    "ul",
    "option",
}


def test_there_are_enough_strings() -> None:
    assert len(STRINGS) >= 200


def test_no_text_of_a_source_becomes_markup_or_code(engine: Engine, read: Read) -> None:
    calm = {kind: Page(read(address)) for kind, address in addresses(engine, "harmlos", "https://x.example/").items()}
    names = {kind: {tag for tag, _ in page.elements} for kind, page in calm.items()}
    allowed = {kind: {name for _, found in page.elements for name in found} for kind, page in calm.items()}
    for turn, text in enumerate([*bundles(20), EXPRESSION]):
        for kind, address in addresses(engine, text, LINKS[turn % len(LINKS)]).items():
            written = read(address)
            page = Page(written)
            assert {tag for tag, _ in page.elements} - FREE <= names[kind], (kind, turn)
            assert fixed(page) == fixed(calm[kind]), (kind, turn)
            assert text != EXPRESSION or "{{ 7*7 }}" in written, kind
            for tag, attributes in page.elements:
                extra = set(attributes) - allowed[kind]
                assert not [one for one in extra if one.startswith("on") or one in ("style", "srcdoc")], (
                    kind,
                    tag,
                    extra,
                )
                for name in ADDRESSES:
                    told = re.sub(r"[\x00-\x20]", "", attributes.get(name, "")).lower()
                    assert tag == "meta" or not told.startswith(("javascript:", "data:", "vbscript:")), (
                        kind,
                        tag,
                        told,
                    )
            for block in DATA.findall(written):
                assert not set(block) & set("<>&\u2028\u2029"), kind
                assert orjson.loads(block)["@context"] == "https://schema.org"


def fixed(page: Page) -> list[str]:
    """Return the elements that no text may add or take away."""
    kinds = (
        "script",
        "iframe",
        "style",
        "textarea",
        "title",
        "object",
        "embed",
        "base",
        "link",
        "form",
        "body",
        "template",
    )
    return [tag for tag, found in page.elements if tag in kinds and found.get("rel") not in ("prev", "next")]


def addresses(engine: Engine, text: str, link: str) -> dict[str, str]:
    """Save one record of each type with the text in every field that takes text; return the pages they are on."""
    words: dict[str, Any] = {"name": text, "short_name": text, "web": link, "license": link, "keyword": [text, text]}
    council = factories.organization(**words, organization_type=text, classification=text, website=link)
    person = factories.person(**words, family_name=text, given_name=text, affix=text, title=[text])
    place = factories.location(**words, description=text, street_address=text, room=text, locality=text)
    paper = factories.paper(**words, reference=text, paper_type=text)
    related = factories.paper(**words, reference=text, paper_type=text)
    stop: list[Any] = factories.station(
        paper, council, now() - timedelta(days=9), result=text, role=text, name=text, number=text, resolution_text=text
    )
    coming: list[Any] = factories.station(
        related, council, now() + timedelta(days=9), role=text, name=text, number=text
    )
    meeting = stop[0]
    meeting.name = meeting.meeting_state = coming[0].name = text
    read: list[Any] = factories.read_file(
        f"x {text}", of=paper, **words, file_name=text, mime_type=text, access_url=link, download_url=link
    )
    factories.save(
        engine,
        [council, person, place, paper, related, stop, coming, read],
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
    return pages_of(paper, meeting, person, council, read[0])


def pages_of(paper: Any, meeting: Any, person: Any, council: Any, file: Any) -> dict[str, str]:
    """Return the pages that show records, and the lists that are narrowed to them."""
    return {
        "paper": f"/papers/{paper.key}",
        "papers": f"/papers?originator={person.key}",
        "meeting": f"/meetings/{meeting.key}",
        "meetings": f"/meetings?organization={council.key}",
        "calendar": f"/calendar?organization={council.key}&month={meeting.start:%Y-%m}",
        "person": f"/people/{person.key}",
        "organization": f"/organizations/{council.key}",
        "file": f"/files/{file.key}?q=x",
        "cite": f"/papers/{paper.key}/cite",
        "poster": f"/meetings/{meeting.key}/poster",
    }
