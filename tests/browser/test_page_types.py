"""No page is forgotten: whatever address of the site answers with a page has its line in the table."""

from pathlib import Path

from werkzeug.routing import Rule

from app.config import Settings
from app.web import create_app
from tests.browser.page_types import PAGE_TYPES, PageType

# Rules whose answers are no pages: data, pictures, scripts, and what sends readers on.
OTHERS = {
    "/static/<stamp>/<path:name>",
    "/favicon.ico",
    "/places",  # lead on
    "/<any(p, m, f, o, h):letter>/<code>",  # short addresses
    "/councils/<slug>/logo",
    "/<any(papers, meetings, people, organizations, files):folder>/<key>/qr.<any(svg, png):ending>",
    "/<any(papers, meetings, people, organizations, files):folder>/<key>/cite.<ending>",
    "/sign-language/<name>",  # the film
    "/agenda-items/<key>",
    "/files/<key>/original",
    "/healthz",
    "/catalog",  # leads on
    "/councils/<handle>/catalog",
}
# What a token in a mail opens: the journeys and a test of the checkers go there.
MAILED = {f"/alerts/{purpose}/<token>" for purpose in ("confirm", "refuse", "unsubscribe", "manage", "new")}
MAILED |= {"/takedown/state/<token>"}
# What programs ask, and where no page is.
PROGRAMS = ("/api/v1", "/api/3", "/.well-known", "/oparl", "/download/")
SUFFIXES = (
    ":form>",
    ":suffix>",
    ".webmanifest",
    ".json",
    ".txt",
    ".js",
    ".xml",
    ".ics",
    ".svg",
    ".png",
    ".webp",
    ".csv",
    ".css",
    ".opensearch",
)


def sample(one: PageType) -> str:
    """Return an address like that which the type's page will have."""
    pattern = (one.link or one.at).removesuffix(r"(\?.*)?").partition("?")[0].rstrip("\\")
    if "{" in one.at and not one.link:
        (start,) = (other for other in PAGE_TYPES if one.at.startswith(f"{{{other.name}}}"))
        pattern = pattern.replace(f"{{{start.name}}}", sample(start))
    return pattern.replace("[a-z0-9]{13}", "a" * 13).replace("[a-z0-9-]+", "town")


def test_every_page_of_the_site_has_a_type(tmp_path: Path) -> None:
    routes = create_app(Settings.embedded(tmp_path)).url_map
    bound = routes.bind("portal.example")
    covered = set()
    for one in PAGE_TYPES:
        if address := sample(one):
            rule, _ = bound.match(address, return_rule=True)
            covered.add(rule.rule)

    def is_page(rule: Rule) -> bool:
        return "GET" in (rule.methods or ()) and not rule.rule.endswith(SUFFIXES) and not rule.rule.startswith(PROGRAMS)

    pages = {rule.rule for rule in routes.iter_rules() if is_page(rule)}
    assert pages - covered - OTHERS - MAILED == set()


def test_names_are_unique_and_fit_into_a_file_name() -> None:
    names = [one.name for one in PAGE_TYPES]
    assert len(names) == len(set(names))
    assert all(name.replace("-", "").isalnum() and name.islower() for name in names)
