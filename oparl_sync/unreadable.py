"""Which files have no readable text, and why: told publicly of each, and settled when they have."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import File
from oparl_sync import problems
from oparl_sync.problems import Deviation


def note(session: Session, reasons: Mapping[str, str | None], at: datetime) -> None:
    """Say of the files with these bytes why they could not be read in full; None: they were."""
    chosen = select(File.id, File.source_id, File.blob_sha256)
    rows = session.execute(chosen.where(File.blob_sha256.in_(reasons), File.deleted.is_(False))).all()
    unread: dict[int, list[Deviation]] = {}
    fine: dict[int, list[str]] = {}
    for oparl_id, source_id, sha256 in rows:
        reason = reasons[sha256 or ""]
        if reason is None:
            fine.setdefault(source_id, []).append(oparl_id)
        else:
            told = Deviation(problems.UNREADABLE_FILE, oparl_id, reason, "File")
            unread.setdefault(source_id, []).append(told)
    for source_id, deviations in unread.items():
        problems.record(session, source_id, deviations, at=at)
    for source_id, ids in fine.items():
        problems.settle(session, source_id, problems.UNREADABLE_FILE, ids)
