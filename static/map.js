// The map follows the mouse, the wheel and the keyboard. Without this its links do the same.
(() => {
  "use strict";
  const STEP = 0.5, KEYS = { "+": "closer", "=": "closer", "-": "farther", ArrowLeft: "west", ArrowRight: "east", ArrowUp: "north", ArrowDown: "south" };
  let waiting = null;

  const place = (box, east, north, zoom) => {
    const { lat, lon, span, half, high } = box.dataset;
    const url = new URL(location.href);
    ["address", "radius", "all"].forEach((name) => url.searchParams.delete(name));
    url.searchParams.set("at", `${(+lat + north * high).toFixed(5)},${(+lon + east * half).toFixed(5)}`);
    url.searchParams.set("span", Math.round(span * zoom));
    url.hash = "";
    return url;
  };

  const go = async (url, focused) => {
    waiting?.abort();
    waiting = new AbortController();
    try {
      const answer = await fetch(url, { signal: waiting.signal, headers: { Accept: "text/html" } });
      const text = await answer.text();
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-map-page]");
      const old = document.querySelector("[data-map-page]");
      if (!answer.ok || !fresh || !old) throw new Error("no map");
      old.replaceWith(document.adoptNode(fresh));
      history.replaceState(null, "", url);
      begin(focused);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
    }
  };

  const begin = (focused) => {
    const box = document.querySelector("[data-map]");
    if (!box) return;
    const map = box.querySelector(".rl-map"), layers = map.querySelectorAll(".rl-map__ground, .rl-map__words");
    box.dataset.ready = "";
    map.tabIndex = 0;
    map.setAttribute("role", "group");
    map.setAttribute("aria-label", box.dataset.help);
    if (focused) map.focus({ preventScroll: true });
    const active = () => map.contains(document.activeElement);
    let from = null;

    const shift = (x, y) => layers.forEach((one) => { one.style.transform = x || y ? `translate(${x}px, ${y}px)` : ""; });
    map.addEventListener("pointerdown", (event) => {
      if (event.button || event.pointerType === "touch" || event.target.closest("a")) return;
      from = { x: event.clientX, y: event.clientY };
      map.setPointerCapture(event.pointerId);
      box.dataset.held = "";
    });
    map.addEventListener("pointermove", (event) => { if (from) shift(event.clientX - from.x, event.clientY - from.y); });
    const drop = (event) => {
      if (!from) return;
      const x = event.clientX - from.x, y = event.clientY - from.y;
      from = null;
      delete box.dataset.held;
      if (event.type === "pointercancel" || Math.abs(x) + Math.abs(y) < 6) return shift(0, 0);
      go(place(box, (-2 * x) / map.clientWidth, (2 * y) / map.clientHeight, 1), true);
    };
    map.addEventListener("pointerup", drop);
    map.addEventListener("pointercancel", drop);
    // A page that is being scrolled goes on: only a map that was chosen takes the wheel.
    map.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !active()) return;
      event.preventDefault();
      go(place(box, 0, 0, event.deltaY < 0 ? STEP : 1 / STEP), true);
    }, { passive: false });
    map.addEventListener("keydown", (event) => {
      const link = KEYS[event.key] && map.querySelector(`[data-step="${KEYS[event.key]}"]`);
      if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      go(new URL(link.href), true);
    });
    map.querySelectorAll("[data-step]").forEach((link) => link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const name = link.dataset.step;
      go(new URL(link.href), false).then(() => document.querySelector(`[data-step="${name}"]`)?.focus({ preventScroll: true }));
    }));
  };

  begin(false);
})();
