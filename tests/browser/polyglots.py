"""Files that are two things at once, or that bring a program along: what each does is told by `CANARY`.

A payload that runs opens a dialog, writes to the console, changes the title, or asks for an address; all say canary.
"""

import base64
import io
import zipfile
import zlib
from typing import Any

from PIL import Image

CANARY = "canary"
RUN = f"console.log('{CANARY}');document.title='{CANARY}';fetch('/{CANARY}');alert('{CANARY}')"
SCRIPT = f"<script>{RUN}</script>".encode()
HTML = (
    b"<!doctype html><html><head><title>x</title></head><body>"
    + SCRIPT
    + b'<img src=x onerror="'
    + (
        RUN.encode()
        + b'"><iframe src="javascript:parent.'
        + f"console.log('{CANARY}')".encode()
        + b'"></iframe></body></html>'
    )
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="' + RUN.encode() + b'">' + SCRIPT + b"</svg>"
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>' + SCRIPT + b"</body></html>"


def _picture(kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (32, 32), "white").save(target, kind, **options)
    return target.getvalue()


def _zip(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def _pdf(catalog: bytes = b"", page: bytes = b"", *more: bytes, head: bytes = b"") -> bytes:
    objects = (
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]%s>>" % page,
        *more,
    )
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, text) for number, text in enumerate(objects, 1))
    return head + b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF\n" % (len(objects) + 1)


def _js(code: str = RUN) -> bytes:
    return b"<</S/JavaScript/JS(%s)>>" % code.replace("(", "\\(").replace(")", "\\)").encode()


_ALERT = (
    f"app.alert('{CANARY}');this.submitForm('http://127.0.0.1/{CANARY}');app.launchURL('http://127.0.0.1/{CANARY}')"
)
_URI = b"<</S/URI/URI(javascript:%s)>>" % RUN.replace("(", "\\(").replace(")", "\\)").encode()
_MHT = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"; type="text/html"\r\n\r\n--b\r\n'
    b"Content-Type: text/html\r\nContent-Location: http://x.example/\r\n\r\n" + HTML + b"\r\n--b--\r\n"
)
_XSLT = (
    b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="data:text/xml;base64,'
    + base64.b64encode(
        b'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
        b'<html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html></xsl:template></xsl:stylesheet>"
    )
    + b'"?><a/>'
)
_GIF_JS = b"GIF89a/*" + bytes(300) + b"*/=1;" + RUN.encode()
_JPEG_HTML = b"\xff\xd8\xff\xfe\xff\xff" + HTML + _picture("JPEG")[2:]
_SWF_LIKE = b"FWS\x0a" + HTML

# name -> bytes, and what a careless reader took them for, where that is not what the first bytes say.
POLYGLOTS: dict[str, tuple[bytes, str | None]] = {
    "web page": (HTML, None),
    "web page said to be a PDF": (HTML, "application/pdf"),
    "web page said to be a picture": (HTML, "image/png"),
    "web page said to be a GIF": (HTML, "image/gif"),
    "web page said to be text": (HTML, "text/plain"),
    "web page said to be nothing": (HTML, ""),
    "web page of an unknown kind": (HTML, "application/x-unknown"),
    "web page behind a byte order mark": (b"\xef\xbb\xbf" + HTML, "text/plain"),
    "web page in UTF-16": (b"\xff\xfe" + HTML.decode().encode("utf-16-le"), None),
    "web page in UTF-7": (
        b"<html><meta charset=utf-7>+ADw-script+AD4-" + RUN.encode() + b"+ADw-/script+AD4-",
        "text/plain",
    ),
    "XHTML": (XHTML, None),
    "XHTML said to be XML": (XHTML, "text/xml"),
    "XSLT": (_XSLT, "application/xml"),
    "SVG with a script": (SVG, "image/svg+xml"),
    "SVG said to be a PNG": (SVG, "image/png"),
    "SVG with a foreign object": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><body xmlns="http://www.w3.org/1999/xhtml">'
        + SCRIPT
        + b"</body></foreignObject></svg>",
        "image/svg+xml",
    ),
    "packed SVG": (zlib.compress(SVG, wbits=31), "image/svg+xml-compressed"),
    "PDF with a script at its opening": (_pdf(b"/OpenAction" + _js(_ALERT)), None),
    "PDF with named scripts": (_pdf(b"/Names<</JavaScript<</Names[(a)%s]>>>>" % _js(_ALERT)), None),
    "PDF with a script on its page": (_pdf(page=b"/AA<</O%s>>" % _js(_ALERT)), None),
    "PDF with a script in a form": (
        _pdf(
            b"/AcroForm<</Fields[4 0 R]>>",
            b"/Annots[4 0 R]",
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 99 99]/AA<</F%s/C%s>>>>" % (_js(_ALERT), _js(_ALERT)),
        ),
        None,
    ),
    "PDF that opens an address": (_pdf(b"/OpenAction" + _URI), None),
    "PDF that starts a program": (_pdf(b"/OpenAction<</S/Launch/F(http://127.0.0.1/%s)>>" % CANARY.encode()), None),
    "PDF that sends a form": (
        _pdf(b"/OpenAction<</S/SubmitForm/F(http://127.0.0.1/%s)>>" % CANARY.encode()),
        None,
    ),
    "PDF that goes to another": (
        _pdf(b"/OpenAction<</S/GoToR/F(http://127.0.0.1/%s)/D[0/Fit]>>" % CANARY.encode()),
        None,
    ),
    "PDF behind a web page": (_pdf(head=HTML[:900] + b"-->\n"), "application/pdf"),
    "PDF with a web page behind it": (_pdf() + HTML, None),
    "PDF whose title is a script": (
        _pdf(b"/Lang(" + SCRIPT.replace(b"(", b"\\(").replace(b")", b"\\)") + b")"),
        None,
    ),
    "PDF with XFA": (
        _pdf(
            b"/AcroForm<</XFA 4 0 R/Fields[]>>",
            b"",
            b"<</Length %d>>stream\n%s\nendstream" % (len(XHTML), XHTML),
        ),
        None,
    ),
    "GIF that is a script": (_GIF_JS, None),
    "JPEG with a web page in its comment": (_JPEG_HTML, None),
    "PNG with a web page behind it": (_picture("PNG") + HTML, None),
    "WebP with a web page behind it": (_picture("WEBP") + HTML, "image/webp"),
    "BMP that is a script": (b"BM/*" + bytes(60) + b"*/=1;" + RUN.encode(), "image/bmp"),
    "TIFF with a web page in it": (_picture("TIFF", description=HTML.decode()), None),
    "MHT": (_MHT, "multipart/related"),
    "MHT said to be a mail": (_MHT, "message/rfc822"),
    "HTA": (b"<hta:application id=x>" + HTML, "application/hta"),
    "script": (RUN.encode(), "text/javascript"),
    "script module": (b"export default 1;" + RUN.encode(), "application/javascript"),
    "style sheet": (b"body{background:url(/%s)}" % CANARY.encode(), "text/css"),
    "manifest": (b'{"start_url":"javascript:%s"}' % RUN.encode(), "application/manifest+json"),
    "shortcut": (b"[InternetShortcut]\r\nURL=javascript:" + RUN.encode(), "application/internet-shortcut"),
    "zip that is a web page": (HTML + _zip(a=b"b"), "application/zip"),
    "Word file with a web page": (
        _zip(word__document=HTML),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "multipart": (
        b"--x\r\nContent-Type: text/html\r\n\r\n" + HTML + b"\r\n--x--",
        "multipart/x-mixed-replace; boundary=x",
    ),
    "Flash-like": (_SWF_LIKE, "application/x-shockwave-flash"),
    "feed": (
        b'<?xml version="1.0"?><rss><channel><title>' + SCRIPT + b"</title></channel></rss>",
        "application/rss+xml",
    ),
    "MathML": (
        b'<math xmlns="http://www.w3.org/1998/Math/MathML" href="javascript:' + RUN.encode() + b'">x</math>',
        "application/mathml+xml",
    ),
}
