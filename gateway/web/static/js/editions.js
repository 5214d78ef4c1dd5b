// The printed fields of a form marked on a sample, by mouse or by keyboard. What is marked outlives a closed tab: it
// tells of a printed form, not of anybody; the image is kept nowhere.

import { definitionOf, marksOf, placesOf, problemsOf, rowsOf, textOf } from "./edition_data.js";
import { drawTrial, follow as followKnown } from "./edition_known.js";
import { say } from "./say.js";

const screen = document.getElementById("editions");
const words = JSON.parse(screen.dataset.words);
const known = new Map(JSON.parse(screen.dataset.known).map((one) => [one.field, one]));
const sample = document.getElementById("sample");
const image = document.getElementById("sample-image");
const list = document.getElementById("marks");
const form = document.getElementById("edition");
const field = document.getElementById("field");
const download = document.getElementById("download");
const KEPT = "tangthu-edition";
const ABOUT = ["form", "edition", "kind", "title", "source"];
const OF_BOX = ["label", "id", "type", "number", "boxes", "lines"];
const [STEP, SMALLEST] = [0.01, 0.012];
const TYPES = { number: "digits", sex: "sex" };

// Places and sizes as shares of the sample's width and height.
let boxes = [];
let here = null;
// The file that is open; none where the sample is a page of a dossier.
let chosen = null;
// The stored edition that is open: which, in which version, and what it has that is not marked.
let opened = null;
// Whether marks would be lost if others took their place.
let unsaved = false;

const value = (name) => form.elements[name].value.trim();
const edition = () => Object.fromEntries(ABOUT.map((name) => [name, value(name)]));
const definition = () => definitionOf(edition(), boxes, opened?.kept);
const within = (number, most) => Math.min(most, Math.max(0, number));

function keep() {
  localStorage.setItem(KEPT, JSON.stringify({ edition: edition(), boxes: boxes.map(({ shown, item, ...rest }) => rest), opened, unsaved }));
}

// Where a mark is seen: on the sample, or in the list while there is none.
const handle = (box) => (image.naturalWidth ? box.shown : box.item);

function tell() {
  const problems = problemsOf(edition(), boxes, words);
  const told = problems.length ? problems : [words.ready];
  const list = document.getElementById("problems");
  const text = told.join("\n");
  if (list.dataset.told !== text) {
    list.dataset.told = text;
    list.replaceChildren(...told.map((one) => Object.assign(document.createElement("li"), { textContent: one, className: problems.length ? "" : "ready" })));
  }
  const described = textOf(definition());
  document.getElementById("data").textContent = described;
  download.hidden = problems.length > 0;
  if (download.hidden) return;
  URL.revokeObjectURL(download.href);
  download.href = URL.createObjectURL(new Blob([described], { type: "application/yaml" }));
  download.download = `${value("form")}-${value("edition")}.yaml`;
}

function draw() {
  const rows = rowsOf(boxes);
  list.hidden = !boxes.length || image.naturalWidth > 0;
  boxes.forEach((box, place) => {
    const { style } = box.shown;
    for (const [name, share, whole] of [["left", box.x, image.clientWidth], ["top", box.y, image.clientHeight], ["width", box.width, image.clientWidth], ["height", box.height, image.clientHeight]])
      style[name] = `${share * (whole || 1)}px`;
    box.shown.firstElementChild.textContent = `${place + 1}. ${box.label || box.id || words.unnamed}`;
    box.item.firstElementChild.textContent = box.shown.textContent;
    box.item.lastElementChild.textContent = [words.row.replace("{n}", rows.findIndex((row) => row.includes(box)) + 1), box.id].filter(Boolean).join(" · ");
    for (const one of [box.shown, box.item]) one.setAttribute("aria-pressed", String(box === here));
  });
  drawOpened();
  drawTrial();
  tell();
  keep();
}

function choose(box) {
  here = box;
  field.disabled = !box;
  for (const name of OF_BOX) form.elements[name].value = box?.[name] ?? (name === "type" ? "text" : "");
  draw();
}

function drawOpened() {
  const told = document.getElementById("opened");
  told.hidden = !opened;
  if (opened) told.querySelector("span").textContent = (opened.state === "proposed" ? words.changing : words.copying).replace("{name}", opened.name);
  document.getElementById("propose-word").textContent = opened?.state === "proposed" ? words.save : words.propose;
}

function put(place) {
  const box = { id: "", label: "", type: "text", number: "", boxes: "", lines: "", ...place };
  box.shown = document.createElement("button");
  box.shown.type = "button";
  box.shown.className = "mark-box";
  box.shown.append(document.createElement("span"));
  box.item = Object.assign(document.createElement("button"), { type: "button", className: "mark-item" });
  box.item.append(document.createElement("span"), document.createElement("small"));
  for (const one of [box.shown, box.item]) one.addEventListener("focus", () => here === box || choose(box));
  boxes.push(box);
  sample.append(box.shown);
  list.append(document.createElement("li"));
  list.lastElementChild.append(box.item);
  return box;
}

function takeAway(box) {
  box.shown.remove();
  box.item.parentElement.remove();
}

// Below the one before it, as printed lines follow each other.
function add() {
  const last = here ?? boxes.at(-1);
  const box = put(last ? { x: last.x, y: within(last.y + last.height * 1.25, 1 - last.height), width: last.width, height: last.height } : { x: 0.1, y: 0.2, width: 0.8, height: 0.03 });
  unsaved = true;
  draw();
  handle(box).focus();
}

function remove(box) {
  const place = boxes.indexOf(box);
  takeAway(box);
  boxes.splice(place, 1);
  here = null;
  unsaved = true;
  const next = boxes[Math.min(place, boxes.length - 1)];
  next ? handle(next).focus() : choose(null);
}

function nudge(event) {
  const by = event.ctrlKey ? STEP / 5 : STEP;
  const [across, down] = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key];
  if (event.shiftKey) {
    here.width = Math.max(SMALLEST, within(here.width + across, 1 - here.x));
    here.height = Math.max(SMALLEST, within(here.height + down / 2, 1 - here.y));
  } else {
    here.x = within(here.x + across, 1 - here.width);
    here.y = within(here.y + down / 2, 1 - here.height);
  }
  unsaved = true;
  draw();
  handle(here).scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const inside = event.target.closest("input, select, textarea");
  const box = boxes.find((one) => one.shown === event.target || one.item === event.target);
  if (inside) {
    if (event.key === "Escape" && here) handle(here).focus();
    else if (event.key === "Enter" && form.contains(inside)) follow(inside);
    else return;
  } else if (event.key.toLowerCase() === "n" && !event.ctrlKey && (image.naturalWidth || boxes.length)) add();
  else if (box && event.key.startsWith("Arrow")) nudge(event);
  else if (box && event.key === "Delete") remove(box);
  else if (box && event.key === "Enter") form.elements.label.focus();
  else return;
  event.preventDefault();
});

// Enter goes through the fields; behind the last one of a box it is back on the box, where N makes the next.
function follow(inside) {
  const fields = [...form.elements].filter((one) => one.name && !one.matches(":disabled"));
  if (inside === fields.at(-1) && here) handle(here).focus();
  else fields[fields.indexOf(inside) + 1]?.focus();
}

form.addEventListener("input", ({ target }) => {
  unsaved = true;
  if (here && OF_BOX.includes(target.name)) {
    here[target.name] = target.value.trim();
    if (target.name === "id" && known.has(here.id)) {
      const kind = TYPES[here.id] ?? (here.id.endsWith("_date") ? "date" : here.id.endsWith("_name") ? "name" : here.id.endsWith("_number") ? "digits" : "");
      if (kind) here.type = form.elements.type.value = kind;
    }
  }
  draw();
});
form.addEventListener("submit", (event) => event.preventDefault());

sample.addEventListener("pointerdown", (down) => {
  if (!image.naturalWidth) return;
  const at = (event) => {
    const frame = image.getBoundingClientRect();
    return [within((event.clientX - frame.left) / frame.width, 1), within((event.clientY - frame.top) / frame.height, 1)];
  };
  const [x, y] = at(down);
  const moved = boxes.find((one) => one.shown.contains(down.target));
  const [left, top] = moved ? [moved.x, moved.y] : [x, y];
  let drawn = null;
  sample.setPointerCapture(down.pointerId);
  sample.onpointermove = (event) => {
    const [to, low] = at(event);
    if (moved) [moved.x, moved.y] = [within(left + to - x, 1 - moved.width), within(top + low - y, 1 - moved.height)];
    else if (drawn || Math.hypot(to - x, low - y) > SMALLEST) {
      drawn ??= put({ x, y, width: 0, height: 0 });
      Object.assign(drawn, { x: Math.min(x, to), y: Math.min(y, low), width: Math.max(SMALLEST, Math.abs(to - x)), height: Math.max(SMALLEST, Math.abs(low - y)) });
    }
    unsaved = true;
    draw();
  };
  sample.onpointerup = () => {
    sample.onpointermove = sample.onpointerup = null;
    (moved ?? drawn)?.shown.focus();
  };
});

document.getElementById("file").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  chosen = file;
  if (opened) opened.laid = false;
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(file);
});
image.addEventListener("load", () => {
  document.getElementById("no-sample").hidden = true;
  draw();
});
image.addEventListener("error", () => say(words.unreadable));
new ResizeObserver(draw).observe(image);
function replaceMarks(others) {
  for (const box of boxes) takeAway(box);
  boxes = [];
  for (const box of others) put(box);
  choose(null);
}
document.getElementById("clear").addEventListener("click", () => {
  [opened, unsaved] = [null, false];
  replaceMarks([]);
  say(words.cleared);
});

// A stored edition in place of what is marked.
function open({ id, version, state, definition: stored }) {
  const found = marksOf(stored);
  for (const name of ABOUT) form.elements[name].value = found.edition[name] ?? "";
  opened = { id, version, state, name: `${stored.form} · ${stored.edition}`, kept: found.kept, laid: false };
  unsaved = false;
  replaceMarks(found.boxes);
  handle(boxes[0]).focus();
}

// What was stored of it is what is marked now.
function saved({ id, version, definition: stored }) {
  unsaved = false;
  if (opened?.id === id) {
    Object.assign(opened, { version, name: `${stored.form} · ${stored.edition}`, kept: marksOf(stored).kept });
    for (const box of boxes) box.was = box.id;
  } else opened = null;
  draw();
}

// True where the marks of the open edition went to where its labels are on the sample.
function tried(id, found) {
  if (opened?.id !== id) return false;
  opened.version = found.version;
  const lay = !opened.laid && found.labels.length > 0;
  if (lay) {
    for (const [box, place] of placesOf(boxes, found)) Object.assign(box, place);
    opened.laid = true;
  }
  draw();
  if (lay) handle(boxes[0]).focus();
  return lay;
}

const before = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
for (const name of ABOUT) if (before.edition?.[name]) form.elements[name].value = before.edition[name];
opened = before.opened ?? null;
for (const box of before.boxes ?? []) put(box);
unsaved = before.unsaved ?? boxes.length > 0;
draw();
followKnown({
  ...{ words, definition, open, saved, tried },
  complete: () => !problemsOf(edition(), boxes, words).length,
  sample: async () => chosen ?? (image.src && (await fetch(image.src)).blob()),
  opened: () => opened,
  unsaved: () => unsaved,
});
document.documentElement.dataset.ready = "true";
