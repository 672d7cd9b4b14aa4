"""The commands for councils that are not mirrored yet: `ratslupe probe`, `ratslupe import`."""

import dataclasses
import sys

import click
import orjson

from app.config import Settings
from app.directory.endpoints import at_url, endpoints, on_host
from oparl_sync import candidates, probing
from oparl_sync.probing import Verdict
from oparl_sync.sources import net_of, printable

LETTER = "/places on your site has a letter to the town that says so"
PUSH = "the town can hand over a file instead: ratslupe import FILE --name NAME"
# What to do next, by what was found out.
ADVICE = {
    probing.WALL: (f"Nothing is bypassed. Ask the town to let {{us}} through: {LETTER}.", f"Or {PUSH}"),
    probing.BANNED: (f"Nothing is bypassed. Ask the town to let {{us}} through: {LETTER}.", f"Or {PUSH}"),
    probing.CLOSED: (f"robots.txt is honoured. Ask the town to open it for {{us}}: {LETTER}.", f"Or {PUSH}"),
    probing.TLS: ("Its certificate is not trusted. Ask the town to send the whole chain of certificates.",),
    probing.UNREACHABLE: ("Check the name of the host, and try again later.",),
    probing.DISABLED: (f"OParl is there but switched off. Ask the town to switch it on: {LETTER}.",),
    probing.LOGIN_ONLY: (f"A login stands before it. Ask the town to open OParl: {LETTER}.", f"Or {PUSH}"),
    probing.ELSEWHERE: ("Ask about that host: ratslupe probe HOST",),
    probing.BROKEN: ("Try again later. If it stays so, tell the town.",),
    probing.NOT_FOUND: (f"If you know the address of its OParl server, give it whole. Else {LETTER}.", f"Or {PUSH}"),
}


@click.command()
@click.argument("address", metavar="HOST|URL")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def probe(settings: Settings, address: str, as_json: bool) -> None:
    """Find out whether a host has an OParl server, and what is in the way: in at most five requests."""
    preset = endpoints().get(address.strip().casefold())
    try:
        url = probing.address_of(preset.url if preset else address)
    except probing.NoAddress as error:
        raise click.UsageError(
            f"{error}; give the host of a council's information system, for example ris.town.example"
        ) from error
    with net_of(settings) as net:
        verdict = probing.probe(net, url)
    advice = _advice(verdict, settings.contact)
    if as_json:
        click.echo(orjson.dumps(dataclasses.asdict(verdict) | {"next": advice}).decode())
    else:
        for line in (*_told(verdict), *advice):
            click.echo(line)
    if verdict.state != probing.FOUND:
        sys.exit(1)


def _told(verdict: Verdict) -> list[str]:
    maker = candidates.NAMES.get(verdict.vendor or "", "maker not recognised")
    lines = [f"{verdict.requests} requests: {', '.join(verdict.asked)}"]
    if verdict.state != probing.FOUND:
        lines += [printable(verdict.detail) or "nothing of OParl was found", f"System: {maker}"]
        hosts = dict.fromkeys(address.split("/")[2] for address in verdict.asked)
        return [*lines, *(f"Known before as {one.id}: {one.told}" for host in hosts for one in on_host(host)[:1])]
    lines.append(f"OParl {verdict.version or 'of an unnamed version'}, {maker}: {verdict.url}")
    known = at_url(verdict.url or "")
    if known:
        lines.append(f"Known as {known.id}: {known.told}")
    return [*lines, *(f"  {body['id']}  {printable(body['name'])}" for body in verdict.bodies)]


def _advice(verdict: Verdict, contact: str) -> list[str]:
    if verdict.state != probing.FOUND:
        us = f"Ratslupe ({contact})" if contact else "Ratslupe"
        return [line.format(us=us) for line in ADVICE[verdict.state]]
    if len(verdict.bodies) > 1:
        return [
            f"Next, for one of them: ratslupe source add {verdict.url} --body {verdict.bodies[0]['id']}",
            f"For all of them: ratslupe source add {verdict.url} --all",
        ]
    return [f"Next: ratslupe source add {verdict.url}"]
