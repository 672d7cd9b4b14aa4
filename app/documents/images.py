"""Pictures to text, where text recognition is installed; runs in the sandboxed child. A TIFF may have many pages."""

import io
from collections.abc import Iterator
from contextlib import suppress
from mmap import mmap

from PIL import (  # each format is loaded beforehand, also MPO, which begins as a JPEG: the child can open nothing
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from . import language, ocr
from .outcome import TooLargeError
from .wire import EnoughError, Writer

_FORMATS = [
    plugin.format
    for plugin in (
        BmpImagePlugin.BmpImageFile,
        GifImagePlugin.GifImageFile,
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        TiffImagePlugin.TiffImageFile,
        WebPImagePlugin.WebPImageFile,
    )
]
# 100 megapixels are a plan of A0 at 200 dpi twice over, and 300 MB in colour.
_MAX_PIXELS = 100_000_000
_PLAUSIBLE_DPI = range(72, 1201)
# Of what is taken for letters in photographs of streets, Tesseract is less sure than that.
_LEAST_SURE = 40


def warm_up() -> None:
    """Load text recognition and what opens pictures."""
    ocr.warm_up()
    Image.preinit()
    # What is too large is decided here, by the numbers in the picture's head.
    Image.MAX_IMAGE_PIXELS = None


def read(document: mmap, writer: Writer) -> None:
    """Recognise the text of each picture in the file."""
    writer.begin("ocr")
    if not ocr.installed():
        writer.end("empty", "The text of pictures is not recognised here: Tesseract is not installed.")
        return
    sent, sample = 0, ""
    state, reason, truncated = "ok", "", False
    try:
        for found in _recognised(document[:]):
            sent += 1
            text = found.text if found.confidence >= _LEAST_SURE else ""
            sample += text
            writer.page(text, method="ocr", confidence=found.confidence if text else None)
    except EnoughError as enough:
        state, reason, truncated = "partly", f"The file {enough}; the rest is left out.", True
    except TooLargeError as error:
        state, reason = "too_large", str(error)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # on a damaged picture Pillow raises whatever Python can
        state, reason = "damaged", f"The picture is damaged ({type(error).__name__})."
    if sample:
        writer.meta(language=language.of(sample))
        state = "ok" if state == "ok" else "partly"
    elif state == "ok":
        state, reason = "empty", "No text was recognised in the picture."
    writer.end(state, reason, truncated=truncated)


def _recognised(data: bytes) -> Iterator[ocr.Recognised]:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
        # The pictures of an animation show the same; those of a TIFF are pages.
        frames = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        for number in range(frames):
            picture.seek(number)
            yield _recognise(picture)


def _recognise(picture: Image.Image) -> ocr.Recognised:
    width, height = picture.size
    if width * height > _MAX_PIXELS:
        raise TooLargeError(f"The picture has {width * height // 10**6} megapixels.")
    dpi = _dpi(picture)
    scale = min(1.0, (ocr.MAX_PIXELS / (width * height)) ** 0.5)
    size = max(1, int(width * scale)), max(1, int(height * scale))
    picture.draft("L", size)  # a JPEG is unpacked no larger than needed
    grey = _flat(picture)
    if grey.size != size:
        grey = grey.resize(size)
    dpi = max(_PLAUSIBLE_DPI.start, int(dpi * scale))
    return ocr.recognise(grey.tobytes(), *size, stride=size[0], dpi=dpi)


def _flat(picture: Image.Image) -> Image.Image:
    """The picture in grey; what is transparent is paper."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, coloured).convert("L")
    if picture.mode.startswith("I;16") or picture.mode in {"I", "F"}:
        return picture.convert("F").point(lambda value: value / 256).convert("L")
    return picture.convert("L")


def _dpi(picture: Image.Image) -> int:
    with suppress(TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError):
        stated = round(float(picture.info["dpi"][0])) if "dpi" in picture.info else 0
        if stated in _PLAUSIBLE_DPI:
            return stated
    return ocr.DPI
