"""What a mail says, in the reader's language: plain text and HTML from the same words, nothing loaded from anywhere."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.alerts.frequencies import frequency_words
from app.alerts.mails.quoting import Quotes
from app.alerts.mails.reminding import Reminded, reminded
from app.alerts.mails.sections import sections_of
from app.alerts.mails.templates import environment_of
from app.alerts.mails.vouched import is_vouched, named
from app.alerts.newsletters import Issue, issue_told
from app.alerts.subscribing import MOST, MOST_A_DAY, host_of
from app.alerts.targets import NEWSLETTER, Target
from app.alerts.tokens import CONFIRM as CONFIRM_TOKEN
from app.alerts.tokens import END, REFUSE, UNSUBSCRIBE, token
from app.alerts.tokens import MANAGE as MANAGE_TOKEN
from app.config import Settings
from app.mail import Letter
from app.models import Alert, AlertDelivery, AlertNotice, NewsletterIssue, Subscriber
from app.models.alerts import CONFIRM, INSTANT, MANAGE, NEWS, NO_ROOM, REMINDER, WEEKLY
from app.speech import Voice


def letter_of(
    session: Session,
    settings: Settings,
    subscriber: Subscriber,
    delivery: AlertDelivery,
    moment: datetime,
    quotes: Quotes | None = None,
) -> Letter | None:
    """Return the mail that a delivery is, as it is to be said now; None where there is nothing left to say.

    Whoever words several mails gives the same `quotes` to all of them.
    """
    if delivery.kind == CONFIRM:
        return confirmation(settings, subscriber, delivery) if subscriber.confirmed_at is None else None
    if subscriber.confirmed_at is None:
        return None  # nobody who has not confirmed gets anything else, whatever a row says
    if delivery.kind == MANAGE:
        return manage(settings, subscriber, delivery)
    if delivery.kind == NO_ROOM:
        return no_room(settings, subscriber, delivery)
    if delivery.kind == REMINDER:
        return reminder(session, settings, subscriber, delivery, moment)
    return news(session, settings, subscriber, delivery, moment, quotes or Quotes(settings))


def confirmation(settings: Settings, subscriber: Subscriber, delivery: AlertDelivery) -> Letter:
    """Return the mail that asks whether this address asked; it says nothing that somebody else could have typed."""
    voice = Voice(subscriber.language)
    subject = voice.gettext("Please confirm: mails from Ratslupe")
    link = _link(settings, "confirm", CONFIRM_TOKEN, subscriber.nonce)
    return _letter(settings, subscriber, delivery, subject, "confirm", link=link)


def manage(settings: Settings, subscriber: Subscriber, delivery: AlertDelivery) -> Letter:
    """Return the mail with the link to everything that an address follows."""
    subject = Voice(subscriber.language).gettext("The link to your alerts")
    return _letter(settings, subscriber, delivery, subject, "manage")


def no_room(settings: Settings, subscriber: Subscriber, delivery: AlertDelivery) -> Letter:
    """Return the mail that something was not added; it does not say what, because anybody could have typed it."""
    subject = Voice(subscriber.language).gettext("An alert was not added")
    return _letter(settings, subscriber, delivery, subject, "no_room", most=MOST, most_a_day=MOST_A_DAY)


def news(
    session: Session,
    settings: Settings,
    subscriber: Subscriber,
    delivery: AlertDelivery,
    moment: datetime,
    quotes: Quotes,
) -> Letter | None:
    """Return the mail that tells what happened; None where all of it was withdrawn meanwhile."""
    voice = Voice(subscriber.language)
    alerts, notices = _told_by(session, subscriber, delivery)
    plain = [one for one in notices if one.kind != NEWSLETTER]
    quoting = partial(quotes.of, session, alerts)
    sections, total = sections_of(session, alerts, plain, voice, settings.base_url, quoting)
    weekly = [one for one in notices if one.kind == NEWSLETTER]
    issues = _issues(session, settings, alerts, weekly, voice.language, moment)
    if not sections and not issues:
        return None
    told = [*(section.alert for section in sections), *(alert for alert, _ in issues)]
    headline = _headline(voice, total, [issue.name for _, issue in issues])
    seen = [section.target.name for section in sections if is_vouched(session, section.alert)]
    return _letter(
        settings,
        subscriber,
        delivery,
        _subject(voice, total, seen, len(sections), [issue for _, issue in issues]),
        "news",
        end=_end(settings, subscriber, told),
        headline=headline,
        sections=sections,
        issues=[issue for _, issue in issues],
        ends={alert.id: _link(settings, "unsubscribe", UNSUBSCRIBE, alert.nonce) for alert in told},
        begun=_begun(session, settings, subscriber, delivery, alerts, voice),
        often=_often(voice, told),
    )


def reminder(
    session: Session, settings: Settings, subscriber: Subscriber, delivery: AlertDelivery, moment: datetime
) -> Letter | None:
    """Return the mail on the meetings of tomorrow; None where they were called off, or are over."""
    voice = Voice(subscriber.language)
    alerts, notices = _told_by(session, subscriber, delivery)
    meetings = reminded(session, alerts, notices, voice, settings.base_url, moment)
    if not meetings:
        return None
    named = meetings[0]
    subject = voice.gettext("%(day)s: %(meeting)s", day=named.near, meeting=named.line.title)
    if len(meetings) > 1:
        more = voice.ngettext("and %(num)s more meeting", "and %(num)s more meetings", len(meetings) - 1)
        subject = f"{subject} {more}"
    told = [alert for alert in alerts if any(alert.id in one.alert_ids for one in meetings)]
    return _letter(
        settings,
        subscriber,
        delivery,
        subject,
        "reminder",
        end=_end(settings, subscriber, told),
        headline=_near(voice, meetings),
        several=len(told) != 1,
        meetings=meetings,
    )


def _headline(voice: Voice, total: int, issues: Sequence[str]) -> str:
    if not total:
        return voice.gettext("Newsletter: %(name)s", name=issues[0])
    return voice.ngettext("%(num)s thing happened", "%(num)s things happened", total)


def _subject(voice: Voice, total: int, names: Sequence[str], sections: int, issues: Sequence[Issue]) -> str:
    """Return "3 Neuigkeiten: Gartenstraße und 2 weitere Meldungen", or "Newsletter: Rat, 20. bis 27. November".

    `names` may stand where they cannot be overlooked.
    """
    if not sections:
        subject = voice.gettext("Newsletter: %(name)s", name=issues[0].name)
        if len(issues) > 1:
            subject += " " + voice.ngettext("and %(num)s more of them", "and %(num)s more of them", len(issues) - 1)
        return ", ".join(part for part in (subject, issues[0].span) if part)
    if not names:
        return voice.ngettext("%(num)s new on what you follow", "%(num)s new on what you follow", total)
    subject = voice.ngettext("%(num)s new: %(name)s", "%(num)s new: %(name)s", total, name=names[0])
    if sections > 1:
        more = voice.ngettext("and %(num)s more alert", "and %(num)s more alerts", sections - 1)
        subject = f"{subject} {more}"
    if issues:
        more = voice.ngettext("and %(num)s newsletter", "and %(num)s newsletters", len(issues))
        subject = f"{subject} {more}"
    return subject


def _near(voice: Voice, meetings: Sequence[Reminded]) -> str:
    days = dict.fromkeys(one.near for one in meetings)
    what = voice.ngettext("%(num)s meeting on what you follow", "%(num)s meetings on what you follow", len(meetings))
    return f"{', '.join(days)}: {what}"


def _often(voice: Voice, alerts: Sequence[Alert]) -> str:
    """Return how often the mails come, where all alerts that this one tells of agree."""
    often = {(alert.frequency, alert.weekday if alert.frequency == WEEKLY else 0) for alert in alerts}
    if len(often) > 1:
        return voice.gettext("You get mails like this one when there is something new.")
    [(frequency, weekday)] = often
    if frequency == INSTANT:
        return voice.gettext("You get this mail shortly after we have found something new.")
    words = frequency_words(voice, frequency, weekday)
    return voice.gettext("You get this mail %(often)s, if there is something new.", often=words)


def _begun(
    session: Session,
    settings: Settings,
    subscriber: Subscriber,
    delivery: AlertDelivery,
    alerts: Sequence[Alert],
    voice: Voice,
) -> list[tuple[str, str, str]]:
    """Return name, kind and end link of what began since the last mail, without another round of confirming."""
    earlier = select(func.max(AlertDelivery.created_at)).where(
        AlertDelivery.subscriber_id == subscriber.id,
        AlertDelivery.kind == NEWS,
        AlertDelivery.sent_at.is_not(None),
        AlertDelivery.id != delivery.id,
    )
    since = max(one for one in (session.scalar(earlier), subscriber.confirmed_at) if one is not None)
    found = []
    for alert in alerts:
        if alert.asked_at > since:
            target = named(session, alert, voice)
            found.append((target.name, target.kind, _link(settings, "unsubscribe", UNSUBSCRIBE, alert.nonce)))
    return found


def _told_by(
    session: Session, subscriber: Subscriber, delivery: AlertDelivery
) -> tuple[Sequence[Alert], Sequence[AlertNotice]]:
    """Return everything that somebody follows, and the notices of a mail."""
    alerts = select(Alert).where(Alert.subscriber_id == subscriber.id).order_by(Alert.id)
    notices = select(AlertNotice).where(AlertNotice.delivery_id == delivery.id)
    return session.scalars(alerts).all(), session.scalars(notices.order_by(AlertNotice.seq.desc())).all()


def _issues(
    session: Session,
    settings: Settings,
    alerts: Sequence[Alert],
    notices: Sequence[AlertNotice],
    language: str,
    moment: datetime,
) -> list[tuple[Alert, Issue]]:
    """Return the newsletters of a mail, each composed of the same stretch of the log for all who get it."""
    found = []
    for alert, notice in ((alert, notice) for alert in alerts for notice in notices if notice.alert_id == alert.id):
        target = Target(alert.kind, alert.value).inner
        row = session.get(NewsletterIssue, (target.ref, notice.key.rpartition(":")[2]))
        if row is None:
            continue
        issue = issue_told(session, row, language, settings.base_url, moment)
        found += [(alert, issue)] if issue is not None else []
    return found


def _end(settings: Settings, subscriber: Subscriber, alerts: Sequence[Alert]) -> str:
    """Return the address that ends what a mail tells of: the one alert, or else everything."""
    if len(alerts) == 1:
        return _link(settings, "unsubscribe", UNSUBSCRIBE, alerts[0].nonce)
    return _link(settings, "unsubscribe", END, subscriber.nonce)


def _link(settings: Settings, page: str, purpose: str, nonce: str) -> str:
    return f"{settings.base_url}/alerts/{page}/{token(settings, purpose, nonce)}"


def _letter(
    settings: Settings,
    subscriber: Subscriber,
    delivery: AlertDelivery,
    subject: str,
    template: str,
    *,
    end: str = "",
    **values: object,
) -> Letter:
    host = host_of(settings)
    everything = _link(settings, "unsubscribe", END, subscriber.nonce)
    words = environment_of(subscriber.language)
    given = {
        **values,
        "subject": subject,
        "end": end or everything,
        "manage": _link(settings, "manage", MANAGE_TOKEN, subscriber.nonce),
        "refuse": _link(settings, "refuse", REFUSE, subscriber.nonce),
        "base_url": settings.base_url,
        "host": host,
        "language": subscriber.language,
    }
    return Letter(
        sender=settings.contact or f"ratslupe@{host}",
        to=subscriber.address,
        subject=subject,
        text=words.get_template(f"{template}.txt").render(given),
        html=words.get_template(f"{template}.html").render(given),
        message_id=delivery.message_id,
        list_id=f"alerts.{host}",
        end=end or everything,
        language=subscriber.language,
    )
