// The tree narrowed by name without marks; a reorganisation ordered and moved on until it is done.

import { say } from "./say.js";
import { ask, once } from "./requests.js";
import { renew } from "./renew.js";

const find = document.getElementById("find");
const items = [...document.querySelectorAll(".tree li")];
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase().trim();
const links = () => [...document.querySelectorAll(".tree li:not([hidden]) > a")].filter((one) => one.offsetParent);

find.addEventListener("input", () => {
  const wanted = plain(find.value);
  // A unit stays while it, or one below it, has the name.
  for (const item of items) item.hidden = !plain([...item.querySelectorAll("a span, a small")].map((one) => one.textContent).join(" ")).includes(wanted);
  const none = document.getElementById("none");
  if (none) none.hidden = items.some((one) => !one.hidden);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const down = event.key === "ArrowDown";
  if (event.target === find && down) links()[0]?.focus();
  else if (event.target.closest("input, select")) return;
  else if (event.key === "s") find.focus();
  else if (["j", "k", "ArrowDown", "ArrowUp"].includes(event.key) && (event.target.closest(".tree") || event.key.length === 1)) {
    const at = links().indexOf(document.activeElement) + (down || event.key === "j" ? 1 : -1);
    (links()[at] ?? find).focus();
  } else return;
  event.preventDefault();
});

const form = document.getElementById("order");
let busy = false;

function show() {
  return renew("/units/reorganisations", "reorganisations");
}

// Each request moves some thousand dossiers; whoever leaves the page goes on later with the button.
async function advance(id) {
  if (busy) return;
  busy = true;
  say(form.dataset.again, 0);
  let found;
  do {
    found = await ask(`/v1/reorganisations/${id}:advance`);
    await show();
  } while (found?.state === "running");
  busy = false;
  if (found) say(form.dataset.done);
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { day, decree } = form.elements;
  const made = await ask("/v1/reorganisations", { effective_on: day.value, decree: decree.value.trim() }, { headers: once() });
  if (made) await advance(made.id);
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-advance]");
  if (button) advance(button.dataset.advance);
});
document.getElementById("consent")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { dataset, elements } = event.target;
  const consented = event.submitter.value === "true";
  const body = { consented, document: elements.document.value.trim() };
  const headers = { "If-Match": `"${dataset.version}"` };
  if (await ask(`/v1/training-samples/consent/${encodeURIComponent(dataset.unit)}`, body, { method: "PUT", headers })) location.reload();
});
document.documentElement.dataset.ready = "true";
