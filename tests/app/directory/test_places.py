"""Every place is found, however it is written."""

from pathlib import Path

import pytest

from app.directory.build import build
from app.directory.places import area_of, places


@pytest.mark.parametrize(
    ("asked", "ags"),
    [
        ("Köln", "05315000"),
        ("koeln", "05315000"),
        ("KOLN", "05315000"),
        ("Stadt Köln", "05315000"),
        ("  köln ", "05315000"),
        ("St. Augustin", "05382056"),
        ("Sankt Augustin", "05382056"),
        ("St.Augustin", "05382056"),
        ("Bad Neustadt a. d. Saale", "09673114"),
        ("Bad Neustadt an der Saale", "09673114"),
        ("Rothenburg o.d. Tauber", "09571193"),
        ("Frankfurt", "06412000"),
        ("Frankfurt/Oder", "12053000"),
        ("Frankfurt (Oder)", "12053000"),
        ("Halle", "15002000"),
        ("Halle Westf", "05754012"),
        ("Münster", "05515000"),
        ("Munster", "03358016"),
        ("übach", "05370028"),
        ("50667", "05315000"),
        ("50667 Köln", "05315000"),
        ("05315000", "05315000"),
        ("053150000000", "05315000"),
        ("Kreuznach", "07133006"),
        ("Honnef", "05382008"),
    ],
)
def test_it_finds_the_place_that_is_meant_first(asked: str, ags: str) -> None:
    assert places().find(asked)[0].ags == ags


@pytest.mark.parametrize(
    "asked", ["", "   ", "%", "'; --", "\0", "¡", "99999", "00000000", "x" * 5000, "Atlantis", "٣٤"]
)
def test_it_finds_nothing_where_nothing_is_meant(asked: str) -> None:
    assert places().find(asked) == []


def test_it_finds_every_municipality_by_its_own_name() -> None:
    every = list(places().by_ags.values())[::97]
    lost = [one.name for one in every if one not in places().find(one.name, limit=200)]
    assert lost == []


def test_a_postcode_that_several_share_finds_all_of_them() -> None:
    found = places().find("01920")
    assert len(found) > 2
    assert "Haselbachtal" in {one.name for one in found}
    assert len(places().find("01", limit=500)) > len(found)


def test_a_name_that_several_share_names_none() -> None:
    assert places().named("Neustadt") is None
    assert places().named("Landeshauptstadt Düsseldorf") is places().by_ags["05111000"]
    assert places().named("Stadt") is None


@pytest.mark.parametrize(
    ("ags", "rgs", "area"),
    [
        ("05315000", None, "05315000"),
        ("5315000", None, "05315000"),
        ("053150000", None, "05315000"),
        ("05 315 000", None, "05315000"),
        ("1001000", None, "01001000"),
        ("05358000", None, "05358"),
        ("05358", None, "05358"),
        (None, "053580016016", "05358016"),
        (None, "071435010000", "071435010"),
        ("", "", None),
        ("99999999", None, None),
        ("Köln", "05315000", "05315000"),
        ("1", None, None),
    ],
)
def test_it_reads_keys_as_servers_write_them(ags: str | None, rgs: str | None, area: str | None) -> None:
    assert area_of(ags, rgs) == area


def test_a_place_has_the_councils_above_it() -> None:
    assert places().by_ags["05315000"].areas == ("05315000",)
    assert places().by_ags["05358016"].areas == ("05358016", "05358")
    (wirges,) = {one.areas[1] for one in places().by_ags.values() if one.association == "Wirges"}
    assert wirges == "071435010"


def test_the_tables_are_built_from_an_extract(tmp_path: Path) -> None:
    source, target = tmp_path / "extract", tmp_path / "ours"
    source.mkdir()
    target.mkdir()
    columns = "ags\tars\tname\tassociation\tdistrict\tpostcode_of_seat\tpopulation\tlatitude\n"
    town = '05001001\t050010001001\tMuster "am" Berg\tMuster "am" Berg\tKreis\t50001\t7\t1\n'
    forest = "05001002\t050019001002\tWald\tWald\tKreis\t\t\t1\n"
    (source / "municipalities.tsv").write_text(columns + forest + town)
    (source / "districts.tsv").write_text("key\tname\tstate\n05001\tMusterkreis\tNordrhein-Westfalen\n")
    (source / "postcodes.tsv").write_text("postcode\tags\tplace\n50001\t05001001\tA\n50001\t05001002\tB\n")
    assert build(source, target) == {"municipalities.tsv": 1, "districts.tsv": 1, "postcodes.tsv": 1}
    assert (target / "municipalities.tsv").read_text().splitlines()[1] == '050010001001\tMuster "am" Berg\t\t50001\t7'
    assert (target / "postcodes.tsv").read_text().splitlines()[1] == "50001\t05001001"
