// The inspection desk: a grid of pages; digits mark what is wrong, Enter passes the rest; everything by keyboard.

import { giveBackOnLeaving } from "./leaving.js";
import { say } from "./say.js";
import { showLine } from "./outbox.js";
import { Queue } from "./inspection_queue.js";
import { lasting } from "./vault.js";

const desk = document.getElementById("inspection");
const grid = document.getElementById("grid");
const tile = document.getElementById("tile");
const zoom = document.getElementById("zoom");
const zoomImage = document.getElementById("zoom-image");
const words = JSON.parse(desk.dataset.words);
const found = JSON.parse(desk.dataset.found);
const defects = JSON.parse(desk.dataset.defects);

let set = null;
let here = 0;
// Page → key of its defect, and what each key stroke changed, so that it can be undone.
let marks = new Map();
let steps = [];
let before = null;
let passed = 0;
let failed = 0;
let left = null;

const queue = new Queue({ who: desk.dataset.who, told, refused, prepare });

function refused(item, problem) {
  const title = desk.dataset.language === "en" ? problem.title_en : problem.title;
  say(title ?? words.refused, 12);
}

function told() {
  showLine(document.getElementById("line"), queue.line, words);
  document.getElementById("login-again").hidden = !queue.line.signedOut;
  document.getElementById("waiting").textContent = queue.waiting >= 1000 ? "1000+" : queue.waiting;
  const idle = document.getElementById("idle");
  idle.querySelector("h2").textContent = idle.dataset[queue.state];
  document.getElementById("idle-text").textContent = queue.state === "none" ? (queue.ownWaits ? words.ownWaits : words.none) : "";
  if (!set && queue.ahead.length) show(queue.next());
}

// Tiles with decoded thumbnails.
async function prepare(made) {
  const tiles = made.pages.map((page, place) => {
    const item = tile.content.firstElementChild.cloneNode(true);
    item.id = `page-${place}`;
    if (page.image) item.querySelector("img").src = page.image;
    item.querySelector("b").textContent = page.page_no > 1 ? `${page.sequence}·${page.page_no}` : page.sequence;
    const reasons = page.defects.map((code) => found[code] ?? code);
    item.querySelector("small").textContent = reasons.join(" · ");
    item.classList.add(page.verdict);
    // What is seen stands in it word for word (WCAG 2.5.3).
    item.dataset.label = `${words.page.replace("{n}", item.querySelector("b").textContent)} ${reasons.join(" · ")}`.trim();
    item.setAttribute("aria-label", item.dataset.label);
    item.addEventListener("click", () => select(place));
    item.addEventListener("dblclick", open);
    return item;
  });
  await Promise.all(tiles.map((item) => item.querySelector("img")).filter((one) => one.src).map((one) => one.decode().catch(() => null)));
  return tiles;
}

function show(next) {
  set = next;
  here = 0;
  marks = new Map();
  steps = [];
  desk.classList.toggle("empty", !set);
  document.getElementById("idle").hidden = Boolean(set);
  if (zoom.open) zoom.close();
  document.getElementById("about").textContent = set ? `${set.unit_name} · ${words[set.reason]}` : "";
  if (!set) {
    grid.replaceChildren();
    return;
  }
  desk.dataset.set = set.id;
  grid.replaceChildren(...set.shown);
  for (const page of set.pages) {
    const key = Object.keys(defects).find((one) => defects[one].code === page.mark);
    if (key) put(page.page_id, key);
  }
  grid.focus({ preventScroll: true });
  select(0);
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (left !== null) performance.measure("grid", { start: left, end: performance.now() });
      else performance.mark("first-grid");
      left = null;
    }),
  );
}

function select(place) {
  const to = Math.max(0, Math.min(place, set.pages.length - 1));
  grid.children[here]?.classList.remove("here");
  here = to;
  const item = grid.children[here];
  item.classList.add("here");
  item.scrollIntoView({ block: "nearest" });
  grid.setAttribute("aria-activedescendant", item.id);
  if (zoom.open) look();
}

function put(page, key) {
  const place = set.pages.findIndex((one) => one.page_id === page);
  const item = grid.children[place];
  if (key) marks.set(page, key);
  else marks.delete(page);
  item.classList.toggle("failed", Boolean(key));
  item.setAttribute("aria-selected", key ? "true" : "false");
  item.setAttribute("aria-label", key ? `${item.dataset.label} ${key} ${defects[key].title}` : item.dataset.label);
  item.querySelector(".tile-mark").textContent = key ? `${key} ${defects[key].title}` : "";
  if (zoom.open) label();
}

function mark(key) {
  const page = set.pages[here].page_id;
  const was = marks.get(page) ?? null;
  const now = key === "0" || was === key ? null : key;
  if (was === now) return;
  steps.push({ page, was });
  put(page, now);
}

function columns() {
  return getComputedStyle(grid).gridTemplateColumns.split(" ").length;
}

function finish() {
  const answered = set;
  const wrong = [...marks].map(([page_id, key]) => ({ page_id, defect: defects[key].code }));
  left = performance.now();
  passed += answered.pages.length - wrong.length;
  failed += wrong.length;
  before = { id: answered.id, pages: answered.pages.length, failed: wrong.length };
  show(queue.next());
  queue.answer(answered, wrong);
  count();
}

async function undo() {
  const step = steps.pop();
  if (step) {
    put(step.page, step.was);
    select(set.pages.findIndex((one) => one.page_id === step.page));
    return;
  }
  if (!before) return say(words.nothing);
  const last = before;
  before = null;
  const again = await queue.reopen(last.id, set);
  if (!again) return say(words.nothing);
  passed -= last.pages - last.failed;
  failed -= last.failed;
  // What stands ready behind it was built for the grid and is built anew from the same images.
  show(again);
  say(words.taken, 3);
  count();
}

function open() {
  if (!set) return;
  if (zoom.open) return zoom.close();
  zoom.showModal();
  look();
}

function look() {
  const page = set.pages[here];
  zoomImage.src = page.access;
  label();
}

function label() {
  const page = set.pages[here];
  const key = marks.get(page.page_id);
  zoomImage.alt = grid.children[here].dataset.label;
  document.getElementById("zoom-text").textContent = grid.children[here].dataset.label + (key ? ` — ${key} ${defects[key].title}` : "");
}

function count() {
  document.getElementById("counts").textContent = words.counts.replace("{pages}", passed).replace("{failed}", failed);
}

const moves = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -columns(), ArrowDown: () => columns() };

document.addEventListener("keydown", (event) => {
  if (document.getElementById("shortcuts").open || event.altKey || event.metaKey) return;
  if (event.ctrlKey) {
    if (event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    undo();
    return;
  }
  if (!set) return;
  if (event.target.closest("nav, .side-foot, .page-head a")) return;
  if (event.key in moves) select(here + moves[event.key]());
  else if (event.key === "Home") select(0);
  else if (event.key === "End") select(set.pages.length - 1);
  else if (event.key === "0" || event.key in defects) mark(event.key);
  else if (event.key === "Enter" && !zoom.open) finish();
  else if (event.key === "Enter") zoom.close();
  else if (event.key.toLowerCase() === "z" || event.key === " ") open();
  else return;
  event.preventDefault();
});

desk.querySelector(".legend").addEventListener("click", (event) => {
  const key = event.target.closest("button")?.dataset.key;
  if (!key || !set) return;
  if (key === "Enter") finish();
  else mark(key);
  grid.focus();
});

giveBackOnLeaving("/v1/inspection/leases", queue);
window.addEventListener("beforeunload", (event) => {
  if (queue.line.items.length && !lasting) event.preventDefault();
});
window.addEventListener("online", () => queue.fill());

count();
await queue.start();
