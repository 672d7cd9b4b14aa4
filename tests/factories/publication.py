"""What went out, put straight into its table: as the publication keeps it, without what it is made of."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import writing
from app.models import key_of
from app.models.publication import GONE, PublicObject, PublicState
from app.publication.refreshing import refresh
from tests.factories.records import BODY_ID, SEEN

BASE = "http://portal.example"
LICENSE = "https://www.govdata.de/dl-de/by-2-0"


@dataclass
class Published:
    """The table of what went out; each call is one commit, and gives the next number."""

    engine: Engine
    base: str = BASE
    edition: str = "first"
    seq: int = field(default=0)

    def put(self, key: str, type_: str = "Paper", body: str = BODY_ID, **more: Any) -> None:
        """Let an object go out, anew or for the first time."""
        licence, council = more.pop("license", LICENSE), body if len(body) == 13 else key_of(body)
        told = {"id": f"{self.base}/oparl/v1.1/{type_.lower()}/{key}", "type": f"https://schema.oparl.org/1.1/{type_}"}
        self._write(key, type_, council, {**told, **more}, licence, None)

    def take(self, key: str, reason: str = GONE, type_: str = "Paper", body: str = BODY_ID) -> None:
        """Leave its tombstone."""
        told = {
            "id": f"{self.base}/oparl/v1.1/{type_.lower()}/{key}",
            "type": f"https://schema.oparl.org/1.1/{type_}",
            "deleted": True,
        }
        self._write(key, type_, body if len(body) == 13 else key_of(body), told, None, reason)

    def renew(self, edition: str) -> None:
        """Begin another edition: everything goes out anew."""
        with writing(self.engine) as session:
            self.edition, self.seq = edition, 0
            for row in session.scalars(select(PublicObject).order_by(PublicObject.key)):
                row.seq += 1_000_000
            session.flush()
            for row in session.scalars(select(PublicObject).order_by(PublicObject.key)):
                self.seq += 1
                row.seq = self.seq
            self._note(session)

    def all_of(self) -> None:
        """Let every record go out that is in the database, as the publication does it."""
        refresh(self.engine, self.base)
        with Session(self.engine) as session:
            state = session.get_one(PublicState, 1)
            self.edition, self.seq = state.edition, state.seq

    def _write(
        self, key: str, type_: str, body: str, told: dict[str, Any], licence: str | None, reason: str | None
    ) -> None:
        with writing(self.engine) as session:
            self.seq += 1
            stamp = SEEN + timedelta(seconds=self.seq)
            text = orjson.dumps({**told, "modified": stamp.isoformat()}).decode()
            row = session.get(PublicObject, key) or PublicObject(key=key, created=stamp)
            row.type, row.body_key, row.seq, row.modified = type_, body, self.seq, stamp
            row.deleted, row.reason, row.license = reason is not None, reason, licence
            row.hash, row.json = blake2b(orjson.dumps(told), digest_size=16).hexdigest(), text
            session.add(row)
            self._note(session)

    def _note(self, session: Session) -> None:
        stamp = SEEN + timedelta(seconds=self.seq)
        row = session.get(PublicState, 1) or PublicState(id=1, form=self.base, position=0)
        row.edition, row.seq, row.stamp = self.edition, self.seq, stamp
        session.add(row)
