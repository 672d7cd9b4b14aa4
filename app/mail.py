"""One message out: by SMTP, or into a folder where there is no mail server.

MailError
├── AddressError             what was given is not exactly one mail address
├── DeferredError            it could not be handed over now: a 4xx answer; try again later
│   └── UnreachableError     nor could any other: no connection, a lost one, a timeout, a password that is not taken
└── RefusedError             the server will not take it: a 5xx answer
    └── NobodyThereError     not for this address, whatever it says
"""

import hashlib
import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import idna

from app.db import now

LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
LONGEST_LOCAL = 64
LONGEST_SUBJECT = 150
TIMEOUT = 30  # seconds for each answer of a server
# Folded at 78 characters a long link in a header would come out as an encoded word, which no reader takes for a link.
POLICY = SMTP.clone(max_line_length=990)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")


class MailError(Exception):
    """Raised when a message cannot be addressed or handed over."""


class AddressError(MailError):
    """Raised when a text is not exactly one mail address."""


class DeferredError(MailError):
    """Raised when a message could not be handed over now."""


class UnreachableError(DeferredError):
    """Raised when the mail server does not answer, or does not know us."""


class RefusedError(MailError):
    """Raised when a server refuses a message for good."""


class NobodyThereError(RefusedError):
    """Raised when a server refuses the address: the fault is not ours, and not the message's."""


class Mailer(Protocol):
    """A way out for messages."""

    def send(self, message: EmailMessage) -> None:
        """Hand over one message to its one recipient; raises DeferredError or RefusedError."""

    def close(self) -> None:
        """Let go of the connection; the next message opens another."""


def parse_address(text: str) -> str:
    """Return one bare address with its domain in lower case and ASCII; raises AddressError for anything else."""
    if len(text) > 2 * LONGEST_ADDRESS or not text.isprintable():
        raise AddressError("too long for an address, or not in one line")
    local, at, domain = text.strip(" ").partition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL:
        raise AddressError("not an address")
    try:
        # UTS 46 is what browsers do with a typed domain: capitals and wide letters are folded first.
        host = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise AddressError("no domain after the @") from error
    # A domain ends in letters: an address at a number would be some machine of the network.
    if "." not in host or host.endswith(".") or host.rpartition(".")[2].isdigit():
        raise AddressError("no domain after the @")
    if len(local) + 1 + len(host) > LONGEST_ADDRESS:
        raise AddressError("too long for an address")
    return f"{local}@{host}"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says and to whom; the end is the address that ends it with one POST."""

    sender: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    list_id: str
    end: str
    language: str = field(default="de")


def compose(letter: Letter) -> EmailMessage:
    """Return the message with all headers that an automatic mail owes; texts cannot add headers or recipients."""
    message = EmailMessage(policy=POLICY)
    message["From"] = Address("Ratslupe", addr_spec=letter.sender)
    message["To"] = Address(addr_spec=parse_address(letter.to))
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = letter.message_id
    message["List-Id"] = f"<{letter.list_id}>"
    message["List-Unsubscribe"] = f"<{letter.end}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange writes that somebody is away, whatever the others say
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.language
    return message


def one_line(text: str) -> str:
    """Return a text as it may stand in a header: printable, in one line, not longer than a subject should be."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= LONGEST_SUBJECT else plain[: LONGEST_SUBJECT - 1] + "…"


def open_mailer(url: str) -> Mailer:
    """Return the mailer for `smtp://[user:password@]host[:port]`, `smtps://…` or `file:///folder`; dials nobody yet."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderMailer(Path(unquote(parts.path)))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(f"MAIL_URL of no known kind: {parts.scheme}://")
    implicit = parts.scheme == "smtps"
    return SmtpMailer(
        parts.hostname,
        parts.port or (465 if implicit else 587 if parts.username else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        implicit_tls=implicit,
    )


class FolderMailer:
    """Drops each message as an .eml file into a folder; the same message twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the file, whole or not at all."""
        name = hashlib.sha256(message["Message-ID"].encode()).hexdigest()[:32]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f".{name}.part"
            part.write_bytes(message.as_bytes())
            part.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise UnreachableError(f"cannot write into {self.folder}: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is open."""


class SmtpMailer:
    """Hands messages to one mail server, over one connection for as many as come; threads take turns."""

    def __init__(self, host: str, port: int, *, user: str = "", password: str = "", implicit_tls: bool = False) -> None:
        self.host, self.port, self.user = host, port, user
        self._password, self._implicit_tls = password, implicit_tls
        self._line: smtplib.SMTP | None = None
        self._turn = threading.Lock()

    def __repr__(self) -> str:
        return f"SmtpMailer({self.host!r}, {self.port})"

    def send(self, message: EmailMessage) -> None:
        """Hand over one message; what the server's answer means for the next try is in the error."""
        sender, to = message["From"].addresses[0].addr_spec, message["To"].addresses[0].addr_spec
        with self._turn:
            try:
                line = self._line = self._line or self._dial()
                line.sendmail(sender, [to], message.as_bytes())
            except smtplib.SMTPRecipientsRefused as error:
                code, words = next(iter(error.recipients.values()))
                raise _answered(code, words, about_address=True) from error
            except smtplib.SMTPAuthenticationError as error:
                # Our own fault, not the reader's: it must not cost a subscription.
                self._drop()
                raise UnreachableError(f"the mail server does not know us: {error.smtp_code}") from error
            except smtplib.SMTPResponseException as error:
                if error.smtp_code not in range(400, 600) or error.smtp_code == 421:
                    self._drop()
                raise _answered(error.smtp_code, error.smtp_error) from error
            except (smtplib.SMTPException, OSError) as error:
                self._drop()
                raise UnreachableError(f"{self.host}:{self.port}: {str(error) or type(error).__name__}") from error

    def close(self) -> None:
        """Say goodbye to the server."""
        with self._turn:
            if self._line is not None:
                try:
                    self._line.quit()
                except (smtplib.SMTPException, OSError):
                    self._line.close()
                self._line = None

    def _dial(self) -> smtplib.SMTP:
        name = socket.gethostname()  # the fully qualified one would ask the name server first
        if self._implicit_tls:
            context = _tls(verified=not self._near)
            line: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, name, timeout=TIMEOUT, context=context)
        else:
            line = smtplib.SMTP(self.host, self.port, name, timeout=TIMEOUT)
        try:
            self._secure(line)
        except BaseException:
            line.close()
            raise
        return line

    def _secure(self, line: smtplib.SMTP) -> None:
        line.ehlo_or_helo_if_needed()
        if not self._implicit_tls:
            must = bool(self.user) and not self._near
            if line.has_extn("starttls"):
                # Without a password at stake any encryption is better than none, as between mail servers.
                line.starttls(context=_tls(verified=must))
                line.ehlo()
            elif must:
                raise smtplib.SMTPNotSupportedError(
                    "the server offers no STARTTLS, and a password must not go in clear"
                )
        if self.user:
            line.login(self.user, self._password)

    @property
    def _near(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def is_about_address(status: str) -> bool:
    """Whether an enhanced status (RFC 3463) is about the address or its box; policy and contents are about us."""
    return status.startswith("5.") and status.split(".")[1] in ("0", "1", "2", "4")


def _answered(code: int, words: bytes | str, *, about_address: bool = False) -> MailError:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code not in range(500, 600):
        return DeferredError(one_line(f"{code} {said}"))
    status = _STATUS.match(said.strip())
    about_address = about_address and (status is None or is_about_address(status[0]))
    return (NobodyThereError if about_address else RefusedError)(one_line(f"{code} {said}"))


def _tls(*, verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
