// The page image with its fields: J/K pages, N/P fields, boxes on the image, D what the page's document is.

import { correct } from "./correct.js";
import { askType } from "./document_type.js";
import { eventually } from "./eventually.js";
import { inTurn } from "./in_turn.js";
import { asItIsNow } from "./renew.js";
import { ask } from "./requests.js";
import { say, status } from "./say.js";
import { standIn } from "./viewer_style.js";

const desk = document.getElementById("desk");
const leaves = [...document.querySelectorAll(".leaf")];
let fields = [];
const note = document.getElementById("viewer-note");
const image = document.getElementById("image");
const text = document.getElementById("full-text");
const words = JSON.parse(desk.dataset.words);
const mayCorrect = document.getElementById("corrections") !== null;
const mayType = document.getElementById("typing") !== null;
const api = `/v1/dossiers/${desk.dataset.dossier}`;

standIn();
const viewer = window.OpenSeadragon({
  element: image,
  drawer: "canvas",
  showNavigationControl: false,
  animationTime: 0.25,
  maxZoomPixelRatio: 3,
  visibilityRatio: 0.6,
  gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
});

let shown = null;

function markElsewhere() {
  const here = fields.filter((field) => field.dataset.page === shown.dataset.page);
  for (const field of fields) field.classList.toggle("elsewhere", !here.includes(field));
  document.getElementById("no-fields").hidden = here.length > 0 || fields.length === 0;
}

function show(leaf) {
  if (leaf === shown) return;
  shown = leaf;
  desk.dataset.page = leaf.dataset.page;
  for (const other of leaves) other.toggleAttribute("aria-current", other === leaf);
  leaf.setAttribute("aria-current", "true");
  leaf.scrollIntoView({ block: "nearest", inline: "nearest" });
  note.hidden = true;
  viewer.open(leaf.dataset.image);
  document.getElementById("position").textContent = `${leaves.indexOf(leaf) + 1} / ${leaves.length}`;
  document.getElementById("master").href = `${leaf.dataset.master}?download=1`;
  markElsewhere();
  if (text.open) loadText();
  const after = leaves[leaves.indexOf(leaf) + 1];
  // Its description is asked for so that the server has the page open by the time it is turned to.
  if (after) fetch(after.dataset.image).catch(() => {});
  history.replaceState(null, "", `?page_id=${leaf.dataset.page}`);
}

const MARGIN = 0.004;

function place(field) {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(field.dataset[name]));
  return new window.OpenSeadragon.Rect(x - MARGIN, y - MARGIN, width + 2 * MARGIN, height + 2 * MARGIN);
}

function look(field) {
  const box = place(field);
  const width = Math.min(1, Math.max(0.5, box.width * 1.5));
  const centre = box.getCenter();
  const left = Math.min(Math.max(0, centre.x - width / 2), 1 - width);
  viewer.viewport.fitBounds(new window.OpenSeadragon.Rect(left, centre.y - width / 5, width, width / 2.5));
}

function drawBoxes() {
  viewer.clearOverlays();
  // Boxes of the image before a correction lie elsewhere on this one.
  if (shown.dataset.stale) return;
  for (const field of fields) {
    if (field.dataset.page !== shown.dataset.page || !(field.dataset.width > 0)) continue;
    const box = document.createElement("div");
    box.className = `box ${["good", "warn", "bad"].find((tone) => field.classList.contains(tone)) ?? ""}`;
    box.title = field.querySelector(".label").textContent;
    viewer.addOverlay({ element: box, location: place(field) });
    new window.OpenSeadragon.MouseTracker({ element: box, clickHandler: () => choose(field) });
    field.box = box;
  }
  mark();
}

// Parts of the image name its edition, so that they may be kept and yet a corrected page shows none of the old.
viewer.addHandler("open", () => {
  const { source } = viewer.world.getItemAt(0);
  const edition = shown.dataset.image.split("?")[1];
  const plain = source.getTileUrl.bind(source);
  if (edition) source.getTileUrl = (...place) => `${plain(...place)}?${edition}`;
});
viewer.addHandler("open", drawBoxes);

viewer.addHandler("open-failed", () => {
  note.textContent = image.dataset.failed;
  note.hidden = false;
});

let chosen = null;

function choose(field) {
  chosen = field;
  const leaf = leaves.find((candidate) => candidate.dataset.page === field.dataset.page);
  if (leaf && leaf !== shown) show(leaf);
  else mark();
  field.scrollIntoView({ block: "nearest" });
}

function mark() {
  for (const field of fields) {
    field.setAttribute("aria-pressed", String(field === chosen));
    field.box?.classList.toggle("chosen", field === chosen);
  }
  if (!chosen?.box || chosen.dataset.page !== shown.dataset.page) return;
  look(chosen);
}

// The list of fields, at first and whenever more has been read.
function takeFields() {
  fields = [...document.querySelectorAll(".field")];
  chosen = chosen && (fields.find((field) => field.dataset.key === chosen.dataset.key) ?? null);
  for (const field of fields) field.addEventListener("click", () => choose(field));
}

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "reading") return;
  takeFields();
  if (!target.querySelector("[role=status]")) for (const leaf of leaves) delete leaf.dataset.stale;
  markElsewhere();
  if (viewer.isOpen()) drawBoxes();
});

function step(list, current, by, act) {
  const target = list[Math.min(list.length - 1, Math.max(0, list.indexOf(current) + by))];
  if (target) act(target);
}

function loadText() {
  window.htmx.ajax("GET", `/pages/${shown.dataset.page}/text`, { target: "#text", swap: "innerHTML" });
}

const acts = {
  previous: () => step(leaves, shown, -1, show),
  following: () => step(leaves, shown, 1, show),
  in: () => viewer.viewport.zoomBy(1.4),
  out: () => viewer.viewport.zoomBy(1 / 1.4),
  fit: () => viewer.viewport.goHome(),
  left: () => change("left"),
  right: () => change("right"),
  blank: () => change("blank"),
  undo: () => (typed ? inTurn(untype) : mayCorrect ? change("undo") : mayType && say(words.nothing)),
  type: () => mayType && inTurn(type),
  manifest: copyManifest,
};

// Types given here that nothing else was done after: undoing takes them back first.
let typed = 0;

// Titles of documents, their PDFs and the history as they are now; pages and what is typed elsewhere stay.
async function fresh() {
  const now = await asItIsNow(`${location.pathname}?page_id=${shown.dataset.page}`);
  if (!now) return say(status.dataset.failed);
  for (const section of document.querySelectorAll(".leaves section")) {
    const other = now.querySelector(`[data-document="${section.dataset.document}"]`);
    if (!other) return location.reload();
    section.dataset.type = other.dataset.type;
    for (const part of ["h2", ".pdf"]) take(section.querySelector(part), other.querySelector(part));
  }
  const past = now.getElementById("history");
  past.open = document.getElementById("history").open;
  take(document.getElementById("history"), past);
}

function take(old, renewed) {
  const part = document.adoptNode(renewed);
  old.replaceWith(part);
  window.htmx.process(part);
}

function work(address, body) {
  const { version } = document.getElementById("history").dataset;
  const changed = async () => ((typed = 0), await fresh(), say(words.changed, 8));
  return ask(`${api}/${address}`, body, { headers: { "If-Match": `"${version}"` }, changed });
}

async function type() {
  const section = shown.closest("section");
  if (section.dataset.type === "cover_sheet") return say(words.cover);
  const title = section.querySelector("h2").textContent;
  const code = await askType(desk.dataset.kind, title, section.dataset.type);
  if (!code) return;
  const first = section.querySelector(".leaf").dataset.page;
  if (!(await work("page-work", { action: "classify", pages: [first], document_type: code }))) return;
  typed += 1;
  await fresh();
  say(words.typed.replace("{type}", section.querySelector("h2").firstChild.textContent.trim()));
}

async function untype() {
  typed -= 1;
  if (!(await work("page-work:undo"))) return;
  await fresh();
  say(words.undone);
}

// Where a browser lets nothing be copied, the manifest is opened instead.
async function copyManifest() {
  const link = document.getElementById("manifest");
  try {
    await navigator.clipboard.writeText(link.href);
    say(words.copied);
  } catch {
    link.click();
  }
}

function change(wish) {
  typed = 0;
  const leaf = shown;
  correct(leaf, wish, (edition) => {
    leaf.dataset.stale = "stale";
    leaf.dataset.image = `${leaf.dataset.image.split("?")[0]}?v=${edition}`;
    if (leaf === shown) viewer.open(leaf.dataset.image);
  }, (content) => reread(leaf, content));
}

// Marks of a page's content stand in the markup: the page is loaded anew. Else only what was read is, which asks again
// by itself while a page waits to be read.
async function reread(leaf, content) {
  if (!content) return window.htmx.ajax("GET", `${location.pathname}/reading`, { target: "#reading", swap: "outerHTML" });
  let now = null;
  const shows = () => now?.querySelector(`.leaf[data-page="${leaf.dataset.page}"]`)?.dataset.content === content;
  await eventually(async () => (now = await asItIsNow(location.pathname)), shows);
  location.reload();
}

const keys = {
  j: acts.following,
  k: acts.previous,
  n: () => step(fields, chosen, 1, choose),
  p: () => step(fields, chosen, -1, choose),
  "+": acts.in,
  "=": acts.in,
  "-": acts.out,
  0: acts.fit,
  t: () => (text.open = !text.open),
  r: (event) => (event.shiftKey ? acts.left() : acts.right()),
  b: acts.blank,
  z: acts.undo,
  d: acts.type,
  m: acts.manifest,
  s: () => document.getElementById("arrange")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
  const act = keys[event.key.toLowerCase()];
  if (act) {
    event.preventDefault();
    act(event);
  }
});

for (const leaf of leaves) {
  leaf.addEventListener("click", (event) => {
    event.preventDefault();
    show(leaf);
  });
}
for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => acts[button.dataset.act]());
}
text.addEventListener("toggle", () => text.open && loadText());

takeFields();
show(leaves.find((leaf) => leaf.dataset.page === desk.dataset.page) ?? leaves[0]);
