"""The catalogue of the published files, for the portals that harvest it: read from the generation, never made here.

Nothing is answered rather than half of it: a harvester deletes on its side what a complete answer lacks.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response as Redirect

from app.catalogue import Edition, current
from app.catalogue.documents import FORMS
from app.catalogue.words import ENGLISH_LEAD, dataset_in_english, file_in_english, kind_of
from app.exports import ExportFile
from app.web.headers import open_to_all
from app.web.i18n import language
from app.web.site import site

catalogue = Blueprint("catalogue", __name__)

FORM = "<any(ttl, rdf, xml, jsonld):suffix>"
AN_HOUR = 3600  # seconds; the first export takes minutes to hours
HTML = "text/html"
RDF = tuple(form.media_type for form in FORMS.values())


@catalogue.get(f"/catalog.{FORM}")
def every(suffix: str) -> Response:
    """Give a page of the catalogue of all councils, or of the one whose portal this is."""
    return _page(None, suffix)


@catalogue.get("/catalog")
def negotiated() -> Response | Redirect:
    """Give the catalogue in the format that is asked for; people are led to the files."""
    return _chosen("/data", lambda suffix: _page(None, suffix))


@catalogue.get(f"/councils/<handle>/catalog.{FORM}")
def of_council(handle: str, suffix: str) -> Response:
    """Give a page of one council's catalogue, so that it can be registered by itself."""
    return _page(handle, suffix)


@catalogue.get("/councils/<handle>/catalog")
def negotiated_of_council(handle: str) -> Response | Redirect:
    """Give one council's catalogue in the format that is asked for."""
    return _chosen(f"/councils/{handle}", lambda suffix: _page(handle, suffix))


@catalogue.get(f"/dataset/<name>.{FORM}")
def dataset(name: str, suffix: str) -> Response:
    """Give one dataset as RDF."""
    edition = edition_now()
    if edition is None:
        return not_yet()
    if _package(edition, name) is None:
        return _text(410, "This dataset is no more.") if edition.was(name) else _text(404, "There is no such dataset.")
    return _file(edition.dataset(name, _form(suffix)), suffix)


@catalogue.get("/dataset/<name>")
def show(name: str) -> Response | str:
    """Show one dataset to people, or give it to programs that ask for RDF."""
    if (suffix := _wanted(HTML, *RDF)) is not None:
        response = dataset(name, suffix)
        response.vary.add("Accept")
        return response
    edition = edition_now()
    if edition is None:
        raise ServiceUnavailable(retry_after=AN_HOUR)
    package = _package(edition, name)
    if package is None:
        abort(410 if edition.was(name) else 404)
    extras = {one["key"]: one["value"] for one in package["extras"]}
    told = {"extras": extras, "days": _days(package["version"], extras), "forms": list(FORMS), **_called(package)}
    page = Response(render_template("data/dataset.html", section="data", package=package, **told), mimetype=HTML)
    page.vary.add("Accept")
    return page


def _called(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a dataset and its files are called, and the language of that; in the reader's where it has words."""
    if language() != "en":
        return {"called": package["title"], "notes": package["notes"], "file_called": str, "spoken": "de"}
    whose = package["organization"]
    called = dataset_in_english(package["name"], whose["name"], whose["title"])
    return {"called": called, "notes": ENGLISH_LEAD, "file_called": file_in_english, "spoken": "en"}


def _days(changed: str, extras: Mapping[str, str]) -> dict[str, date | None]:
    """Return when a dataset changed, and which days its records are of, where these are known."""
    told = {"changed": changed, "first": extras.get("temporal_start"), "last": extras.get("temporal_end")}
    return {name: date.fromisoformat(day) if day else None for name, day in told.items()}


@catalogue.get("/data.json")
def data_json() -> Response:
    """Give all datasets at once in the words of DCAT-US 1.1, as DKAN harvests them."""
    edition = edition_now()
    if edition is None:
        return not_yet()
    path = edition.data_json(own_council(edition))
    return _file(path, "json")


def edition_now() -> Edition | None:
    """Return the catalogue that is published; None where it has no dataset of this portal."""
    edition = current(site().settings.exports)
    if edition is None or not edition.packages:
        return None
    return None if site().settings.only_council and own_council(edition) is None else edition


def own_council(edition: Edition) -> str | None:
    """Return the name of the council whose portal this is alone; None in a portal of several."""
    only = site().settings.only_council
    return edition.council(only) if only else None


def dataset_of() -> Callable[[ExportFile], str | None]:
    """Return what says where the dataset of a published file is described; None where it is not."""
    edition = edition_now()
    names = {one["name"] for one in edition.packages} if edition else frozenset[str]()

    def address(file: ExportFile) -> str | None:
        word = kind_of(file.type, file.format)[0]
        name = f"{edition.slugs.get(file.body)}-{word}" if edition else ""
        return f"/dataset/{name}" if name in names else None

    return address


def not_yet() -> Response:
    """Say that nothing is published yet, and when to ask again."""
    response = _text(503, "Nothing is published yet. Ask again later.")
    response.headers["Retry-After"] = str(AN_HOUR)
    return response


def _page(handle: str | None, suffix: str) -> Response:
    edition = edition_now()
    if edition is None:
        return not_yet()
    if asked := request.args.get("edition", ""):
        edition = current(site().settings.exports, asked)
    if edition is None:
        response = _text(503, "This edition is kept no longer. Begin again with the first page.")
        response.headers["Retry-After"] = "60"
        return response
    council = own_council(edition)
    if handle is not None:
        asked_for = edition.council(handle)
        if asked_for is None or council not in (None, asked_for):
            return _text(404, "There is no such catalogue.")
        council = asked_for
    number = request.args.get("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        return _text(404, "There is no such page.")
    return _file(edition.page(_form(suffix), int(number), council), suffix)


def _package(edition: Edition, name: str) -> dict[str, Any] | None:
    mine, package = own_council(edition), edition.package(name)
    return package if package and mine in (None, package["organization"]["name"]) else None


def _chosen(page: str, give: Callable[[str], Response]) -> Response | Redirect:
    """Give what is asked for by Accept; `page` is where people are led."""
    suffix = _wanted(*RDF, HTML)
    response = redirect(page, 303) if suffix is None else give(suffix)
    response.vary.add("Accept")
    return response


def _wanted(*types: str) -> str | None:
    """Return the format that is asked for by Accept, None for a page; of what is asked for alike, the first."""
    suffixes = {form.media_type: suffix for suffix, form in FORMS.items()}
    return suffixes.get(request.accept_mimetypes.best_match(types, default=types[0]))


def _form(suffix: str) -> str:
    return "rdf" if suffix == "xml" else suffix


def _file(path: Any, suffix: str) -> Response:
    try:
        content = path.read_bytes() if path else None
    except OSError:  # the generation went just now
        return not_yet()
    if content is None:
        return _text(404, "There is no such page.")
    kinds = {**{name: form.media_type for name, form in FORMS.items()}, "json": "application/json"}
    response = Response(content, content_type=kinds[_form(suffix)])
    if suffix == "ttl":
        response.headers["Content-Type"] += "; charset=utf-8"
    return open_to_all(response)


def _text(status: int, words: str) -> Response:
    response = Response(f"{words}\n", status, mimetype="text/plain")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response
