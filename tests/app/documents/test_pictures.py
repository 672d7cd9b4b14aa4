"""Pictures: their text where text recognition is installed, an honest sentence where it is not."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from app.documents import STATES, Sandbox, ocr
from app.documents.reading import PageText

from .office import zipped

LINES = ["Beschluss des Rates", "Der Haushalt wird beschlossen", "Sitzung am Dienstag im Rathaus"]
recognised = pytest.mark.skipif(not ocr.installed(), reason="needs Tesseract")


def picture(kind: str, *, mode: str = "L", pages: int = 1) -> bytes:
    """A scan of a few lines."""
    drawn = []
    for number in range(pages):
        page = Image.new("L", (1200, 500), 255)
        font = ImageFont.load_default(44)
        for line, text in enumerate([*LINES, f"Seite {number + 1}"]):
            ImageDraw.Draw(page).text((60, 40 + 90 * line), text, fill=0, font=font)
        drawn.append(page.convert(mode))
    target = io.BytesIO()
    more = {"save_all": True, "append_images": drawn[1:]} if pages > 1 else {}
    drawn[0].save(target, kind, dpi=(200, 200), **more)
    return target.getvalue()


@recognised
@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("PNG", "RGBA", "image/png"),
        ("JPEG", "RGB", "image/jpeg"),
        ("GIF", "P", "image/gif"),
        ("TIFF", "1", "image/tiff"),
        ("BMP", "L", "image/bmp"),
        ("WEBP", "RGB", "image/webp"),
    ],
)
def test_it_recognises_the_text_of_a_picture_when_asked(
    sandbox: Sandbox, tmp_path: Path, kind: str, mode: str, media_type: str
) -> None:
    path = tmp_path / "picture"
    path.write_bytes(picture(kind, mode=mode))

    reading = sandbox.read(path)
    assert (reading.state, reading.reader, reading.media_type) == ("empty", "image", media_type), reading
    assert reading.pages == (PageText("", "scan"),)
    assert reading.reason == "The page is a scan; text recognition follows."
    page = sandbox.recognise(path, [1])[1]
    assert all(word in page.text for word in ("Beschluss", "Haushalt", "Dienstag", "Rathaus"))
    assert page.method == "ocr"
    assert page.confidence is not None
    assert page.confidence > 60


@recognised
def test_it_recognises_each_page_of_a_fax(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "fax"
    with io.BytesIO(picture("TIFF", mode="1", pages=3)) as plain, Image.open(plain) as fax:
        fax.save(path, "TIFF", compression="group4", save_all=True, dpi=(200, 200))

    assert len(sandbox.read(path).pages) == 3
    found = sandbox.recognise(path, [3, 1])
    assert [found[number].text.split()[-1] for number in (3, 1)] == ["3", "1"]


@recognised
def test_it_finds_no_text_where_there_is_none(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "noise"
    Image.effect_noise((300, 300), 90).save(path, "PNG")

    assert sandbox.recognise(path, [1])[1].text == ""


@recognised
def test_it_recognises_pictures_in_archives_at_once(sandbox: Sandbox) -> None:
    reading = sandbox.read(zipped({"brief.png": picture("PNG")}))

    assert (reading.state, [page.method for page in reading.pages]) == ("ok", ["zip", "ocr"])
    assert reading.pages[1].text.startswith("brief.png\n\nBeschluss des Rates")


def png(width: int, height: int) -> bytes:
    """The head of a PNG of this size, and hardly any body."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


HOSTILE = {
    "four gigapixels": png(65_000, 65_000),
    "nothing but a head": b"\x89PNG\r\n\x1a\n",
    "a picture cut short": picture("JPEG")[:2000],
    "a TIFF that follows itself": b"II*\x00\x08\x00\x00\x00"
    + struct.pack("<HHHII", 1, 256, 3, 1, 1)
    + struct.pack("<I", 8),
    "a GIF with a script": b"GIF89a/*\x01\x00\x00\x00\x00;*/=1;alert(1)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_gives_a_state_to(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    reading = sandbox.read(HOSTILE[name])
    (tmp_path / "picture").write_bytes(HOSTILE[name])

    assert reading.state in STATES - {"crashed", "timeout", "hostile", "ok"}, reading
    assert reading.reason
    assert all(page.text == "" for page in sandbox.recognise(tmp_path / "picture", [1, 2]).values())


def test_it_does_not_unpack_a_picture_of_four_gigapixels(sandbox: Sandbox) -> None:
    assert sandbox.read(HOSTILE["four gigapixels"]).state == "too_large"
