// The keying desk: a strip of crops with a box below each, the page beside it; everything by keyboard.

import { giveBackOnLeaving } from "./leaving.js";
import { say } from "./say.js";
import { Queue } from "./keying_queue.js";
import { showDay } from "./keying_day.js";
import { FullView } from "./keying_full.js";
import { showLine } from "./outbox.js";
import { titleOf } from "./requests.js";
import { lasting } from "./vault.js";
import { loadWords, suggest, take } from "./keying_suggest.js";
import { dateStands } from "./typed_date.js";

const desk = document.getElementById("keying");
const strip = document.getElementById("strip");
const row = document.getElementById("field-row");
const page = document.getElementById("page");
const sheet = document.getElementById("sheet");
const spot = document.getElementById("spot");
const idle = document.getElementById("idle");
const counts = document.getElementById("counts");
const lamp = document.getElementById("line");
const words = JSON.parse(desk.dataset.words);
// As the server has it: a longer value is refused here, where it can still be mended.
// Marks of direction and of no width: they come with pasted text and say nothing.
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/g;
const LONGEST = 300;
const NAMES = /_name$|^household_head$/;

let form = null;
let boxes = [];
let last = {};
let begun = performance.now();
let left = null;
let done = 0;
const opened = Date.now();

const queue = new Queue({ who: desk.dataset.who, arbitrate: desk.dataset.arbitrate === "true", told, refused, prepare });

function refused(item, problem) {
  say(titleOf(problem) ?? words.refused, 12);
}

function told() {
  showLine(lamp, queue.line, words);
  document.getElementById("login-again").hidden = !queue.line.signedOut;
  document.getElementById("waiting").textContent = queue.waiting >= 1000 ? "1000+" : queue.waiting;
  idle.querySelector("h2").textContent = idle.dataset[queue.state];
  idle.querySelector("p").hidden = queue.state !== "none";
  if (!form && queue.ahead.length) show(queue.next());
}

function show(next) {
  form = next;
  idle.hidden = Boolean(form);
  desk.classList.toggle("empty", !form);
  if (!form) return;
  begun = performance.now();
  desk.dataset.form = form.id;
  // Mostly prepared while the form before it was typed; whoever is faster sees the images as they come.
  const { rows, picture } = form.shown ?? laidOut(form);
  boxes = rows.map((made) => made.querySelector("input"));
  strip.replaceChildren(...rows);
  sheet.replaceChildren(picture, spot);
  boxes[0]?.focus();
  redraw();
  measureFlip(form, picture);
}

// What is shown of a form: its rows, and its page as a canvas that a frame can paint without decoding anything.
function laidOut(form) {
  const picture = document.createElement("canvas");
  picture.id = "page-image";
  picture.width = form.width_px || 1;
  picture.height = form.height_px || 1;
  return { rows: form.fields.map(makeRow), picture };
}

// Draws the page anew where it was drawn for another width.
function redraw() {
  const picture = sheet.firstElementChild;
  if (form?.picture && picture.dataset.drawn !== undefined && Number(picture.dataset.drawn) !== widthShown()) {
    draw(form.picture, picture);
  }
}

async function prepare(form) {
  const shown = form.shown ?? laidOut(form);
  const snippets = shown.rows.map((made) => made.querySelector("img")).filter((one) => one.src);
  const drawn = form.picture ? draw(form.picture, shown.picture) : null;
  await Promise.all([drawn, ...snippets.map((one) => one.decode().catch(() => null))]);
  return shown;
}

function widthShown() {
  const room = page.clientWidth - parseFloat(getComputedStyle(page).paddingLeft) * 2;
  return room > 0 ? Math.round(room * devicePixelRatio) : 0;
}

async function draw(blob, canvas) {
  // At the size in which it is shown: painting an eighth of the pixels is what makes the next form quick.
  const width = widthShown();
  const decoded = await createImageBitmap(blob, width ? { resizeWidth: width, resizeQuality: "high" } : {}).catch(() => null);
  if (!decoded) return;
  canvas.dataset.drawn = width;
  canvas.width = decoded.width;
  canvas.height = decoded.height;
  canvas.getContext("bitmaprenderer").transferFromImageBitmap(decoded);
}

// From Enter until the next form stands there with its images: what the keyer waits for.
async function measureFlip(shown, picture) {
  if (!shown.shown) {
    shown.shown = { rows: [...strip.children], picture };
    await prepare(shown);
  }
  await Promise.all([...strip.querySelectorAll("img:not([hidden])")].map((one) => one.decode().catch(() => null)));
  // The frame after the one that is being made begins when that one has been painted.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (left === null || form !== shown) return;
      performance.measure("flip", { start: left, end: performance.now() });
      left = null;
    }),
  );
}

function makeRow(field, place) {
  const made = row.content.firstElementChild.cloneNode(true);
  const box = made.querySelector("input");
  const crop = made.querySelector("img");
  made.querySelector(".key-label").textContent = desk.dataset.language === "en" ? field.label_en : field.label;
  if (field.image) crop.src = field.image;
  crop.hidden = !field.image;
  made.querySelector(".no-crop").hidden = Boolean(field.image);
  box.id = `field-${place}`;
  made.querySelector("label").htmlFor = box.id;
  box.name = field.name;
  box.value = field.shown ?? "";
  box.inputMode = /number|_no$|date/.test(field.name) ? "numeric" : "text";
  box.field = field;
  const choices = made.querySelector(".choices");
  field.choices.forEach((choice, number) => {
    const item = document.createElement("li");
    item.textContent = `${number + 1}. ${choice}`;
    choices.append(item);
  });
  box.addEventListener("focus", () => point(box));
  box.addEventListener("input", (event) => {
    made.classList.remove("wrong", "illegible");
    box.illegible = false;
    if (!event.isComposing) offer(box);
  });
  box.addEventListener("paste", (event) => {
    event.preventDefault();
    const pasted = event.clipboardData.getData("text").replace(UNSEEN, "").replace(/\s+/g, " ").normalize("NFC");
    box.setRangeText(pasted, box.selectionStart, box.selectionEnd, "end");
    offer(box);
  });
  return made;
}

// Show where the field is on the page.
function point(box) {
  const { x, y, width, height } = box.field.box;
  spot.hidden = !width;
  if (width) {
    for (const [side, share] of Object.entries({ left: x / form.width_px, top: y / form.height_px, width: width / form.width_px, height: height / form.height_px })) {
      spot.style[side] = `${100 * share}%`;
    }
    const middle = ((y + height / 2) / form.height_px) * sheet.firstElementChild.clientHeight;
    page.scrollTo({ top: middle - page.clientHeight / 2 });
  }
  for (const other of boxes) other.closest(".key-row").classList.toggle("here", other === box);
  box.select();
  offer(box);
}

function offer(box) {
  const list = box.closest(".key-row").querySelector(".offers");
  const found = NAMES.test(box.name) && !box.field.choices.length ? suggest(box.value, { family: familyFor(box) }) : [];
  box.offers = found;
  list.replaceChildren(
    ...found.map((word) => {
      const item = document.createElement("li");
      item.textContent = word;
      return item;
    }),
  );
  choose(box, 0);
}

function choose(box, number) {
  const items = [...box.closest(".key-row").querySelectorAll(".offers li")];
  box.offer = items.length ? (number + items.length) % items.length : 0;
  items.forEach((item, place) => item.classList.toggle("next", place === box.offer));
}

// A father's family name is mostly his child's: what was typed in this form, never what was read.
function familyFor(box) {
  if (box.name !== "father_name") return "";
  return boxes.find((other) => other.name === "full_name")?.value.trim().split(" ")[0] ?? "";
}

function accept(box) {
  box.value = take(box.value, box.offers[box.offer]);
  offer(box);
}

function go(box, by) {
  const to = boxes[boxes.indexOf(box) + by];
  if (to) to.focus();
  else if (by > 0) submit();
}

// What the box says, or the reason why it cannot be said.
function valueOf(box) {
  if (box.illegible) return { text: null };
  const text = box.value.replace(/\s+/g, " ").trim().normalize("NFC");
  const choice = box.field.choices[Number(text) - 1];
  if (choice !== undefined && /^[1-9]$/.test(text)) return { text: choice };
  if (!text) return { wrong: words.empty };
  if (text.length > LONGEST) return { wrong: words.tooLong };
  if (/number|_no$/.test(box.name) && !/^[\d\s.-]+$/.test(text)) return { wrong: words.notANumber };
  if (/number$/.test(box.name) && ![9, 12].includes(text.replace(/\D/g, "").length) && box.dataset.kept !== text) {
    box.dataset.kept = text;
    return { wrong: words.oddLength };
  }
  if (/date$/.test(box.name) && !dateStands(text)) return { wrong: words.notADate };
  if (/sex$/.test(box.name) && !/^(1|2|nam|n[uữ])$/i.test(text)) return { wrong: words.notASex };
  return { text };
}

function submit() {
  const answers = [];
  for (const box of boxes) {
    const value = valueOf(box);
    const shell = box.closest(".key-row");
    shell.classList.toggle("wrong", Boolean(value.wrong));
    shell.querySelector(".key-error").textContent = value.wrong ?? "";
    if (value.wrong) {
      box.focus();
      return;
    }
    answers.push({ field_id: box.field.id, text: value.text, took_ms: Math.round(performance.now() - begun) });
  }
  last = Object.fromEntries(boxes.map((box) => [box.name, box.value]));
  const finished = form;
  left = performance.now();
  done += 1;
  show(queue.next());
  queue.answer(finished, answers);
  speed();
}

function speed() {
  const hours = (Date.now() - opened) / 3_600_000;
  counts.textContent = words.counts.replace("{done}", done).replace("{speed}", Math.round(done / Math.max(hours, 1 / 60)));
}

async function postpone() {
  const put = form;
  show(queue.next());
  await queue.postpone(put);
  say(words.postponed, 3);
}

const full = new FullView(desk.dataset.viewer);

const keys = {
  F2: (box, event) => {
    if (event.shiftKey) return full.open(form, box);
    desk.classList.toggle("zoomed");
    redraw();
  },
  F4: (box) => {
    if (last[box.name] !== undefined) box.value = last[box.name];
    offer(box);
  },
  F8: (box) => {
    box.illegible = !box.illegible;
    box.closest(".key-row").classList.toggle("illegible", box.illegible);
    if (box.illegible) go(box, 1);
  },
  F9: postpone,
};

desk.addEventListener("keydown", (event) => {
  const box = event.target.closest("input");
  // While an input method composes, Enter and Backspace belong to it.
  if (!box || !form || event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (event.ctrlKey) submit();
    else go(box, event.shiftKey ? -1 : 1);
  } else if (event.key === "Tab" && !event.shiftKey && box.offers?.length) {
    event.preventDefault();
    accept(box);
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && box.offers?.length) {
    event.preventDefault();
    choose(box, box.offer + (event.key === "ArrowDown" ? 1 : -1));
  } else if (keys[event.key] && !event.ctrlKey && !event.altKey) {
    event.preventDefault();
    keys[event.key](box, event);
  }
});

giveBackOnLeaving("/v1/keying/leases", queue);
window.addEventListener("beforeunload", (event) => {
  if (queue.line.items.length && !lasting) event.preventDefault();
});
window.addEventListener("resize", redraw);
window.addEventListener("online", () => queue.fill());

await loadWords(desk.dataset.nameWords);
await queue.start();
speed();
showDay(document.getElementById("own"), words.own);
