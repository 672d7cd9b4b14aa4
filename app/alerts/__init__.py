"""Searches that somebody follows: asked for, confirmed, matched against what is new, and mailed.

    subscribe(engine, settings, address, query, language)   ask to follow a search; raises AddressError, BadQuery
    Sender(engine, mailer, settings).wake()                 send owed confirmations in a thread, after each subscribe
    find(session, settings, purpose, token)                 the Alert a mailed link is about, None where there is none
    confirm(engine, settings, token)                        start it; the Alert, or None where the link is not good
    unsubscribe(engine, settings, token)                    end it and forget the address; whether there was one
    is_whole(token)                                         whether a link has its full length, good or not
    run(engine, index, mailer, settings)                    one pass: forget, match, send

`subscribe` answers the same whether an address is known or not. A GET only ever calls `find`, with the purpose
CONFIRM or UNSUBSCRIBE; the POST behind the button calls `confirm` or `unsubscribe`. The mailed addresses are
`/alerts/confirm/TOKEN` and `/alerts/unsubscribe/TOKEN`; the latter also takes the one-click POST of RFC 8058
(body `List-Unsubscribe=One-Click`, no cookie, no redirect). The mailer is `app.mail.open_mailer(settings.mail_url)`.
"""

from app.alerts.running import Counts, run
from app.alerts.sender import Sender
from app.alerts.subscriptions import confirm, find, subscribe, unsubscribe
from app.alerts.tokens import CONFIRM, UNSUBSCRIBE, is_whole, secret_key
from app.mail import AddressError

__all__ = [
    "CONFIRM",
    "UNSUBSCRIBE",
    "AddressError",
    "Counts",
    "Sender",
    "confirm",
    "find",
    "is_whole",
    "run",
    "secret_key",
    "subscribe",
    "unsubscribe",
]
