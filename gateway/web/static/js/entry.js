// Entry of dossiers by keyboard: Enter moves on and adds rows, Ctrl+Enter writes and begins the next one.
// What is being typed is kept sealed in the browser: a cut line, an ended session or a closed tab loses nothing.

import { once, titleOf } from "./requests.js";
import { say } from "./say.js";
import { Form, clean } from "./entry_form.js";
import { choose, offer, writtenOut } from "./entry_offers.js";
import { Outbox, showLine } from "./outbox.js";
import { loadWords, take } from "./keying_suggest.js";
import { dateStands } from "./typed_date.js";
import { seal, unseal } from "./vault.js";
import { askConflict } from "./entry_conflict.js";

const root = document.getElementById("entry");
const words = JSON.parse(root.dataset.words);
const { who, dossier } = root.dataset;
const draftName = `entry:${dossier || "new"}:${who}`;
const returnedName = `entry-returned:${who}`;
const lamp = document.getElementById("line");
const counts = document.getElementById("counts");
const form = new Form(root);
const opened = Date.now();

let etag = null;
let previous = {};
let done = 0;
let saving = false;
let returned = [];

const outbox = new Outbox({ who: `entry-sent:${who}`, told: tell, refused: giveBack, keepsRefused: false });

function tell() {
  showLine(lamp, outbox, words);
  document.getElementById("login-again").hidden = !outbox.signedOut;
}

function count() {
  const hours = (Date.now() - opened) / 3_600_000;
  counts.textContent = dossier ? "" : words.counts.replace("{done}", done).replace("{speed}", Math.round(done / Math.max(hours, 1 / 60)));
}

const reasonIn = (problem) => titleOf(problem) ?? words.failed;
const headBox = (field) => form.box("dossier", field);
const headText = (field) => clean(headBox(field)?.value ?? "").trim();

function whole() {
  const head = Object.fromEntries(["reference", "kind", "unit", "shelf", "why"].map((field) => [field, headText(field)]));
  return { ...head, ...form.read(), etag };
}

function open(content) {
  for (const field of ["reference", "kind", "unit", "shelf", "why"]) if (headBox(field)) headBox(field).value = content[field] ?? "";
  form.fill(content);
}

// Kept while it is typed.
let waiting = 0;
function keep() {
  clearTimeout(waiting);
  waiting = setTimeout(() => seal(draftName, [whole()]), 300);
}

function forget() {
  clearTimeout(waiting);
  return seal(draftName, []);
}

// What short forms stand for is written out when the box is left.
function settle(box) {
  if (box.dataset.kind === "choice") return;
  const text = writtenOut(box);
  box.value = text;
  if (box.dataset.kind === "date") form.mark(box, text && !dateStands(text) && !/^\d{4}-\d\d(-\d\d)?$/.test(text) ? words.notADate : "");
}

// Moving

function go(box, by) {
  const row = box.closest("[data-row]");
  if (by > 0 && row) {
    const own = [...row.querySelectorAll("[data-field]")].filter((one) => one.offsetParent);
    const isLast = row === form.rows(row.dataset.group).at(-1);
    // Enter in the first box of an empty row: there are no more.
    if (isLast && box === own[0] && form.isEmpty(row)) return section(box);
    if (isLast && box === own.at(-1)) return nextRow(box);
  }
  const all = form.boxes;
  const to = all[all.indexOf(box) + by];
  if (to) enter(to);
  else if (by > 0) save();
}

function enter(box) {
  box.focus();
  box.select?.();
}

function nextRow(box) {
  const row = box.closest("[data-row]");
  if (!row) return section(box);
  const rows = form.rows(row.dataset.group);
  const following = rows[rows.indexOf(row) + 1] ?? (form.kind === "identity" && row.dataset.group === "persons" ? null : form.addRow(row.dataset.group));
  if (following) enter(following.querySelector("[data-field]"));
  else section(box);
}

function section(box) {
  const all = form.boxes;
  const own = box.closest("[data-section]");
  const to = all.find((one) => all.indexOf(one) > all.indexOf(box) && one.closest("[data-section]") !== own);
  if (to) enter(to);
  else document.getElementById("save").focus();
}

function copy(box) {
  const row = box.closest("[data-row]");
  const above = row && form.rows(row.dataset.group)[form.rows(row.dataset.group).indexOf(row) - 1];
  const { field } = box.dataset;
  const group = box.closest("[data-section]").dataset.section;
  const value = row ? above?.querySelector(`[data-field="${field}"]`).value : (previous[group]?.[field] ?? previous[field]);
  if (value === undefined || value === null) return;
  box.value = value;
  keep();
}

// Writing

// A number at the end of a text raised by one: HK 12 → HK 13, H-009 → H-010.
function following(text) {
  return text.replace(/\d+(?=\D*$)/, (digits) => String(Number(digits) + 1).padStart(digits.length, "0"));
}

async function save() {
  if (saving) return;
  if (document.activeElement?.dataset.field) settle(document.activeElement);
  if (root.querySelector('[aria-invalid="true"]')) form.clearErrors();
  saving = true;
  try {
    await (dossier ? change() : register());
  } finally {
    saving = false;
  }
}

async function register() {
  const { etag: _none, why: _unused, shelf, ...body } = whole();
  const headers = once();
  const answer = await outbox.post("/v1/dossiers", body, { headers });
  if (answer && !answer.ok && answer.status < 500 && answer.status !== 401) return refuse(await answer.json().catch(() => ({})));
  if (answer?.ok) {
    const entered = await answer.json();
    const doubts = entered.open_cases ? ` · ${words.doubts.replace("{n}", entered.open_cases)}` : "";
    say(words.saved.replace("{reference}", entered.reference) + doubts);
    root.dataset.last = entered.dossier_id;
    if (shelf) await shelve(entered.dossier_id, shelf);
  } else {
    // The same key whenever it is sent: an answer that was lost makes no second dossier.
    await outbox.push({ of: body.reference, address: "/v1/dossiers", body, headers });
    say(words.kept.replace("{reference}", body.reference));
  }
  done += 1;
  previous = { ...body, shelf };
  await fresh();
}

async function fresh() {
  const wiped = forget();
  open({ kind: previous.kind, unit: previous.unit, shelf: previous.shelf, reference: following(previous.reference) });
  count();
  window.scrollTo({ top: 0 });
  enter(headBox("reference"));
  await wiped;
}

// The paper's place: its box or shelf by code, the next free position in it.
async function shelve(id, code) {
  const paper = await fetch(`/v1/dossiers/${id}/paper`, { cache: "no-store" });
  const { barcode } = paper.ok ? await paper.json() : {};
  const put = barcode && (await outbox.post("/v1/barcodes", { codes: [code, barcode] }, { headers: { "Idempotency-Key": `${id}-shelf` } }));
  if (!put?.ok) {
    const problem = put ? await put.json().catch(() => ({})) : {};
    return say(words.shelf.replace("{reason}", reasonIn(problem)), 12);
  }
  const { place, papers } = await put.json();
  const [{ home, position, version }] = papers;
  if (home) return;
  await outbox.post(`/v1/dossiers/${id}/home`, { place_id: place.id, position }, { method: "PUT", headers: { "If-Match": `"${version}"` } });
}

async function change() {
  if (!headText("why")) {
    form.showErrors([{ field: "why", title: words.why, title_en: words.why }]);
    return;
  }
  const { household, persons, documents, metadata, why } = whole();
  const body = { household, persons, documents, metadata, why };
  const answer = await outbox.post(`/v1/dossiers/${dossier}/entry`, body, { method: "PUT", headers: { "If-Match": etag } });
  if (answer?.ok) {
    await forget();
    location.assign(`/dossiers/${dossier}`);
    return;
  }
  await seal(draftName, [whole()]);
  if (!answer || answer.status >= 500) return say(words.noLine, 12);
  if (answer.status === 401) return say(words.ended, 0);
  if (answer.status === 412) return conflict(body);
  refuse(await answer.json().catch(() => ({})));
}

function refuse(problem) {
  const slug = (problem.type ?? "").split("/").at(-1);
  const alone = { reference_empty: "reference", dossier_entered: "reference", reference_taken: "reference", forbidden: "unit" }[slug];
  const errors = problem.errors?.filter((one) => one.field) ?? [];
  if (errors.length && form.showErrors(errors)) return say(reasonIn(problem));
  if (alone && headBox(alone)) {
    form.showErrors([{ field: alone, ...problem }]);
    if (problem.dossier_id) linkTo(headBox(alone), problem.dossier_id);
  }
  say(reasonIn(problem), 12);
}

function linkTo(box, id) {
  const link = document.createElement("a");
  Object.assign(link, { href: `/dossiers/${id}/entry`, textContent: words.taken });
  box.closest(".entry-box").querySelector(".box-error").replaceChildren(link);
}

async function conflict(mine) {
  const answer = await fetch(`/v1/dossiers/${dossier}/entry`, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return say(words.failed);
  const theirs = await answer.json();
  const choice = await askConflict({ form, mine, theirs, words });
  if (choice === "theirs") {
    etag = answer.headers.get("ETag");
    form.fill(theirs);
    keep();
  } else if (choice === "mine") {
    etag = answer.headers.get("ETag");
    const known = new Set(theirs.persons.map((person) => person.id));
    // Whom the other officer took out is entered anew.
    for (const row of form.rows("persons")) if (!known.has(row.dataset.id)) delete row.dataset.id;
    await change();
  }
}

// What the server would not take of that which was kept for it

async function giveBack(item, problem) {
  returned.push({ ...item.body, problem });
  await seal(returnedName, returned);
  showReturned();
}

function showReturned() {
  document.getElementById("returned").hidden = !returned.length;
  document.getElementById("returned-text").textContent = words.returned.replace("{n}", returned.length);
}

document.getElementById("reopen").addEventListener("click", async () => {
  if (form.hasContent) return say(words.busy);
  const { problem, ...content } = returned.shift();
  await seal(returnedName, returned);
  showReturned();
  open(content);
  keep();
  refuse(problem);
});

// Keys

const keys = { F4: copy, F6: nextRow, F7: section };

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || event.isComposing || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  save();
});

root.addEventListener("keydown", (event) => {
  const box = event.target.closest("[data-field]");
  // While an input method composes, Enter and Backspace belong to it.
  if (!box || event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (!event.ctrlKey) go(box, event.shiftKey ? -1 : 1);
  } else if (event.key === "Delete" && event.ctrlKey && box.closest("[data-row]")) {
    event.preventDefault();
    enter(form.dropRow(box.closest("[data-row]")).querySelector("[data-field]"));
    keep();
  } else if (event.key === "Tab" && !event.shiftKey && box.offers?.length && box.value.trim()) {
    event.preventDefault();
    box.value = take(box.value, box.offers[box.offer]);
    offer(box);
    keep();
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && box.offers?.length) {
    event.preventDefault();
    choose(box, box.offer + (event.key === "ArrowDown" ? 1 : -1));
  } else if (keys[event.key] && !event.ctrlKey && !event.altKey) {
    event.preventDefault();
    settle(box);
    keys[event.key](box);
  }
});

root.addEventListener("input", ({ target, isComposing }) => {
  if (target.dataset.field === "kind") form.showKind();
  if (target.getAttribute("aria-invalid")) form.mark(target, "");
  keep();
  if (!isComposing && target.tagName === "INPUT") offer(target);
});
root.addEventListener("focusin", ({ target }) => target.tagName === "INPUT" && target.dataset.field && offer(target));
root.addEventListener("focusout", ({ target }) => target.tagName === "INPUT" && target.dataset.field && settle(target));
root.addEventListener("paste", (event) => {
  const box = event.target.closest("input[data-field]");
  if (!box) return;
  event.preventDefault();
  box.setRangeText(clean(event.clipboardData.getData("text")), box.selectionStart, box.selectionEnd, "end");
  keep();
});
root.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("save").addEventListener("click", save);

// Beginning

async function start() {
  const [draft] = await unseal(draftName);
  returned = await unseal(returnedName);
  showReturned();
  if (dossier) {
    const answer = await fetch(`/v1/dossiers/${dossier}/entry`, { cache: "no-store" });
    if (!answer.ok) return say(reasonIn(await answer.json().catch(() => ({}))), 0);
    const entered = await answer.json();
    root.dataset.kind = entered.kind;
    etag = draft?.etag ?? answer.headers.get("ETag");
    open(draft ?? entered);
  } else if (draft) {
    open(draft);
  }
  if (draft) say(words.restored);
  form.showKind();
  enter(headBox(dossier ? "why" : "reference"));
  root.dataset.ready = "true";
}

tell();
count();
await Promise.all([loadWords(root.dataset.nameWords), outbox.start()]);
await start();
tell();
