"""`ratslupe prove-erased`: it joins `ratslupe` by entry point."""

import sys
from pathlib import Path

import click
import orjson

from app.config import Settings
from app.db import open_current
from oparl_sync.needles import NoNeedle, needle
from oparl_sync.progress import Progress
from oparl_sync.proving import Proof, prove


@click.command("prove-erased")
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@click.option("--also", multiple=True, type=click.Path(path_type=Path, exists=True), help="A further file or folder.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def prove_erased(settings: Settings, words: tuple[str, ...], also: tuple[Path, ...], as_json: bool) -> None:
    """Look through all that is kept for WORDS, each argument a word or a phrase; exits with 1 where one is found."""
    try:
        needles = [needle(word) for word in words]
    except NoNeedle as error:
        raise click.UsageError(str(error)) from error
    engine = open_current(settings.database_url)
    try:
        proof = prove(engine, settings, needles, Progress(quiet=as_json), also)
    finally:
        engine.dispose()
    if as_json:
        click.echo(orjson.dumps(_told(proof)).decode())
    else:
        _say(proof)
    sys.exit(0 if proof.holds else 1)


def _told(proof: Proof) -> dict[str, object]:
    found = [{"where": where, "word": word, "times": times} for (where, word), times in sorted(proof.found.items())]
    return {
        "found": found,
        "unread": proof.unread,
        "unseen": proof.unseen,
        "beyond": proof.beyond,
        "rows": proof.rows,
        "files": proof.files,
        "bytes": proof.size,
    }


def _say(proof: Proof) -> None:
    for (where, word), times in sorted(proof.found.items()):
        click.echo(f"{times} x {word}: {where}")
    for line in proof.unread:
        click.echo(f"not looked into: {line}")
    for line in proof.beyond:
        click.echo(f"out of reach: {line}")
    if proof.unseen:
        click.echo(f"In {proof.unseen} documents no text was read: what is only drawn in them is not looked for.")
    hits = sum(proof.found.values())
    click.echo(f"{hits} hits in {proof.rows} rows and {proof.files} files ({proof.size} bytes)")
