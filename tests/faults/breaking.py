"""The made-up council's faults, played without a network: what happens below HTTP becomes what httpx makes of it."""

from collections.abc import Iterator

import httpx

from demo.responses import Response, Wire

PATIENCE = 30.0  # seconds without a byte after which the guarded client gives up


class _Broken(httpx.SyncByteStream):
    """A body that comes in pieces and may break off, as a connection does."""

    def __init__(self, body: bytes, wire: Wire) -> None:
        self._body = body
        self._wire = wire

    def __iter__(self) -> Iterator[bytes]:
        wire, body = self._wire, self._body[: self._wire.cut]
        size = wire.portion or len(body) or 1
        for start in range(0, len(body), size):
            yield body[start : start + size]
            if wire.pause >= PATIENCE:
                raise httpx.ReadTimeout("nothing comes any more")
        if wire.cut is not None and (wire.reset or wire.chunked or wire.claimed is None):
            raise httpx.ReadError("the connection broke off")


def played(response: Response) -> httpx.Response:
    """Return what httpx would get; raises what it would raise."""
    wire = response.wire
    if wire.silent:
        raise httpx.ReadError("the connection broke off")
    if wire.delay >= PATIENCE:
        raise httpx.ReadTimeout("nothing comes")
    headers = {name: value for name, value in response.headers.items() if value}
    if not wire.chunked and response.status not in (204, 304):
        headers["Content-Length"] = str(len(response.body) if wire.claimed is None else wire.claimed)
    return httpx.Response(response.status, headers=headers, stream=_Broken(response.body, wire))
