// Keys: Ctrl K opens the palette; single keys, which each person may switch off, open the keys, a search box or a room.
(() => {
  "use strict";

  const SECONDS = 1500; // that a letter may follow g
  const over = (name) => document.getElementById(name);
  const types = (target) => target.closest?.("input, select, textarea, [contenteditable]");

  const open = (name) => {
    const dialog = over(name);
    if (!dialog || dialog.open) return false;
    document.querySelectorAll("dialog.over[open]").forEach((other) => other.close());
    dialog.showModal();
    const asks = dialog.querySelector("[hx-trigger]");
    if (asks) window.htmx?.trigger(asks, "opened");
    dialog.querySelector("input")?.select();
    return true;
  };

  const places = () => [...document.querySelectorAll("#palette-found a")];

  const walk = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const found = places();
    const next = found.indexOf(document.activeElement) + step;
    event.preventDefault();
    if (next < 0) over("palette").querySelector("input").focus();
    else found[Math.min(next, found.length - 1)]?.focus();
  };

  let waits = 0;
  const single = (event) => {
    if ((over("palette")?.dataset.singleKeys ?? "on") !== "on") return;
    if (event.ctrlKey || event.metaKey || event.altKey || types(event.target) || document.querySelector("dialog[open]")) return;
    if (Date.now() < waits) {
      waits = 0;
      document.querySelector(`.rail [data-letter="${CSS.escape(event.key)}"]`)?.click();
    } else if (event.key === "g") {
      waits = Date.now() + SECONDS;
    } else if (event.key === "?") {
      if (open("keys")) event.preventDefault();
    } else if (event.key === "/") {
      const box = document.querySelector(".page input[type='search']");
      if (box) {
        event.preventDefault();
        box.focus();
      } else if (open("palette")) event.preventDefault();
    }
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      if (over("palette")) event.preventDefault();
      open("palette");
    } else if (over("palette")?.open) walk(event);
    else single(event);
  });

  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-opens]");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (opens && plain && open(opens.dataset.opens)) event.preventDefault();
    if (event.target.closest("[data-close]") || event.target.matches("dialog.over")) event.target.closest("dialog")?.close();
  });

  // Enter in the palette opens what stands first; where nothing is listed the form asks the page of search.
  document.addEventListener("submit", (event) => {
    const first = event.target.closest("#palette") && places()[0];
    if (!first) return;
    event.preventDefault();
    first.click();
  });
})();
