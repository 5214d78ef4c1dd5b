// Shortcuts and messages that every screen shares.

import { say, status } from "./say.js";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
const sheet = document.getElementById("shortcuts");

let goTo = false;

document.addEventListener("keydown", (event) => {
  // While an input method composes, Enter and letters belong to it.
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "F1") {
    event.preventDefault();
    sheet.open ? sheet.close() : sheet.showModal();
    return;
  }
  if (typing(event.target) || sheet.open) return;
  if (event.key === "?") sheet.showModal();
  else if (event.key === "/") follow('nav a[data-key="4"]', event);
  else if (goTo && /^[a-z1-9]$/i.test(event.key)) {
    follow(`nav a[data-key="${event.key.toLowerCase()}"]`, event);
    // The letter goes to a screen; on this one it may mean something else.
    event.stopImmediatePropagation();
    goTo = false;
    return;
  }
  goTo = event.key.toLowerCase() === "g";
});

function follow(selector, event) {
  const link = document.querySelector(selector);
  if (!link) return;
  event.preventDefault();
  link.click();
}

// By hand: `scrollIntoView` would make Tab begin there instead of at the top.
const bar = document.querySelector(".side nav");
const below = (bar?.querySelector("[aria-current]")?.getBoundingClientRect().bottom ?? 0) - (bar?.getBoundingClientRect().bottom ?? 0);
if (below > 0) bar.scrollTop += below;

for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
}

// Filters act at once; the button stays for those without scripts.
for (const select of document.querySelectorAll(".filters select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

document.addEventListener("htmx:sendError", () => say(status.dataset.failed));
// An ended session has a notice of its own.
document.addEventListener("htmx:responseError", ({ detail }) => detail.xhr.status !== 401 && say(status.dataset.failed));
// Problems of a form come back as a part of the page with their reason.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 422) detail.shouldSwap = true;
});
