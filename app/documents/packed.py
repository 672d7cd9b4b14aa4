"""Zip files, opened so that no bomb gets to unpack."""

import io
import zipfile
from collections.abc import Iterator
from mmap import mmap
from typing import BinaryIO, cast

from .outcome import HostileError, LockedError, RefusedError

# The rule of the Python package index: nothing honest packs that much that tightly.
_FREE = 64 * 1024 * 1024
_RATIO = 50
_ENCRYPTED = 0x1
_CHUNK = 1 << 20


class Packed:
    """A zip file of sane proportions."""

    def __init__(self, document: mmap | bytes) -> None:
        """Raise RefusedError for no zip file, HostileError for a bomb."""
        try:
            self.data = document[:]
            self._zip = zipfile.ZipFile(io.BytesIO(self.data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
            raise RefusedError("The file is damaged: as a zip archive it has no readable end.") from error
        self.entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        self.names = {entry.filename for entry in self.entries}
        unpacked = sum(entry.file_size for entry in self.entries)
        if unpacked > _FREE and unpacked > _RATIO * len(document):
            raise HostileError(f"The file would unpack to {unpacked // 1024**2} MiB: a zip bomb.")

    def open(self, name: str) -> BinaryIO:
        """Open one member as a stream; LockedError where it has a password, RefusedError where it is broken."""
        try:
            return cast("BinaryIO", self._zip.open(name))
        except KeyError as error:
            raise RefusedError(f"The file is damaged: {name} is missing in it.") from error
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise RefusedError("The file is damaged: part of its archive cannot be unpacked.") from error
        except RuntimeError as error:
            raise LockedError("The file opens only with a password.") from error

    def bytes_of(self, entry: zipfile.ZipInfo, limit: int) -> bytes:
        """Unpack one member of at most `limit` bytes; RefusedError where it is longer or locked."""
        if is_locked(entry):
            raise LockedError("A password is needed.")
        if entry.file_size > limit:
            raise RefusedError(f"It unpacks to more than {limit // 1024**2} MiB.")
        with self._zip.open(entry) as stream:
            return stream.read(limit)

    def chunks(self) -> Iterator[tuple[str, bytes]]:
        """Unpack everything once, piece by piece, with the members' names.

        For what libraries do not watch themselves: a member that holds more than it says is found here.
        """
        for entry in self.entries:
            with self.open(entry.filename) as stream:
                while chunk := stream.read(_CHUNK):
                    yield entry.filename, chunk


def is_locked(entry: zipfile.ZipInfo) -> bool:
    """Whether the member has a password."""
    return bool(entry.flag_bits & _ENCRYPTED)
