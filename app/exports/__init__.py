"""The whole data set, to take away: one traversal of the records, written in each format and published at once.

    publish(engine, settings.exports, base_url=…)   write a generation and make it the current one; returns its Manifest
    published(settings.exports)                     the current Manifest, None before the first
    path_of(settings.exports, name)                 the file behind `/download/NAME`, None where there is none

A name is `GENERATION/PATH` with the Manifest's own words, and stays good while that generation is kept: the current
one and two before it, but these for an hour only once an export lacks what was withdrawn. Or it is just `PATH`, which
is the current generation's. PATH is that of a Manifest's file, `manifest.json`, `SHA256SUMS` or `README.txt`.
"""

from app.exports.manifest import Council, ExportFile, Manifest
from app.exports.publishing import ExportRunningError, path_of, publish, published

__all__ = ["Council", "ExportFile", "ExportRunningError", "Manifest", "path_of", "publish", "published"]
