"""Takes a newer extract of the official directory: python -m app.directory.build FOLDER

FOLDER holds `municipalities.tsv` (columns ars, name, association, postcode_of_seat, population), `districts.tsv`
(key, name, state) and `postcodes.tsv` (postcode, ags); further columns are passed over. Municipalities merge every
January. Prints how many of each were written.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a table by their column names."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def build(source: Path, target: Path = HERE) -> dict[str, int]:
    """Write our tables; areas without inhabitants, which have no council, are left out. Returns the rows of each."""
    towns = [row for row in rows(source / "municipalities.tsv") if int(row["population"] or 0)]
    known = {row["ars"][:5] + row["ars"][9:] for row in towns}
    places: dict[str, set[str]] = {}
    for row in rows(source / "postcodes.tsv"):
        if row["ags"] in known:
            places.setdefault(row["postcode"], set()).add(row["ags"])
    tables: dict[str, list[tuple[str, ...]]] = {
        "municipalities.tsv": [
            ("ars", "name", "association", "postcode", "population"),
            *sorted(
                (
                    row["ars"],
                    row["name"],
                    row["association"] if row["association"] != row["name"] else "",
                    row["postcode_of_seat"],
                    row["population"],
                )
                for row in towns
            ),
        ],
        "districts.tsv": [
            ("key", "name", "state"),
            *sorted((row["key"], row["name"], row["state"]) for row in rows(source / "districts.tsv")),
        ],
        "postcodes.tsv": [
            ("postcode", "ags"),
            *((code, " ".join(sorted(found))) for code, found in sorted(places.items())),
        ],
    }
    for name, lines in tables.items():
        (target / name).write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    return {name: len(lines) - 1 for name, lines in tables.items()}


if __name__ == "__main__":
    for name, count in build(Path(sys.argv[1])).items():
        sys.stdout.write(f"{name}: {count}\n")
