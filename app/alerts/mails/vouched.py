"""Whose words stand in a mail: what was typed for an address after it was confirmed may be a stranger's."""

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from app.alerts.targets import NEAR, SEARCH, Described, Target, describe, without_links
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
    """Say in a mail what an alert follows; of what nobody vouches for no more than the beginning, and no link."""
    target = describe(session, Target(alert.kind, alert.value), voice)
    if is_vouched(session, alert):
        return target
    name = without_links(target.name)
    return replace(target, name=name if len(name) <= LONGEST else name[: LONGEST - 1].rstrip() + "…")
