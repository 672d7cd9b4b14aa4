"""The town as data: objects linked by id, and the bytes of its files."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

from . import mapping
from .attachments import Attachment, attachments
from .config import DEFAULT_BASE, DEFAULT_SEED, DEFAULT_TODAY, Options
from .documents.pdf import render
from .history import History, tell
from .objects import Maker, live
from .register import LISTS, Json

MARKER = "complete.json"
OBJECTS = "objects.ndjson"
TYPES = ("System", "Body", *LISTS.values())
Progress = Callable[[int, int], None]


@dataclass(eq=False, repr=False)
class Town:
    """A council's objects by id, flat; `revision` rises with every change.

    `withdrawn` keeps what was taken back as it was, `refused` the status of what answers no more, `replaced` new bytes
    of files by their number; `clock` is the server's.
    """

    options: Options
    base: str
    objects: dict[str, Json]
    folder: Path | None = None
    history: History | None = None
    attachments: list[Attachment] = field(default_factory=list)
    revision: int = 0
    withdrawn: dict[str, Json] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    replaced: dict[int, bytes] = field(default_factory=dict)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def of_type(self, kind: str) -> list[Json]:
        """Objects of a type, without the withdrawn ones."""
        return list(live(self.objects, kind))

    def truth(self) -> dict[str, set[str]]:
        """What is published now: ids by type, of every type that there is."""
        found: dict[str, set[str]] = {kind: set() for kind in TYPES}
        for uri, item in self.objects.items():
            if not item.get("deleted"):
                found[str(item["type"]).rsplit("/", 1)[1]].add(uri)
        return found

    def put(self, item: Json) -> None:
        """Add or replace an object; the caller sets `modified`, also of the parent."""
        uri = str(item["id"])
        self.objects[uri] = item
        self.withdrawn.pop(uri, None)
        self.refused.pop(uri, None)
        self.revision += 1

    def delete(self, uri: str, at: str) -> None:
        """Withdraw an object: what stays is id, type, created and the time of deletion as `modified`."""
        old = self.withdrawn[uri] = self.objects[uri]
        self.objects[uri] = {"id": uri, "type": old["type"], "created": old["created"], "modified": at, "deleted": True}
        self.revision += 1

    def depublish(self, uri: str, status: int = 404) -> None:
        """Let an object vanish without a tombstone: it leaves the lists, and its address answers with this status."""
        self.withdrawn[uri] = self.objects.pop(uri)
        self.refused[uri] = status
        self.revision += 1

    def rebase(self, base: str) -> None:
        """Move all addresses to another base, in place."""
        if base != self.base:
            held = [self.objects, self.withdrawn, self.refused]
            text = json.dumps(held, ensure_ascii=False).replace(self.base, base)
            self.objects, self.withdrawn, self.refused = json.loads(text)
            self.base, self.revision = base, self.revision + 1

    def pdf(self, number: int) -> bytes:
        """The bytes of a file by its number; KeyError if there is none."""
        if number in self.replaced:
            return self.replaced[number]
        if self.folder:
            try:
                return (self.folder / "files" / f"{number}.pdf").read_bytes()
            except FileNotFoundError:
                raise KeyError(number) from None
        if not 0 < number <= len(self.attachments):
            raise KeyError(number)
        return render(self.attachments[number - 1].document())

    @property
    def non_public_names(self) -> list[str]:
        """Names of agenda items that no reader may ever see."""
        return [str(item["name"]) for item in self.of_type("AgendaItem") if item["public"] is False]


def build(seed: int = DEFAULT_SEED, scale: float = 1.0, today: date = DEFAULT_TODAY, base: str = DEFAULT_BASE) -> Town:
    """The town in memory; files are drawn when asked for and carry no size or checksum yet."""
    options = Options(seed, scale, today)
    history = tell(options)
    files = attachments(history, today)
    return Town(options, base, Maker(base, options, history, files).all(), None, history, files)


def load(folder: Path) -> Town:
    """A town written by `write`."""
    marker = json.loads((folder / MARKER).read_text("utf-8"))
    options = Options(int(marker["seed"]), float(marker["scale"]), date.fromisoformat(marker["today"]))
    with (folder / OBJECTS).open(encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    return Town(options, DEFAULT_BASE, {item["id"]: item for item in items}, folder)


def is_complete(folder: Path, options: Options) -> bool:
    """Whether the folder holds exactly this town, built by this version."""
    try:
        return bool(json.loads((folder / MARKER).read_text("utf-8")) == options.marker())
    except (OSError, ValueError):
        return False


def write(folder: Path, options: Options, workers: int = 1, progress: Progress | None = None) -> Town:
    """Build the town into a folder, with its plan, and size and checksum of every file; the marker comes last."""
    (folder / MARKER).unlink(missing_ok=True)
    files = folder / "files"
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    town = build(options.seed, options.scale, options.today)
    total = len(town.attachments)
    for done, (number, size, checksum) in enumerate(_draw(town, files, workers), 1):
        item = town.objects[f"{town.base}/file/{number}"]
        item |= {"size": size, "sha512Checksum": checksum}
        if progress:
            progress(done, total)
    town.folder = folder
    with (folder / OBJECTS).open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in town.objects.values())
    mapping.write(folder)
    (folder / MARKER).write_text(json.dumps(options.marker()) + "\n", "utf-8")
    return town


Drawn = tuple[int, int, str]


def _draw(town: Town, files: Path, workers: int) -> Iterator[Drawn]:
    if workers < 2:
        yield from (_draw_one(attachment, files) for attachment in town.attachments)
        return
    # Spawned, not forked: the caller may run threads. Each worker tells itself the same history again (0.3 s).
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        jobs = [(town.options, number, files) for number in range(1, len(town.attachments) + 1)]
        yield from pool.map(_draw_numbered, jobs, chunksize=24)


@functools.cache
def _told(options: Options) -> list[Attachment]:
    return attachments(tell(options), options.today)


def _draw_numbered(job: tuple[Options, int, Path]) -> Drawn:
    options, number, files = job
    return _draw_one(_told(options)[number - 1], files)


def _draw_one(attachment: Attachment, files: Path) -> Drawn:
    data = render(attachment.document())
    (files / f"{attachment.number}.pdf").write_bytes(data)
    return attachment.number, len(data), hashlib.sha512(data).hexdigest()
