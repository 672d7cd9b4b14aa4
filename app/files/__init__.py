"""Bytes by their SHA-256: whatever is stored is complete, named by what it holds, and never written over."""

from app.files.opening import open_store
from app.files.store import (
    UNFINISHED,
    BadFilesUrl,
    BadHash,
    FileMissing,
    FilesError,
    FileStore,
    FileTooLarge,
    Stored,
    StoreDown,
    StoreFull,
)

__all__ = [
    "UNFINISHED",
    "BadFilesUrl",
    "BadHash",
    "FileMissing",
    "FileStore",
    "FileTooLarge",
    "FilesError",
    "StoreDown",
    "StoreFull",
    "Stored",
    "open_store",
]
