"""The whole data set, to take away: one traversal of what goes out, written in each format and published at once.

    publish(engine, settings.exports, base_url=…)   write a generation and make it the current one; returns its Manifest
    redact(engine, settings.exports, base_url=…)    take what was erased out of all that is published, at once
    published(settings.exports)                     the current Manifest, None before the first
    last_run(settings.exports)                      when an export last came to its end
    kept(settings.exports), …(…, DELTAS)            the Manifests of all generations, or deltas, oldest first
    path_of(settings.exports, name)                 the file behind `/download/NAME`, None where there is none
    is_gone(settings.exports, name)                 whether there once was one; instead_of(…): what to take now

A name is `GENERATION/PATH` or `deltas/GENERATION/PATH` with the Manifest's own words, and stays good while that is
kept; or just `PATH`, which is the current generation's. PATH is that of a Manifest's file, or one of SHA256SUMS.
"""

from app.exports.checking import InvalidExport
from app.exports.keeping import DiskFullError, Retention
from app.exports.layout import DELTAS, instead_of, is_gone, kept, last_run, path_of, published
from app.exports.manifest import Council, ExportFile, Manifest
from app.exports.publishing import ExportRunningError, publish, redact

__all__ = [
    "DELTAS",
    "Council",
    "DiskFullError",
    "ExportFile",
    "ExportRunningError",
    "InvalidExport",
    "Manifest",
    "Retention",
    "instead_of",
    "is_gone",
    "kept",
    "last_run",
    "path_of",
    "publish",
    "published",
    "redact",
]
