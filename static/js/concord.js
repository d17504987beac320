// What htmx does not do: where the reader lands after an answer.
(() => {
  "use strict";

  const messages = () => document.getElementById("messages");

  document.addEventListener("htmx:afterSettle", ({ target }) => {
    const wrong = target.querySelector?.("[aria-invalid='true']");
    if (wrong) wrong.focus();
    if (target.id === "messages") target.scrollIntoView({ block: "nearest" });
  });

  // No answer at all, or one that is not swapped in: say so where every other answer stands.
  const unanswered = () => {
    const template = document.getElementById("no-answer");
    if (template && messages()) messages().replaceChildren(template.content.cloneNode(true));
  };
  document.addEventListener("htmx:sendError", unanswered);
  document.addEventListener("htmx:timeout", unanswered);
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status >= 500) unanswered();
  });

  document.addEventListener("htmx:beforeRequest", ({ detail }) => detail.target?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", ({ detail }) => detail.target?.removeAttribute("aria-busy"));

  // A page that keeps itself fresh: whoever types or marks words in it is left alone, what is open stays open, and the place where
  // one reads stays where it was.
  const spot = (element) => {
    const room = element.parentElement.closest("[id]");
    const alike = [...room.querySelectorAll(element.localName)];
    return { room: room.id, name: element.localName, href: element.getAttribute("href"), place: alike.indexOf(element) };
  };
  const found = ({ room, name, href, place }) => {
    const alike = [...(document.getElementById(room)?.querySelectorAll(name) ?? [])];
    return (href && alike.find((one) => one.getAttribute("href") === href)) || alike[place];
  };
  const isBusy = (page) => {
    const marked = getSelection();
    return page.contains(document.activeElement?.closest("input, select, textarea")) ||
      (!marked.isCollapsed && page.contains(marked.anchorNode));
  };
  let left = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const page = detail.target;
    if (!page.matches("[data-fresh]") || !detail.shouldSwap) return;
    if (isBusy(page)) {
      detail.shouldSwap = false;
      return;
    }
    const seen = [...page.querySelectorAll(".tile h2[id]")].find((one) => one.getBoundingClientRect().top >= 0);
    left = {
      open: [...page.querySelectorAll("details[open]")].map(spot),
      focus: page.contains(document.activeElement) ? spot(document.activeElement) : null,
      seen: seen && { id: seen.id, top: seen.getBoundingClientRect().top },
    };
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!left) return;
    const { open, focus, seen } = left;
    left = null;
    for (const one of open) found(one)?.setAttribute("open", "");
    if (focus) found(focus)?.focus({ preventScroll: true });
    const now = seen && document.getElementById(seen.id);
    if (now) window.scrollBy(0, now.getBoundingClientRect().top - seen.top);
  });

  // A cell changed in its place: Escape leaves it, Enter saves also from a list of choices.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.(".cellform");
    if (!form) return;
    if (event.key === "Escape") {
      event.preventDefault();
      form.querySelector("[data-cancel]")?.click();
    }
    if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // A passkey that the browser did not give: the sentence about it waits in the page.
  document.addEventListener("allauth.error", (event) => {
    const told = document.getElementById("passkey-failed");
    if (!told) return;
    event.preventDefault();
    told.hidden = false;
  });
})();
