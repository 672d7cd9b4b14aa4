"""httpx's requests over our own connection pool."""

import ssl
from collections.abc import Iterator

import certifi
import httpcore
import httpx

from .addresses import Guard
from .dialling import GuardedBackend
from .errors import BadCertificates

MAX_CONNECTIONS = 512  # 100 sources and their files, some of whose servers hang: nobody waits for another's connection
KEEP_SECONDS = 30.0


class GuardedTransport(httpx.BaseTransport):
    """One pool of kept connections, each opened by the guarded backend: no proxy, no environment, no HTTP/2."""

    def __init__(self, guard: Guard, certificates: str = "") -> None:
        tls = trusting(certificates)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEP_SECONDS,
            http1=True,
            http2=False,
            network_backend=GuardedBackend(guard),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; httpcore's errors come through as they are."""
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def trusting(certificates: str = "") -> ssl.SSLContext:
    """Trust these PEM certificates besides the usual ones; raises BadCertificates where they are none."""
    # The system's certificates, which an operator can add to, and certifi's, for a container that has none.
    tls = ssl.create_default_context()
    tls.load_verify_locations(certifi.where())
    if certificates:
        try:
            tls.load_verify_locations(cadata=certificates)
        except (ssl.SSLError, ValueError) as error:
            raise BadCertificates("these are no certificates in PEM form") from error
    return tls


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
