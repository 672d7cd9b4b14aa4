"""Everything to take away: what is published, and the files themselves."""

from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, send_file

from app.exports import path_of, published
from app.exports.manifest import Council, Manifest
from app.web.councils import FEW, narrowed
from app.web.filters import day
from app.web.i18n import gettext
from app.web.licences import licence
from app.web.ranges import whole_unless_one_range
from app.web.site import site

data = Blueprint("data", __name__)

MEDIA_TYPES = {
    ".gz": "application/gzip",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}


@data.get("/data")
def overview() -> str:
    """List the published files by council and type."""
    manifest, only = published(site().settings.exports), site().settings.only_council
    if manifest and only:
        mine = tuple(one for one in manifest.councils if one.body == only)
        manifest = replace(manifest, councils=mine, files=tuple(one for one in manifest.files if one.body == only))
    if manifest is None:
        return render_template("data/data.html", section="data", manifest=None)
    files = {one.body: [file for file in manifest.files if file.body == one.body] for one in manifest.councils}
    return render_template(
        "data/data.html",
        section="data",
        manifest=manifest,
        files=files,
        chosen=_chosen(manifest),
        credit=lambda council: credit_line(council, manifest.created),
        total_rows=sum(file.rows for file in manifest.files),
        total_bytes=sum(file.bytes for file in manifest.files),
    )


def _chosen(manifest: Manifest) -> list[Council]:
    """Return whose files are listed: those of the council that is read; of many, the first are enough to begin with."""
    mine = narrowed()
    if mine is None:
        return list(manifest.councils)[:FEW]
    return [one for one in manifest.councils if one.body == mine.slug]


def credit_line(council: Council, created: datetime) -> str:
    """Return how a council's data are to be credited, ready to be copied: source, day, licences."""
    terms = [licence(one) for one in council.licenses]
    named = [f"{one.name} ({one.url})" if one.url and one.url != one.name else one.name for one in terms if one.name]
    line = gettext("Source: %(councils)s, Ratslupe, %(day)s", councils=council.name, day=day(created))
    return "; ".join([line, *named])


@data.get("/download/<path:name>")
def download(name: str) -> Response:
    """Serve a published file, whole or in ranges; an interrupted download can be resumed by its ETag."""
    path = path_of(site().settings.exports, name)
    if path is None or _is_of_others(name):
        abort(404)
    media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    # Two councils have a file of the same name each: what lands on a reader's disk should say whose it is.
    saved_as = "-".join(name.split("/")[-2:]) if path.suffix == ".gz" else path.name
    whole_unless_one_range()
    response = send_file(path, mimetype=media_type, as_attachment=path.suffix == ".gz", download_name=saved_as)
    response.cache_control.no_cache = True
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _is_of_others(name: str) -> bool:
    """Whether a file holds another council's records in a portal of one alone; lists and checksums are of all."""
    only, manifest = site().settings.only_council, published(site().settings.exports)
    if not only or manifest is None:
        return False
    return any(one.body != only and name.endswith(one.path) for one in manifest.files)
