"""What a mail says, in the reader's language: plain text and HTML from the same words, nothing loaded from anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from urllib.parse import urlencode

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import address_of
from app.alerts.subscriptions import host_of
from app.alerts.tokens import CONFIRM, UNSUBSCRIBE, token
from app.config import ROOT, Settings
from app.indexing import documents_of
from app.mail import Letter, one_line
from app.models import Alert, AlertDelivery, AlertHit
from app.queries.hits import Found, hit_contexts
from app.queries.states import Standing, state_of
from app.speech import Voice
from app.standing import paper_state
from app.translations import translations
from search import Document

SHOWN = 20  # hits in one mail; the rest is a link
LOCALES = {"en": "en_GB"}  # days before months, as on the site


@dataclass(frozen=True, slots=True)
class Item:
    """One hit as a mail shows it: `snippet` is [(text, marked), …], `state` says where its paper stands, and `soon`
    whether a date is set for that paper."""

    title: str
    kind: str
    day: str
    url: str
    reason: str
    snippet: tuple[tuple[str, bool], ...]
    state: str = ""
    soon: bool = False


def confirmation(settings: Settings, alert: Alert, delivery: AlertDelivery) -> Letter:
    """Return the mail that asks whether this address asked; it says nothing that somebody else could have typed."""
    link = f"{settings.base_url}/alerts/confirm/{token(settings, CONFIRM, alert.nonce)}"
    gettext = translations(alert.language).gettext
    subject = gettext("Please confirm: mails from Ratslupe")
    return _letter(settings, alert, delivery, subject, "confirm", link=link)


def news(session: Session, settings: Settings, alert: Alert, delivery: AlertDelivery) -> Letter | None:
    """Return the mail that tells what is new; None where all of it was withdrawn meanwhile."""
    hits = session.scalars(select(AlertHit).where(AlertHit.delivery_id == delivery.id)).all()
    findable = documents_of(session, [hit.object_id for hit in hits])
    shown = sorted(
        ((hit, findable[hit.object_id]) for hit in hits if hit.object_id in findable),
        key=lambda pair: (pair[1].date or date.min, pair[1].id),
        reverse=True,
    )
    total = delivery.total - (len(hits) - len(shown))
    if not shown:
        return None
    ngettext = translations(alert.language).ngettext
    headline = ngettext("%(count)s new result for your search", "%(count)s new results for your search", total)
    subject = ngettext("%(count)s new result: %(query)s", "%(count)s new results: %(query)s", total)
    standings = _standings(session, alert.language, [document for _, document in shown[:SHOWN]])
    items = [
        replace(_item(settings, alert.language, hit, document), state=said, soon=soon)
        for hit, document in shown[:SHOWN]
        for said, soon in [standings.get(document.id, ("", False))]
    ]
    return _letter(
        settings,
        alert,
        delivery,
        subject % {"count": total, "query": alert.query},
        "news",
        headline=headline % {"count": total},
        total=total,
        soon=[item for item in items if item.soon],
        items=[item for item in items if not item.soon],
        rest=total - len(items),
        search=f"{settings.base_url}/search?{urlencode({'q': alert.query, 'sort': 'newest'})}",
        query=alert.query,
    )


def _standings(session: Session, language: str, documents: Sequence[Document]) -> dict[str, tuple[str, bool]]:
    """Return by id where the paper of each document stands, in one sentence, and whether a date is set for it."""
    found = {}
    asked = [Found(one.type, one.id, one.parent, one.group if one.kind == "Paper" else "") for one in documents]
    for document_id, context in hit_contexts(session, asked).items():
        if context.matter is not None:
            state = state_of(context.path)
            said = paper_state(Voice(language), state, known=bool(context.path.stations))
            found[document_id] = one_line(str(said)), state.standing is Standing.PLANNED
    return found


def _letter(
    settings: Settings, alert: Alert, delivery: AlertDelivery, subject: str, template: str, **values: object
) -> Letter:
    host = host_of(settings)
    end = f"{settings.base_url}/alerts/unsubscribe/{token(settings, UNSUBSCRIBE, alert.nonce)}"
    environment = _environment(alert.language)
    given = {**values, "subject": subject, "end": end, "base_url": settings.base_url, "language": alert.language}
    return Letter(
        sender=settings.contact or f"ratslupe@{host}",
        to=alert.address,
        subject=subject,
        text=environment.get_template(f"{template}.txt").render(given),
        html=environment.get_template(f"{template}.html").render(given),
        message_id=delivery.message_id,
        list_id=f"alerts.{host}",
        end=end,
        language=alert.language,
    )


def _item(settings: Settings, language: str, hit: AlertHit, document: Document) -> Item:
    gettext = translations(language).gettext
    if hit.page:
        reason = gettext("Found on page %(page)s.") % {"page": hit.page}
    elif any(marked for _, marked in hit.snippet or ()):
        reason = gettext("Found in its text.")
    else:
        reason = gettext("Found in its title or by a filter.")
    kinds = {
        "Paper": gettext("Paper"),
        "Meeting": gettext("Meeting"),
        "AgendaItem": gettext("Agenda item"),
        "Person": gettext("Person"),
        "Organization": gettext("Organization"),
        "File": gettext("File"),
    }
    return Item(
        title=one_line(document.title or document.id),
        kind=kinds[document.type],
        day=format_date(document.date, "long", locale=LOCALES.get(language, language)) if document.date else "",
        url=settings.base_url + _path(document, hit.page),
        reason=reason,
        snippet=tuple((" ".join(str(text).split("\n")), bool(marked)) for text, marked in hit.snippet or ()),
    )


def _path(document: Document, page: int | None) -> str:
    return address_of(document.type, document.key, page=page, parent=document.parent or "")


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    return environment
