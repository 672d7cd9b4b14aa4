"""The `ratslupe` command. What the worker brings joins by the entry points `ratslupe.commands`."""

import os
import sys
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Any

import click
import orjson
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.config import Settings, SettingsError
from app.db import open_current
from app.web.bounces_cli import bounces
from app.web.figures_cli import figures
from app.web.mcp_cli import mcp
from app.web.newsletter_cli import newsletter
from app.web.pages_cli import pages, refuse_placeholders
from app.web.quality_cli import quality
from app.web.reports_cli import reports
from app.web.unblock_cli import unblock
from search.errors import IndexOutdated, SearchError


class Commands(click.Group):
    """Our commands and the worker's; a command's code is loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return sorted({*super().list_commands(ctx), *entry_points(group="ratslupe.commands").names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one of ours, or load it from its entry point."""
        if (own := super().get_command(ctx, cmd_name)) is not None:
            return own
        found = list(entry_points(group="ratslupe.commands", name=cmd_name))
        return found[0].load() if found else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the machine refuses (a folder, a database, an index) is told in one line."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except SearchError as error:
            remedy = " (mend it with: ratslupe index rebuild)" if isinstance(error, IndexOutdated) else ""
            raise click.ClickException(f"{error}{remedy}") from error
        except (OSError, OperationalError) as error:
            first = str(getattr(error, "orig", error)).strip().partition("\n")[0]
            raise click.ClickException(first or type(error).__name__) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ratslupe")
@click.pass_context
def main(context: click.Context) -> None:
    """Ratslupe: mirrors councils, reads their documents, and lets everybody search, follow and take away."""
    if context.obj is None:
        try:
            context.obj = Settings.from_environment(os.environ)
        except SettingsError as error:
            raise click.UsageError(str(error)) from error


main.add_command(bounces)
main.add_command(figures)
main.add_command(mcp)
main.add_command(newsletter)
main.add_command(pages)
main.add_command(quality)
main.add_command(reports)
main.add_command(unblock)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=0, help="Processes; one a core if not given.", type=click.IntRange(0, 64))
@click.pass_obj
def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve the site, on a production WSGI server."""
    from app.web.serve import serve as run  # noqa: PLC0415 - only this command needs a server

    refuse_placeholders(settings)
    open_current(settings.database_url)
    click.echo(f"Serving on http://{host}:{port} (stop with Ctrl-C)", err=True)
    run(settings, host, port, workers)


@main.command()
@click.argument("query")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def search(settings: Settings, query: str, limit: int, as_json: bool) -> None:
    """Search as the site does: words, "phrases", -not, OR, brackets, NEAR/5, type: gremium: nach: and other fields."""
    from app.indexing import texts_of  # noqa: PLC0415 - engines are slow to load
    from search import open_index, parse_query  # noqa: PLC0415 - as above

    wanted = parse_query(query, limit=limit)
    if wanted.is_empty:
        raise click.UsageError("nothing is asked: give a word, a phrase or a field")
    kept = texts_of(open_current(settings.database_url))
    index = open_index(settings.search_url, texts=kept, thesaurus=settings.thesaurus)
    results = index.search(replace(wanted, apart=True))
    hits = [_hit(settings, hit) for hit in results.hits]
    if as_json:
        facets = {name: {f.value: f.count for f in counts} for name, counts in results.facets.items()}
        click.echo(orjson.dumps({"total": results.total, "hits": hits, "facets": facets}).decode())
        return
    click.echo(f"{results.total} hits")
    for hit in hits:
        page = f", page {hit['page']}" if hit["page"] else ""
        click.echo(f"\n{hit['title']}  ({hit['type']}{page})\n  {hit['url']}")
        if hit["snippet"]:
            click.echo(f"  {hit['snippet']}")


def _hit(settings: Settings, hit: Any) -> dict[str, Any]:
    from app.addresses import address_of  # noqa: PLC0415 - as above

    snippet = "".join(segment.text for segment in hit.snippets[0].segments) if hit.snippets else ""
    return {
        "type": hit.type,
        "id": hit.id,
        "title": hit.title,
        "url": settings.base_url + address_of(hit.type, hit.key, page=hit.page, parent=hit.parent),
        "page": hit.page,
        "snippet": snippet,
    }


@main.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def status(settings: Settings, slugs: tuple[str, ...], as_json: bool) -> None:
    """Show what is published at the sources and what is held here; exits with 1 where a source is not ok."""
    from app.queries.status import status as ask  # noqa: PLC0415 - keeps `ratslupe --help` quick

    engine = open_current(settings.database_url)
    with Session(engine) as session:
        sources = ask(session, slugs)
    engine.dispose()
    if unknown := set(slugs) - {source["slug"] for source in sources}:
        raise click.UsageError(f"no source {', '.join(sorted(unknown))}")
    if as_json:
        click.echo(orjson.dumps({"sources": sources}).decode())
    for source in () if as_json else sources:
        _tell(source)
    if not sources and not as_json:
        click.echo("Nothing is mirrored yet. Begin with: ratslupe source add URL")
    if any(source["state"] != "ok" for source in sources):
        sys.exit(1)


def _tell(source: dict[str, Any]) -> None:
    when = (source["last_complete"] or "never")[:16].replace("T", " ")
    click.echo(f"{source['slug']}: {source['state']}, last complete {when}")
    for reason in source["reasons"]:
        click.echo(f"  {reason['text']}")
    if source["detail"]:
        click.echo(f"  {source['detail']}")
    counts_of = {"files": source["files"], "lookups": source["lookups"]}
    for name, counts in [*source["types"].items(), *counts_of.items()]:
        known = (f"{value:>7} {key}" for key, value in counts.items() if value is not None)
        click.echo(f"  {name:<16}{''.join(known)}")


def _counted(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def export(settings: Settings, as_json: bool) -> None:
    """Publish everything that may be taken away, per council and type."""
    from app import catalogue, exports  # noqa: PLC0415 - keeps `ratslupe --help` quick

    engine = open_current(settings.database_url)
    try:
        manifest = catalogue.publish(engine, settings)
    except (exports.ExportRunningError, exports.DiskFullError, exports.InvalidExport) as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    if as_json:
        click.echo(orjson.dumps({"files": len(manifest.files), "rows": manifest.rows}).decode())
    else:
        files, rows = _counted(len(manifest.files), "file"), _counted(manifest.rows, "row")
        click.echo(f"{files} with {rows} in {settings.exports}")


@main.command()
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def alerts(settings: Settings, dry_run: bool, as_json: bool) -> None:
    """Tell what happened to everybody who follows it: one pass."""
    from app.alerts.running import run  # noqa: PLC0415 - keeps `ratslupe --help` quick
    from app.mail import open_mailer  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    try:
        counts = run(engine, open_mailer(settings.mail_url), settings, dry=dry_run)
    finally:
        engine.dispose()
    if as_json:
        click.echo(orjson.dumps(counts).decode())
        return
    for address, subject in counts.mails:
        click.echo(f"{address}: {subject}")
    click.echo(f"{counts} (nothing of it was done)" if dry_run else str(counts))


@main.group()
def index() -> None:
    """The search index, which can always be made anew from the records."""


@index.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Write the index anew."""
    from app.indexing import rebuild as run  # noqa: PLC0415 - engines are slow to load
    from search import open_index  # noqa: PLC0415 - as above

    counts = run(open_current(settings.database_url), open_index(settings.search_url))
    click.echo(f"{counts.written} documents")


@index.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Compare the index with the records; exits with 1 where they differ."""
    from app.indexing import verify as run  # noqa: PLC0415 - engines are slow to load
    from search import open_index  # noqa: PLC0415 - as above

    found = run(open_current(settings.database_url), open_index(settings.search_url))
    if not found:
        click.echo("The index holds what the records say.")
        return
    for name, ids in (("missing", found.missing), ("surplus", found.surplus), ("stale", found.stale)):
        for oparl_id in ids:
            click.echo(f"{name} {oparl_id}")
    sys.exit(1)
