"""The secret words in mailed links: made from a row's nonce and the portal's key, each good for one purpose.

CONFIRM, REFUSE, MANAGE, FEED, END   Subscriber.nonce: begin, "not asked for", show and edit, private feed, end all
UNSUBSCRIBE                          Alert.nonce: end this one
"""

import base64
import hmac
import os
import re
import secrets
from hashlib import sha256

from app.config import Settings

CONFIRM, REFUSE, MANAGE, FEED, END = "confirm", "refuse", "manage", "feed", "end"
UNSUBSCRIBE = "unsubscribe"
KEY_FILE = "secret_key"
_TOKEN = re.compile(r"([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")


def new_nonce() -> str:
    """Return 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def token(settings: Settings, purpose: str, nonce: str) -> str:
    """Return the token for a row and a purpose; it stays the same as long as the key does."""
    return f"{nonce}.{_mac(settings, purpose, nonce)}"


def is_whole(text: str) -> bool:
    """Whether a token is as long and made of such letters as ours are, whoever made it."""
    return bool(_TOKEN.fullmatch(text))


def nonce_of(settings: Settings, purpose: str, text: str) -> str | None:
    """Return the nonce of a token that is ours and for this purpose."""
    match = _TOKEN.fullmatch(text)
    if match and hmac.compare_digest(_mac(settings, purpose, match[1]), match[2]):
        return match[1]
    return None


def secret_key(settings: Settings) -> bytes:
    """Return SECRET_KEY; where it is not set, one made once and kept in the home folder, readable by its owner only."""
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.home / KEY_FILE
    if not path.exists():
        settings.home.mkdir(parents=True, exist_ok=True)
        part = settings.home / f".{KEY_FILE}.{secrets.token_hex(8)}"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            # Unlike a rename a link never replaces: of two that start at once both use the key of the first.
            path.hardlink_to(part)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_bytes()


def address_hash(settings: Settings, address: str) -> str:
    """Return what is kept of an address that is deleted: nobody without the portal's key finds it again."""
    return hmac.digest(secret_key(settings), f"address:{address}".encode(), sha256).hex()


def _mac(settings: Settings, purpose: str, nonce: str) -> str:
    digest = hmac.digest(secret_key(settings), f"{purpose}:{nonce}".encode(), sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
