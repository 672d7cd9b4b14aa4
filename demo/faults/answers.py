"""Wrong statuses, walls, redirects and clocks: faults that the head of an answer shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from demo.responses import Response, error

from .registry import Moment, Strike, fault

HTML = "text/html; charset=utf-8"
SERVICE_DOWN = (
    "<!DOCTYPE html><html><head><title>Dienst gestört</title></head><body><h1>Dienst gestört</h1></body></html>"
)


def page(status: int, text: str, **headers: str) -> Response:
    """A web page where JSON was asked for."""
    return Response(status, text.encode(), {"Content-Type": HTML} | headers)


def _status(status: int, message: str) -> Strike:
    return lambda _: error(status, message)


for _code, _words in {
    400: "Die Anfrage ist ungültig.",
    401: "Bitte melden Sie sich an.",
    403: "Kein Zugriff.",
    404: "Unter dieser Adresse gibt es nichts.",
    410: "Das gibt es nicht mehr.",
    429: "Zu viele Anfragen.",
    500: "Interner Fehler.",
    503: "Der Dienst ist überlastet.",
}.items():
    fault(f"http-{_code}", f"{_code} with an OParl Error object")(_status(_code, _words))


@fault("http-502", "502 with the web page of a gateway")
def _502(_: Moment) -> Response:
    return page(502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")


@fault("http-504", "504 with nothing in it")
def _504(_: Moment) -> Response:
    return Response(504)


@fault("http-204", "204: no content where there should be some")
def _204(_: Moment) -> Response:
    return Response(204)


@fault("http-304", "304 to somebody who set no condition")
def _304(_: Moment) -> Response:
    return Response(304)


@fault("http-404-text", "404 as plain text")
def _404_text(_: Moment) -> Response:
    return Response(404, b"Not Found", {"Content-Type": "text/plain"})


def _later(status: int, when: Callable[[Moment], str]) -> Strike:
    return lambda moment: replace(
        error(status, "Zu viele Anfragen."), headers={"Content-Type": "application/json", "Retry-After": when(moment)}
    )


def _in_a_moment(moment: Moment) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2 * moment.seconds), usegmt=True)


fault("http-429-seconds", "429 with Retry-After in seconds")(_later(429, lambda m: str(max(1, round(m.seconds)))))
fault("http-429-date", "429 with Retry-After as a date")(_later(429, _in_a_moment))
fault("http-429-huge", "429 that asks to wait for 31 years")(_later(429, lambda _: "1000000000"))
fault("http-429-nonsense", "429 with a Retry-After that says nothing")(_later(429, lambda _: "gleich"))
fault("http-429-negative", "429 with a Retry-After in the past")(_later(429, lambda _: "-5"))
fault("http-503-seconds", "503 with Retry-After in seconds")(_later(503, lambda m: str(max(1, round(m.seconds)))))


@fault("bot-wall-200", "a bot check with 200, as ALLRIS shows it")
def _wall_200(_: Moment) -> Response:
    return page(
        200, "<!DOCTYPE html><html><head><title>Zugriff prüfen</title></head><body>Zugriff prüfen …</body></html>"
    )


@fault("bot-wall-403", "a bot check with 403 that wants a script to be run")
def _wall_403(_: Moment) -> Response:
    return page(403, '<html><body><script src="/.well-known/rescaled-waf/check.js"></script></body></html>')


@fault("bot-wall-plain", "403 without a word, to whoever does not look like a browser")
def _wall_plain(_: Moment) -> Response:
    return page(403, "<html><head><title>403 Forbidden</title></head><body></body></html>")


@fault("bot-wall-503", "a bot check with 503 that says to wait")
def _wall_503(_: Moment) -> Response:
    return page(503, "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>")


def _redirect(where: Callable[[Moment], str], status: int = 302) -> Strike:
    return lambda moment: Response(status, b"", {"Location": where(moment)})


def _target(moment: Moment) -> str:
    return moment.request.target or moment.request.path


fault("redirect-private", "a redirect to an address of a private network")(_redirect(lambda _: "http://10.0.0.7/oparl"))
fault("redirect-metadata", "a redirect to where clouds tell secrets")(
    _redirect(lambda _: "http://169.254.169.254/latest/meta-data/")
)
fault("redirect-file", "a redirect to a file of the reader's own machine")(_redirect(lambda _: "file:///etc/passwd"))
fault("redirect-broken-host", "a redirect to a host that is misspelt")(
    _redirect(lambda _: "https://www.rat.sitzung-online.invalid/oparl/system", 301)
)
fault("redirect-loop", "a redirect to itself")(_redirect(_target, 307))
fault("redirect-nowhere", "a redirect that does not say where to")(lambda _: Response(302))
fault("redirect-login", "a redirect to the web page where one logs in")(_redirect(lambda _: "/login.asp"))


def _clock(days: int) -> Strike:
    def strike(moment: Moment) -> Response:
        date = format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)
        return replace(moment.response, headers=moment.response.headers | {"Date": date})

    return strike


def _dated(date: str) -> Strike:
    return lambda moment: replace(moment.response, headers=moment.response.headers | {"Date": date})


fault("clock-behind", "the answer says that it was sent 400 days ago")(_clock(-400))
fault("clock-ahead", "the answer says that it was sent in 400 days")(_clock(400))
fault("clock-missing", "the answer does not say when it was sent")(_dated(""))
fault("clock-nonsense", "the answer says nonsense about when it was sent")(_dated("Sam, 31 Nov 20266 25:61:00 MEZ"))
