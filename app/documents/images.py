"""Pictures to text, where text recognition is installed; runs in the sandboxed child. A TIFF may have many pages."""

import io
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

from . import ocr
from .outcome import TooLargeError
from .reading import MAX_PAGES, SCAN, PageText
from .verdict import verdict
from .wire import Writer

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
_ORIENTATION = 0x0112  # a number of EXIF; pictures are shown as it says, and recognised as they are


def warm_up() -> None:
    """Load text recognition and what opens pictures."""
    ocr.warm_up()
    Image.preinit()
    # What is too large is decided here, by the numbers in the picture's head.
    Image.MAX_IMAGE_PIXELS = None


def read(document: mmap, writer: Writer) -> None:
    """Tell how many pictures there are: their text is recognised when all other documents are read."""
    writer.begin("image")
    pages: list[PageText] = []
    try:
        with _opened(document) as picture:
            for number in range(min(_count(picture), MAX_PAGES)):
                picture.seek(number)
                if picture.width * picture.height > _MAX_PIXELS:
                    size = picture.width * picture.height // 10**6
                    raise TooLargeError(f"The picture has {size} megapixels.")  # noqa: TRY301  # as all others end
                pages.append(PageText("", SCAN))
                writer.page("", method=SCAN)
    except TooLargeError as error:
        writer.end("too_large", str(error))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # on a damaged picture Pillow raises whatever Python can
        writer.end("damaged", f"The picture is damaged ({type(error).__name__}).")
    else:
        writer.end(*verdict(pages))


def recognise(document: mmap, numbers: list[int], writer: Writer) -> None:
    """Recognise the pictures with these numbers, from 1, in their order, as far as the time goes."""
    writer.begin("ocr")
    with _opened(document) as picture:
        for number in numbers:
            try:
                picture.seek(number - 1)
                found = _recognise(picture)
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001  # as above; the other pictures may be sound
                found = ocr.Recognised("", 0)
            text = found.text if found.confidence >= _LEAST_SURE else ""
            writer.page(text, method="ocr", confidence=found.confidence)
            writer.flush()
            if ocr.time_is_up(writer.began):
                break
    writer.end("ok")


def words_seen(document: mmap, number: int) -> tuple[ocr.Seen, ...]:
    """Return the words of a picture, numbered from 1, and where they stand; none of one that is shown turned."""
    with _opened(document) as picture:
        picture.seek(number - 1)
        if picture.getexif().get(_ORIENTATION, 1) != 1:
            return ()
        return _recognise(picture).words


def _opened(document: mmap) -> Image.Image:
    return Image.open(io.BytesIO(document[:]), formats=_FORMATS)


def _count(picture: Image.Image) -> int:
    """The pictures of an animation show the same; those of a TIFF are pages."""
    return int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1


def _recognise(picture: Image.Image) -> ocr.Recognised:
    width, height = picture.size
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
