"""Whatever is changed in a file of any format, it ends in a state, and its reader in none of its own."""

import random
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest

from app.documents import STATES, Sandbox

from . import samples
from .office import W, mail, open_document, slides, word, word_of, workbook, zipped
from .test_old_formats import message, old_word, rtf
from .test_pictures import picture

MUTATIONS = 30  # of each, and as many of its members where it is packed
WORDS = [
    b"\0" * 8,
    b"\xff" * 4,
    b"<",
    b">",
    b"&a;",
    b"\\",
    b"{",
    b"}",
    b"\\u-1 ",
    b"\\bin99 ",
    b"=?",
    b"--q",
    b"99999999",
]
SOUND = {
    "docx": word_of(
        '<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t><w:br w:type="page"/></w:r></w:p></w:tc></w:tr></w:tbl>'
        '<w:p><w:r><w:footnoteReference w:id="2"/><w:t>b</w:t></w:r></w:p>',
        footnotes=f'<w:footnotes {W}><w:footnote w:id="2"><w:p/></w:footnote></w:footnotes>',
        header1=f"<w:hdr {W}><w:p><w:r><w:t>c</w:t></w:r></w:p></w:hdr>",
    ),
    "xlsx": workbook([["a", 1, 2.5], ["b", None]]),
    "pptx": slides("Folie", "Folie 2"),
    "odt": open_document("text", "<text:p>a<text:s/>b</text:p><table:table><table:table-row/></table:table>"),
    "ods": open_document(
        "spreadsheet", "<table:table><table:table-row><table:table-cell/></table:table-row></table:table>"
    ),
    "doc": old_word("Der Rat\x07beschließt\x0c" * 20, unseen=((3, 9),)),
    "msg": message(),
    "rtf": rtf(r"\trowd a\cell b\cell\row {\header x}\u8222?\'fc{\footnote y}\page z"),
    "html": b"<html><table><tr><td>a<td>b</table><ol><li>c</ol><pre>d</pre><p>e &amp; f",
    "eml": mail("Text", "<b>Text</b>", A_pdf=samples.pdf(["x"]), B_zip=zipped({"a.txt": "b"})),
    "zip": zipped({"a.txt": "Text", "b.docx": word("Wort"), "c.zip": zipped({"d.txt": "e"})}),
    "png": picture("PNG"),
    "tiff": picture("TIFF", mode="1", pages=2),
}


def mutations(data: bytes, seed: str) -> Iterator[bytes]:
    """The file with something overwritten, left out, put in, twice there or cut off."""
    chance = random.Random(seed)
    for _ in range(MUTATIONS):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 3, 20))):
            place, length = chance.randrange(len(changed) or 1), chance.choice((1, 1, 4, 64))
            match chance.randrange(6):
                case 0:
                    changed[place : place + length] = chance.randbytes(length)
                case 1:
                    piece = chance.choice(WORDS)
                    changed[place : place + len(piece)] = piece
                case 2:
                    del changed[place : place + length * 8]
                case 3:
                    changed[place:place] = chance.choice(WORDS) * length
                case 4:
                    changed[place:place] = changed[max(0, place - length * 8) : place]
                case _ if chance.random() < 0.2:
                    del changed[place:]
        yield bytes(changed)


def inside(data: bytes, seed: str) -> Iterator[bytes]:
    """A zip file with one of its members changed: what is packed, random changes hardly reach."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    names = sorted(name for name in members if name.endswith(".xml")) or sorted(members)
    chance = random.Random(seed)
    for number in range(MUTATIONS):
        name = chance.choice(names)
        changed = next(mutations(members[name], f"{seed} {number}"))
        yield zipped(members | {name: changed})


@pytest.mark.parametrize("kind", SOUND)
def test_it_ends_in_a_state_however_a_file_is_changed(sandbox: Sandbox, kind: str) -> None:
    data = SOUND[kind]
    changed = list(mutations(data, kind))
    if data.startswith(b"PK"):
        changed += inside(data, kind)
    warm = sandbox.read(data, name=f"Anlage.{kind}").state, sandbox._warm
    assert warm[0] in {"ok", "empty"}, kind

    for number, mutation in enumerate(changed):
        reading = sandbox.read(mutation, name=f"Anlage.{kind}")
        assert reading.state in STATES, (kind, number)
        assert reading.reason or reading.state == "ok", (kind, number, reading)
        assert reading.state not in {"crashed", "timeout"}, (kind, number, reading)

    assert sandbox._warm is warm[1], "the warm process was lost"
