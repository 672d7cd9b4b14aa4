"""Mails (.eml) and web pages saved whole (.mht) to pages; runs in the sandboxed child."""

import io
from collections.abc import Iterator, Mapping
from email import policy
from email.errors import MessageError
from email.generator import BytesGenerator
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from functools import partial
from mmap import mmap

from .html import text_of
from .outcome import RefusedError
from .parts import Part, send_with_parts
from .plain import decode
from .wire import Writer

_HEADING = ("From", "To", "Cc", "Date", "Subject")
_MAX_PARTS = 10_000


def read(document: mmap, writer: Writer) -> None:
    """Read head and body as the first page, attachments as further ones."""
    try:
        # The older policy: the newer one raises on heads that are merely wrong.
        message = BytesParser(policy=policy.compat32).parsebytes(document[:])
        leaves = list(_leaves(message))
        heads = {name: _decoded(str(message.get(name, ""))) for name in _HEADING}
        page = f"{heading(heads)}\n\n{_body(leaves)}".strip()
        parts = [_part(leaf) for leaf in leaves if _is_attached(leaf)]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # on broken mails the parser raises whatever Python can
        writer.begin("eml")
        writer.end("damaged", f"The mail is damaged ({type(error).__name__}).")
        return
    send_with_parts(writer, "eml", [page], parts, title=heads["Subject"])


def heading(heads: Mapping[str, str]) -> str:
    """The lines on top of a mail, without those that say nothing."""
    return "\n".join(f"{name}: {' '.join(text.split())}" for name, text in heads.items() if text.strip())


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something; a mail in the mail is one of them."""
    waiting, count = [message], 0
    while waiting and count < _MAX_PARTS:
        part = waiting.pop()
        count += 1
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_type() != "message/rfc822":
            waiting.extend(inner for inner in reversed(payload) if isinstance(inner, Message))
        else:
            yield part


def _is_attached(leaf: Message) -> bool:
    if leaf.get_content_type() not in {"text/plain", "text/html"}:
        return True
    return leaf.get_content_disposition() == "attachment" or bool(_filename(leaf))


def _body(leaves: list[Message]) -> str:
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for leaf in leaves:
        if not _is_attached(leaf):
            texts[leaf.get_content_type()].append(_text(leaf))
    plain = "\n".join(texts["text/plain"]).strip()
    return plain or "\n".join(text_of(text) for text in texts["text/html"])


def _text(leaf: Message) -> str:
    data = _payload(leaf)
    charset = leaf.get_content_charset() or ""
    return decode(data, charset)


def _payload(leaf: Message) -> bytes:
    payload = leaf.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _part(leaf: Message) -> Part:
    name = _filename(leaf)
    if leaf.get_content_type() == "message/rfc822":
        inner = leaf.get_payload()
        mail = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Message) else leaf
        return Part(name or _decoded(str(mail.get("Subject", ""))) or "?", partial(_mail, mail))
    return Part(" ".join(name.split()) or leaf.get_content_type(), partial(_data, leaf))


def _filename(leaf: Message) -> str:
    try:
        return _decoded(str(leaf.get_filename() or ""))
    except (ValueError, MessageError):  # a charset that is none, a part of the name with a number of 5,000 digits
        return "?"


def _mail(mail: Message, limit: int) -> bytes:
    target = io.BytesIO()
    BytesGenerator(target, mangle_from_=False, policy=policy.compat32).flatten(mail)
    return _bounded(target.getvalue(), limit)


def _data(leaf: Message, limit: int) -> bytes:
    return _bounded(_payload(leaf), limit)


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise RefusedError("It is too large.")
    return data


def _decoded(text: str) -> str:
    """A head as people wrote it: =?utf-8?Q?...?= is for machines."""
    try:
        pieces = decode_header(text)
    except (ValueError, MessageError):
        return text
    return "".join(decode(piece, charset or "") if isinstance(piece, bytes) else piece for piece, charset in pieces)
