"""The nouns, verb stems and adjectives that council papers build their compounds from, read from lexicon.txt."""

from __future__ import annotations

from importlib.resources import files

SECTIONS = ("any", "first", "last", "whole")  # what the head of the file explains


def load() -> dict[str, frozenset[str]]:
    """The listed words by section; words of [whole] stand in [any] too. Raises ValueError with the line's number."""
    return read(files("search").joinpath("lexicon.txt").read_text("utf-8"))


def read(text: str) -> dict[str, frozenset[str]]:
    """The same from the text of such a file."""
    words: dict[str, set[str]] = {name: set() for name in SECTIONS}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.partition("#")[0].strip()
        if said.startswith("["):
            section = said[1:-1]
            if section not in words:
                raise ValueError(f"line {number}: no section is called {said}")
        elif said:
            if not section or not said.replace(" ", "").isalpha() or said != said.lower():
                raise ValueError(f"line {number}: words in lower case, below a section, are expected")
            words[section].update(said.split())
    words["any"] |= words["whole"]
    return {name: frozenset(found) for name, found in words.items()}
