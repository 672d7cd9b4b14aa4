"""Who publishes signs: SHA256SUMS in the signature format of OpenSSH, which `ssh-keygen -Y verify` reads everywhere.

The key is made once and kept in the home folder, readable by its owner only. Who has the public one from before knows
that a download is ours, wherever it was found. Format: PROTOCOL.sshsig of OpenSSH, version 1.
"""

import base64
import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_FILE: Final = "signing_key"
NAMESPACE: Final = "file"
SIGNER: Final = "ratslupe"  # the name under which the key is known in `allowed_signers`
_KIND: Final = b"ssh-ed25519"
_WIDTH: Final = 70


class SigningKey:
    """The portal's pair of keys for downloads."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)

    @classmethod
    def kept_in(cls, home: Path) -> "SigningKey":
        """Read the key of a home folder, or make it; of two that start at once both use the first."""
        path = home / KEY_FILE
        if not path.exists():
            home.mkdir(parents=True, exist_ok=True)
            part = home / f".{KEY_FILE}.{secrets.token_hex(8)}"
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            try:
                path.hardlink_to(part)
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return cls(bytes.fromhex(path.read_text("ascii").strip()))

    @property
    def public(self) -> str:
        """The public key in one line, as OpenSSH writes it."""
        return f"{_KIND.decode()} {base64.b64encode(self._blob()).decode()}"

    @property
    def allowed_signers(self) -> str:
        """The line by which `ssh-keygen -Y verify` knows us."""
        return f'{SIGNER} namespaces="{NAMESPACE}" {self.public}\n'

    @property
    def fingerprint(self) -> str:
        """The public key's SHA-256, as OpenSSH shows it."""
        digest = base64.b64encode(hashlib.sha256(self._blob()).digest()).decode()
        return f"SHA256:{digest.rstrip('=')}"

    def sign(self, message: bytes) -> str:
        """Return the signature of a file's bytes, as text; always the same for the same bytes."""
        about = _strings(NAMESPACE.encode(), b"", b"sha512")
        signed = b"SSHSIG" + about + _strings(hashlib.sha512(message).digest())
        signature = _strings(_KIND, self._key.sign(signed))
        whole = b"SSHSIG" + (1).to_bytes(4) + _strings(self._blob()) + about + _strings(signature)
        text = base64.b64encode(whole).decode()
        lines = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
        return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])

    def _blob(self) -> bytes:
        return _strings(_KIND, self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _strings(*values: bytes) -> bytes:
    return b"".join(len(value).to_bytes(4) + value for value in values)
