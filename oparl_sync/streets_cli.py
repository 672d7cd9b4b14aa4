"""`ratslupe streets`: an operator brings the map of a town; it joins `ratslupe` by entry point."""

import csv
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import click
from sqlalchemy import Engine, select

from app.config import Settings
from app.db import open_current, writing
from app.models import Source
from oparl_sync import facts, gazetteer
from oparl_sync.gazetteer_files import features

LARGEST = 256 * 1024 * 1024  # bytes: Berlin's streets with their geometry have 30 MB, its houses 100


class _Streets(click.Group):
    """`ratslupe streets SLUG FILE` is the same as `ratslupe streets load SLUG FILE`."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Take what names no command for the words of `load`."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["load", *args]
        return super().parse_args(context, args)


@click.group(cls=_Streets)
def streets() -> None:
    """The streets of a source's town: where they are, how they run, what lies between."""


@streets.command()
@click.argument("slug")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)
@click.pass_obj
def load(settings: Settings, slug: str, files: tuple[Path, ...]) -> None:
    """Take streets, houses and the drawn map of a town, instead of those before.

    FILE is text (one street a line), CSV (name, and house number, lat, lon, district as far as they are known),
    GeoJSON, or JSON from OpenStreetMap. Coordinates are degrees (WGS 84).
    """
    found = _read(files)
    engine = open_current(settings.database_url)
    try:
        bring(engine, slug, found)
    finally:
        engine.dispose()
    told = f"{len(found.names)} streets"
    if found.houses or found.held:
        told += f", {found.houses} houses, {len(found.lines) + len(found.shapes)} shapes of the map"
    click.echo(f"{told}; the texts of {slug} are looked through again with the next sync")


def _read(files: Sequence[Path]) -> gazetteer.Gazetteer:
    for file in files:
        if file.stat().st_size > LARGEST:
            raise click.UsageError(f"{file} is larger than {LARGEST // 1024 // 1024} MB")
    try:
        found = gazetteer.Gazetteer.of(chain.from_iterable(map(features, files)))
    except (ValueError, RecursionError, csv.Error) as error:  # of JSON and of UTF-8 too
        raise click.UsageError(f"{' and '.join(map(str, files))} cannot be read: {error}") from error
    if not found.names:
        raise click.UsageError(f"{' and '.join(map(str, files))}: no street is named")
    return found


def bring(engine: Engine, slug: str, found: gazetteer.Gazetteer) -> None:
    """Store a town's gazetteer; what its texts say is looked for again."""
    with writing(engine) as session:
        source_id = session.scalar(select(Source.id).where(Source.slug == slug))
        if source_id is None:
            raise click.UsageError(f"there is no source {slug}")
        gazetteer.load(session, source_id, found)
        facts.again(session, source_id)
