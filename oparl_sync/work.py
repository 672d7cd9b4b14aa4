"""What every step of one pass over one source is given."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from app.db import Writer
from app.models import Source
from oparl_sync.client import OParlClient
from oparl_sync.progress import Progress


@dataclass(frozen=True, slots=True)
class Work:
    """One pass: who is asked, where it is written, since when it runs.

    `moment` is when it began by the server's clock, `began` by ours. `whole` reads every list from its beginning,
    unfiltered; `accept` believes a source that lost a large part of what it had.
    """

    engine: Engine
    writing: Writer
    client: OParlClient
    source: Source
    run_id: int
    began: datetime
    moment: datetime
    progress: Progress
    whole: bool = False
    accept: bool = False
