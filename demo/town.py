"""The town as data: objects linked by id, and the bytes of its files."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from .attachments import Attachment, attachments
from .config import DEFAULT_BASE, DEFAULT_SEED, DEFAULT_TODAY, Options
from .documents.pdf import render
from .history import History, tell
from .objects import Maker, live
from .register import Json

MARKER = "complete.json"
OBJECTS = "objects.ndjson"
Progress = Callable[[int, int], None]


@dataclass(eq=False, repr=False)
class Town:
    """A council's objects by id, flat; `revision` rises with every change."""

    options: Options
    base: str
    objects: dict[str, Json]
    folder: Path | None = None
    history: History | None = None
    attachments: list[Attachment] = field(default_factory=list)
    revision: int = 0

    def of_type(self, kind: str) -> list[Json]:
        """Objects of a type, without the withdrawn ones."""
        return list(live(self.objects, kind))

    def put(self, item: Json) -> None:
        """Add or replace an object; the caller sets `modified`, also of the parent."""
        self.objects[str(item["id"])] = item
        self.revision += 1

    def delete(self, uri: str, at: str) -> None:
        """Withdraw an object: what stays is id, type, created and the time of deletion as `modified`."""
        old = self.objects[uri]
        self.objects[uri] = {"id": uri, "type": old["type"], "created": old["created"], "modified": at, "deleted": True}
        self.revision += 1

    def rebase(self, base: str) -> None:
        """Move all addresses to another base, in place."""
        if base != self.base:
            text = json.dumps(list(self.objects.values()), ensure_ascii=False).replace(self.base, base)
            self.objects = {item["id"]: item for item in json.loads(text)}
            self.base, self.revision = base, self.revision + 1

    def pdf(self, number: int) -> bytes:
        """The bytes of a file by its number; KeyError if there is none."""
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
    """Build the town into a folder, with size and checksum of every file; the marker comes last."""
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
