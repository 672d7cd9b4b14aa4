"""Whatever a hostile council names, nothing connects to any but a public address: asked of the network itself."""

import json
import subprocess
import sys
from functools import cache
from ipaddress import ip_address
from typing import Any

import pytest

from app.config import ROOT
from tests.app.net.hostile import PUBLIC
from tests.conftest import missing

pytestmark = pytest.mark.xdist_group("namespace")  # each network is set up once
OWN = ("unshare", "--net", "--mount", "--propagation", "private")
FITS = {f"{ip_address(address)} {port}" for address in PUBLIC for port in (80, 443)}


@cache
def _own_network() -> tuple[str, ...]:
    """Return what begins a command in a network of its own; skips where that is forbidden."""
    for command in ((*OWN, "--map-root-user"), OWN):
        if (
            subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode
            == 0
        ):
            return command
    missing("a network namespace of one's own (unshare, ip)")
    return ()


@cache
def dialled(by: str) -> dict[str, Any]:
    """Fetch the whole corpus in a network of its own; returns what was dialled for each URL."""
    command = [*_own_network(), sys.executable, "-m", "tests.app.net.namespace", by]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def tripped(result: dict[str, Any]) -> dict[str, list[str]]:
    inside = {url: [address for address in to if address not in FITS] for url, to in result["hostile"].items()}
    return {url: addresses for url, addresses in inside.items() if addresses}


@pytest.mark.parametrize("by", ["guarded", "posted"])
def test_it_never_connects_to_an_address_that_is_not_public(by: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = dialled(by)
    hostile, controls = result["hostile"], result["controls"]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{by}: {len(hostile)} hostile URLs: {len(tripped(result))} reached an address that is not public; "
            f"{sum(map(bool, controls.values()))} of {len(controls)} public ones were fetched\n"
        )
    assert len(hostile) >= 300
    assert tripped(result) == {}
    # Not only on the ports at which somebody listens: the kernel has counted every attempt.
    assert result["opened"] == result["seen"]


@pytest.mark.parametrize("by", ["guarded", "posted"])
def test_it_connects_to_every_address_that_is(by: str) -> None:
    controls = dialled(by)["controls"]
    assert len(controls) >= 30
    assert {url: to for url, to in controls.items() if not to or not FITS.issuperset(to)} == {}


def test_its_canary_sings_where_nobody_guards() -> None:
    result = dialled("plain")
    assert len(tripped(result)) >= 300
    assert all(result["controls"].values())
    for part in (
        "turns-",
        "mixed-",
        "inside-",
        "alias-",
        "/relay",
        "@127.0.0.1",
        "64:ff9b:1::",
        "[2002:",
        "http://2130706433/",
    ):
        assert any(part in url for url in tripped(result)), part
