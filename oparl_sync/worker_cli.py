"""`ratslupe worker`: it joins `ratslupe` by entry point."""

import os
import signal
import sys
import threading
from datetime import timedelta

import click

from app.config import Settings
from app.db import now, open_current
from oparl_sync.priority import give_way
from oparl_sync.worker import JOBS, Worker


@click.command()
@click.option("--jobs", default=JOBS, show_default=True, type=click.IntRange(min=1), help="Sources side by side.")
@click.option(
    "--once-per",
    "hours",
    default=1.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Hours between two passes over a source that tells what changed; others are read at night.",
)
@click.pass_obj
def worker(settings: Settings, jobs: int, hours: float) -> None:
    """Mirror for ever: each source when it is due, many side by side, with documents, index, alerts and exports."""
    give_way()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    engine = open_current(settings.database_url)
    say("the worker begins")
    Worker(settings, engine, say, stop, jobs=jobs, every=timedelta(hours=hours)).work()
    say("the worker ended")
    sys.stdout.flush()
    # Whoever hangs in an answer that does not come holds no lease any more, and cannot write.
    os._exit(0)


def say(line: str) -> None:
    """Print a line with the time."""
    click.echo(f"{now():%Y-%m-%d %H:%M:%S} {line}")
