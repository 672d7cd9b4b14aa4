"""What the documents say is so: commands, options, settings, addresses, targets, links, version."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app.config import ROOT, Settings
from app.web import create_app
from app.web.cli import main

LISTED = ["git", "-c", "safe.directory=*", "ls-files"]  # a container may own the checkout by another name
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SETTINGS = (
    "RATSLUPE_HOME",
    "DATABASE_URL",
    "SEARCH_URL",
    "THESAURUS",
    "FILES_URL",
    "KEEP_ORIGINALS",
    "MAIL_URL",
    "BASE_URL",
    "SECRET_KEY",
    "CONTACT",
    "COUNCILS_FILE",
    "ONLY_COUNCIL",
    "FETCH_ALLOW_NETWORKS",
    "FILES_ORIGIN",
    "PAGES_DIR",
    "TILES_CREDIT",
    "TILES_URL",
    "WEBSUB_HUB",
    "PUSH_SERVICES",
    "PREVIEWS_MAX_MB",
    "EXPORTS_KEPT",
    "ALLOW_UNSANDBOXED",
)
# Names in capitals that documents may use besides settings.
OTHER_NAMES = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "FAULT_MATRIX",
    "INDEX_KILLS",
    "OPENSEARCH_URL",
    "MODEL_SEQUENCES",
    "ANALYZER_VERSION",
    "FACTS_VERSION",
    "CI",
    "EXTRA",
    "PYTHON",
    "PYTEST_ARGS",
    "TMPDIR",
    "RATSLUPE_DATA",
    "PUBLISH_CYCLES",
    "API_REQUESTS",
    "SHA256SUMS",
    "LICENSE",
    "README",
    "CHANGELOG",
}


def commands(group: click.Group = main, before: str = "ratslupe") -> Iterator[tuple[str, click.Command]]:
    """Yield all commands with their full names."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


COMMANDS = dict(commands())


def text_of_all() -> str:
    return "\n".join(page.read_text() for page in PAGES)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_and_has_help(name: str) -> None:
    assert COMMANDS[name].help
    assert name in text_of_all()


def test_every_documented_command_and_option_exists() -> None:
    wrong = []
    for page in PAGES:
        for line in re.findall(
            r"^\s*(?:\$ )?((?:\S+/)?ratslupe [a-z].*)$|`((?:\S+/)?ratslupe [a-z][^`]*)`", page.read_text(), re.MULTILINE
        ):
            said = re.sub(r"\s+#.*", "", next(filter(None, line)))
            words = said.replace("[", " ").replace("]", " ").split()[1:]
            name = next(
                (n for n in sorted(COMMANDS, key=len, reverse=True) if " ".join(["ratslupe", *words]).startswith(n)),
                None,
            )
            if name is None:
                wrong.append(f"{page.name}: {said}")
                continue
            known = {o for p in COMMANDS[name].params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
            wrong += [f"{page.name}: {said}: {o}" for o in words if o.startswith("--") and o.split("=")[0] not in known]
    assert not wrong


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "operations.md").read_text()


def test_every_documented_setting_exists() -> None:
    said = set(re.findall(r"\b([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)\b", text_of_all()))
    assert said - set(SETTINGS) - OTHER_NAMES == set()


def test_settings_are_read_and_no_others(tmp_path: Path) -> None:
    asked: set[str] = set()

    class Watched(dict[str, str]):
        def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
            asked.add(key)
            return super().get(key, default)

    Settings.from_environment(Watched(RATSLUPE_HOME=str(tmp_path)))
    assert asked == set(SETTINGS)


def test_every_documented_address_exists(tmp_path: Path) -> None:
    routes = create_app(Settings.embedded(tmp_path)).url_map.bind("portal.example")
    wrong = []
    for page in PAGES:
        for address in re.findall(r"`(/[a-z0-9_.]*(?:/[a-zA-Z0-9_./…]*)?)(?:\?[^`]*)?`", page.read_text()):
            path = address.replace("…", "abcdefghijklm")
            try:
                routes.match(path)
            except (RequestRedirect, MethodNotAllowed):
                continue
            except NotFound:
                wrong.append(f"{page.name}: {address}")
    assert not wrong


def test_every_documented_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?\bmake ([a-z]+)\b`", text_of_all())) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", page.read_text()):
        target = next(filter(None, link))
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version


def test_no_tracked_file_names_a_machine_or_an_index() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a checkout")
    files = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    forbidden = re.compile(r"/wo[r]k/[a-z]|/ro[o]t/[a-z]|--(?:extra-)?index-url|pypi\.[o]rg|registry\.npmj[s]")
    wrong = []
    for name in filter(None, files):
        path = ROOT / name
        if path.suffix in {".woff2", ".webp", ".png"} or not path.is_file():
            continue
        wrong += [f"{name}: {m[0]}" for m in forbidden.finditer(path.read_text(encoding="utf-8"))]
    assert not wrong
