// Places of a store: a range is previewed while it is written, made by Enter; rows renamed or closed in a dialogue.

import { once, titleOf } from "./requests.js";
import { say, status } from "./say.js";

const root = document.getElementById("places");
const words = root ? JSON.parse(root.dataset.words) : {};
const range = document.getElementById("range");
const one = document.getElementById("one");
const edit = document.getElementById("edit");
const preview = document.getElementById("preview");
const PAUSE_MS = 200;

const filled = (text, values) => Object.entries(values).reduce((all, [name, value]) => all.replace(`{${name}}`, value), text);
const number = (text) => (text.trim() ? Number(text) : null);

async function sent(address, body, { method = "POST", headers = {} } = {}) {
  const answer = await fetch(address, { method, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body ?? {}) }).catch(() => null);
  return { ok: Boolean(answer?.ok), told: (await answer?.json().catch(() => null)) ?? {} };
}

function wanted() {
  const { steps, separator, capacity } = range.elements;
  return { unit: root.dataset.unit, parent_id: root.dataset.parent || null, steps: steps.value, separator: separator.value, capacity: number(capacity.value) };
}

function line(tag, text, more = "") {
  const made = document.createElement(tag);
  made.append(text);
  if (more) made.append(Object.assign(document.createElement("small"), { textContent: more }));
  return made;
}

function showRange(found) {
  const list = document.createElement("ol");
  const half = found.left_out ? found.items.length / 2 : found.items.length;
  found.items.forEach((item, index) => {
    if (index === half) list.append(line("li", words.between.replace("{n}", found.left_out)));
    const row = line("li", "", item.known ? words.known : item.name);
    row.prepend(Object.assign(document.createElement("span"), { className: "mono", textContent: item.code }));
    list.append(row);
  });
  list.tabIndex = 0;
  preview.replaceChildren(line("p", filled(words.count, found)), list);
}

// Only the answer to what stands in the boxes now is shown.
let asked = 0;
let waiting = 0;
async function foresee() {
  const mine = ++asked;
  const button = range.querySelector("button");
  if (!range.elements.steps.value.trim()) {
    preview.replaceChildren();
    button.disabled = true;
    return;
  }
  const { ok, told } = await sent("/v1/shelves/places:preview", wanted());
  if (mine !== asked) return;
  button.disabled = !ok || !told.added;
  if (ok) return showRange(told);
  const reason = Object.assign(document.createElement("p"), { className: "bad", textContent: [titleOf(told) ?? status.dataset.failed, told.reason ?? told.code].filter(Boolean).join(": ") });
  preview.replaceChildren(reason);
}

range?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(foresee, PAUSE_MS);
});

// One key for one text: pressed twice, or repeated after a cut line, it is made once.
let keyOf = {};
range?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = wanted();
  const text = JSON.stringify(body);
  if (keyOf.text !== text) keyOf = { text, headers: once() };
  const { ok, told } = await sent("/v1/shelves/places:range", body, { headers: keyOf.headers });
  if (!ok) return say(titleOf(told) ?? status.dataset.failed, 8);
  sessionStorage.setItem("places-made", words.made.replace("{n}", told.added));
  location.reload();
});

one?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { kind, code, name } = one.elements;
  const { ok, told } = await sent("/v1/shelves/places", { unit: root.dataset.unit, kind: kind.value, code: code.value.trim(), name: name.value.trim() }, { headers: once() });
  if (ok) location.reload();
  else say(titleOf(told) ?? status.dataset.failed, 8);
});

let chosen = null;
function ask(button) {
  chosen = button.dataset;
  document.getElementById("edit-code").textContent = chosen.code;
  document.getElementById("edit-refused").hidden = true;
  edit.querySelector("[name=name]").value = chosen.name;
  edit.querySelector("[name=capacity]").value = chosen.capacity;
  edit.showModal();
  edit.querySelector("[name=name]").select();
}

edit?.querySelector("form").addEventListener("submit", async (event) => {
  const what = event.submitter?.value;
  if (what === "cancel") return;
  event.preventDefault();
  const { name, capacity } = event.target.elements;
  const address = `/v1/shelves/places/${chosen.id}`;
  const headers = { "If-Match": `"${chosen.version}"` };
  const { ok, told } = what === "close"
    ? await sent(`${address}:close`, {}, { headers })
    : await sent(address, { name: name.value.trim(), capacity: number(capacity.value) }, { method: "PATCH", headers });
  if (ok) return location.reload();
  const refused = document.getElementById("edit-refused");
  const empty = told.type?.endsWith("place_not_empty");
  refused.textContent = empty ? filled(words.notEmpty, told) : (titleOf(told) ?? status.dataset.failed);
  refused.hidden = false;
});

root?.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-edit]");
  if (button) ask(button);
});

const links = () => [...document.querySelectorAll(".rows td:first-child a")];
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) return;
  const key = event.key.toLowerCase();
  const at = links().indexOf(document.activeElement);
  if (key === "j") links()[at + 1]?.focus();
  else if (key === "k") links()[Math.max(at - 1, 0)]?.focus();
  else if (key === "u") document.querySelector("[data-up]")?.click();
  else if (key === "n") range?.elements.steps.focus();
  else if (key === "e" && at >= 0) ask(links()[at].closest("tr").querySelector("[data-edit]"));
  else return;
  event.preventDefault();
});

const made = sessionStorage.getItem("places-made");
if (made) say(made);
sessionStorage.removeItem("places-made");
document.documentElement.dataset.ready = "true";
