"""What all twelve OParl types share, and the links between them."""

import re
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime

DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# What nearly all ids are; the others are taken apart, in three times the time.
_PLAIN = re.compile(r"(https?)://([A-Za-z0-9.-]+(?::\d+)?)(/[!-~]*)?")
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"  # of base 32
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]


@lru_cache(maxsize=4_096)  # each of a page's is asked for two or three times
def key_of(oparl_id: str) -> str:
    """Return the short handle of an object: 13 letters and digits, the same in every mirror of the same id.

    Scheme, default port and the host's case do not count, because servers mix them (ids http, links https).
    """
    if plain := _PLAIN.fullmatch(oparl_id):
        scheme, host, rest = plain.groups("")
    else:
        parts = urlsplit(oparl_id)
        scheme, host = parts.scheme.lower(), parts.netloc
        rest = oparl_id.partition("://")[2][len(host) :]
    host = host.lower().removesuffix(DEFAULT_PORTS.get(scheme, ":"))
    digest = blake2b(f"{host}{rest}".encode(), digest_size=8).digest()
    # base64.b32encode(digest) without its padding, in a third of its time: a key is made of every object that comes.
    bits = int.from_bytes(digest) << 1
    return "".join([_PAIRS[bits >> at & 1023] for at in range(55, 0, -10)]) + _DIGITS[bits & 31]


class OParlObject(Base):
    """A mirrored object: `raw` as the source gave it, typed columns for what is asked of it.

    In `raw` embedded objects stand as their ids (each has a row of its own), and what may not be
    kept is gone (`withheld` names it). Links are kept as URLs and joined when the other side arrives.
    """

    __abstract__ = True

    id: Mapped[str] = mapped_column(Text, primary_key=True, doc="the OParl id, a URL, verbatim")
    key: Mapped[str] = mapped_column(String(13), unique=True, doc="short handle in our addresses, made from the id")
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    body_id: Mapped[str | None] = mapped_column(Text, index=True, doc="the council it came with")
    name: Mapped[str | None] = mapped_column(Text)
    short_name: Mapped[str | None] = mapped_column(Text)
    web: Mapped[str | None] = mapped_column(Text, doc="its page in the council's own system")
    license: Mapped[str | None] = mapped_column(Text)
    keyword: Mapped[list[str] | None] = mapped_column(Json)
    created: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="as the source says, often untrue")
    modified: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="as the source says, often untrue")
    deleted: Mapped[bool] = mapped_column(default=False, doc="withdrawn by the source: nothing but the id is left")
    embedded: Mapped[bool] = mapped_column(default=False, doc="only ever seen inside another object")
    content_hash: Mapped[str] = mapped_column(String(32), doc="of raw without created and modified")
    raw: Mapped[dict[str, Any]] = mapped_column(Json)
    withheld: Mapped[list[str] | None] = mapped_column(Json, doc="properties present at the source and not kept here")
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, doc="when this mirror last saw a difference")


class Link(Base):
    """One reference: `from_id`.`property`[`position`] = `to_id`; either side may be unknown yet."""

    __tablename__ = "link"
    __table_args__ = (Index(None, "to_id", "property"),)

    from_id: Mapped[str] = mapped_column(Text, primary_key=True)
    property: Mapped[str] = mapped_column(String(32), primary_key=True, doc="the OParl property, in OParl's spelling")
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    to_id: Mapped[str] = mapped_column(Text)
