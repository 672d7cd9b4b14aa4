"""Every type of page there is, one line each: tests, checkers, benchmarks and the pictures in docs/ go by this table.

A page of a record is found by following the site's own links, as a reader would.
"""

import html
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urljoin

KEY = "[a-z0-9]{13}"


@dataclass(frozen=True)
class PageType:
    """A name, an address, and where a record is to be found the pattern of the link that leads to it.

    `{name}` in an address is that of an earlier type. Further addresses are tried where the first has no such link.
    """

    name: str
    at: str
    link: str = ""
    otherwise: tuple[str, ...] = ()
    status: int = 200


PAGE_TYPES = (
    PageType("home", "/"),
    PageType("week", "/week"),
    # Search
    PageType("results", "/search?q=Radweg"),
    PageType("respelled", "/search?q=Grundschuhle"),
    PageType("synonyms", "/search?q=Kita"),
    PageType("narrowed", "/search?q=Radweg&type=File&year=2024&year=2022&sort=newest&months=1"),
    PageType("empty", "/search?q=Unterseeboot"),
    PageType("refused", "/search?q=Radweg+year:20x4", status=400),
    PageType("help", "/search"),
    PageType("suggestions", "/search/suggest?q=Kalk"),
    # Records
    PageType("papers", "/papers/"),
    PageType("paper", "/search?q=Radweg&type=Paper", f"/papers/{KEY}", ("/papers/",)),
    PageType("meetings", "/meetings/"),
    # The meeting at which the made-up clerk slipped, so that the minutes say otherwise.
    PageType("slip", "/search?q=Sitzbänke+Bürgermeister-Hölscher-Straße&type=Paper", f"/papers/{KEY}", ("/papers/",)),
    PageType("meeting", "{slip}", f"/meetings/{KEY}", ("/meetings/",)),
    PageType("calendar", "/calendar"),
    PageType("calendar-week", "/calendar?view=week"),
    PageType("calendar-list", "/calendar?view=list"),
    PageType("people", "/people/"),
    PageType("person", "/people/", f"/people/{KEY}"),
    PageType("organizations", "/organizations/"),
    PageType("organization", "/organizations/", f"/organizations/{KEY}"),
    PageType("group", "/search?q=Fraktion&type=Organization", f"/organizations/{KEY}"),
    PageType("files", "/files/"),
    PageType("file", "/search?q=Radweg&type=File", f"/files/{KEY}", ("/files/",)),
    # A page's picture beside its text, with what was searched for marked in both.
    PageType("reader", "/search?q=Radweg&type=File", rf"/files/{KEY}\?page=.*", ("/search?q=Stadt&type=File",)),
    # What is shared of a record
    PageType("cite", "{paper}/cite"),
    PageType("poster", "{paper}/poster"),
    # Streets, places, councils
    PageType("street-results", "/search?q=Kalkofenweg"),
    PageType("streets", "/streets"),
    PageType("street", "/streets/kalkofenweg"),
    PageType("district", "/streets/kalkofenweg", r"/districts/[a-z0-9-]+(\?.*)?"),
    PageType("map", "/map"),
    PageType("map-address", "/map?address=Kalkofenweg"),
    PageType("places", "/councils?q=Neustadt"),
    PageType("place", "/places/05315000"),
    PageType("missing-place", "/places/05314000"),
    PageType("councils", "/councils"),
    PageType("council", "/councils", "/councils/[a-z0-9-]+"),
    PageType("quality", "{council}/quality"),
    PageType("quality-records", "{quality}", r"/councils/[a-z0-9-]+/quality/[A-Za-z.]+"),
    # Fixed pages
    PageType("about", "/about"),
    PageType("contact", "/contact"),
    PageType("imprint", "/imprint"),
    PageType("privacy", "/privacy"),
    PageType("accessibility", "/accessibility"),
    PageType("easy", "/easy"),
    PageType("sign-language", "/sign-language"),
    PageType("glossary", "/glossary"),
    # Figures
    PageType("figures", "/figures"),
    PageType("figures-search", "/figures?q=Radweg"),
    # Small windows for the pages of others
    PageType("embed", "/embed"),
    PageType("embed-meetings", "/embed/meetings"),
    PageType("embed-papers", "/embed/papers"),
    PageType("embed-search", "/embed/search"),
    # Services
    PageType("report", "/report"),
    PageType("reported", "/report/R-ABCD-23"),
    PageType("takedown", "/takedown"),
    PageType("taken-down", "/takedown/T-ABCD-23"),
    PageType("alert", "/alerts?q=Radweg"),
    PageType("follow", "{paper}", rf"/alerts\?follow=paper%3A{KEY}"),
    PageType("asked", "/alerts/asked"),
    PageType("alert-link", "/alerts/link"),
    PageType("alert-link-asked", "/alerts/link/asked"),
    PageType("newsletter", "{council}", "/newsletter/body/[a-z0-9-]+"),
    PageType("feeds", "/feeds"),
    PageType("data", "/data"),
    PageType("api", "/api"),
    PageType("api-problem", "/api/problems/bad-cursor"),
    PageType("dataset", "/data", "/dataset/[a-z0-9-]+"),
    PageType("status", "/status"),
    PageType("missing", "/papers/nothing-here", status=404),
    # The last of the first papers, erased before the others are looked for.
    PageType("gone", "", status=410),
)


def addresses(site: str, erase: Callable[[str], object] | None = None) -> dict[str, str]:
    """Return the address of one page of each type, without the site; raises LookupError where no link leads to one.

    `erase` takes a record away by its key; without it no page is gone.
    """
    found: dict[str, str] = {}
    if erase:
        found["gone"] = [link for link in _links(site, "/papers/") if re.fullmatch(f"/papers/{KEY}", link)][-1]
        erase(found["gone"].rpartition("/")[2])
    for one in PAGE_TYPES:
        if one.name == "gone":
            continue
        if not one.link:
            found[one.name] = one.at.format(**found)
            continue
        places = [place.format(**found) for place in (one.at, *one.otherwise)]
        links = (link for place in places for link in _links(site, place) if re.fullmatch(one.link, link))
        found[one.name] = next(links, "")
        if not found[one.name]:
            raise LookupError(f"{one.name}: {site} leads to no {one.link} from {' or '.join(places)}")
    return found


def _links(site: str, path: str) -> list[str]:
    """Return where the links of a page's main part lead, without the part behind #, in their order."""
    main = fetched(site, path).partition("<main")[2].partition("</main>")[0]
    links = (html.unescape(link) for link in re.findall(r'<a [^>]*?href="([^"]+)"', main))
    return [urljoin(path, link).partition("#")[0].removeprefix(site) for link in links]


def fetched(site: str, path: str, language: str = "de") -> str:
    """Return a page's HTML, also that of an error."""
    address = site + quote(path, safe="/?&=+:%#,;@!$'()*~")
    request = urllib.request.Request(address, headers={"Accept-Language": language})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()
