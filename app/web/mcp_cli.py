"""The command that answers assistants."""

import click

from app.config import Settings
from app.db import open_current


@click.command()
@click.option("--http", is_flag=True, help="Over HTTP, at /mcp, instead of standard input.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535), help="With --http.")
@click.pass_obj
def mcp(settings: Settings, http: bool, host: str, port: int) -> None:
    """Answer assistants by the Model Context Protocol: search, papers, meetings, pages, changes; read only."""
    try:
        from app.mcp import server  # noqa: PLC0415 - an extra, and slow to load
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is missing: install the extra `mcp`") from error
    from app.indexing import texts_of  # noqa: PLC0415 - engines are slow to load
    from app.mcp.portal import Portal  # noqa: PLC0415 - as above
    from search import open_index  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    index = open_index(settings.search_url, texts=texts_of(engine), thesaurus=settings.thesaurus)
    portal = Portal(settings, engine, index)
    built = server.build(portal)
    if not http:
        server.on_input(built)
        return
    click.echo(f"Answering assistants on http://{host}:{port}{server.PATH} (stop with Ctrl-C)", err=True)
    server.on_http(built, portal, host, port)
