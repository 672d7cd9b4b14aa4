"""Serves captured councils on loopback, byte for byte as they were: ids and links keep their own host.

Run by itself: python -m tests.real.captured huertgenwald|karlsruhe [--port N] [--pages N]
"""

import argparse
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("RATSLUPE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
PAGE = 100  # entries, as that server sends


class Capture:
    """A council's answers by path and query."""

    def __init__(self, origin: str, system: str) -> None:
        self.origin = origin
        self.system = system
        self.pages: dict[str, bytes] = {}

    def address(self, port: int) -> str:
        """Return where the System is on loopback."""
        return f"http://127.0.0.1:{port}{self.system}"


def huertgenwald() -> Capture:
    """Read the capture of an SD.NET server, OParl 1.0: a file a page, named by path and query."""
    root, base = DATA / "oparl" / "huertgenwald", "/rim4220/webservice/oparl/v1.0"
    capture = Capture("https://sdnetrim.kdvz-frechen.de", f"{base}/system")
    for path in sorted(root.rglob("*.json")):
        if path.name != "missing_ids.json":
            name = path.relative_to(root).with_suffix("").as_posix()
            capture.pages[f"{base}/{name}"] = path.read_bytes()
    return capture


def karlsruhe() -> Capture:
    """Page the near-raw objects of a Somacos server, OParl 1.1, as that server does."""
    root, base = DATA / "oparl" / "karlsruhe", "/oparl"
    origin = "https://web1.karlsruhe.de"
    body = f"{origin}{base}/bodies/0001"
    kind = "https://schema.oparl.org/1.1"
    capture = Capture(origin, f"{base}/system")
    system = {
        "id": f"{origin}{base}/system",
        "type": f"{kind}/System",
        "oparlVersion": f"{kind}/",
        "body": f"{origin}{base}/bodies",
    }
    lists = {
        "organization": json.loads((root / "organizations.json").read_bytes()),
        "meeting": [json.loads(line) for line in (root / "meetings.jsonl").read_bytes().splitlines()],
        "paper": [json.loads(line) for line in (root / "papers.jsonl").read_bytes().splitlines()],
        "consultation": json.loads((root / "consultations.json").read_bytes()),
    }
    entry = {
        "id": body,
        "type": f"{kind}/Body",
        "name": "Stadt Karlsruhe",
        "system": system["id"],
        "legislativeTerm": [],
    }
    entry |= {name: f"{body}/{name}s" for name in lists}
    capture.pages[f"{base}/system"] = json.dumps(system).encode()
    capture.pages[f"{base}/bodies"] = json.dumps({"data": [entry], "pagination": {}, "links": {}}).encode()
    for name, entries in lists.items():
        _paged(capture, f"{base}/bodies/0001/{name}s", entries)
    return capture


def _paged(capture: Capture, path: str, entries: list[Any]) -> None:
    last = max(1, -(-len(entries) // PAGE))
    for number in range(1, last + 1):
        links = {"first": f"{capture.origin}{path}?page=1", "last": f"{capture.origin}{path}?page={last}"}
        if number < last:
            links["next"] = f"{capture.origin}{path}?page={number + 1}"
        page = {"data": entries[(number - 1) * PAGE : number * PAGE], "pagination": {"totalElements": len(entries)}}
        content = json.dumps(page | {"links": links}).encode()
        capture.pages[f"{path}?page={number}"] = content
        if number == 1:
            capture.pages[path] = content


def ids_in(capture: Capture) -> dict[str, str]:
    """Return all distinct ids with their types ("" for a tombstone without one), found without any of our code."""
    found: dict[str, str] = {}

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("id"), str):
                found[value["id"]] = str(value.get("type", "")).rpartition("/")[2] or found.get(value["id"], "")
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                look(item)

    for content in capture.pages.values():
        look(json.loads(content))
    return found


@contextmanager
def serving(capture: Capture, port: int = 0) -> Iterator[tuple[str, list[str]]]:
    """Serve a capture; gives the System's address and the list of paths asked for, files answered with small PDFs."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            asked.append(self.path)
            content, kind = capture.pages.get(self.path), "application/json"
            if content is None and "file" in self.path:
                content, kind = small_pdf(self.path), "application/pdf"
            self.send_response(200 if content is not None else 404)
            content = content or b'{"error": "not found"}'
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked was killed
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield capture.address(server.server_address[1]), asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def small_pdf(text: str) -> bytes:
    """Return a one-page PDF that says the text; different for each file, a tenth of a millisecond to make."""
    stream = f"BT /F1 10 Tf 40 700 Td (Datei {text[-60:].translate({40: 32, 41: 32, 92: 32})}) Tj ET".encode(
        "ascii", "replace"
    )
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    )


def shortened(capture: Capture, pages: int) -> Capture:
    """Cut each list after so many pages; the rest stays as it was."""
    for path, content in capture.pages.items():
        if f"page={pages}" == path.rpartition("?")[2]:
            page = json.loads(content)
            page["links"].pop("next", None)
            capture.pages[path] = json.dumps(page).encode()
    return capture


def main() -> None:
    """Serve one capture for ever; its address is the first line of output."""
    options = argparse.ArgumentParser()
    options.add_argument("name", choices=["huertgenwald", "karlsruhe"])
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--pages", type=int, default=0)
    chosen = options.parse_args()
    capture = {"huertgenwald": huertgenwald, "karlsruhe": karlsruhe}[chosen.name]()
    with serving(shortened(capture, chosen.pages) if chosen.pages else capture, chosen.port) as (url, _):
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
