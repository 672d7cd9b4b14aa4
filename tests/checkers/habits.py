"""What no checker of others looks for: sideways scrolling, what covers the page at 400 % zoom, focus, motion."""

from playwright.sync_api import Page

_WIDE = """() => {
  const seen = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= seen) return [];
  const out = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > seen + 1);
  return [`${document.documentElement.scrollWidth} px wide on ${seen}: ` + out.slice(0, 3).map((one) =>
    one.outerHTML.slice(0, 120)).join(" | ")];
}"""
# What stays while one scrolls may take half of the little that 400 % leave.
_COVERED = """() => {
  scrollTo(0, 600);
  const stays = (one) => ["fixed", "sticky"].includes(getComputedStyle(one).position);
  const shown = (box) => Math.max(0, Math.min(box.bottom, innerHeight) - Math.max(box.top, 0));
  const over = [...document.body.querySelectorAll("*")].filter(stays)
    .filter((one) => shown(one.getBoundingClientRect()) > innerHeight / 2);
  scrollTo(0, 0);
  return over.map((one) => `covers more than half at 400 %: ${one.outerHTML.slice(0, 120)}`);
}"""
# After a key was pressed, whatever gets the focus shows it as if by keyboard. A field may show it by its frame.
_FOCUS = """() => {
  const some = "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])";
  const faults = [];
  for (const one of document.querySelectorAll(some)) {
    if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
    one.focus({ preventScroll: true });
    if (document.activeElement !== one) continue;
    const drawn = [one, one.parentElement, one.nextElementSibling].filter(Boolean).map((each) => getComputedStyle(each))
      .some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
    if (!drawn) faults.push(`no outline where the focus is: ${one.outerHTML.slice(0, 160)}`);
  }
  document.activeElement.blur();
  return faults;
}"""
_MOTION = """() => {
  const long = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);  // seconds, as computed
  const moves = (style) => (style.animationName !== "none" && long(style.animationDuration))
    || long(style.transitionDuration) || style.scrollBehavior === "smooth";
  const all = [document.documentElement, ...document.body.querySelectorAll("*")];
  return all.filter((one) => moves(getComputedStyle(one))).slice(0, 3)
    .map((one) => `moves although less motion is wished: ${one.outerHTML.slice(0, 120)}`);
}"""


def sideways(page: Page) -> list[str]:
    """Return what makes the page wider than the window."""
    return [str(fault) for fault in page.evaluate(_WIDE)]


def habits(page: Page) -> list[str]:
    """Return what is wrong at 400 % zoom of 1280 x 1024, in forced colours, and where less motion is wished."""
    page.set_viewport_size({"width": 320, "height": 256})
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.keyboard.press("Tab")
    found = [str(fault) for check in (_WIDE, _COVERED, _MOTION, _FOCUS) for fault in page.evaluate(check)]
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    return found
