"""Pages as pictures: from the sandbox, checked, and kept."""

import errno
import hashlib
import io
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.config import Settings
from app.documents import ocr, preview_cache, sandbox
from app.documents.picture import BadPicture, PlacedWord, Request, size_of, words_in
from app.documents.preview_cache import PAGE, THUMBNAIL, Previews, PreviewsBusy, PreviewsLate
from app.documents.sandbox import SandboxError, _Ended, _WarmDiedError
from app.documents.sniff import PDF
from tests.app.documents import samples, scanned


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Previews]:
    """Give pictures whose sandbox starts once for all tests here."""
    previews = Previews(Settings.embedded(tmp_path_factory.mktemp("drawing")))
    yield previews
    previews.close()


@pytest.fixture
def previews(drawing: Previews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Previews:
    """Give an empty folder to the sandbox that runs already."""
    monkeypatch.setattr(drawing, "_folder", tmp_path / "previews")
    return drawing


def kept(folder: Path, content: bytes) -> tuple[str, Path]:
    path = folder / "document"
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest(), path


def drawn(previews: Previews, folder: Path, content: bytes, media_type: str = PDF, *, page: int = 1) -> Image.Image:
    sha256, path = kept(folder, content)
    picture = previews.picture(sha256, page, PAGE, media_type, lambda: path)
    return Image.open(io.BytesIO(picture)).convert("RGB")


def image(kind: str, size: tuple[int, int] = (2000, 1000), colour: str = "red", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind, **options)
    return target.getvalue()


class TestDrawing:
    """What a page looks like."""

    def test_a_page_is_as_wide_as_asked_and_shows_what_stands_there(self, previews: Previews, tmp_path: Path) -> None:
        content = samples.pdf(["Seite eins"], ["Tempo 30"])
        sha256, path = kept(tmp_path, content)
        for width, most in ((PAGE, 200_000), (THUMBNAIL, 10_000)):
            picture = previews.picture(sha256, 2, width, PDF, lambda: path)
            across, down = size_of(picture, width)
            assert abs(across - width) <= 1
            assert abs(down / across - 297 / 210) < 0.02
            assert len(picture) < most
        assert min(drawn(previews, tmp_path, content, page=2).convert("L").tobytes()) < 60  # there is ink

    def test_words_are_where_they_are_seen(self, previews: Previews, tmp_path: Path) -> None:
        sha256, path = kept(tmp_path, samples.pdf(["", "links oben Ende"]))
        first, _, last = previews.words(sha256, 1, PDF, lambda: path)
        assert (first.text, last.text) == ("links", "Ende")
        ((left, top, across, down),) = first.places
        assert left == pytest.approx(10_000 * 72 / 595, abs=30)
        assert top == pytest.approx(10_000 * (72 + 14 - 9) / 842, abs=60)
        assert 0 < down < across < 1000
        assert last.places[0][0] > left + across

    def test_a_word_broken_at_a_line_end_is_one_word_in_two_places(self, previews: Previews, tmp_path: Path) -> None:
        sha256, path = kept(tmp_path, samples.pdf(["der neue Bebauungs-", "plan der Stadt"]))
        words = previews.words(sha256, 1, PDF, lambda: path)
        broken = next(word for word in words if word.text == "Bebauungsplan")
        assert len(broken.places) == 2
        assert broken.places[0][1] < broken.places[1][1]

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"])
    def test_pictures_are_scaled(self, previews: Previews, tmp_path: Path, kind: str) -> None:
        picture = drawn(previews, tmp_path, image(kind), f"image/{kind.lower()}")
        assert picture.size == (1000, 500)
        red, green, blue = picture.tobytes()[:3]
        assert red > 230
        assert max(green, blue) < 30

    def test_each_page_of_a_scan_is_one(self, previews: Previews, tmp_path: Path) -> None:
        scan = io.BytesIO()
        pages = [Image.new("1", (1200, 1700), 1), Image.new("1", (1200, 1700), 0)]
        pages[0].save(scan, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
        second = drawn(previews, tmp_path, scan.getvalue(), "image/tiff", page=2)
        assert second.size == (1000, 1417)
        assert second.getpixel((500, 500)) == (0, 0, 0)
        with pytest.raises(BadPicture):
            drawn(previews, tmp_path, scan.getvalue(), "image/tiff", page=3)

    def test_what_a_camera_noted_turns_the_picture_and_is_not_passed_on(
        self, previews: Previews, tmp_path: Path
    ) -> None:
        notes = Image.Exif()
        notes[0x0112], notes[0x010F] = 6, "Kamera"
        content = image("JPEG", (3000, 1500), exif=notes)
        sha256, path = kept(tmp_path, content)
        picture = previews.picture(sha256, 1, PAGE, "image/jpeg", lambda: path)
        across, down = size_of(picture, PAGE)
        assert across < down
        assert b"Kamera" not in picture

    def test_a_long_scroll_is_not_drawn_longer_than_three_pages(self, previews: Previews, tmp_path: Path) -> None:
        assert max(drawn(previews, tmp_path, image("PNG", (100, 20_000)), "image/png").size) <= 3001

    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (b"%PDF-1.7 nothing", PDF),
            (samples.pdf(["x"], password="secret"), PDF),
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"not what it says", "image/tiff"),
            (image("PNG")[:200], "image/png"),
        ],
    )
    def test_what_cannot_be_drawn_is_tried_once(
        self, previews: Previews, tmp_path: Path, content: bytes, media_type: str
    ) -> None:
        sha256, path = kept(tmp_path, content)
        with pytest.raises(BadPicture):
            previews.picture(sha256, 1, PAGE, media_type, lambda: path)
        with pytest.raises(BadPicture, match="short while ago"):
            previews.picture(sha256, 1, PAGE, media_type, unasked)

    def test_a_page_that_is_not_there_has_no_picture(self, previews: Previews, tmp_path: Path) -> None:
        with pytest.raises(BadPicture):
            drawn(previews, tmp_path, samples.pdf(["x"]), page=2)


def unasked() -> Path:
    raise AssertionError("it is kept already")


class TestKeeping:
    """What was drawn once is there."""

    def test_it_is_drawn_once(self, previews: Previews, tmp_path: Path) -> None:
        sha256, path = kept(tmp_path, samples.pdf(["x"]))
        first = previews.picture(sha256, 1, PAGE, PDF, lambda: path)
        assert previews.picture(sha256, 1, PAGE, PDF, unasked) == first
        assert [one.name for one in (tmp_path / "previews" / sha256).iterdir()] == ["1-1-1000.webp"]
        assert previews.known() == [sha256]
        previews.forget([sha256, "../document", ""])
        assert previews.known() == []
        assert path.exists()

    def test_what_nobody_looked_at_goes_first(self, previews: Previews, tmp_path: Path) -> None:
        for number, name in enumerate(("a", "b", "c")):
            folder = tmp_path / "previews" / (name * 64)
            folder.mkdir(parents=True)
            (folder / "1-1-1000.webp").write_bytes(bytes(40_000))
            os.utime(folder / "1-1-1000.webp", (number, number))
        previews._max_bytes, before = 100_000, previews._max_bytes
        try:
            assert previews.trim() >= 40_000
            assert sorted(previews.known()) == ["b" * 64, "c" * 64]
            assert previews.trim() == 0
        finally:
            previews._max_bytes = before

    def test_a_folder_that_can_only_be_read_keeps_nobody_from_seeing(
        self, previews: Previews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(errno.EROFS, "read-only")

        sha256, path = kept(tmp_path, samples.pdf(["x"]))
        first = previews.picture(sha256, 1, PAGE, PDF, lambda: path)
        monkeypatch.setattr(os, "utime", refuse)
        assert previews.picture(sha256, 1, PAGE, PDF, unasked) == first
        monkeypatch.setattr(tempfile, "mkstemp", refuse)
        assert previews.words(sha256, 1, PDF, lambda: path)
        with pytest.raises(BadPicture):
            previews.picture(sha256, 2, PAGE, PDF, lambda: path)
        assert len(list((tmp_path / "previews" / sha256).iterdir())) == 1

    def test_a_damaged_cache_is_not_served(self, previews: Previews, tmp_path: Path) -> None:
        sha256, path = kept(tmp_path, samples.pdf(["x"]))
        previews.picture(sha256, 1, PAGE, PDF, lambda: path)
        (tmp_path / "previews" / sha256 / "1-1-1000.webp").write_bytes(b"<script>")
        with pytest.raises(BadPicture):
            previews.picture(sha256, 1, PAGE, PDF, lambda: path)


class Stuck:
    """A sandbox that answers when it is let."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.asked = 0

    def draw(self, document: Path, request: Request, *, seconds: float) -> bytes:
        """Wait."""
        self.asked += 1
        self.free.wait(10)
        return webp() if request["width"] == THUMBNAIL else b""

    def close(self) -> None:
        """Do nothing."""


class TestWaiting:
    """A page that needs no picture is never kept waiting by those that do."""

    def test_more_than_a_few_are_refused_at_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        stuck = Stuck()
        monkeypatch.setattr(preview_cache, "Sandbox", lambda **_: stuck)
        previews = Previews(Settings.embedded(tmp_path))

        def wait(page: int) -> None:
            with pytest.raises(BadPicture):
                previews.picture("a" * 64, page, PAGE, PDF, lambda: tmp_path)

        waiting = [threading.Thread(target=wait, args=(page,)) for page in range(preview_cache.WAITING)]
        for one in waiting:
            one.start()
        while previews._places._value or not stuck.asked:
            time.sleep(0.01)
        with pytest.raises(PreviewsBusy) as raised:
            previews.picture("b" * 64, 1, PAGE, PDF, lambda: tmp_path)
        assert not isinstance(raised.value, PreviewsLate)  # it says nothing of the page
        stuck.free.set()
        for one in waiting:
            one.join()
        assert previews._places._value == preview_cache.WAITING

    def test_a_list_leaves_the_page_that_is_read_its_turn(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stuck = Stuck()
        monkeypatch.setattr(preview_cache, "Sandbox", lambda **_: stuck)
        previews = Previews(Settings.embedded(tmp_path))

        def wait(page: int, width: int) -> None:
            with suppress(BadPicture):
                previews.picture("a" * 64, page, width, PDF, lambda: tmp_path)

        listed = [threading.Thread(target=wait, args=(page, THUMBNAIL)) for page in range(preview_cache.LISTED)]
        for one in listed:
            one.start()
        while previews._listed._value or not stuck.asked:
            time.sleep(0.01)
        for refused in (
            lambda: previews.picture("b" * 64, 1, THUMBNAIL, PDF, lambda: tmp_path),
            lambda: previews.words("b" * 64, 1, PDF, lambda: tmp_path, width=THUMBNAIL),
        ):
            with pytest.raises(PreviewsBusy, match=f"{preview_cache.LISTED} wait"):
                refused()
        read = threading.Thread(target=wait, args=(1, PAGE))
        read.start()
        while previews._places._value:
            time.sleep(0.01)
        stuck.free.set()
        for one in (*listed, read):
            one.join()
        assert stuck.asked == preview_cache.LISTED + 1
        assert (previews._listed._value, previews._places._value) == (preview_cache.LISTED, preview_cache.WAITING)

    @pytest.mark.parametrize("ended", [_Ended(code=0, late=True), _Ended(code=-9, late=False)])
    def test_what_was_not_done_in_time_is_tried_again_soon(
        self, previews: Previews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: _Ended
    ) -> None:
        sha256, path = kept(tmp_path, samples.pdf(["x"]))
        monkeypatch.setattr(previews, "_late", {})
        with monkeypatch.context() as patched:
            patched.setattr(previews._sandbox, "_asked", lambda *_: (b"", ended))
            with pytest.raises(PreviewsLate):
                previews.picture(sha256, 1, PAGE, PDF, lambda: path)
        assert not (tmp_path / "previews").exists()
        with pytest.raises(PreviewsLate, match="short while ago"):
            previews.picture(sha256, 1, PAGE, PDF, unasked)
        monkeypatch.setattr(time, "monotonic", partial(later, time.monotonic, preview_cache._AGAIN))
        assert previews.picture(sha256, 1, PAGE, PDF, lambda: path)

    def test_a_warm_process_that_dies_is_no_fault_of_the_page(
        self, previews: Previews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def died(*_: object) -> None:
            raise _WarmDiedError

        sha256, path = kept(tmp_path, samples.pdf(["x"]))
        monkeypatch.setattr(previews, "_late", {})
        monkeypatch.setattr(sandbox, "_converse", died)
        with pytest.raises(PreviewsLate):
            previews.picture(sha256, 1, PAGE, PDF, lambda: path)
        assert previews.known() == []

    def test_where_no_sandbox_starts_one_is_told_to_come_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> bytes:
            raise SandboxError

        previews = Previews(Settings.embedded(tmp_path))
        monkeypatch.setattr(previews._sandbox, "draw", refuse)
        with pytest.raises(PreviewsBusy):
            previews.picture("a" * 64, 1, PAGE, PDF, lambda: tmp_path)
        assert previews.known() == []


def later(clock: Callable[[], float], seconds: float) -> float:
    return clock() + seconds


def webp(width: int = 100, height: int = 100, **options: Any) -> bytes:
    return image("WEBP", (width, height), **options)


class TestDistrust:
    """A child that was taken over sends what it likes."""

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"<svg onload=alert(1)>",
            image("PNG"),
            image("JPEG"),
            webp(lossless=True),
            webp(exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"),
            webp() + b"<script>alert(1)</script>",
            webp()[:-1],
            webp(2000, 100),
            webp(100, 6000),
            webp()[:8] + b"WEBPVP8X" + webp()[16:],
            webp()[:26] + b"\x00\x00" + webp()[28:],
        ],
    )
    def test_only_a_plain_webp_of_the_right_size_is_believed(self, data: bytes) -> None:
        with pytest.raises(BadPicture):
            size_of(data, PAGE)
        assert size_of(webp(), PAGE) == (100, 100)

    @pytest.mark.parametrize(
        "told",
        [
            "x",
            "{}",
            "[1]",
            '["a"]',
            '[["a"]]',
            '[["a",[1,2,3]]]',
            '[["a",["1",2,3,4]]]',
            '[["a",[1.5,2,3,4]]]',
            "[[1,[1,2,3,4]]]",
            "\udc00",
            "[" * 200_000,
            json.dumps([["a" * 2001, [1, 2, 3, 4]]]),
            json.dumps([["a", [1, 2, 3, 4] * 51]]),
            json.dumps([["a" * 2000, [1, 2, 3, 4]]] * 2200),
        ],
        ids=range(14),
    )
    def test_only_words_with_places_are_believed(self, told: str) -> None:
        with pytest.raises(BadPicture):
            words_in(told.encode("utf-8", "surrogatepass"))

    def test_too_many_words_are_none(self) -> None:
        with pytest.raises(BadPicture):
            words_in(json.dumps([["a", [1, 2, 3, 4]]] * 20_001).encode())

    def test_no_place_lies_beside_the_page(self) -> None:
        (word,) = words_in(b'[["a",[-50,9990,20000,500,99999,99999,1,1]]]')
        assert word == PlacedWord("a", ((0, 9990, 10_000, 10), (10_000, 10_000, 0, 0)))


@pytest.mark.skipif(not ocr.installed(), reason="Tesseract with German data is not installed: tesseract-ocr-deu")
class TestWordsOfScans:
    """Where words stand on a page that is a picture."""

    @staticmethod
    def where(previews: Previews, data: bytes, folder: Path, media_type: str) -> dict[str, tuple[int, ...]]:
        path = folder / "scan"
        path.write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        words = previews.words(sha256, 1, media_type, lambda: path, scanned=True)
        return {word.text: word.places[0] for word in words}

    def test_they_stand_where_they_are_seen(self, previews: Previews, tmp_path: Path) -> None:
        upright = self.where(previews, scanned.scan(scanned.LINES), tmp_path, PDF)
        turned = self.where(previews, scanned.scan(scanned.LINES, turned=180), tmp_path, PDF)

        left, top, wide, high = upright["Gartenstraße"]
        assert 500 < left < 9000
        assert 300 < top < 3000
        assert wide > 500
        assert 50 < high < 400
        assert upright["Abstimmungsergebnis:"][1] > top
        # On its head it is at the other end of the page.
        assert abs(turned["Gartenstraße"][0] - (10_000 - left - wide)) < 150
        assert abs(turned["Gartenstraße"][1] - (10_000 - top - high)) < 150

    def test_a_picture_has_them_too_but_none_that_is_shown_turned(self, previews: Previews, tmp_path: Path) -> None:
        plain, turned = io.BytesIO(), io.BytesIO()
        shown = scanned.picture(scanned.LINES)
        shown.save(plain, "PNG")
        how = Image.Exif()
        how[0x0112] = 6
        shown.save(turned, "JPEG", exif=how)

        assert "Gartenstraße" in self.where(previews, plain.getvalue(), tmp_path, "image/png")
        assert self.where(previews, turned.getvalue(), tmp_path, "image/jpeg") == {}

    def test_a_list_does_not_wait_for_them(self, previews: Previews, tmp_path: Path) -> None:
        path = tmp_path / "scan"
        path.write_bytes(scanned.scan(scanned.LINES))

        assert previews.words("0" * 64, 1, PDF, lambda: path, width=160, scanned=True) == ()
