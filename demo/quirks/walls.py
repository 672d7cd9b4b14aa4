"""How anybody's servers keep readers out: bot checks, bans, conditions on headers, and what is no OParl at all."""

from __future__ import annotations

from collections.abc import Iterable

from demo.responses import Behaviour, Request, Response, error
from demo.service import Service

from .altering import instead, list_of
from .registry import quirk

CHECK = "<!DOCTYPE html><html><head><title>Zugriff prüfen</title></head><body><h1>Zugriff prüfen</h1></body></html>"
WORK = '<!DOCTYPE html><html><head><script src="/.well-known/rescaled-waf/pow.js"></script></head><body></body></html>'
FORBIDDEN = "<html><head><title>403 Forbidden</title></head><body><center>nginx</center></body></html>"
PORTAL = "<!DOCTYPE html><html lang='de'><head><title>Bürgerportal</title></head><body>Willkommen</body></html>"


@quirk(
    "wall-that-checks", row="A6", seen="Bonn, Hagen, Kiel", summary="every answer is a bot check, a web page with 200"
)
def checks(_: Service) -> Iterable[Behaviour]:
    """Show the check to everybody."""
    return [instead(lambda _: True, CHECK)]


@quirk(
    "wall-that-wants-work",
    row="A6",
    seen="*.ratsinfomanagement.net, Hamm, Bocholt",
    summary="every answer is a 403 with a script that computes",
)
def wants_work(_: Service) -> Iterable[Behaviour]:
    """Ask everybody for a proof of work."""
    return [instead(lambda _: True, WORK, status=403)]


@quirk("wall-that-forbids", row="A6", seen="Krefeld, Herne, the Berlin districts", summary="every answer is a bare 403")
def forbids(_: Service) -> Iterable[Behaviour]:
    """Refuse everybody."""
    return [instead(lambda _: True, FORBIDDEN, status=403)]


@quirk(
    "wall-around-lists",
    row="A6",
    seen="kommune-aktiv",
    summary="System and Body answer, their lists show a bot check with 200",
)
def around_lists(_: Service) -> Iterable[Behaviour]:
    """Show the check to whoever asks for a list."""
    return [instead(lambda request: list_of(request) not in (None, "body"), CHECK)]


@quirk("wall-after-a-while", row="A6", seen="several", summary="after twenty requests every answer is a bot check")
def after_a_while(_: Service) -> Iterable[Behaviour]:
    """Let some requests pass first."""
    asked = 0

    def behave(request: Request, response: Response) -> Response:
        nonlocal asked
        asked += 1
        return response if asked <= 20 else instead(lambda _: True, CHECK)(request, response)

    return [behave]


@quirk("wants-a-browser", row="A9", seen="several", summary="403 for whoever does not call itself a browser")
def wants_a_browser(_: Service) -> Iterable[Behaviour]:
    """Refuse by the name that the client gives itself."""
    return [
        instead(lambda request: "mozilla" not in request.headers.get("user-agent", "").lower(), FORBIDDEN, status=403)
    ]


@quirk(
    "files-want-a-referer",
    row="A10",
    seen="several",
    summary="files are 403 unless a page of the server is named as referer",
)
def wants_a_referer(_: Service) -> Iterable[Behaviour]:
    """Refuse files without a referer."""

    def behave(request: Request, response: Response) -> Response:
        file = request.path.endswith(("/access", "/download"))
        return error(403, "Kein direkter Zugriff.") if file and not request.headers.get("referer") else response

    return [behave]


@quirk("no-oparl-here", row="O", seen="regisafe, PROVOX, komuna", summary="every address shows the town's web pages")
def no_oparl(_: Service) -> Iterable[Behaviour]:
    """Show a portal instead of OParl."""
    return [instead(lambda _: True, PORTAL)]
