"""kill -9 in the middle of a sync: started again, it ends where a sync ends that nobody killed."""

import random
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.dump import differences
from tests.faults.killing import Home
from tests.oparl_sync.council import SERVER, Council, thing, url
from tests.real.captured import small_pdf

PAPERS = 80


def council() -> Council:
    """Build a council of the size at which each step lasts long enough to be killed in it."""
    made = Council()
    made.per_page = 5
    made.lists |= {"agendaItem": [], "file": []}
    for number in range(PAPERS):
        file = thing("File", number, name=f"Vorlage {number}", accessUrl=f"{SERVER}/files/{number}.pdf")
        paper = thing("Paper", number, name=f"Antrag {number}", betreff="unknown", mainFile=file)
        made.lists["paper"].append(paper)
        made.lists["file"].append(file | {"paper": [paper["id"]], "size": number})
        item = thing("AgendaItem", number, name=f"Punkt {number}", date="nonsense")
        made.lists["meeting"].append(thing("Meeting", number, agendaItem=[item], organization=[url("Organization")]))
        made.lists["agendaItem"].append(item | {"meeting": url("Meeting", number), "result": "beschlossen"})
    made.lists["meeting"] += [thing("Meeting", PAPERS + number, deleted=True) for number in range(12)]
    made.lists["organization"] = [thing("Organization", 1, name="Rat"), {"name": "without an id"}]
    return made


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the council on loopback; gives its System's address."""
    made = council()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if "/files/" in self.path:
                status, content = 200, small_pdf(self.path)
            else:
                asked = httpx.Request("GET", SERVER.removesuffix("/oparl") + self.path)
                answer = made.handle(asked)
                status, content = answer.status_code, answer.content
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked was killed
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/oparl/system/1"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def clean(address: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """Give the state after a sync that nobody killed."""
    home = Home(tmp_path_factory.mktemp("clean"))
    assert home.run("source", "add", address, "--slug", "a").returncode == 0
    done = home.run("sync", "--json")
    assert done.returncode == 0, done.stderr
    return home.state()


# The line that ends the step before, and how long the step lasts on a quiet machine.
MOMENTS = {
    "lists": ("a Organization", 0.5),
    "download": ("a File", 0.4),
    "documents": ("Fetching", 0.6),
    "index": ("Reading", 0.2),
}


@pytest.mark.parametrize("step", MOMENTS)
def test_it_ends_where_a_clean_run_ends(
    step: str, address: str, clean: dict[str, list[tuple[object, ...]]], tmp_path: Path
) -> None:
    home, dice = Home(tmp_path), random.Random(step)
    home.run("source", "add", address, "--slug", "a")
    line, seconds = MOMENTS[step]
    killed = 0
    for _ in range(2):  # killed again while it goes on with what the last one left
        killed += home.kill("sync", after_line=line, seconds=dice.uniform(0, seconds))
    assert killed
    done = home.run("sync", "--json")
    assert done.returncode == 0, done.stderr
    assert differences(clean, home.state()) == []
