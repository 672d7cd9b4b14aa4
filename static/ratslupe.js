// Small comforts; every page is complete without this.
"use strict";

// An open menu closes with Escape and by a click beside it, as people expect of menus.
const menus = document.querySelectorAll("details.rl-display, details.rl-menu, details.rl-town");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
});
document.addEventListener("click", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});

// What a word means goes away with Escape, and comes again when the word is left and looked at anew.
for (const term of document.querySelectorAll(".rl-term")) {
  const open = () => term.classList.remove("rl-term--closed");
  term.addEventListener("mouseleave", open);
  term.addEventListener("focusout", open);
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const term of document.querySelectorAll(".rl-term:is(:hover, :focus-within)")) term.classList.add("rl-term--closed");
});

// Wide screens show the filters by the style sheet alone, where the browser lets it reach into what is folded.
const filters = document.querySelector("details.rl-filters");
if (filters && !CSS.supports("selector(::details-content)") && window.matchMedia("(min-width: 62rem)").matches) filters.open = true;

// Whoever comes back finds the filters as they are in force, not as they were ticked when leaving.
window.addEventListener("pageshow", (event) => { if (event.persisted) document.querySelector(".rl-filters__form")?.reset(); });

// The reader: keys turn pages, and an address that ends in #page=12, as PDF readers write it, opens that page.
const reading = document.querySelector(".rl-reading");
if (reading) {
  const { page, pages } = reading.dataset;
  const follow = () => {
    const asked = /^#page=(\d{1,5})$/.exec(location.hash)?.[1];
    if (!asked || Number(asked) === Number(page) || asked < 1 || Number(asked) > Number(pages)) return;
    const address = new URL(location.href);
    address.searchParams.set("page", Number(asked));
    address.searchParams.delete("hit");
    location.replace(address);
  };
  window.addEventListener("hashchange", follow);
  follow();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.target.closest("input, select, textarea, summary")) return;
    // Single letters only where the reader has the focus: whoever speaks to the computer types them by accident.
    if (event.key.length === 1 && !reading.contains(document.activeElement)) return;
    const step = reading.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (step) { event.preventDefault(); step.click(); }
  });
  // A browser gives what the address names the focus only when it draws; keys that come before are not lost.
  const named = document.getElementById(location.hash.slice(1));
  if (named && reading.contains(named)) named.focus({ preventScroll: true });
  const keys = reading.querySelector(".rl-keys");
  if (keys) keys.hidden = false;
}

// A picture that many wait for is refused at first; it is asked for again, soon and then less so, those of a list one after
// another: to draw one of a list takes a twentieth of a second.
// Meanwhile one that stands beside text is not seen.
for (const [turn, picture] of document.querySelectorAll(".rl-sheet img, .rl-thumb img, .rl-leafed__page img").entries()) {
  const waits = [300, 900, 2000, 4000];
  const again = () => {
    if (!picture.alt) picture.style.visibility = "hidden";
    if (waits.length) setTimeout(() => { picture.src += picture.src.includes("?") ? "&again" : ""; }, waits.shift() + 100 * turn);
  };
  picture.addEventListener("error", again);
  // In the place of one that is not there, lists get a blank one, which browsers would take again for the same address.
  picture.addEventListener("load", () => { picture.style.visibility = ""; if (picture.naturalWidth === 1) again(); });
  if (picture.complete && picture.naturalWidth < 2) again();
}

// Whoever installed the site reads its last pages without a network too.
if ("serviceWorker" in navigator && window.matchMedia("(display-mode: standalone), (display-mode: minimal-ui)").matches) navigator.serviceWorker.register("/sw.js");
