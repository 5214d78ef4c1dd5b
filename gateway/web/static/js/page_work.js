// Page work by keyboard: pages of a dossier walked and chosen, moved, their documents split and joined, their images
// corrected; each is undone by Ctrl+Z. What the keys mean stands in the screen's sheet of shortcuts.

import { correct } from "./correct.js";
import { eventually } from "./eventually.js";
import { inTurn as queue } from "./in_turn.js";
import { askCrop } from "./page_crop.js";
import { askReplacement } from "./page_replace.js";
import { askDefect } from "./page_rescan.js";
import { renew } from "./renew.js";
import { ask, bodyOf, once } from "./requests.js";
import { say } from "./say.js";

const screen = document.getElementById("page-work");
const words = JSON.parse(screen.dataset.words);
const { dossier } = screen.dataset;
const zoom = document.getElementById("zoom");
const move = document.getElementById("move");
const exempt = document.getElementById("exempt");

// Tiles are replaced whenever the part is renewed, so pages are remembered by their ids.
let here = screen.dataset.opened || null;
let place = 0;
let anchor = null;
let chosen = new Set();
// What undo takes back, the newest last: page work, pages whose image was corrected, pages sent back to their scanner.
let done = [];
let sure = false;

const tiles = () => [...document.querySelectorAll("#work [role=option]")];
const groups = () => [...document.querySelectorAll("#work [role=group]")];
const tileOf = (page) => document.getElementById(`page-${page}`);
const pagesOf = (part) => [...part.querySelectorAll("[role=option]")].map((tile) => tile.dataset.page);
const counted = (text, count) => text.replace("{n}", count);

function show(focus = true) {
  const all = tiles();
  const known = all.map((tile) => tile.dataset.page);
  chosen = new Set(known.filter((page) => chosen.has(page)));
  if (!known.includes(here)) here = known[Math.min(place, known.length - 1)] ?? null;
  place = Math.max(0, known.indexOf(here));
  for (const tile of all) {
    tile.tabIndex = tile.dataset.page === here ? 0 : -1;
    tile.setAttribute("aria-selected", String(chosen.has(tile.dataset.page)));
  }
  document.getElementById("chosen").textContent = chosen.size ? counted(words.chosen, chosen.size) : "";
  document.getElementById("as-sample")?.setAttribute("href", `/editions?page_id=${here}`);
  if (focus) tileOf(here)?.focus();
  if (zoom.open) look();
}

function go(page, extend) {
  if (!page) return;
  anchor = extend ? (anchor ?? here) : null;
  here = page;
  if (extend) {
    const known = tiles().map((tile) => tile.dataset.page);
    const [from, to] = [known.indexOf(anchor), known.indexOf(here)].sort((one, other) => one - other);
    chosen = new Set(known.slice(from, to + 1));
  }
  show();
}

function step(by) {
  return tiles()[place + by]?.dataset.page;
}

// The page above or below: documents lie beside each other, so what counts is where the tiles are.
function beside(down) {
  const from = tileOf(here).getBoundingClientRect();
  const row = tiles()
    .map((tile) => ({ page: tile.dataset.page, at: tile.getBoundingClientRect() }))
    .filter(({ at }) => (down ? at.top > from.top + from.height / 2 : at.top < from.top - from.height / 2));
  const near = Math.min(...row.map(({ at }) => Math.abs(at.top - from.top)));
  const nearest = row.filter(({ at }) => Math.abs(at.top - from.top) < near + from.height / 2);
  return nearest.sort((one, other) => Math.abs(one.at.left - from.left) - Math.abs(other.at.left - from.left))[0]?.page;
}

// The chosen pages in their order, without any the one that has the focus.
function wanted() {
  const some = tiles().map((tile) => tile.dataset.page).filter((page) => chosen.has(page));
  return some.length ? some : [here];
}

async function fresh() {
  await renew(location.pathname, "work");
  show();
}

// Somebody else was first: undoing what was done before might undo theirs.
async function changed() {
  done = [];
  await fresh();
  say(words.changed, 8);
}

function inTurn(act) {
  sure = sure && act === undo;
  queue(act);
}

function send(address, body) {
  const { version } = document.getElementById("work").dataset;
  return ask(`/v1/dossiers/${dossier}/${address}`, body, { headers: { "If-Match": `"${version}"` }, changed });
}

async function work(body, text) {
  const made = await send("page-work", body);
  if (!made) return false;
  done.push({ work: made.work_id });
  await fresh();
  say(counted(text, made.pages.length));
  return true;
}

// Whole documents move as such, past whole documents; single pages go past one page.
function shift(by) {
  const pages = wanted();
  const moved = new Set(pages);
  const order = groups().map(pagesOf);
  const taken = order.filter((papers) => papers.every((page) => moved.has(page)));
  const units = taken.flat().length === pages.length ? order : order.flat().map((page) => [page]);
  const part = (unit) => moved.has(unit[0]);
  if (by < 0) {
    const first = units.findIndex(part);
    if (first < 1) return say(words.atStart);
    return work({ action: "reorder", pages, before: units[first - 1][0] }, words.shifted);
  }
  const last = units.findLastIndex(part);
  if (last === units.length - 1) return say(words.atEnd);
  return work({ action: "reorder", pages, before: units[last + 2]?.[0] ?? null }, words.shifted);
}

function split() {
  if (pagesOf(tileOf(here).parentElement)[0] === here) return say(words.opensAlready);
  return work({ action: "split", pages: [here] }, words.split);
}

function join() {
  const later = tileOf(here).parentElement;
  if (groups()[0] === later) return say(words.firstDocument);
  return work({ action: "join", pages: [pagesOf(later)[0]] }, words.join);
}

async function undo() {
  const last = done.pop();
  if (last?.corrected) {
    for (const page of last.corrected) await picture(page, "undo");
    return;
  }
  if (last?.ordered) return rescan(last.ordered, "withdraw-rescan", {}, words.withdrawn);
  if (!last && !sure) {
    sure = true;
    say(words.others, 8);
    return;
  }
  sure = false;
  const back = await send("page-work:undo");
  if (!back) return;
  here = back.pages[0];
  await fresh();
  say(counted(words.undone, back.pages.length));
}

function picture(page, wish) {
  const tile = tileOf(page);
  const access = tile.dataset.access.split("?")[0];
  return correct(
    tile,
    wish,
    (edition) => (tile.dataset.access = `${access}?v=${edition}`),
    (content) => content && eventually(fresh, () => tileOf(page)?.dataset.content === content),
  );
}

async function adjust(wish) {
  const corrected = [];
  for (const page of wanted()) if (await picture(page, wish)) corrected.push(page);
  if (corrected.length) done.push({ corrected });
}

// In its turn too: the edges are those of the image as the correction before leaves it.
async function crop() {
  const page = here;
  const region = await askCrop(tileOf(page).dataset.access);
  show();
  if (!region) return say(words.cropNothing);
  if (await picture(page, { crop: region })) done.push({ corrected: [page] });
}

async function replace() {
  const old = here;
  const others = tiles().filter((tile) => tile.dataset.page !== old);
  if (!others.length) return say(words.noOther);
  const replacement = await askReplacement(tileOf(old), others);
  show();
  if (!replacement) return;
  if (await work({ action: "replace", pages: [old], replacement_id: replacement }, words.replaced)) go(replacement);
}

// Returns the pages whose rescan was ordered, or withdrawn; what was refused has been told, and stays on the screen.
async function rescan(pages, verb, body, text) {
  const made = [];
  for (const page of pages) if (await ask(`/v1/inspection/pages/${page}:${verb}`, body)) made.push(page);
  await fresh();
  if (made.length === pages.length) say(counted(text, made.length));
  return made;
}

async function order() {
  const pages = wanted();
  const defect = await askDefect(counted(words.chosen, pages.length));
  show();
  const ordered = defect ? await rescan(pages, "order-rescan", { defect }, words.ordered) : [];
  if (ordered.length) done.push({ ordered });
}

function look() {
  const tile = tileOf(here);
  document.getElementById("zoom-image").src = tile.dataset.access;
  document.getElementById("zoom-image").alt = tile.getAttribute("aria-label");
  document.getElementById("zoom-text").textContent = tile.getAttribute("aria-label");
}

function enlarge() {
  if (zoom.open) return zoom.close();
  zoom.showModal();
  look();
}

function askWhere() {
  const { code, document: into } = move.querySelector("form").elements;
  move.querySelector("[data-count]").textContent = counted(words.chosen, wanted().length);
  into.replaceChildren(
    ...groups().map((group) => new Option(group.getAttribute("aria-label"), group.dataset.document)),
    new Option(words.newDocument, ""),
  );
  move.showModal();
  code.focus();
  code.select();
}

move?.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { code, document: into } = event.target.elements;
  const named = code.value.trim();
  const pages = wanted();
  move.close();
  const goal = named ? { target_code: named } : into.value ? { document_id: into.value } : { target_dossier_id: dossier };
  inTurn(async () => {
    const went = await work({ action: "move", pages, ...goal }, named ? words.away : words.moved);
    if (went) code.value = "";
  });
});

function askExemption() {
  const form = exempt.querySelector("form");
  form.elements.sheets.value = String(wanted().length);
  exempt.showModal();
  form.elements.ordinal.focus();
}

exempt?.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = bodyOf(event.target);
  exempt.close();
  if (!(await ask(`/v1/dossiers/${dossier}/exemptions`, body, { headers: once() }))) return;
  event.target.reset();
  say(words.asked);
});

for (const name of ["crop", "replace"])
  document.getElementById(name)?.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    event.target.closest("dialog").close("done");
  });

// Enter moves on through a dialog's fields and sends at its last; with a dossier named, nothing else is to be chosen.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest("dialog form");
  if (event.key !== "Enter" || event.isComposing || !form || event.target.closest("button, #shortcuts")) return;
  event.preventDefault();
  const fields = [...form.elements].filter((field) => field.name);
  const next = fields[fields.indexOf(event.target) + 1];
  if (!next || (event.target.name === "code" && event.target.value.trim())) form.requestSubmit();
  else next.focus();
});

const acts = {
  x: () => (chosen.has(here) ? chosen.delete(here) : chosen.add(here), (anchor = here), show()),
  o: () => location.assign(`/dossiers/${dossier}?page_id=${here}`),
  before: () => inTurn(() => shift(-1)),
  after: () => inTurn(() => shift(1)),
  s: () => inTurn(split),
  u: () => inTurn(join),
  m: () => move && askWhere(),
  t: () => inTurn(replace),
  r: (event) => inTurn(() => adjust(event.shiftKey ? "left" : "right")),
  c: () => inTurn(crop),
  b: () => inTurn(() => adjust("blank")),
  e: () => exempt && askExemption(),
  q: () => inTurn(order),
  undo: () => inTurn(undo),
};
const offered = (act) => act === "o" || document.querySelector(`.work-tools [data-act="${act}"]`);
const moves = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  ArrowUp: () => beside(false),
  ArrowDown: () => beside(true),
  Home: () => step(-place),
  End: () => tiles().at(-1).dataset.page,
};

function actOf(event) {
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === "z" && !event.shiftKey ? "undo" : null;
  if (event.altKey) return { ArrowLeft: "before", ArrowUp: "before", ArrowRight: "after", ArrowDown: "after" }[event.key];
  const letter = event.key.toLowerCase();
  return letter.length === 1 && letter in acts ? letter : null;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || event.target.closest("input, textarea, select")) return;
  const open = document.querySelector("dialog[open]");
  if (open && open !== zoom) return;
  const act = open ? null : actOf(event);
  const control = event.target.closest("a, button, summary");
  if (act && offered(act)) acts[act](event);
  else if (control || event.ctrlKey || event.altKey || event.metaKey) return;
  else if (event.key in moves) go(moves[event.key](), event.shiftKey);
  else if (event.key === " " || event.key === "Enter") enlarge();
  else if (event.key === "Escape" && !open) (chosen = new Set()), (anchor = null), show();
  else return;
  event.preventDefault();
});

screen.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) return acts[button.dataset.act](event);
  const page = event.target.closest("[role=option]")?.dataset.page;
  if (!page) return;
  go(page, event.shiftKey);
  if (event.ctrlKey || event.metaKey) acts.x();
});
zoom.addEventListener("close", () => show());
screen.addEventListener("dblclick", (event) => event.target.closest("[role=option]") && enlarge());

show();
document.documentElement.dataset.ready = "true";
