"""`ratslupe pages`: the operator's part of the fixed pages."""

import shutil
import sys

import click

from app.config import Settings

OPERATOR = """\
# Who runs this portal. What stands here is filled into all fixed pages, in all languages.
# What is required and empty keeps the portal from being served at a public address: look with `ratslupe pages check`.

"NAME OF THE OPERATOR" = ""            # the town, the office, the association; required
"STREET AND NUMBER" = ""               # required
"POSTCODE AND TOWN" = ""               # required
"MAIL" = "{contact}"                           # required; CONTACT if it stays empty
"DATA PROTECTION AUTHORITY" = ""       # who hears complaints: that of your federal state; required
"ENFORCEMENT BODY" = ""                # who hears complaints about barriers: name and address; required
"DATE OF THE ACCESSIBILITY STATEMENT" = ""     # when you last looked; required
"DAYS THAT THE WEB SERVER KEEPS ITS LOGS" = "" # of the server before this program, 0 where it keeps none; required

# These may stay empty: their lines are left out.
"REPRESENTED BY" = ""                  # the mayor, the board
"PHONE" = ""
"REGISTER" = ""                        # register and number
"VAT ID" = ""
"RESPONSIBLE FOR THE CONTENT" = ""     # name and address, § 18 (2) MStV
"DATA PROTECTION OFFICER" = ""         # how to reach them
"HOSTING PROVIDER" = ""                # who runs the machine for you
"CONTACT FOR ACCESSIBILITY" = ""       # where it is another than above
"MAP SERVER" = ""                      # who runs the server of TILES_URL; its host if it stays empty

# Where a name differs between languages: below [de] or [en] the same names again.
# [en]
# "NAME OF THE OPERATOR" = "City of …"
"""


@click.group()
def pages() -> None:
    """The fixed pages: imprint, privacy, accessibility and the others."""


@pages.command()
@click.option("--texts", is_flag=True, help="Also copy our texts, to be rewritten. Copies are not renewed by updates.")
@click.pass_obj
def init(settings: Settings, *, texts: bool) -> None:
    """Make the folder of your pages, with a file for your names; nothing that is there is touched."""
    from app.web.prose import SHIPPED, VALUES  # noqa: PLC0415 - keeps `ratslupe --help` quick

    settings.pages.mkdir(parents=True, exist_ok=True)
    names = settings.pages / VALUES
    if not names.exists():
        names.write_text(OPERATOR.replace("{contact}", settings.contact), encoding="utf-8")
        click.echo(f"Fill in {names}")
    for source in sorted(SHIPPED.rglob("*.md")) if texts else ():
        own = settings.pages / source.relative_to(SHIPPED)
        if not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, own)
            click.echo(str(own))
    click.echo("Then look with: ratslupe pages check")


@pages.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Say what nobody filled in; exits with 1 where there is something."""
    if faults := unfilled_told(settings):
        click.echo(faults)
        sys.exit(1)
    click.echo(f"All pages are complete (with {settings.pages}).")


def refuse_placeholders(settings: Settings) -> None:
    """Raise ClickException where pages hold placeholders and others than this machine could read them."""
    from app.web.prose import is_loopback  # noqa: PLC0415 - as above

    if is_loopback(settings.base_url):
        return
    if faults := unfilled_told(settings):
        raise click.ClickException(
            f"The law asks for these pages, and they are not filled in:\n{faults}\n"
            "Begin with `ratslupe pages init`; `ratslupe pages check` tells what is left. "
            "At a loopback BASE_URL the site can be tried as it is."
        )


def unfilled_told(settings: Settings) -> str:
    """Return what is not filled in, one file a line, "" where all is."""
    from app.web.prose import VALUES, ProseError, unfilled  # noqa: PLC0415 - as above

    try:
        found = unfilled(settings)
    except ProseError as error:
        raise click.ClickException(str(error)) from error
    lines = [f"  {path}: {', '.join(names)}" for path, names in found.items()]
    return "\n".join([*lines, f"Fill them in in {settings.pages / VALUES}"]) if lines else ""
