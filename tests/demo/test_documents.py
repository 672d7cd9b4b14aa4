"""What the documents say: the same as the records, in pages that can be read, except where they cannot."""

import re

import pypdfium2 as pdfium
import pytest

from demo.town import Town, build


def text_of(data: bytes) -> str:
    with pdfium.PdfDocument(data) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return re.sub(r"\s+", " ", " ".join(pages))


def test_its_minutes_agree_with_its_records_but_for_two_slips(town: Town) -> None:
    checked, slips = 0, {}
    for meeting in town.of_type("Meeting"):
        if "resultsProtocol" not in meeting:
            continue
        said = text_of(town.pdf(int(str(meeting["resultsProtocol"]).rsplit("/", 1)[1])))
        for uri in meeting["agendaItem"]:  # type: ignore[attr-defined]
            item = town.objects[uri]
            if not item["public"]:
                assert str(item["name"]) not in said
                continue
            assert f"{item['number']} {item['name']}" in said
            if "consultation" not in item:
                continue
            # From this heading to the next: the result and the wording of this item and of no other.
            rest = said.rsplit(f"{item['number']} {item['name']}", 1)[1]
            own = rest[: rest.index("Ergebnis:") + 60]
            if f"Ergebnis: {item.get('result')}" not in own:
                slips[item.get("result")] = own.rpartition("Ergebnis: ")[2]
            for line in str(item.get("resolutionText", "")).split("\n"):
                assert re.sub(r"\s+", " ", line) in re.sub(
                    r"Stadt Lohenbrück · .{20,120}? von \d+ Niederschrift · .{5,90}? · [\d.]+ ", "", own
                )
            checked += 1
    assert checked > 60
    assert set(slips) == {None, "mehrheitlich beschlossen"}
    assert "beschlossen" in slips[None]
    assert slips["mehrheitlich beschlossen"].startswith("abgelehnt")


def test_its_votes_fit_its_results(whole: Town) -> None:
    assert whole.history is not None
    counted = 0
    for sitting in whole.history.sittings:
        for item in sitting.items:
            if not item.votes:
                continue
            yes, no, abstain = item.votes
            assert yes + no + abstain == len(sitting.present)
            assert (yes > no) != (item.result in ("abgelehnt", "nicht empfohlen")), item
            assert not item.result.startswith("einstimmig") or no == 0
            counted += 1
    assert counted > 500


def test_its_papers_say_what_their_records_say(town: Town) -> None:
    for paper in town.of_type("Paper"):
        number = int(str(paper["mainFile"]).rsplit("/", 1)[1])
        said = text_of(town.pdf(number))
        if town.attachments and town.attachments[number - 1].scanned:
            continue
        if not said:
            continue  # a scan: see below
        assert re.sub(r"\s+", " ", str(paper["name"])) in said
        assert str(paper["reference"]) in said
        for uri in paper.get("location", []):  # type: ignore[attr-defined]
            assert str(town.objects[uri]["streetAddress"]) in said, paper["name"]


@pytest.mark.parametrize("scale", [0.1, 0.3])
def test_it_breaks_one_file(scale: float) -> None:
    town = build(scale=scale)
    broken = [a for a in town.attachments if a.damaged]
    assert len(broken) == 1
    with pytest.raises(pdfium.PdfiumError):
        pdfium.PdfDocument(town.pdf(broken[0].number))


def test_it_scans_some_pages() -> None:
    town = build(scale=0.3)
    scans = [a for a in town.attachments if a.document().scanned]
    assert len(scans) > 8
    for attachment in scans[:4]:
        with pdfium.PdfDocument(town.pdf(attachment.number)) as document:
            assert not any(page.get_textpage().get_text_range().strip() for page in document)
            assert all(any(True for _ in page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE])) for page in document)


def test_it_writes_long_documents_that_do_not_repeat_themselves(whole: Town) -> None:
    pages = {}
    for kind in ("budget", "concept", "landuse"):
        attachment = next(a for a in whole.attachments if a.kind == kind)
        with pdfium.PdfDocument(whole.pdf(attachment.number)) as document:
            pages[kind] = len(document)
            texts = [re.sub(r"\d", "", page.get_textpage().get_text_range()) for page in document]
        assert len(set(texts)) == len(texts)
    assert pages["budget"] == 40
    assert pages["concept"] >= 15
    assert pages["landuse"] >= 9


def test_its_cost_tables_add_up(whole: Town) -> None:
    tables = [a for a in whole.attachments if a.kind == "costs"][:40]
    for attachment in tables:
        said = text_of(whole.pdf(attachment.number))
        rows = re.findall(r"(?:^| )(\d\d) [^\d]+? ([\d.]+) [\d,]+ %", said)
        total = re.search(r"Gesamtsumme ([\d.]+) 100,0 %", said)
        assert total, said
        assert sum(int(amount.replace(".", "")) for _, amount in rows) == int(total[1].replace(".", "")), said
