"""Handing over what a reader waits for, a confirmation or a link: soon, but not within the request that asked."""

import logging
import threading

from sqlalchemy import Engine

from app.alerts.mails.outbox import send_owed
from app.config import Settings
from app.mail import TIMEOUT, Mailer
from app.models.alerts import CONFIRM, MANAGE, NO_ROOM

logger = logging.getLogger(__name__)


class Sender:
    """Sends what was just asked for in one thread of the process: nobody can read from an answer's time what was owed.

    However often it is woken while it sends, it looks once more and over one connection: many forms at once cost
    neither threads nor the patience of the mail server.
    """

    def __init__(self, engine: Engine, mailer: Mailer, settings: Settings) -> None:
        self.engine, self.mailer, self.settings = engine, mailer, settings
        self._turn = threading.Condition()
        self._thread: threading.Thread | None = None
        self._wanted = self._closed = False

    def wake(self) -> None:
        """Let it look for what is owed; returns at once."""
        with self._turn:
            if self._closed:
                return
            self._wanted = True
            # Not before the first: a server forks its processes, and threads do not go with them.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="confirmations", daemon=True)
                self._thread.start()
            self._turn.notify()

    def send(self) -> None:
        """Send what is owed; whoever sends something else says here what."""
        send_owed(self.engine, self.mailer, self.settings, kinds=(CONFIRM, MANAGE, NO_ROOM))

    def close(self) -> None:
        """Let it finish what it was woken for, and end it."""
        with self._turn:
            self._closed = True
            self._turn.notify()
            thread = self._thread
        if thread is not None:
            thread.join(TIMEOUT)

    def _run(self) -> None:
        while self._next():
            try:
                self.send()
            except Exception:
                # Nothing is lost: the next pass finds it in the outbox.
                logger.exception("mails could not be sent at once")

    def _next(self) -> bool:
        with self._turn:
            self._turn.wait_for(lambda: self._wanted or self._closed)
            wanted, self._wanted = self._wanted, False
            return wanted
