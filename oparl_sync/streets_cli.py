"""`ratslupe streets`: an operator brings the list of a town's streets; it joins `ratslupe` by entry point."""

import csv
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
from sqlalchemy import delete, insert, select

from app.config import Settings
from app.db import open_current, writing
from app.facts import shown_name, street_key
from app.models import Source, Street
from oparl_sync import facts

MOST = 50_000  # Berlin has 10,000
LARGEST = 64 * 1024 * 1024  # bytes: Berlin's streets with their geometry have 30 MB
LONGEST = 80  # characters of a name
COLUMNS = ("name", "street", "strasse", "straße", "straßenname", "strassenname", "addr:street")


@click.command()
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def streets(settings: Settings, slug: str, file: Path) -> None:
    """Take the streets of a source's town, instead of those before: text (one a line), CSV, GeoJSON, OpenStreetMap."""
    if file.stat().st_size > LARGEST:
        raise click.UsageError(f"{file} is larger than {LARGEST // 1024 // 1024} MB")
    try:
        named = {street_key(name): name for name in islice(_clean(names(file)), MOST)}
    except (ValueError, RecursionError, csv.Error) as error:  # of JSON and of UTF-8 too
        raise click.UsageError(f"{file} cannot be read: {error}") from error
    if not named:
        raise click.UsageError(f"{file} names no street")
    engine = open_current(settings.database_url)
    try:
        with writing(engine) as session:
            source_id = session.scalar(select(Source.id).where(Source.slug == slug))
            if source_id is None:
                raise click.UsageError(f"there is no source {slug}")
            session.execute(delete(Street).where(Street.source_id == source_id))
            rows = [{"source_id": source_id, "key": key, "name": name} for key, name in named.items()]
            session.execute(insert(Street), rows)
            facts.again(session, source_id)
    finally:
        engine.dispose()
    click.echo(f"{len(named)} streets; the texts of {slug} are looked through again with the next sync")


def names(file: Path) -> Iterator[str]:
    """Yield what a file calls streets; raises ValueError or csv.Error where it is none of the known kinds."""
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix.lower() in (".json", ".geojson"):
        yield from _of_json(json.loads(text))
        return
    lines = text.splitlines()
    separator = next((one for one in ";\t," if lines and one in lines[0]), None)
    if separator is None:
        yield from lines
        return
    rows = csv.DictReader(lines, delimiter=separator)
    column = next((one for one in rows.fieldnames or () if one.strip().lower() in COLUMNS), None)
    if column is None:
        raise ValueError(f"none of its columns is called {', '.join(COLUMNS)}")
    yield from (row[column] or "" for row in rows)


def _of_json(data: Any) -> Iterator[str]:
    features = data.get("features") or data.get("elements") if isinstance(data, dict) else data
    if not isinstance(features, list):
        raise ValueError("it has neither features nor elements")  # noqa: TRY004 - it is the file that is wrong
    for feature in features:
        said = (feature.get("properties") or feature.get("tags")) if isinstance(feature, dict) else feature
        found = (
            [said] if isinstance(said, str) else [said.get(name) for name in COLUMNS] if isinstance(said, dict) else []
        )
        yield from (name for name in found if isinstance(name, str))


def _clean(found: Iterator[str]) -> Iterator[str]:
    """Yield names in full; what has no letters, or more than a name has, is left out."""
    for name in found:
        plain = shown_name(" ".join(name.split()))
        if 3 < len(plain) <= LONGEST and plain[0].isupper():
            yield plain
