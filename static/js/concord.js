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
