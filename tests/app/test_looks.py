"""The file of looks: read whole, and every fault told at once."""

from pathlib import Path

import pytest

from app.config import Settings, SettingsError
from app.looks import PNG, SVG, contrast, darkened, for_the_dark, read_looks

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>'
GOOD = """
[musterstadt]
name = "Stadt Musterstadt"
short = "Musterstadt"
colour = "#7a1f2b"
logo = "wappen.svg"
contact = "rat@musterstadt.example"
intro.de = "Was der Rat beschließt, steht hier."
intro.en = "What the council decides is here."
[kreis-beispiel]
logo = "kreis.png"
contact = "https://kreis.example/kontakt"
"""


def written(folder: Path, text: str, **files: bytes) -> Path:
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    path = folder / "councils.toml"
    path.write_text(text, "utf-8")
    return path


def test_it_reads_what_a_council_looks_like(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD, wappen_svg=DRAWING.encode(), kreis_png=b"\x89PNG\r\n\x1a\n...")
    looks, faults = read_looks(path)
    assert faults == []
    town, district = looks["musterstadt"], looks["kreis-beispiel"]
    assert (town.name, town.short, town.contact) == ("Stadt Musterstadt", "Musterstadt", "rat@musterstadt.example")
    assert town.intro["de"] == "Was der Rat beschließt, steht hier."
    assert town.logo is not None
    assert town.logo.media_type == SVG
    assert district.logo is not None
    assert district.logo.media_type == PNG
    assert contrast(town.colour, "#ffffff") >= 4.5
    assert contrast(town.colour_dark, "#0e101a") >= 4.5, "one colour is never read on both pages"
    settings = Settings.from_environment({"RATSLUPE_HOME": str(tmp_path), "COUNCILS_FILE": str(path)})
    assert settings.looks["musterstadt"] == town


def test_it_names_all_faults_at_once(tmp_path: Path) -> None:
    bad = """
    loose = "text"
    ["Große Stadt"]
    name = "x"
    [one]
    colour = "#ffcc00"
    colour_dark = "blue"
    name = 5
    nickname = "x"
    contact = "nobody"
    logo = "none.svg"
    intro = "words"
    [two]
    short = "a\\nb"
    name = "NAME"
    logo = "attack.svg"
    intro.DE = "x"
    intro.de = "WORDS"
    [three]
    logo = "text.png"
    """.replace("NAME", "n" * 121).replace("WORDS", "w" * 601)
    attack = DRAWING.replace("<path", '<script>alert(1)</script><path onload="x"')
    path = written(tmp_path, bad, attack_svg=attack.encode(), text_png=b"hello")
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"COUNCILS_FILE": str(path), "ONLY_COUNCIL": "Große Stadt", "MAIL_URL": "pigeon://"})
    said = str(error.value)
    for words in (
        *("loose must be a table", "'Große Stadt' is no short name", "one: colour has 1.5:1 on #ffffff"),
        *("one: colour_dark must be written like", "one: name must be text", "one: there is no 'nickname'"),
        *("one: contact must be a mail address", "one: logo: there is no file", "one: intro must name a language"),
        *("two: short must be one line", "two: name must be one line of at most 120", "two: logo attack.svg must be a"),
        *("two: intro.DE", "two: intro.de must have at most 600", "three: logo text.png is neither PNG nor SVG"),
        *("ONLY_COUNCIL", "MAIL_URL"),
    ):
        assert words in said, words
    assert said.count("\n") == 16


@pytest.mark.parametrize(
    "hostile",
    [
        DRAWING.replace("<path", '<a href="javascript:alert(1)"/><path'),
        DRAWING.replace("<path", '<use href="https://elsewhere.example/x.svg#a"/><path'),
        DRAWING.replace("<path", '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject><path'),
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + DRAWING,
        DRAWING.replace("<path", "<!-- x --><image href='data:image/png;base64,'/><path"),
        "<html/>",
        DRAWING + " " * 70_000,
    ],
)
def test_a_logo_is_a_drawing_that_can_do_nothing(tmp_path: Path, hostile: str) -> None:
    looks, faults = read_looks(written(tmp_path, '[town]\nlogo = "logo.svg"', logo_svg=hostile.encode()))
    assert looks["town"].logo is None
    assert len(faults) == 1


def test_a_file_that_cannot_be_read_is_one_fault(tmp_path: Path) -> None:
    assert len(read_looks(tmp_path / "none.toml")[1]) == 1
    assert "no TOML" in read_looks(written(tmp_path, "[a\n"))[1][0]
    (tmp_path / "latin.toml").write_bytes(b'[a]\nname = "M\xfcnster"')
    assert len(read_looks(tmp_path / "latin.toml")[1]) == 1


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#ffcc00", "#7a1f2b", "#2044aa", "#e30613", "#00ff00"])
def test_a_mended_colour_can_be_read(colour: str) -> None:
    assert contrast(darkened(colour), "#ffffff") >= 4.5
    assert contrast(for_the_dark(colour), "#0e101a") >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
