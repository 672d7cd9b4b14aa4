"""Web pages and mails."""

import email.message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from app.documents import STATES, Sandbox

from . import samples
from .office import mail, word, zipped

HTML = "text/html"
HEADS = "From: Rathaus <rathaus@example.org>\nTo: rat@example.org\nDate: Mon, 02 Sep 2024 10:00:00 +0200\n"


def page(sandbox: Sandbox, markup: str | bytes) -> str:
    reading = sandbox.read(markup if isinstance(markup, bytes) else markup.encode(), name="seite.html")
    assert (reading.state, reading.reader, reading.media_type) == ("ok", "html", HTML), reading
    (only,) = reading.pages
    return only.text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "<!doctype html><title>T</title><h1>Satzung</h1><p>Der  Rat\n beschließt.</p>",
            "Satzung\n\nDer Rat beschließt.",
        ),
        ("<html><p>a<br>b<p>c &amp; d&nbsp;e", "a\nb\nc & d\xa0e"),
        ("<html><ul><li>eins<li>zwei</ul><ol><li>a</li><li>b</li></ol>", "- eins\n- zwei\n1. a\n2. b"),
        ("<html><table><tr><th>Amt<th>€<tr><td>Bau<td>5</table>danach", "Amt\t€\nBau\t5\ndanach"),
        ("<html><table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td></tr></table>", "a\tb c"),
        ("<html><script>x('<p>')</script><style>p{}</style><noscript>n</noscript><template>t</template>ja", "ja"),
        ("<html><div hidden><div>a</div>b</div><p>c</p><svg><text>d</text></svg>", "c"),
        ("<html><p hidden>x<p>Der Rat", "Der Rat"),
        ("<html><p hidden>x<b>y</b><div>Der Rat</div>", "Der Rat"),
        ("<html><div><p hidden>x</div>Der Rat", "Der Rat"),
        ("<html><ul><li hidden>x<ol><li>y<li>z</ol>w<li>a</ul>b", "- a\nb"),
        ("<html><ul><li>a<li hidden>x</ul>b", "- a\nb"),
        ("<html><dl><dt hidden>x<dd>a<dd hidden>y</dl>b", "a\nb"),
        ("<html><table><tr hidden><td>x<table><tr><td>y</table>z<tr><td>a<td hidden>w<td>b</table>c", "a\tb\nc"),
        ("<html><table><tr><td>a<td hidden>x<tr><td>b<tr hidden><td>y</table>c", "a\nb\nc"),
        ("<html><div hidden><ul><div>x</div><li>y</ul>z</div>a", "a"),
        ('<html><p>Bild: <img alt="Lageplan" src=x onerror=alert(1)></p>', "Bild: Lageplan"),
        ("<html><pre>a\n  b</pre><select><option>c</select>", "a\n  b"),
        ("<html></p></td></tr></table></ol></li>a</script>b", "ab"),
        ("<html><td>a<td>b<tr>c", "a\tb\nc"),
        ("<html>" + "<b>" * 50_000 + "tief", "tief"),
    ],
)
def test_it_reads_what_a_browser_would_show(sandbox: Sandbox, markup: str, text: str) -> None:
    assert page(sandbox, markup).strip() == text


@pytest.mark.parametrize(
    "data",
    [
        "<html><p>Größe 5 €".encode(),
        "<html><p>Größe 5 €".encode("cp1252"),
        "<html><p>Größe 5 €".encode("utf-16"),
        "<html><p>Größe 5 €".encode("utf-16-be"),
        '<html><meta charset="iso-8859-15"><p>Größe 5 €'.encode("iso-8859-15"),
        '<html><meta http-equiv=x content="text/html; charset=punycode"><p>Größe 5 €'.encode(),
        '<html><meta charset="utf-8"><p>Größe 5 €'.encode("cp1252"),
    ],
)
def test_it_reads_pages_in_the_usual_codings(sandbox: Sandbox, data: bytes) -> None:
    assert page(sandbox, data) == "Größe 5 €"


def test_it_takes_the_title_of_a_page(sandbox: Sandbox) -> None:
    reading = sandbox.read(
        b"<html><head><title>\n Haushalt\n 2024 </title></head>Text", media_type_hint="text/html; charset=x"
    )

    assert (reading.title, reading.pages[0].text) == ("Haushalt 2024", "Text")


@pytest.mark.parametrize(
    "served",
    [
        "<html><title>404 Not Found</title>Nichts da",
        "<html><title>Fehler</title>Interner Fehler",
        "<html><title>Portal</title><form><input name=p type='password'></form>",
    ],
)
def test_it_knows_error_and_login_pages_even_where_a_page_was_announced(sandbox: Sandbox, served: str) -> None:
    reading = sandbox.read(served.encode(), media_type_hint="text/html", name="seite.html")

    assert (reading.state, reading.pages) == ("not_a_document", ())
    assert "served instead" in reading.reason


@pytest.mark.parametrize(
    ("hint", "name"), [("text/html", "Vorlage.pdf"), ("", "Vorlage.docx"), ("", ""), ("text/plain", "")]
)
def test_it_takes_a_web_page_for_one_only_where_nothing_else_was_announced(
    sandbox: Sandbox, hint: str, name: str
) -> None:
    assert sandbox.read(b"<html>Bitte warten", media_type_hint=hint, name=name).state == "not_a_document"


@pytest.mark.parametrize(("data", "name"), [(b'{"a": 1}', "daten.json"), (b"<?xml version='1.0'?><a/>", "daten.xml")])
def test_it_has_no_reader_for_data_that_was_announced_as_such(sandbox: Sandbox, data: bytes, name: str) -> None:
    assert sandbox.read(data, name=name).state == "unsupported"


def test_it_reads_head_body_and_attachments_of_a_mail(sandbox: Sandbox) -> None:
    data = mail(
        "Guten Tag,\nanbei.", "<b>anders</b>", Plan_pdf=samples.pdf(["Lageplan"], ["Blatt 2"]), Text_docx=word("Wort")
    )

    reading = sandbox.read(data)

    assert (reading.state, reading.reader, reading.media_type) == ("ok", "eml", "message/rfc822")
    assert reading.title == "Einladung zur Sitzung – Änderung"
    assert [(page.text, page.method) for page in reading.pages] == [
        (
            HEADS + "Subject: Einladung zur Sitzung – Änderung\n\nGuten Tag,\nanbei.",
            "eml",
        ),
        ("Plan.pdf\n\nLageplan", "pdfium"),
        ("Blatt 2", "pdfium"),
        ("Text.docx\n\nWort", "docx"),
    ]


def test_it_reads_a_mail_that_is_nothing_but_a_web_page(sandbox: Sandbox) -> None:
    message = MIMEText("<p>Straße <script>x</script>gesperrt", "html", "iso-8859-1")
    message["From"], message["Subject"] = "a@example.org", "=?iso-8859-1?q?Stra=DFe?="

    assert sandbox.read(message.as_bytes()).pages[0].text == "From: a@example.org\nSubject: Straße\n\nStraße gesperrt"


def nested(depth: int) -> bytes:
    data = mail("innen")
    for level in range(depth):
        outer = MIMEMultipart()
        outer["From"], outer["Subject"] = "a@example.org", f"Ebene {level}"
        part = email.message.Message()
        part["Content-Type"] = "message/rfc822"
        part.set_payload([email.message_from_bytes(data)])
        outer.attach(part)
        data = outer.as_bytes()
    return data


def test_it_opens_mails_in_mails_twice_and_then_no_more(sandbox: Sandbox) -> None:
    assert len(sandbox.read(nested(2)).pages) == 3
    deep = sandbox.read(nested(4))
    assert (deep.state, len(deep.pages)) == ("partly", 3)
    assert deep.reason == "1 of 1 files in it give no text or not all of it: Ebene 2."


@pytest.mark.parametrize("subject", ["=?utf-8?B?a?=", "Haushalt =?utf-8?B?a?= 2024"])
def test_it_reads_a_mail_whose_subject_cannot_be_decoded(sandbox: Sandbox, subject: str) -> None:
    reading = sandbox.read(f"From: a@example.org\nSubject: {subject}\n\nDer Rat tagt.".encode())

    assert (reading.state, reading.title) == ("ok", subject)
    assert reading.pages[0].text == f"From: a@example.org\nSubject: {subject}\n\nDer Rat tagt."


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("filename==?utf-8?B?a?=", "=?utf-8?B?a?="),
        ("filename*=undefined''a.txt", "?"),
        (f"filename*{'9' * 5000}=a.txt", "?"),
    ],
)
def test_it_reads_an_attachment_whose_name_cannot_be_decoded(sandbox: Sandbox, stated: str, name: str) -> None:
    data = mail("Der Rat tagt.", plan_txt=b"Lageplan").replace(b'filename="plan.txt"', stated.encode())
    assert stated.encode() in data

    reading = sandbox.read(data)

    assert reading.state == "ok", reading
    assert [page.text.partition("\n\n")[2] for page in reading.pages] == ["Der Rat tagt.", "Lageplan"]
    assert reading.pages[1].text.startswith(f"{name}\n")


BROKEN = {
    "no end of a part": b"From: a@b\nSubject: x\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\nText",
    "no boundary": b"From: a@b\nSubject: x\nContent-Type: multipart/mixed\n\nText",
    "bad base64": b"From: a@b\nSubject: x\nContent-Transfer-Encoding: base64\n\n!!!ab=c=d",
    "unknown charset": b"From: a\nSubject: =?kling?Q?=FF?=\nContent-Type: text/plain; charset=kling\n\nGr\xfc\xdfe",
    "dangerous charset": b"From: a\nSubject: =?idna?Q?=5?=\nContent-Type: text/plain; charset=undefined\n\n\xfc\xdfe",
    "nothing but heads": b"From: a@b\nSubject: x\n",
    "controls in heads": b"From: a@b\nSubject: x\x7f\xff\nTo: \xe4\xf6\n\nText",
    "endless heads": b"From: a@b\nSubject: x\n" + b"X-A: b\n" * 200_000 + b"\nText",
    "parts in parts": b"From: a@b\nSubject: x\n"
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
    "a thousand parts": b"From: a@b\nSubject: x\nContent-Type: multipart/mixed; boundary=q\n\n"
    + b"--q\nContent-Type: application/x-a\n\nx\n" * 5000,
    "a bomb attached": mail("Text", a_zip=zipped({"x": bytes(100 << 20)})),
}


@pytest.mark.parametrize("name", BROKEN)
def test_it_gives_a_state_to_a_mail_with(sandbox: Sandbox, name: str) -> None:
    reading = sandbox.read(BROKEN[name])

    assert reading.reader == "eml"
    assert reading.state in STATES - {"crashed", "timeout", "hostile"}, reading
    assert reading.reason or reading.state == "ok"


def test_it_reads_text_whose_charset_is_wrong(sandbox: Sandbox) -> None:
    assert sandbox.read(BROKEN["unknown charset"]).pages[0].text.endswith("Grüße")
