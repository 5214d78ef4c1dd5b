// The pages of a batch by keyboard: walked, looked at, taken out, sent back to the scanner; Ctrl+Z takes that back.
// What the keys mean stands in the screen's sheet of shortcuts.

import { correct } from "./correct.js";
import { eventually } from "./eventually.js";
import { inTurn } from "./in_turn.js";
import { askDefect } from "./page_rescan.js";
import { ask } from "./requests.js";
import { say } from "./say.js";

const live = document.getElementById("live");
const words = JSON.parse(live.dataset.words);
const zoom = document.getElementById("zoom");
const large = document.getElementById("zoom-image");

// Pages are replaced whenever the part is renewed, so the one that is meant is remembered by its id.
let here = null;
let place = 0;
let held = false;
// The page that the large image shows.
let looked = null;
// What undo takes back, the newest last.
const done = [];
// By page: what is asked for until it shows.
const expected = new Map();

const pages = () => [...live.querySelectorAll(".thumb-page")];
const pageOf = (id) => document.getElementById(`page-${id}`);
const current = () => pageOf(here);

function show(focus) {
  const known = pages().map((page) => page.dataset.page);
  if (!known.includes(here)) here = known[Math.min(place, known.length - 1)] ?? null;
  place = Math.max(0, known.indexOf(here));
  for (const page of pages()) page.tabIndex = page.dataset.page === here ? 0 : -1;
  if (focus) current()?.focus();
  if (zoom.open) look();
}

function go(page) {
  if (!page) return;
  here = page.dataset.page;
  show(true);
}

const step = (by) => pages()[place + by];

// The page above or below: rows are as long as the window is wide.
function beside(by) {
  const from = current()?.getBoundingClientRect();
  if (!from) return null;
  const inColumn = pages().filter((page) => Math.abs(page.getBoundingClientRect().left - from.left) < from.width / 2);
  return inColumn[inColumn.indexOf(current()) + by];
}

function look() {
  const { access, thumbnail, name, filed } = current()?.dataset ?? {};
  looked = here;
  document.getElementById("zoom-text").textContent = name ?? "";
  large.alt = name ?? "";
  large.hidden = !thumbnail;
  if (!thumbnail || large.dataset.of === here) return;
  large.dataset.of = here;
  // The small image until the large one has come; a page that is not filed yet has no other.
  large.src = thumbnail;
  if (!filed) return;
  const [of, wanted] = [here, new Image()];
  wanted.onload = () => large.dataset.of === of && (large.src = wanted.src);
  wanted.src = access;
}

function enlarge() {
  if (zoom.open) return zoom.close();
  if (!current()) return;
  if (!current().dataset.thumbnail) return say(words.noPicture);
  zoom.showModal();
  look();
}

let renew = () => {};

// A finished batch has no stream any more. What was done before shows first: undone at once, a page looks as it was
// until then.
function expect(id, shows) {
  const before = expected.get(id);
  const asking = async () => (await before, eventually(renew, () => shows(pageOf(id)?.dataset ?? {})));
  expected.set(id, asking());
}

// `here` as it is when the key is pressed: the next page may have the focus before the answer comes.
function aboutHere(act) {
  const page = here;
  if (zoom.open) zoom.close();
  if (page) inTurn(() => act(page));
}

function picture(id, wish) {
  delete large.dataset.of;
  return correct(
    pageOf(id),
    wish,
    () => {},
    (content) => content && expect(id, (page) => page.content === content),
  );
}

async function remove(id) {
  const { state, content, thumbnail } = pageOf(id).dataset;
  if (state === "refused") return say(words.refused);
  if (!thumbnail) return say(words.tooEarly);
  if (content === "blank") return say(words.removedAlready);
  if (!(await picture(id, { content: "blank", reason: words.reason }))) return;
  done.push({ removed: id });
  say(words.removed, 8);
}

async function rescan(id) {
  const page = pageOf(id);
  const { state, filed, wanted: ordered, name } = page.dataset;
  if (ordered) return answer(id, ordered);
  if (state === "refused") return say(words.refused);
  if (!filed) return say(words.notFiled, 8);
  if (!document.getElementById("rescan")) return say(words.inspectorOnly);
  const defect = await askDefect(name);
  show(true);
  if (!defect || !(await ask(`/v1/inspection/pages/${id}:order-rescan`, { defect }))) return;
  done.push({ ordered: id });
  say(words.ordered, 8);
  expect(id, (page) => page.wanted);
}

// A page that is wanted again already: whoever scans chooses the file that is sent for it.
function answer(id, ordered) {
  const field = live.querySelector(`[data-for="${id}"]`);
  if (ordered === "sent" || !field) return say(ordered === "sent" ? words.beingMade : words.orderedAlready);
  field.focus();
  field.click();
}

async function undo() {
  const last = done.pop();
  if (!last) return say(words.nothing);
  if (last.removed) {
    if (await picture(last.removed, "undo")) say(words.back);
    else done.push(last);
    return;
  }
  if (!(await ask(`/v1/inspection/pages/${last.ordered}:withdraw-rescan`, {}))) return;
  say(words.withdrawn);
  expect(last.ordered, (page) => !page.wanted);
}

const acts = {
  look: enlarge,
  rescan: () => aboutHere(rescan),
  remove: () => aboutHere(remove),
  content: () => aboutHere((id) => picture(id, "blank")),
  undo: () => inTurn(undo),
  prev: () => go(step(-1)),
  next: () => go(step(1)),
  open: () => current()?.href && location.assign(current().href),
  close: () => zoom.close(),
};
const keys = { " ": "look", r: "rescan", Delete: "remove", b: "content", o: "open" };
const moves = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  ArrowUp: () => beside(-1),
  ArrowDown: () => beside(1),
  Home: () => pages()[0],
  End: () => pages().at(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || event.target.closest("input, textarea, select")) return;
  const open = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (open && open !== zoom) return;
  const onPage = event.target.closest(".thumb-page") ?? open;
  const undone = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  const act = undone ? "undo" : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!undone && (event.ctrlKey || event.altKey || event.metaKey)) return;
  // A control keeps its own Space and Enter, and the window scrolls up and down until a page has the focus.
  const control = event.target.closest("a, button, summary") && !event.target.closest(".thumb-page");
  if (act && (event.key !== " " || !control) && document.querySelector(`[data-act="${act}"]`)) acts[act]();
  else if (event.key in moves && (onPage || /Left|Right/.test(event.key)) && pages().length) go(onPage ? moves[event.key]() : current());
  else if (event.key === "Enter" && open && !control) acts.open();
  else return;
  event.preventDefault();
});
// Firefox clicks a button when Space is let go, whatever became of the key's going down.
live.addEventListener("keyup", (event) => event.key === " " && event.target.closest(".thumb-page") && event.preventDefault());

live.addEventListener("focusin", ({ target }) => {
  const page = target.closest(".thumb-page");
  if (!page || page.dataset.page === here) return;
  here = page.dataset.page;
  show(false);
});

document.addEventListener("click", (event) => {
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (act in acts) return acts[act]();
  const page = event.target.closest(".thumb-page");
  if (!page) return;
  // Where there are no keys, the large image is where a page is worked on; with a mouse a filed page opens its dossier.
  if (page.href && !window.matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  go(page);
  enlarge();
});

// The browser gives the focus back to the page where the large image was opened, not to where one has walked.
zoom.addEventListener("close", () => ((here = looked), show(true)));
live.addEventListener("htmx:beforeSwap", () => (held = Boolean(document.activeElement?.closest(".thumb-page"))));
document.addEventListener("htmx:afterSettle", ({ target }) => live.contains(target) && show(held));

// `changed` asks for the part as it is now.
export function walk(changed) {
  renew = changed;
  show(false);
  document.documentElement.dataset.ready = "true";
}
