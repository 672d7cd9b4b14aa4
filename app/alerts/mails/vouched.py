"""Whose words stand in a mail: what was typed for an address after it was confirmed may be a stranger's."""

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from app.alerts.targets import NEAR, SEARCH, Described, Target, describe
from app.models import Alert, Subscriber
from app.speech import Voice

TYPED: Final = (SEARCH, NEAR)  # everything else is called what the council calls it
LONGEST: Final = 60  # of what nobody vouches for: too little for a letter of one's own


def is_vouched(session: Session, alert: Alert) -> bool:
    """Whether the owner of the address saw the name of an alert on the page that confirms, or nobody typed it."""
    if alert.kind not in TYPED:
        return True
    confirmed = session.get_one(Subscriber, alert.subscriber_id).confirmed_at
    return confirmed is not None and alert.asked_at <= confirmed


def named(session: Session, alert: Alert, voice: Voice) -> Described:
    """Say in a mail what an alert follows; no more than the beginning of what nobody vouches for."""
    target = describe(session, Target(alert.kind, alert.value), voice)
    if len(target.name) <= LONGEST or is_vouched(session, alert):
        return target
    return replace(target, name=target.name[: LONGEST - 1].rstrip() + "…")
