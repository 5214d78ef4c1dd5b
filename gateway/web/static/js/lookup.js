// Keys of the one-stop screens: from answer to answer, from page to page, to the slip, to the printer.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

function step(by) {
  const all = [...document.querySelectorAll(".answer")];
  if (!all.length) return;
  const here = all.findIndex((one) => one.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, here < 0 ? 0 : here + by))];
  next.focus();
  next.scrollIntoView({ block: next.matches(".sheet") ? "start" : "nearest" });
}

const acts = {
  j: () => step(1),
  k: () => step(-1),
  q: () => document.getElementById("q")?.select(),
  s: () => document.getElementById("make-slip")?.focus(),
  p: () => document.querySelector("[data-print]") && window.print(),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target.matches(".answer")) {
    event.target.querySelector("a.button")?.click();
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const act = acts[event.key.toLowerCase()];
  if (!act || event.defaultPrevented) return;
  event.preventDefault();
  act();
});

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
// Answers that came with the page itself, because Enter was faster than its scripts.
document.querySelector("#results .answer")?.focus();

// The first answer takes the focus, so that Enter opens it.
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "results") target.querySelector(".answer")?.focus();
});
