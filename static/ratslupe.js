// Small comforts; every page is complete without this.
"use strict";

// An open menu closes with Escape and by a click beside it, as people expect of menus.
const menus = document.querySelectorAll("details.rl-display, details.rl-menu");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
});
document.addEventListener("click", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});

// Wide screens show the filters by the style sheet alone, where the browser lets it reach into what is folded.
const filters = document.querySelector("details.rl-filters");
if (filters && !CSS.supports("selector(::details-content)") && window.matchMedia("(min-width: 62rem)").matches) filters.open = true;
