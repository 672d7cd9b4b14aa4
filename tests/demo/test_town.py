"""The town itself: as many of everything as promised, in agreement with itself, the same each time."""

import hashlib
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from demo.build import ensure
from demo.cast import CROSSING, PEOPLE
from demo.config import CENTRE, Options
from demo.grammar import street_forms
from demo.places import STREETS
from demo.town import Town, build, is_complete, load, write


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_it_writes_the_same_bytes_each_time(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "again", Options(scale=0.1), workers=2)
    assert digests(tmp_path / "again") == digests(folder)


def test_it_tells_another_story_for_another_seed(town: Town) -> None:
    other = build(seed=8, scale=0.1)
    assert {p["name"] for p in other.of_type("Paper")} != {p["name"] for p in town.of_type("Paper")}


def test_it_keeps_streets_where_they_are_whatever_the_seed() -> None:
    def points(town: Town) -> dict[str, object]:
        return {str(place["description"]): place["geojson"] for place in town.of_type("Location")}

    one, two = points(build(seed=1, scale=0.1)), points(build(seed=2, scale=0.1))
    shared = one.keys() & two.keys()
    assert len(shared) > 10
    assert {name: one[name] for name in shared} == {name: two[name] for name in shared}


def test_it_builds_once(folder: Path, tmp_path: Path) -> None:
    options = Options(scale=0.1)
    assert is_complete(folder, options)
    assert ensure(folder, options) is False
    assert not is_complete(folder, Options(scale=0.1, seed=99))
    assert not is_complete(tmp_path, options)


def test_it_does_not_take_an_interrupted_build_for_a_finished_one(folder: Path, tmp_path: Path) -> None:
    options = Options(scale=0.1)

    def stop(done: int, _total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, options, progress=stop)
    assert not is_complete(tmp_path, options)
    assert ensure(tmp_path, options)
    assert digests(tmp_path) == digests(folder)


def test_it_loads_what_it_wrote(folder: Path) -> None:
    drawn = build(scale=0.1)
    loaded = load(folder)
    assert list(loaded.objects) == list(drawn.objects)
    file = loaded.of_type("File")[0]
    assert file["size"] == len(loaded.pdf(1)) == len(drawn.pdf(1))
    assert file["sha512Checksum"] == hashlib.sha512(drawn.pdf(1)).hexdigest()


def test_it_is_as_large_as_promised(whole: Town) -> None:
    count = Counter(str(item["type"]).rsplit("/", 1)[1] for item in whole.objects.values() if not item.get("deleted"))
    held = [m for m in whole.of_type("Meeting") if "agendaItem" in m or m.get("cancelled")]
    bodies = [o for o in whole.of_type("Organization") if o["organizationType"] == "Gremium"]
    assert (len(held), count["Person"], len(bodies)) == (150, 40, 8)
    assert count["Paper"] >= 600
    assert count["File"] >= 1000
    assert sum(o["organizationType"] == "Fraktion" for o in whole.of_type("Organization")) >= 6
    spans = [str(meeting["start"]) for meeting in whole.of_type("Meeting")]
    assert (max(spans)[:4], int(max(spans)[:4]) - int(min(spans)[:4])) == ("2027", 5)


def test_it_has_a_future_and_open_questions(whole: Town) -> None:
    today = whole.options.today.isoformat()
    ahead = [m for m in whole.of_type("Meeting") if str(m["start"]) > today]
    assert {m["meetingState"] for m in ahead} == {"eingeladen", "terminiert"}
    assert not any("resultsProtocol" in m for m in ahead)
    items = {str(item["id"]): item for item in whole.of_type("AgendaItem")}
    coming = [items[uri] for m in ahead for uri in m.get("agendaItem", [])]  # type: ignore[attr-defined]
    assert coming
    assert not any("result" in item or "resolutionText" in item for item in coming)
    open_steps = [c for c in whole.of_type("Consultation") if "agendaItem" not in c]
    assert any("meeting" in c for c in open_steps)
    assert any("meeting" not in c for c in open_steps)
    assert max(str(item["modified"])[:10] for item in whole.objects.values()) <= today


def test_it_moves_with_the_day_it_is_told() -> None:
    later = build(scale=0.1, today=date(2028, 3, 1))
    starts = sorted(str(meeting["start"])[:10] for meeting in later.of_type("Meeting"))
    assert starts[0] < "2028-03-01" < starts[-1]


def test_it_sends_matters_through_several_committees(whole: Town) -> None:
    items = {str(item["id"]): item for item in whole.of_type("AgendaItem")}
    consultations = {str(c["id"]): c for c in whole.of_type("Consultation")}
    paths = [
        [items[str(consultations[c]["agendaItem"])].get("result") for c in paper["consultation"] if "agendaItem" in consultations[c]]  # type: ignore[attr-defined]  # noqa: E501 - one path a line
        for paper in whole.of_type("Paper")
        if "consultation" in paper
    ]  # fmt: skip
    assert sum(len(path) > 1 for path in paths) > 200
    assert max(map(len, paths)) >= 4
    results = Counter(result for path in paths for result in path)
    for result in (
        "einstimmig beschlossen",
        "geändert beschlossen",
        "abgelehnt",
        "vertagt",
        "verwiesen",
        "nicht empfohlen",
    ):
        assert results[result] > 5, result
    # After a decision nothing follows; after a postponement something must, or is still to come.
    for path in paths:
        assert not any(str(result).endswith("beschlossen") for result in path[:-1]), path


def test_it_seats_people_and_moves_them(whole: Town) -> None:
    seats = whole.of_type("Membership")
    council = next(o for o in whole.of_type("Organization") if o["shortName"] == "Rat")
    for day in ("2021-11-05", "2024-03-31", "2024-04-01", "2026-11-21"):
        present = [
            s for s in seats
            if s["organization"] == council["id"] and str(s["startDate"]) <= day <= str(s.get("endDate", "9999"))
        ]  # fmt: skip
        assert len(present) == 27, day  # 26 councillors and the mayor
        assert len({s["person"] for s in present}) == 27, day
    crossed = next(p for p in whole.of_type("Person") if p["familyName"] == CROSSING[0])
    assert (
        len({s.get("onBehalfOf") for s in seats if s["person"] == crossed["id"] and s["organization"] == council["id"]})
        == 2
    )
    for organization in (o for o in whole.of_type("Organization") if o["organizationType"] == "Gremium"):
        chairs = [
            seat
            for seat in seats
            if (seat["organization"], seat["role"]) == (organization["id"], "Vorsitz")
            and str(seat["startDate"]) <= "2026-01-01" <= str(seat.get("endDate", "9999"))
        ]
        assert len(chairs) == 1, organization["name"]
    assert {human.gender for human in PEOPLE} == {"female", "male"}


def test_it_has_the_odd_things_of_real_towns(whole: Town) -> None:
    meetings = whole.of_type("Meeting")
    assert sum(bool(m["cancelled"]) for m in meetings) == 1
    assert sum("verlegt vom" in str(m["name"]) for m in meetings) == 1
    papers = {str(p["id"]): p for p in whole.of_type("Paper")}
    renewed = [p for p in papers.values() if "Neufassung" in str(p["name"])]
    assert renewed
    for paper in papers.values():
        for other in paper.get("relatedPaper", []):  # type: ignore[attr-defined]
            assert paper["id"] in papers[other]["relatedPaper"]  # type: ignore[operator]
        for below in paper.get("subordinatedPaper", []):  # type: ignore[attr-defined]
            assert paper["id"] in papers[below]["superordinatedPaper"]  # type: ignore[operator]
    assert any("subordinatedPaper" in p for p in papers.values())
    assert {str(item["type"]).rsplit("/", 1)[1] for item in whole.objects.values() if item.get("deleted")} >= {
        "Paper",
        "File",
        "Meeting",
        "Person",
    }
    assert len(whole.non_public_names) > 100


def test_it_puts_every_place_near_the_town(whole: Town) -> None:
    for place in whole.of_type("Location"):
        longitude, latitude = place["geojson"]["geometry"]["coordinates"]  # type: ignore[index]
        assert abs(longitude - CENTRE[0]) < 0.08, place
        assert abs(latitude - CENTRE[1]) < 0.05, place


@pytest.mark.parametrize("street", [street for streets in STREETS.values() for street in streets])
def test_it_declines_every_street(street: str) -> None:
    forms = street_forms(street)
    assert street.rstrip("es") in forms["of_st"] or street in forms["of_st"]
    assert forms["In_st"][0].isupper()
    assert not re.search(r"straßes|alleees|\bdes (Am|Zur|Hohler)", forms["of_st"])


def test_it_can_be_changed_while_it_is_looked_at(town: Town) -> None:
    copy = build(scale=0.1)
    paper = copy.of_type("Paper")[0]
    copy.put(paper | {"name": "Umbenannt"})
    copy.delete(str(copy.of_type("Paper")[1]["id"]), "2026-11-21T10:00:00+01:00")
    assert copy.revision == 2
    assert len(copy.of_type("Paper")) == len(town.of_type("Paper")) - 1
    assert json.dumps(copy.objects[str(paper["id"])], ensure_ascii=False).count("Umbenannt") == 1
