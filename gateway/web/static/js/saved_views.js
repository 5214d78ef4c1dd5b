// Filters of a list under a name of one's own: kept on the server, so that they are there at every machine.

import { ask } from "./requests.js";

const root = document.getElementById("saved-views");
const list = root.querySelector("ul");
const form = root.querySelector("form");
const pattern = root.querySelector("template").content.firstElementChild;
const screen = root.dataset.screen;

// What the address filters by; where one stands in the list is no part of it.
function query() {
  const asked = new URLSearchParams(location.search);
  asked.delete("cursor");
  for (const [name, value] of [...asked]) if (!value) asked.delete(name);
  return asked.toString();
}

async function show() {
  const answer = await fetch(`/v1/saved-views?screen=${encodeURIComponent(screen)}`, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return void (list.textContent = root.dataset.failed);
  const { items } = await answer.json();
  root.querySelector(".none").hidden = items.length > 0;
  list.replaceChildren(
    ...items.map((view) => {
      const row = pattern.cloneNode(true);
      const link = row.querySelector("a");
      link.href = view.query ? `${screen}?${view.query}` : screen;
      link.textContent = view.name;
      if (view.query === query()) link.setAttribute("aria-current", "true");
      const drop = row.querySelector("button");
      drop.setAttribute("aria-label", root.dataset.drop.replace("{name}", view.name));
      drop.addEventListener("click", async () => (await ask(`/v1/saved-views/${view.id}`, undefined, { method: "DELETE" })) && show());
      return row;
    }),
  );
}

root.addEventListener("toggle", () => root.open && show());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = form.elements.name.value.trim();
  if (!name || !(await ask("/v1/saved-views", { screen, name, query: query() }, { method: "PUT" }))) return;
  form.reset();
  await show();
});
