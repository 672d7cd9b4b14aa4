"""A process that has loaded everything, and makes copies of itself that send what is owed and are killed.

    python -m tests.faults.mailer

reads one job a line (JSON) and answers each with one: {"database_url", "port", "now", "after"}. Without "after" a copy
works to its end.
"""

import gc
import json
import os
import signal
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

from sqlalchemy import Engine

from app import mail
from app.alerts.mails.outbox import send_owed
from app.config import Settings
from app.db import open_engine
from app.mail import FolderMailer, SmtpMailer

PATIENCE = 1  # seconds for an answer of the server, instead of thirty


def settings_at(database_url: str) -> Settings:
    """Return the settings of the portal whose mails are sent."""
    return Settings.from_environment(
        {
            "RATSLUPE_HOME": "/nonexistent",
            "DATABASE_URL": database_url,
            "SECRET_KEY": "only-for-tests",
            "BASE_URL": "http://portal.example",
            "CONTACT": "clerk@example.org",
        }
    )


def _work(engine: Engine, job: dict[str, Any]) -> NoReturn:
    try:
        moment = datetime.fromisoformat(job["now"])
        with mock.patch.object(mail, "TIMEOUT", PATIENCE):
            mailer = SmtpMailer("127.0.0.1", job["port"])
            send_owed(engine, mailer, settings_at(job["database_url"]), clock=lambda: moment)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
        raise
    os._exit(0)


def _warm(job: dict[str, Any]) -> Engine:
    """Send what is owed into a folder; the engine has all statements compiled then."""
    engine, moment = open_engine(job["database_url"]), datetime.fromisoformat(job["now"])
    with tempfile.TemporaryDirectory() as folder:
        send_owed(engine, FolderMailer(Path(folder)), settings_at(job["database_url"]), clock=lambda: moment)
    gc.freeze()
    return engine


def main() -> None:
    """Serve jobs until there are no more; what is owed at the first is lost to all readers, and makes it warm."""
    engine: Engine | None = None
    for line in sys.stdin:
        job = json.loads(line)
        engine = engine or _warm(job)
        engine.dispose()
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _work(engine, job)
        if "after" in job:
            time.sleep(job["after"])
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        answer = {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - began}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
