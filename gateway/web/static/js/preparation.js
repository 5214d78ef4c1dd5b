// Preparing papers by Enter alone: a code brings a dossier up, each Enter moves to the next field, Enter on the
// empty last line saves and asks for the next code. What is scanned stays out of addresses.

import { titleOf } from "./requests.js";
import { say } from "./say.js";

const by = (id) => document.getElementById(id);
const [code, codeForm, sheet, rows, choices, print] = ["code", "code-form", "sheet", "rows", "choices", "print"].map(by);
const english = document.documentElement.lang === "en";
const FIELDS = ["type", "sheets", "condition", "paper_size", "method"];
const NORMAL = { type: "", sheets: "", condition: "intact", paper_size: "A4", method: "feeder" };
let open = null; // the dossier whose papers are counted
let waiting = []; // the other dossiers of a scanned place, in their order
let place = null;


async function ask(address, options = {}) {
  const { body, headers, ...rest } = options;
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(address, { cache: "no-store", headers: { "Content-Type": "application/json", ...headers }, ...sent, ...rest });
}

// --- Finding

async function find(text) {
  by("code-error").textContent = "";
  const answer = await ask("/v1/preparation/dossiers:find", { method: "POST", body: { codes: [text] } }).catch(() => null);
  if (!answer?.ok) return refuse(titleOf(await answer?.json().catch(() => null)) ?? codeForm.dataset.unknown);
  const found = await answer.json();
  place = found.places[0] ?? null;
  waiting = place ? found.items : [];
  showChoices();
  if (!found.items.length) return refuse(codeForm.dataset.emptyPlace);
  if (place) return offerNext();
  await show(found.items[0].barcode);
}

function refuse(text) {
  by("code-error").textContent = text;
  code.select();
}

const undone = () => waiting.find((one) => one.state === "registered");

function showChoices() {
  choices.hidden = !place;
  if (!place) return;
  by("place-name").textContent = `${place.code} · ${place.name}`;
  choices.querySelector("ol").replaceChildren(
    ...waiting.map((one) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = one.state === "registered" ? "button" : "button done";
      button.dataset.code = one.barcode;
      button.textContent = `${one.home?.split("/").pop() ?? ""} · ${one.reference}`;
      if (one.state !== "registered") button.append(" ✓");
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

// The next dossier of the place has the focus: Enter opens it.
function offerNext() {
  const next = undone();
  const button = next && choices.querySelector(`[data-code="${next.barcode}"]`);
  (button ?? code).focus();
}

// --- The sheet

async function show(barcode) {
  const id = barcode.split(":").pop();
  const answer = await ask(`/v1/preparation/sheets/${id}`).catch(() => null);
  if (!answer?.ok) return refuse(titleOf(await answer?.json().catch(() => null)) ?? codeForm.dataset.unknown);
  const found = await answer.json();
  if (!found.open_for_survey) return refuse(sheet.dataset.closed);
  open = { ...found, etag: answer.headers.get("ETag") };
  by("sheet-title").textContent = found.reference;
  by("sheet-about").textContent = [found.title, found.unit_name, found.home ?? sheet.dataset.noHome].filter(Boolean).join(" · ");
  by("paper-error").textContent = "";
  rows.replaceChildren();
  for (const paper of found.papers) add(paper);
  add(NORMAL);
  sheet.hidden = false;
  count();
  const first = rows.querySelector(found.papers.length ? '[name="sheets"]' : '[name="type"]');
  first.focus();
  first.select?.();
}

function add(paper) {
  const row = by("row").content.firstElementChild.cloneNode(true);
  const type = row.querySelector('[name="type"]');
  type.append(new Option(sheet.dataset.type, ""));
  open.types.forEach((one, place) => type.append(new Option(`${place + 1} · ${english ? one.title_en : one.title}`, one.code)));
  for (const name of FIELDS) row.querySelector(`[name="${name}"]`).value = paper[name];
  row.dataset.name = paper.name ?? "";
  rows.append(row);
  settle(row);
  return row;
}

const field = (row, name) => row.querySelector(`[name="${name}"]`);

// An empty line shows its type alone; behind the last full one there is always one.
function settle(row) {
  row.classList.toggle("open", !field(row, "type").value);
  [...rows.children].forEach((one, place) => (one.querySelector(".place").textContent = place + 1));
}

function drop(row) {
  if (row === rows.lastElementChild) return;
  const next = row.nextElementSibling;
  row.remove();
  settle(next);
  count();
  field(next, "type").focus();
}

function count() {
  const counted = [...rows.querySelectorAll('[name="sheets"]')].map((one) => Number(one.value) || 0);
  by("total").textContent = counted.reduce((sum, one) => sum + one, 0);
}

const full = () => [...rows.children].filter((row) => field(row, "type").value);

function wrong() {
  for (const row of full()) {
    const sheets = field(row, "sheets");
    if (/^\d+$/.test(sheets.value.trim()) && Number(sheets.value) >= 1 && Number(sheets.value) <= 2000) continue;
    sheets.focus();
    sheets.select();
    return sheet.dataset.sheets;
  }
  return full().length ? "" : sheet.dataset.none;
}

async function save() {
  const error = wrong();
  by("paper-error").textContent = error;
  if (error || sheet.dataset.busy) return;
  sheet.dataset.busy = "1";
  const documents = full().map((row) => ({
    ...Object.fromEntries(FIELDS.map((name) => [name, field(row, name).value])),
    sheets: Number(field(row, "sheets").value),
    name: row.dataset.name || null,
  }));
  const address = `/v1/dossiers/${open.dossier_id}/survey`;
  const answer = await ask(address, { method: "PUT", body: { documents }, headers: { "If-Match": open.etag } }).catch(() => null);
  delete sheet.dataset.busy;
  if (answer?.status === 412) {
    await show(open.barcode);
    by("paper-error").textContent = sheet.dataset.changed;
    return;
  }
  if (!answer?.ok) {
    by("paper-error").textContent = titleOf(await answer?.json().catch(() => null)) ?? sheet.dataset.failed;
    return;
  }
  say(`${sheet.dataset.saved}: ${open.reference} · ${by("total").textContent} ${sheet.dataset.total}`);
  const done = waiting.find((one) => one.dossier_id === open.dossier_id);
  if (done) done.state = "surveyed";
  showChoices();
  close();
  await window.htmx.ajax("GET", "/preparation/today", { target: "#today", swap: "outerHTML" });
  by("day-count").textContent = by("today").dataset.count;
}

function close() {
  open = null;
  sheet.hidden = true;
  code.value = "";
  if (place && undone()) offerNext();
  else code.focus();
}

function move(from, back) {
  const row = from.closest(".paper-row");
  if (!row) return;
  if (!back && from.name === "type" && !from.value) return row === rows.lastElementChild ? save() : drop(row);
  const seen = [...rows.querySelectorAll("select, input")].filter((one) => !one.closest(".open") || one.name === "type");
  if (!back && from === seen.at(-1)) add(NORMAL), seen.push(field(rows.lastElementChild, "type"));
  const next = seen[seen.indexOf(from) + (back ? -1 : 1)];
  next?.focus();
  next?.select?.();
}

// --- Printing

function printing(what, codes) {
  if (!codes && !document.querySelector('#today input[name="code"]:checked')) return say(print.dataset.nothing);
  print.requestSubmit(print.querySelector(`button[value="${what}"]`));
}

function printPlace() {
  const form = print.cloneNode();
  for (const [name, value] of Object.entries({ what: "places", code: place.barcode, sheet: print.sheet.value, first: print.first.value })) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  form.hidden = true;
  form.removeAttribute("id");
  document.body.append(form);
  form.submit();
  form.remove();
}

// --- Keys and clicks

codeForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = code.value.trim();
  if (text) find(text);
});
by("papers").addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
print.addEventListener("submit", (event) => {
  if (document.querySelector('#today input[name="code"]:checked')) return;
  event.preventDefault();
  say(print.dataset.nothing);
});
rows.addEventListener("input", count);
rows.addEventListener("change", ({ target }) => {
  const row = target.closest(".paper-row");
  if (target.name === "type") {
    settle(row);
    if (row === rows.lastElementChild && target.value) add(NORMAL);
  }
  // Torn and faded sheets do not go through a feeder.
  const method = field(row, "method");
  if (target.name === "condition" && target.value !== "intact" && method.value === "feeder") method.value = "flatbed";
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const inside = event.target.closest("#rows select, #rows input");
  if (event.key === "F8" || event.key === "F9") {
    event.preventDefault();
    printing(event.key === "F8" ? "covers" : "labels");
  } else if (event.key === "Escape" && open) {
    close();
  } else if (event.key === "Enter" && event.ctrlKey && open) {
    event.preventDefault();
    save();
  } else if (event.key === "Enter" && inside) {
    event.preventDefault();
    move(inside, event.shiftKey);
  } else if (event.key === "Enter" && (event.target === code || event.target.dataset.code)) {
    // At the key's going down, as barcode scanners mean it: they send no character with it.
    event.preventDefault();
    event.target === code ? codeForm.requestSubmit() : event.target.click();
  } else if (event.key === "Delete" && event.ctrlKey && inside) {
    event.preventDefault();
    drop(inside.closest(".paper-row"));
  }
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.code) show(button.dataset.code);
  else if (button.dataset.act === "close") close();
  else if (button.dataset.act === "drop") drop(button.closest(".paper-row"));
  else if (button.dataset.act === "place-labels") printPlace();
});
