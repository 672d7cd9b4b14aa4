"""The mail of each quarter: what was counted of a source's councils, to the office that the operator named.

One row a source and quarter says what became of it. It is written that a mail is handed over before it is: whoever is
killed in between leaves a mail of which nobody knows whether it went, and that is never sent again by itself.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.alerts.mails.templates import environment_of
from app.alerts.subscribing import host_of
from app.config import Settings
from app.db import now, writing
from app.directory.endpoints import telling_name
from app.mail import POLICY, DeferredError, Mailer, MailError, UnreachableError, one_line, parse_address
from app.models import Body, QualityAddress, QualityLetter, QualitySnapshot, Source, System
from app.quality import snapshots
from app.quality.words import Finding, filled, findings, leading, legible, product_of, worst
from app.slugs import body_slugs
from app.speech import BERLIN, Voice, in_berlin

AGAIN = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
IN_FULL = 10  # councils of one server that a mail tells of; the others are named with their address
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """What a mail says of one council: three shares in percent, now and in the quarter before, and the worst."""

    name: str
    url: str
    shares: tuple[tuple[str, int | None, int | None], ...]
    findings: tuple[Finding, ...]


def quarter_of(moment: datetime) -> str:
    """Return the name of a quarter on German calendars: 2026-Q4."""
    there = in_berlin(moment) or moment
    return f"{there.year}-Q{(there.month + 2) // 3}"


def began(quarter: str) -> datetime:
    """Return when a quarter began."""
    first = date(int(quarter[:4]), int(quarter[-1]) * 3 - 2, 1)
    return datetime.combine(first, time(), BERLIN).astimezone(UTC)


def is_due(session: Session, settings: Settings, moment: datetime) -> bool:
    """Whether a mail waits for being sent."""
    return bool(settings.contact) and bool(_due(session, moment))


def send_owed(engine: Engine, mailer: Mailer, settings: Settings, *, clock: Clock = now) -> int:
    """Mail what is due this quarter, once a source; returns how many went out. Without CONTACT they wait for one."""
    if not settings.contact:
        return 0
    with Session(engine) as session:
        due = _due(session, clock())
    sent = 0
    try:
        for source_id in due:
            try:
                sent += send(engine, mailer, settings, source_id, clock=clock)
            except UnreachableError as error:
                logger.warning("quality reports are not going out: %s", error)
                break
            except Exception:  # one that cannot be worded keeps back no other
                logger.exception("the quality report of source %s cannot be sent", source_id)
    finally:
        mailer.close()
    return sent


def send(engine: Engine, mailer: Mailer, settings: Settings, source_id: int, *, clock: Clock = now) -> bool:
    """Mail this quarter's report of one source, unless that was done; whether it went out.

    Raises UnreachableError where the mail server does not answer.
    """
    quarter = quarter_of(clock())
    _begin(engine, settings, source_id, quarter, clock())
    with Session(engine) as session:
        message = _message(session, settings, source_id, quarter)
    if message is None or not _claim(engine, source_id, quarter, clock()):
        return False
    try:
        mailer.send(message)
    except MailError as error:
        again = _again(engine, source_id, quarter, clock()) if isinstance(error, DeferredError) else None
        _mark(engine, source_id, quarter, handed_at=None, next_try=again, error=str(error))
        if isinstance(error, UnreachableError):
            raise
        return False
    _mark(engine, source_id, quarter, sent_at=clock(), next_try=None, error=None)
    return True


def try_again(engine: Engine, source_id: int, moment: datetime) -> None:
    """Let this quarter's mail be sent that was refused, or of which nobody knows whether it went."""
    _mark(engine, source_id, quarter_of(moment), handed_at=None, next_try=moment, error=None)


def _due(session: Session, moment: datetime) -> list[int]:
    """Return the sources whose mail may be handed over: they were counted in this quarter, and asked for before it."""
    quarter = quarter_of(moment)
    day = (in_berlin(began(quarter)) or moment).date()
    counted = (
        select(QualitySnapshot.day)
        .join(Body, Body.key == QualitySnapshot.body_key)
        .where(Body.source_id == QualityAddress.source_id, ~Body.deleted, QualitySnapshot.day >= day)
    )
    mine = (QualityLetter.source_id == QualityAddress.source_id) & (QualityLetter.quarter == quarter)
    fresh = QualityLetter.source_id.is_(None) & (QualityAddress.added_at < began(quarter))
    again = QualityLetter.sent_at.is_(None) & QualityLetter.handed_at.is_(None) & (QualityLetter.next_try <= moment)
    query = select(QualityAddress.source_id).outerjoin(QualityLetter, mine).where(counted.exists(), fresh | again)
    return list(session.scalars(query.order_by(QualityAddress.source_id)))


def _begin(engine: Engine, settings: Settings, source_id: int, quarter: str, moment: datetime) -> None:
    new = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    row = new(QualityLetter).values(
        source_id=source_id,
        quarter=quarter,
        message_id=f"<{secrets.token_hex(16)}@{host_of(settings)}>",
        attempts=0,
        next_try=moment,
    )
    with writing(engine) as session:
        if session.get(QualityAddress, source_id) is not None:
            session.execute(row.on_conflict_do_nothing())


def _claim(engine: Engine, source_id: int, quarter: str, moment: datetime) -> bool:
    waiting = (QualityLetter.sent_at.is_(None), QualityLetter.handed_at.is_(None), QualityLetter.next_try <= moment)
    taken = (
        update(QualityLetter)
        .where(QualityLetter.source_id == source_id, QualityLetter.quarter == quarter, *waiting)
        .values(handed_at=moment, attempts=QualityLetter.attempts + 1)
        .returning(QualityLetter.source_id)
    )
    with writing(engine) as session:
        return session.scalar(taken) is not None


def _again(engine: Engine, source_id: int, quarter: str, moment: datetime) -> datetime:
    with Session(engine) as session:
        letter = session.get(QualityLetter, (source_id, quarter))
    return moment + AGAIN[min(letter.attempts if letter else 1, len(AGAIN)) - 1]


def _mark(engine: Engine, source_id: int, quarter: str, **values: object) -> None:
    mine = (QualityLetter.source_id == source_id, QualityLetter.quarter == quarter)
    with writing(engine) as session:
        session.execute(update(QualityLetter).where(*mine, QualityLetter.sent_at.is_(None)).values(**values))


def _message(session: Session, settings: Settings, source_id: int, quarter: str) -> EmailMessage | None:
    """Return the mail; None where there is nobody to tell, or nothing was counted."""
    to, letter = session.get(QualityAddress, source_id), session.get(QualityLetter, (source_id, quarter))
    source = session.get(Source, source_id)
    if to is None or letter is None or source is None:
        return None
    voice = Voice(to.language)
    parts, others = _parts(session, settings, source, quarter, voice)
    if not parts:
        return None
    name = parts[0].name if len(parts) == 1 else source.slug
    subject = one_line(voice.gettext("Data quality of %(council)s", council=name))
    given = {
        "subject": subject,
        "language": voice.language,
        "base_url": settings.base_url,
        "host": host_of(settings),
        "quarter": voice.gettext("Quarter %(number)s of %(year)s", number=quarter[-1], year=quarter[:4]),
        "parts": parts,
        "others": others,
    }
    pages = environment_of(voice.language)
    message = EmailMessage(policy=POLICY)
    message["From"] = Address("Ratslupe", addr_spec=settings.contact)
    message["To"] = Address(addr_spec=parse_address(to.address))
    message["Subject"] = subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = letter.message_id
    message["List-Unsubscribe"] = f"<mailto:{settings.contact}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(pages.get_template("quality.txt").render(**given), cte="quoted-printable")
    html = pages.get_template("quality.html").render(**given)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = voice.language
    return message


def _parts(
    session: Session, settings: Settings, source: Source, quarter: str, voice: Voice
) -> tuple[list[Part], list[tuple[str, str]]]:
    """Return what is told of a source's councils, and name and address of those for which there is no room."""
    slugs, told, others = body_slugs(session), list[Part](), list[tuple[str, str]]()
    chosen = select(Body).where(Body.source_id == source.id, ~Body.deleted).order_by(Body.name, Body.id)
    for body in session.scalars(chosen):
        counted = snapshots.newest(session, body.key)
        if counted is None:
            continue
        url = f"{settings.base_url}/councils/{slugs[body.id]}/quality"
        name = one_line(telling_name(body.name or body.short_name, source.preset) or body.id)
        if len(told) == IN_FULL:
            others.append((name, url))
            continue
        former = snapshots.before(session, body.key, began(quarter).astimezone(BERLIN).date())
        product = product_of(session.get(System, body.system_id) if body.system_id else None)
        shares = tuple(
            (word, share(counted.counts), share(former.counts) if former else None)
            for word, share in (
                (voice.gettext("Details that are there"), filled),
                (voice.gettext("References that lead somewhere"), leading),
                (voice.gettext("Files with text"), legible),
            )
        )
        told.append(Part(name, url, shares, tuple(worst(findings(counted.counts, voice, product)))))
    return told, others
