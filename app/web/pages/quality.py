"""What is amiss with a council's data: the report, its history, and the records concerned; for people and programs."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from app.addresses import address_of
from app.db import now
from app.models import Body, Meeting, Paper, QualitySnapshot
from app.quality import snapshots
from app.quality.listing import PAGE, Concerned, concerned, is_listed
from app.quality.words import Finding, as_data, filled, findings, leading, legible, product_of, title, worst
from app.queries.councils import system_of
from app.web import charts
from app.web.councils import Council, council_named, narrow
from app.web.figure_parts import Figure, Row
from app.web.filters import day as day_words
from app.web.filters import short_day
from app.web.headers import open_data, open_to_all
from app.web.i18n import gettext, here
from app.web.record_words import record_title, web_address
from app.web.site import session, site
from app.web.voices import voice

quality = Blueprint("quality", __name__)

MOST = 5_000  # records in one CSV
SUFFIX = ".csv"
_FORMULA = re.compile(r"^[=+\-@\t\r]")  # what a spreadsheet would carry out
_KEY = re.compile(r"[a-z0-9]{0,13}")


@quality.get("/councils/<slug>/quality")
def report(slug: str) -> str | Redirect:
    """Show what is amiss with a council's data, what concerns most records first, and how that changed."""
    council = _council(slug)
    if slug != council.slug:
        return redirect(f"/councils/{council.slug}/quality", 301)
    found, past = _findings(council), snapshots.history(session(), council.key)
    groups: dict[str, list[Finding]] = {}
    for one in found:
        groups.setdefault(one.group, []).append(one)
    newest = past[-1] if past else None
    return render_template(
        "quality/report.html",
        section="status",
        council=council,
        newest=newest,
        found=found,
        worst=worst(found),
        groups=[(name, title(name, voice()), members) for name, members in groups.items()],
        amiss=sum(one.amiss for one in found),
        shares=_shares(newest) if newest else (),
        curve=_curve(past),
    )


@quality.get("/councils/<slug>/quality.json")
def as_json(slug: str) -> Response:
    """Tell the same to programs."""
    council = _council(slug)
    past = snapshots.history(session(), council.key)
    return open_data(
        {
            "council": council.slug,
            "name": council.name,
            "url": f"{site().settings.base_url}/councils/{council.slug}/quality",
            "day": past[-1].day.isoformat() if past else None,
            "made": past[-1].made_at.isoformat() if past else None,
            "measures": [as_data(one) | {"records": _records_address(council, one)} for one in _findings(council)],
            "history": [
                {"day": one.day.isoformat(), "filled": details, "references": references, "files": files}
                for one in past
                for details, references, files in (_shares(one),)
            ],
        }
    )


@quality.get("/councils/<slug>/quality.csv")
def as_csv(slug: str) -> Response:
    """Give the same to a spreadsheet."""
    council = _council(slug)
    names = ("name", "group", "type", "count", "of", "unit", "amiss", "sentence", "advice")
    rows = []
    for one in _findings(council):
        told = as_data(one)
        rows.append([*(told[name] for name in names), _records_address(council, one)])
    return _csv([*names, "records"], rows, f"{council.slug}-quality")


@quality.get("/councils/<slug>/quality/<name>")
def records(slug: str, name: str) -> str | Response:
    """List the records that a finding is about, as a page or, with .csv behind its name, for a spreadsheet."""
    council, moment = _council(slug), now()
    body = session().get(Body, council.id) or abort(404)
    wanted = name.removesuffix(SUFFIX)
    if not is_listed(wanted, moment):
        abort(404)
    if name.endswith(SUFFIX):
        return _records_csv(council, concerned(session(), body, wanted, moment, limit=MOST), wanted)
    after = request.args.get("after", "")
    if not _KEY.fullmatch(after):
        abort(404)
    rows = concerned(session(), body, wanted, moment, after=after, limit=PAGE + 1)
    finding = next((one for one in _findings(council) if one.name == wanted), None)
    return render_template(
        "quality/records.html",
        section="status",
        robots="noindex, follow",
        council=council,
        name=wanted,
        finding=finding,
        rows=rows[:PAGE],
        following=here(after=rows[PAGE - 1].after) if len(rows) > PAGE else None,
        first=here(after=None) if after else None,
        title_of=_title,
        context_of=_context,
        address_of=_address,
        original_of=_original,
    )


def _council(slug: str) -> Council:
    council = council_named(slug) or abort(404)
    narrow(council)
    return council


def _findings(council: Council) -> list[Finding]:
    newest = snapshots.newest(session(), council.key)
    body = session().get(Body, council.id)
    product = product_of(system_of(session(), body)) if body else ""
    return findings(newest.counts, voice(), product) if newest else []


def _shares(one: QualitySnapshot) -> tuple[int | None, int | None, int | None]:
    return filled(one.counts), leading(one.counts), legible(one.counts)


def _curve(past: Sequence[QualitySnapshot]) -> Figure | None:
    """Return how the three shares went, as a drawing with its table; None where there is only one day."""
    rows = [(one.day, _shares(one)) for one in past]
    if len(rows) < 2:
        return None
    words = (gettext("Details that are there"), gettext("References that lead somewhere"), gettext("Files with text"))
    # Where there is nothing to count nothing is amiss either.
    columns = zip(*(shares for _, shares in rows), strict=True)
    lines = [
        (word, [100 if one is None else one for one in column]) for word, column in zip(words, columns, strict=True)
    ]
    return Figure(
        "quality",
        gettext("How it changed"),
        gettext("Of a hundred details, references and files: how many are as they should be."),
        (("day", gettext("Day"), False), *((word, word, True) for word in words)),
        tuple(Row((day_words(day), *shares)) for day, shares in reversed(rows)),
        "curves",
        charts.curves(lines, [_short(day, rows[0][0]) for day, _ in rows], most=100),
        legend=tuple(zip(charts.LOOKS, words, strict=False)),
    )


def _short(day: date, first: date) -> str:
    return f"{day:%m/%Y}" if (day - first).days > 300 else short_day(day)


def _records_address(council: Council, one: Finding) -> str | None:
    return f"{site().settings.base_url}/councils/{council.slug}/quality/{one.name}" if one.listed else None


def _title(one: Concerned) -> str:
    """Return what a record is called, or else what it belongs to."""
    if one.record is None:
        return one.id
    named = one.holder if one.holder is not None and not (one.record.name or "").strip() else one.record
    return record_title(named)


def _context(one: Concerned) -> str:
    """Return what tells records of the same name apart: number and day of a paper, meeting and day of an item."""
    about = one.holder if isinstance(one.holder, Meeting) else one.record
    if isinstance(about, Paper):
        return ", ".join(filter(None, (about.reference, day_words(about.date))))
    if isinstance(about, Meeting):
        name = record_title(about) if about is one.holder else ""
        return ", ".join(filter(None, (name, day_words(about.start))))
    return ""


def _address(one: Concerned) -> str | None:
    return address_of(one.page[0], one.page[1], parent=one.page[2]) if one.page else None


def _original(one: Concerned) -> str | None:
    """Return the council's own page of a record, or else what its server says of it."""
    own = web_address(one.record.web) if one.record is not None else None
    return own or web_address(one.id)


def _records_csv(council: Council, rows: Iterable[Concerned], name: str) -> Response:
    """Give the records concerned; what has no licence is named by its address alone."""
    base = site().settings.base_url
    lines = [
        [
            one.type,
            _title(one) if one.record is not None and one.may_name else None,
            _context(one) or None if one.may_name else None,
            f"{base}{address}" if (address := _address(one)) else None,
            _original(one),
            one.id,
            one.detail or None,
        ]
        for one in rows
    ]
    return _csv(["type", "name", "context", "page", "original", "id", "detail"], lines, f"{council.slug}-{name}")


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> Response:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    response = Response(written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="ratslupe-{name}.csv"'
    return open_to_all(response)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
