// Suggestions below the search field while typing: an ARIA combobox with a list box. Without it the form is complete.
"use strict";

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  const WAIT = 120; // milliseconds after the last key: people type a letter in 100 to 200
  let list = [], active = -1, timer = 0, asking = false, again = false, shownFor = "";

  const box = document.createElement("div");
  box.className = "rl-suggest";
  box.id = `${input.id}-list`;
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", form.dataset.label);
  box.hidden = true;
  const told = document.createElement("p");
  told.className = "rl-hidden";
  told.setAttribute("role", "status");
  input.closest(".rl-search__frame").append(box);
  form.append(told);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", box.id);
  input.setAttribute("aria-expanded", "false");

  const part = (kind, name, text) => {
    const made = document.createElement(kind);
    if (name) made.className = name;
    made.textContent = text;
    return made;
  };

  const choose = (place) => {
    list[active]?.setAttribute("aria-selected", "false");
    active = place;
    const chosen = list[active];
    if (!chosen) { input.removeAttribute("aria-activedescendant"); return; }
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", chosen.id);
  };

  const open = (wanted) => {
    const shown = wanted && list.length > 0;
    box.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    choose(-1);
  };

  const show = (typed, groups) => {
    shownFor = typed;
    list = [];
    box.replaceChildren(...groups.map((group, number) => {
      const around = part("div", "", "");
      around.setAttribute("role", "group");
      const heading = part("div", "rl-suggest__heading", group.heading);
      heading.id = `${box.id}-${number}`;
      around.setAttribute("aria-labelledby", heading.id);
      around.append(heading, ...group.suggestions.map((one) => {
        const option = part("div", "rl-suggest__option", "");
        option.id = `${box.id}-option-${list.length}`;
        option.lang = "de";
        option.dataset.href = one.href;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(part("span", "", one.text));
        if (one.note) option.append(" ", part("span", "rl-suggest__note", one.note));
        list.push(option);
        return option;
      }));
      return around;
    }));
    open(true);
    told.textContent = list.length > 1 ? form.dataset.many.replace("{}", list.length) : list.length ? form.dataset.one : form.dataset.none;
  };

  // As a module, because the policy of our pages lets nothing but scripts, styles, pictures and fonts be loaded. A module
  // cannot be called back: so there is one question at a time, and the last one that was typed meanwhile is next.
  const ask = async () => {
    const typed = input.value.trim();
    if (typed.length < 2) { open(false); told.textContent = ""; return; }
    if (asking) { again = true; return; }
    asking = true;
    try {
      const { default: groups } = await import(`${form.dataset.suggest}?${new URLSearchParams({ q: typed })}`);
      if (document.activeElement === input && input.value.trim() === typed) show(typed, groups);
    } catch {
      open(false); // no line: the form still works
    }
    asking = false;
    if (again) { again = false; ask(); }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (box.hidden) {
        if (list.length && shownFor === input.value.trim()) open(true); else { ask(); return; }
      }
      // Behind the last one stands what was typed, and then the first one.
      choose((active + step + list.length + 2) % (list.length + 1) - 1);
    } else if (event.key === "Enter" && list[active] && !box.hidden) {
      event.preventDefault();
      location.assign(list[active].dataset.href);
    } else if (event.key === "Escape" && !box.hidden) {
      event.preventDefault(); // else the browser empties the field
      event.stopPropagation();
      open(false);
    }
  });
  input.addEventListener("blur", () => { clearTimeout(timer); again = false; open(false); });
  // The field keeps the focus, or it would close the list before the click arrives.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.href);
  });
}
