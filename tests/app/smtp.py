"""A mail server to talk to: it keeps what it took, and answers as told."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Taken:
    """One accepted message with its envelope."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    encrypted: bool

    def text(self, kind: str = "plain") -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class Sink:
    """What came, and the answers to give next; an empty list of answers means yes."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)  # every RCPT, whatever the answer
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    rcpt_answers: list[str] = field(default_factory=list)
    data_answers: list[str] = field(default_factory=list)
    hang: float = 0  # seconds before the answer to DATA
    on_taken: Callable[[], None] = lambda: None  # what happens between having a message and saying so

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        return [taken.message for taken in self.taken]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.recipients.append(address)
        if self.rcpt_answers:
            return self.rcpt_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.hang:
            await asyncio.sleep(self.hang)
        if self.data_answers:
            return self.data_answers.pop(0)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), message, session.ssl is not None))
        self.on_taken()
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, auth: Any) -> AuthResult:
        assert isinstance(auth, LoginPassword)
        self.logins.append((auth.login, auth.password))
        return AuthResult(success=auth.password == b"right", handled=False)


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        # The port was chosen by the system when the server began to listen.
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        trigger: Callable[[], None] = super()._trigger_server  # aiosmtpd gives it no types
        trigger()


@contextmanager
def listening(tls: ssl.SSLContext | None = None, *, port: int = 0, login: bool = False) -> Iterator[Sink]:
    """Run a server on loopback until the end of the block."""
    sink = Sink()
    options: dict[str, Any] = {"tls_context": tls} if tls else {}
    if login:
        options |= {"authenticator": sink.authenticate, "auth_require_tls": False}
    server = _AnyPort(sink, hostname="127.0.0.1", port=port, **options)
    server.start()
    sink.port = server.port
    try:
        yield sink
    finally:
        server.stop()
