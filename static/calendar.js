// The calendar by keyboard: arrows move from day to day, Enter opens the day's meeting, Page Up and Down turn the pages.
// One day is in the order of Tab, as one has it from date pickers; without this, its links are.
"use strict";

const calendar = document.querySelector("[data-calendar]");
const days = calendar ? [...calendar.querySelectorAll("[data-day]")] : [];
if (days.length && window.matchMedia("(min-width: 62rem)").matches) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const link = (rel) => document.querySelector(`.rl-calsteps a[rel="${rel}"]`);
  const moved = (day, by) => {
    const date = new Date(`${day}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + by);
    return date.toISOString().slice(0, 10);
  };
  // The days of other months are in the table, too: there the page is turned.
  const find = (day) => days.find((one) => one.dataset.day === day && !one.classList.contains("rl-cal__out"));
  const choose = (day, focused) => {
    for (const one of days) one.tabIndex = one === day ? 0 : -1;
    if (focused) day.focus();
  };
  const turn = (rel, day) => {
    const there = link(rel);
    if (there) location.href = `${there.href}${day ? `#${day}` : ""}`;
  };
  const move = (from, by) => {
    const aim = moved(from, by);
    const there = find(aim);
    if (there) choose(there, true);
    else turn(by < 0 ? "prev" : "next", aim);
  };
  const named = find(location.hash.slice(1));
  choose(named || days.find((one) => one.ariaCurrent === "date") || find(days.find((one) => !one.classList.contains("rl-cal__out")).dataset.day), Boolean(named));
  calendar.addEventListener("keydown", (event) => {
    const here = event.target.closest("[data-day]");
    if (!here || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const { day } = here.dataset;
    const week = (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;
    if (event.key in steps) move(day, steps[event.key]);
    else if (event.key === "Home") move(day, -week);
    else if (event.key === "End") move(day, 6 - week);
    else if (event.key === "PageUp") turn("prev");
    else if (event.key === "PageDown") turn("next");
    else if (event.key === "Enter" && event.target === here) here.querySelector("a")?.click();
    else return;
    event.preventDefault();
  });
  calendar.addEventListener("focusin", (event) => {
    const here = event.target.closest("[data-day]");
    if (here && !here.classList.contains("rl-cal__out")) choose(here, false);
  });
  const keys = document.querySelector(".rl-calkeys");
  if (keys) keys.hidden = false;
}
