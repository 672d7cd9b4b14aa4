"""What there is: councils, how complete they are, and figures."""

from typing import Any

from flask import Response

from app.queries import figures as queries
from app.queries.figures import Scope
from app.queries.organizations import organization_by_key
from app.queries.status import status
from app.web.api.asking import PREFIX, as_json
from app.web.api.lists import council, councils
from app.web.api.operations import Asked, Operation
from app.web.api.problems import Problem, refused
from app.web.councils import council_named
from app.web.figure_parts import Figure, Material
from app.web.figures import figure
from app.web.filters import today
from app.web.i18n import speaking
from app.web.site import session, site
from app.web.state import remembered

USUAL = 5  # years that are told where none are asked for


def index(operations: tuple[Operation, ...]) -> Any:
    """Return what answers with all there is to ask."""

    def answer(_asked: Asked) -> Response:
        base = site().settings.base_url
        every = [{"name": one.name, "url": base + PREFIX + one.path, "says": one.says} for one in operations]
        also = {"openapi": f"{base}/openapi.json", "docs": f"{base}/api", "downloads": f"{base}/data"}
        return as_json({**also, "operations": every})

    return answer


def all_councils(_asked: Asked) -> Response:
    """Answer with the councils of which anything went out."""
    base = site().settings.base_url
    return as_json({"data": [_council(base, one.slug, one.key, one.name, one.license) for one in councils()]})


def _council(base: str, slug: str, key: str, name: str, license_: str | None) -> dict[str, Any]:
    known = council_named(slug)
    return {
        "slug": slug,
        "key": key,
        "name": known.name if known else name,
        "ags": (known.area or None) if known else None,
        "license": license_,
        "known_until": known.stand if known else None,
        "url": base + known.href if known else base,
        "object": f"{base}{PREFIX}/objects/{key}",
        "changes": f"{base}{PREFIX}/changes?body={slug}",
    }


def coverage(asked: Asked) -> Response:
    """Answer with what is published there, held here, and missing: as `ratslupe status --json` says it."""
    # It counts every table.
    sources: list[dict[str, Any]] = remembered("coverage", lambda: status(session()))
    if asked["source"]:
        sources = [one for one in sources if one["slug"] == asked["source"]]
        if not sources:
            raise refused("source", "no source here is called so")
    return as_json({"sources": sources})


def one_figure(asked: Asked) -> Response:
    """Answer with one figure's table."""
    with speaking(asked["language"]):
        material = Material(_scope(asked))
        told = figure(asked["name"], material)
        if told is None:
            raise Problem("not-found", "This figure makes no sense for what is asked: narrow it to one council.")
        return as_json(_told(told, material.scope))


def _scope(asked: Asked) -> Scope:
    body = council_named(council(asked["body"]).slug) if asked["body"] else None
    scope = Scope(body.id if body else None, *_organization(asked["organization"]))
    known = queries.years(session(), scope)
    last = asked["until"] or max(min(known[1] if known else today().year, today().year), asked["since"] or 0)
    first = asked["since"] or max(known[0] if known else 0, last - USUAL + 1)
    if first > last:
        raise refused("since", "lies behind until")
    return Scope(scope.body, scope.organization, scope.role, first, last)


def _organization(key: str | None) -> tuple[str | None, str]:
    if not key:
        return None, queries.COUNCIL
    found = organization_by_key(session(), key)
    if found is None or found.id not in queries.named(session(), [found.id]):
        raise refused("organization", "no organization with this key is here")
    met = queries.years(session(), Scope(None, found.id, queries.COMMITTEE))
    return found.id, queries.COMMITTEE if met else queries.ORIGINATOR


def _told(told: Figure, scope: Scope) -> dict[str, Any]:
    names = [name for name, _, _ in told.columns]
    return {
        "name": told.name,
        "title": told.title,
        "note": " ".join(filter(None, (told.lead, told.note))),
        "method": told.method,
        "url": f"{site().settings.base_url}/figures",
        "since": scope.first,
        "until": scope.last,
        "columns": [{"name": name, "label": label, "is_number": numeric} for name, label, numeric in told.columns],
        "rows": [dict(zip(names, row.cells, strict=True)) for row in told.rows],
    }
