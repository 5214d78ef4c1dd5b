// Whoever types faster than a page's scripts arrive: forms that only scripts understand wait for them, instead of
// loading the page again without what was typed. Runs before anything else, so it is no module.

(() => {
  const early = new Map();
  const keep = (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.hasAttribute("action") || form.matches("[method], [hx-get], [hx-post]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    early.set(form, event.submitter);
  };
  document.addEventListener("submit", keep, true);
  document.addEventListener("DOMContentLoaded", () => {
    document.removeEventListener("submit", keep, true);
    for (const [form, by] of early) form.requestSubmit(by);
  });
})();
