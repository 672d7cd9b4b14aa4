"""Everything to take away: what is published, and the files themselves."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson
from flask import Blueprint, Response, abort, make_response, redirect, render_template, send_file
from werkzeug.wrappers import Response as AnyResponse

from app.exports import DELTAS, ExportFile, instead_of, is_gone, path_of, published
from app.exports.csv_files import is_link_table
from app.exports.layout import NAME, REDACTIONS
from app.exports.layout import versions as present
from app.exports.manifest import ALL, Council, Manifest, Version
from app.exports.signing import KEY_FILE, SigningKey
from app.web.councils import FEW, narrowed
from app.web.filters import day
from app.web.headers import open_to_all
from app.web.i18n import gettext
from app.web.licences import licence
from app.web.pages.catalogue import dataset_of
from app.web.ranges import whole_unless_one_range
from app.web.site import site

data = Blueprint("data", __name__)

MEDIA_TYPES = {
    ".gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".ndjson": "application/x-ndjson",
    ".csv": "text/csv; charset=utf-8",
    ".cff": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".sig": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
SIGNERS = "/.well-known/ratslupe-allowed-signers"
LISTED = 10  # versions and deltas on the page; the list for programs has all


@data.get("/data")
def overview() -> str:
    """List the published files by council and type."""
    manifest, only = published(site().settings.exports), site().settings.only_council
    if manifest and only:
        mine = tuple(one for one in manifest.councils if one.body == only)
        manifest = replace(manifest, councils=mine, files=tuple(one for one in manifest.files if one.body == only))
    if manifest is None:
        return render_template("data/data.html", section="data", manifest=None)
    directory = site().settings.exports
    return render_template(
        "data/data.html",
        section="data",
        manifest=manifest,
        holdings={one.body: _by_type(manifest, one.body) for one in manifest.councils} | {ALL: _by_type(manifest, ALL)},
        whole=[one for one in manifest.files if one.type in ("", "Location") and one.format in ("sqlite", "geojson")],
        texts=[one for one in manifest.files if one.format == "fulltext"],
        chosen=_chosen(manifest),
        credit=lambda council: credit_line(council, manifest.created),
        dataset_of=dataset_of(),
        total_rows=manifest.rows,
        total_bytes=manifest.size,
        versions=present(directory, last=LISTED)[::-1],
        deltas=present(directory, DELTAS, last=LISTED)[::-1],
        example=_example(manifest),
        signer=_key().allowed_signers.strip(),
        signers=SIGNERS,
        base_url=site().settings.base_url,
        fingerprint=_key().fingerprint,
        checksum=_checksum(directory, manifest.generation),
    )


def _checksum(directory: Path, generation: str) -> str:
    """Return the checksum of a version's manifest, as its signed list has it; "" where that is away just now."""
    listed = path_of(directory, f"{generation}/SHA256SUMS")
    if not isinstance(listed, Path):
        return ""
    try:
        with listed.open(encoding="ascii") as lines:
            return next((line.split()[0] for line in lines if line.endswith("  manifest.json\n")), "")
    except OSError:
        return ""


def _by_type(manifest: Manifest, body: str) -> dict[str, dict[str, list[ExportFile]]]:
    """Return a council's files by type: its lines, its table, the tables of links beside, and Parquet."""
    found: dict[str, dict[str, list[ExportFile]]] = {}
    for one in manifest.files:
        if one.body == body and one.type and one.format in ("ndjson", "csv", "parquet"):
            kind = "links" if one.format == "csv" and is_link_table(one.path) else one.format
            found.setdefault(one.type, {}).setdefault(kind, []).append(one)
    return found


def _example(manifest: Manifest) -> ExportFile | None:
    """Return a file that examples can be shown with."""
    lines = [one for one in manifest.files if one.format == "ndjson"]
    return next((one for one in lines if one.type == "Paper"), lines[0] if lines else None)


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


@data.get("/download/")
def index() -> AnyResponse:
    """Lead to the page that lists everything."""
    return redirect("/data", 302)


@data.get("/download/versions.json")
def versions() -> Response:
    """List all versions and deltas that are here, oldest first."""
    directory = site().settings.exports
    base = site().settings.base_url

    def said(some: Iterable[Version]) -> list[dict[str, object]]:
        return [
            {
                "generation": one.generation,
                "day": one.day,
                "revision": one.revision,
                "edition": one.edition,
                "since": one.since,
                "seq": one.seq,
                "rows": one.rows,
                "bytes": one.size,
                "manifest": f"{base}/download/{one.folder}/manifest.json",
            }
            for one in some
        ]

    told: dict[str, object] = {"versions": said(present(directory)), "deltas": said(present(directory, DELTAS))}
    told |= {"redactions": [f"{base}/download/{REDACTIONS}"]} if (directory / REDACTIONS).exists() else {}
    response = make_response(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    response.mimetype = "application/json"
    response.cache_control.no_cache = True
    return open_to_all(response)


@data.get("/download/latest/<path:name>")
def latest(name: str) -> AnyResponse:
    """Lead to a file of the current version."""
    current = published(site().settings.exports)
    if (
        current is None
        or path_of(site().settings.exports, f"{current.generation}/{name}") is None
        or _is_of_others(name)
    ):
        abort(404)
    response = redirect(f"/download/{current.generation}/{name}", 302)
    response.cache_control.no_cache = True
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@data.get(SIGNERS)
def signers() -> Response:
    """Send the public key by which the checksums are verified, as `ssh-keygen -Y verify` reads it."""
    if not (site().settings.home / KEY_FILE).exists():
        abort(404)
    response = make_response(_key().allowed_signers)
    response.mimetype = "text/plain"
    return open_to_all(response)


@data.get("/download/<path:name>")
def download(name: str) -> Response:
    """Serve a published file, whole or in ranges; an interrupted download can be resumed by its ETag."""
    directory = site().settings.exports
    path = path_of(directory, name)
    if path is None and is_gone(directory, name):
        return _gone(name)
    if path is None or _is_of_others(name):
        abort(404)
    media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    # Two councils have a file of the same name each: what lands on a reader's disk should say whose it is.
    saved = path.suffix in (".gz", ".parquet")
    saved_as = "-".join(name.split("/")[-2:]) if saved else path.name
    whole_unless_one_range()
    try:
        response = send_file(path, mimetype=media_type, as_attachment=saved, download_name=saved_as)
    except FileNotFoundError:  # it was taken back just now
        return _gone(name) if is_gone(directory, name) else abort(404)
    response.cache_control.no_cache = True
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _gone(name: str) -> Response:
    """Say that a version is gone, and which one to take."""
    other = instead_of(site().settings.exports, name.removeprefix(f"{DELTAS}/"))
    base = site().settings.base_url
    instead = f"{base}/download/{other}/manifest.json" if other else f"{base}/data"
    response = make_response(gettext("This version is no longer here. Take this one: %(address)s", address=instead))
    response.status_code = 410
    response.mimetype = "text/plain"
    response.headers["Link"] = f'<{instead}>; rel="latest-version"'
    return open_to_all(response)


def _key() -> SigningKey:
    return SigningKey.kept_in(site().settings.home)


def _is_of_others(name: str) -> bool:
    """Whether a file holds another council's records in a portal of one alone; lists and checksums are of all."""
    only = site().settings.only_council
    if not only or name == REDACTIONS:
        return False
    steps = name.removeprefix(f"{DELTAS}/").split("/")
    if len(steps) > 1 and NAME.fullmatch(steps[0]):
        steps = steps[1:]
    if len(steps) == 1:
        return steps[0].endswith(".sqlite.gz") and steps[0] != f"{only}.sqlite.gz"
    return steps[0] not in (only, "schema")
