"""The made-up council, with quirks and faults, as the worker meets it: in memory, through the guarded client."""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES
from demo.faults import FaultPlan
from demo.quirks import play
from demo.responses import Behaviour, Request, Response
from demo.service import Service
from demo.town import Town
from oparl_sync.store import Counts
from tests.demo.small import small_town
from tests.oparl_sync.council import Council

PATIENCE = 1.0  # seconds after which a slow answer counts as none; nobody really waits


class Playing(Council):
    """The made-up council as an OParl server that plays quirks; `town` may be changed between two syncs."""

    def __init__(
        self,
        *quirks: str,
        town: Town | None = None,
        base: str = "https://rat.example/oparl/v1.1",
        behaviours: Iterable[Behaviour] = (),
        faults: FaultPlan | None = None,
        version: str = "1.1",
        page_size: int = 100,
    ) -> None:
        super().__init__()
        self.town = town or small_town()
        self.town.rebase(base)
        self.service = Service(self.town, list(behaviours), version, page_size)
        self.address = f"{base}/system"
        play(self.service, quirks)
        if faults is not None:
            self.service.behaviours.append(faults)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        target = request.url.raw_path.decode()
        path, _, query = target.partition("?")
        prefix = urlsplit(self.town.base).path
        inside = path.removeprefix(prefix) if path.startswith(prefix + "/") else "/."
        headers = {name.lower(): value for name, value in request.headers.items()}
        values = dict(parse_qsl(query, keep_blank_values=True))
        return over_the_wire(self.service.answer(Request(request.method, inside, values, headers, query, target)))

    def sync(self, engine: Engine, *, full: bool = False) -> tuple[Counts, list[str]]:
        """Walk all lists once; returns the counts and why it is incomplete."""
        return self.mirror(engine, self.address, full=full)


class _Body(httpx.SyncByteStream):
    """A body as it comes: in portions, to its end or to where it breaks off."""

    def __init__(self, body: bytes, failure: httpx.TransportError | None) -> None:
        self.body, self.failure = body, failure

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.body), 65536):
            yield self.body[start : start + 65536]
        if self.failure is not None:
            raise self.failure


def over_the_wire(answer: Response, patience: float = PATIENCE) -> httpx.Response:
    """Return, or raise, what httpx makes of an answer and of what happens to it below HTTP."""
    wire, body = answer.wire, answer.body
    if wire.delay > patience:
        raise httpx.ReadTimeout("timed out")
    if wire.silent:
        raise httpx.ReadError("connection reset") if wire.reset else httpx.RemoteProtocolError("disconnected")
    failure: httpx.TransportError | None = None
    claimed = len(body) if wire.claimed is None else wire.claimed
    if wire.cut is not None:
        body = body[: min(wire.cut, claimed)]
        if len(body) < claimed:
            failure = httpx.ReadError("connection reset") if wire.reset else httpx.RemoteProtocolError("incomplete")
    if wire.pause * (len(body) // wire.portion if wire.portion else 1) > patience:
        failure, body = httpx.ReadTimeout("timed out"), body[: wire.portion]
    headers = {name: value for name, value in answer.headers.items() if value}
    return httpx.Response(answer.status, headers=headers, stream=_Body(body, failure))


def published(town: Town) -> dict[str, set[str]]:
    """Return the ids of what the town publishes, by the types that a mirror holds."""
    truth = town.truth()
    return {kind: truth[kind] for kind in OPARL_TYPES}


def held(engine: Engine, key: Callable[[str], str] = str) -> dict[str, set[str]]:
    """Return the ids of what the mirror holds and shows as not withdrawn, by type; `key` alters each id first."""
    with Session(engine) as session:
        return {
            kind: {key(uri) for uri in session.scalars(select(model.id).where(model.deleted.is_(False)))}
            for kind, model in OPARL_TYPES.items()
        }
