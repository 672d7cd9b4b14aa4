"""axe-core and HTML_CodeSniffer inside an open page; what they find, in one line each."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

# All rules of WCAG 2.0 to 2.2 at A and AA, and good practice. Targets of 24 px are looked at by who asks for it.
_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {
    runOnly: { type: "tag", values: tags }, rules: { "target-size": { enabled: true } }, resultTypes: ["violations"],
  });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `axe ${id}: ${target.join(" ")}: ${failureSummary.split("\\n").slice(1).join(" ").trim()}`));
}"""
_SNIFFER = """() => new Promise((told, failed) => HTMLCS.process("WCAG2AA", document, () => told(
  HTMLCS.getMessages().filter(({ type }) => type === HTMLCS.ERROR).map(({ code, msg, element }) =>
    `HTMLCS ${code}: ${element.outerHTML ? element.outerHTML.slice(0, 160) : "the page"}: ${msg}`)), failed))"""


def faults(page: Page, packages: Path) -> list[str]:
    """Return what both find on the page as it is shown now. Nothing of theirs is fetched by the page."""
    if not page.evaluate("'axe' in window && 'HTMLCS' in window"):
        for source in _sources(packages):
            page.evaluate(source)
    return [*page.evaluate(_AXE), *page.evaluate(_SNIFFER)]


@cache
def _sources(packages: Path) -> tuple[str, str]:
    """Return both programs, each as an expression without a value: what they return no page can hand over."""
    axe = (packages / "axe-core" / "axe.min.js").read_text()
    sniffer = (packages / "html_codesniffer" / "build" / "HTMLCS.js").read_text()
    # The sniffer looks for `exports` and for AMD before it makes itself a global.
    return f"(() => {{ {axe}\n }})()", f"{sniffer}\n;void 0"
