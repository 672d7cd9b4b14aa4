"""How dates, numbers and addresses are written on a page; what belongs together is held by no-break spaces."""

import re
from datetime import date, datetime, timedelta

from babel.dates import get_month_names
from flask import Flask
from markupsafe import Markup

from app.addresses import history_url, record_url
from app.db import now
from app.speech import BERLIN, NBSP, clock_words, decimal_words, held, shortened, written
from app.web.i18n import formats, gettext
from app.web.reading import flowing

__all__ = ["BERLIN", "NBSP", "held", "shortened"]  # given on to whoever writes for a page

# Last parts of the long words of councils, as they stand in names and titles.
_LAST_PARTS = """
angelegenheiten anlage anpassung antrag arbeiten ausschuss ausschuß ausschüsse ausbau beirat bericht beschluss betrieb
einrichtung entwicklung entsorgung erneuerung finanzierung förderung fraktion gemeinschaft gesellschaft haushalt häuser
kalkulation kommission konzept maßnahme neubau niederschrift ordnung planung prüfung sanierung satzung schule sitzung
stätte straße überwachung verband verfahren versammlung versorgung vertrag vertretung verwaltung vorlage vorsitz
"""
# Before the last part, also where it is inflected, and behind the linking s of "Rechnungs", "Prüfungs", "Planungs".
_SEAM = re.compile(
    rf"(?<=[a-zäöüß]{{4}})(?=(?:{'|'.join(_LAST_PARTS.split())})[a-zäöüß]{{0,3}}\b)|(?<=ungs)(?=[a-zäöü]{{4}})"
)


def install(app: Flask) -> None:
    """Give the filters to the templates."""
    dates = (local, day, weekday, short_day, clock, moment, month, month_of, iso)
    for function in (*dates, number, file_size, held, shortened, soft, phrase, flowing):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals.update(month_words=month_words, record_url=record_url, history_url=history_url, today=today)


def today() -> date:
    """Return the date in Germany."""
    return now().astimezone(BERLIN).date()


def local(value: datetime) -> datetime:
    """Return a moment on German clocks."""
    return value.astimezone(BERLIN)


def _date(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def iso(value: date | datetime) -> str:
    """Return a date or moment for the `datetime` attribute."""
    return local(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def day(value: date | datetime | None) -> str:
    """Return "12. März 2026"."""
    return written(_date(value), "long", formats()) if value else ""


def short_day(value: date | datetime | None) -> str:
    """Return "12. März", with the year where it is not the present one."""
    if not value:
        return ""
    if _date(value).year != today().year:
        return day(value)
    return written(_date(value), "d. MMMM" if formats() == "de" else "d MMMM", formats())


def weekday(value: date | datetime | None) -> str:
    """Return "Dienstag, 1. Dezember 2026"."""
    if not value:
        return ""
    name = written(_date(value), "EEEE", formats())
    return f"{name}, {day(value)}"


def month(value: date | datetime) -> str:
    """Return "Nov."; a calendar leaf has room for no more."""
    return str(get_month_names("abbreviated", locale=formats())[_date(value).month])


def month_of(value: date) -> str:
    """Return "Mai 2024"."""
    return written(value, "LLLL yyyy", formats())


def month_words(number: int) -> str:
    """Return "Jan." for 1."""
    return str(get_month_names("abbreviated", locale=formats())[number])


def clock(value: datetime | None) -> str:
    """Return "17 Uhr" or "17:30 Uhr"; midnight sharp means that no time is known, and is empty."""
    if not value:
        return ""
    there = local(value)
    return clock_words(there.hour, there.minute, formats())


def moment(value: datetime | None) -> str:
    """Return "heute, 6:12 Uhr", "gestern, 18 Uhr" or "17. November, 6:20 Uhr"."""
    if not value:
        return ""
    there = _date(value)
    if there == today():
        name = gettext("today")
    elif there == today() - timedelta(days=1):
        name = gettext("yesterday")
    else:
        name = short_day(there)
    return ", ".join(part for part in (name, clock(value)) if part)


def number(value: int | float | None) -> str:
    """Return "48.216"."""
    if isinstance(value, int) and 0 <= value < 1000:
        return str(value)  # the same everywhere: a table of 60 organizations took 20 ms longer
    return "" if value is None else decimal_words(value, None, formats())


def file_size(size: int | None) -> str:
    """Return "184 kB"; units are decimal, as on the label of a disk."""
    if size is None:
        return ""
    value, unit = float(size), "Byte"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    digits = "0" if value >= 10 or unit in ("Byte", "kB") else "0.0"
    if unit == "Byte" and formats() != "de":
        unit = "byte" if size == 1 else "bytes"
    return f"{decimal_words(value, digits, formats())}{NBSP}{unit}"


def soft(text: str | None) -> str:
    """Let long words of councils break where people would break them; not every browser knows German hyphenation."""
    parted = _SEAM.sub("\u00ad", text or "")
    # What a macro wrote is escaped already, and a soft hyphen more does not change that.
    return Markup(parted) if isinstance(text, Markup) else parted  # noqa: S704 - see above


def phrase(text: str) -> str:
    """Return the search that finds exactly these words."""
    return f'"{" ".join(text.replace(chr(34), " ").split())}"'
