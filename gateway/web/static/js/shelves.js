// The paper's desk: one box for a barcode scanner. A dossier, then a place: it is put there. A place, then dossiers:
// all go there. A dossier alone: where is it. What is scanned while the line is cut is kept and sent afterwards.

import { Outbox, showLine } from "./outbox.js";
import { once, titleOf } from "./requests.js";
import { say } from "./say.js";

const desk = document.getElementById("shelves");
const box = document.getElementById("code");
const answer = document.getElementById("answer");
const hand = document.getElementById("hand");
const moves = document.getElementById("moves");
const alarm = document.getElementById("alarm");
const loan = document.getElementById("loan");
const words = JSON.parse(desk.dataset.words);
const english = desk.dataset.language === "en";
const DOSSIER = /^TT:D:/;
const PLACE = /^TT:P:/;
const SHOWN = 30;

// Scanned and not yet moved: dossiers that wait for a place, or the place that waits for dossiers.
let dossiers = [];
let place = null;
// Movements that the server has taken, the newest last: what undo takes back.
const done = [];
// Scans are worked off one after another, however fast they come.
let turn = Promise.resolve();

const line = new Outbox({ who: `${desk.dataset.who}/shelves`, told, refused, taken });

function told() {
  showLine(document.getElementById("line"), line, words);
  document.getElementById("login-again").hidden = !line.signedOut;
}

function refused(item, problem) {
  const what = titleOf(problem) ?? problem.title;
  const codes = item.body.codes?.join(" · ") ?? "";
  show("bad", "stop", what ?? words.failed, codes);
  note("bad", codes, what ?? words.failed, item.body.at);
}

function taken(item, result) {
  const papers = result.papers;
  if (item.of === "undo") {
    const named = papers.map((one) => one.reference).join(", ");
    show("work", "turn", `${words.undone}: ${named}`, papers.map(whereOf).join(" · "));
    note("work", named, words.undone);
    return;
  }
  // What lay there already has not moved: taking it back would undo the movement before.
  const moved = papers.filter((one) => result.moved_dossiers.includes(one.dossier_id));
  if (moved.length) done.push(moved.map(({ dossier_id, version }) => ({ dossier_id, version })));
  const warnings = english ? result.warnings_en : result.warnings;
  const tone = warnings.length ? "bad" : "good";
  for (const paper of moved) note(paper.misplaced ? "bad" : "good", paper.reference, whereOf(paper), item.body.at);
  show(tone, warnings.length ? "warning" : "check", papers.map((one) => one.reference).join(", "), [...(moved.length ? [] : [words.already]), ...papers.map(whereOf)].join(" · "));
  if (warnings.length) raise(warnings);
}

function whereOf(paper) {
  const spot = (at, position) => (at ? `${at.code}${position ? ` / ${position}` : ""}` : "");
  const states = words.states[paper.state] ?? paper.state;
  const parts = [states, spot(paper.place, paper.position), paper.borrower];
  if (paper.overdue) parts.push(words.overdue);
  if (paper.home && paper.state !== "shelf") parts.push(`${words.home} ${spot(paper.home, paper.home_position)}`);
  return parts.filter(Boolean).join(" · ");
}

function icon(name) {
  const made = document.getElementById("icon").content.firstElementChild.cloneNode(true);
  const use = made.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  return made;
}

function show(tone, name, title, text) {
  const head = document.createElement("strong");
  head.append(icon(name), title);
  const more = document.createElement("span");
  more.textContent = text;
  answer.className = `answer ${tone}`;
  answer.replaceChildren(head, more);
}

function note(tone, reference, text, at) {
  const row = document.createElement("li");
  const mark = document.createElement("span");
  mark.className = `mark ${tone}`;
  mark.append(icon(tone === "bad" ? "warning" : tone === "work" ? "turn" : "check"));
  const name = document.createElement("b");
  name.textContent = reference;
  const rest = document.createElement("span");
  rest.textContent = text;
  const time = document.createElement("time");
  time.textContent = (at ? new Date(at) : new Date()).toLocaleTimeString(english ? "en-GB" : "vi-VN", { hour: "2-digit", minute: "2-digit" });
  row.append(mark, name, rest, time);
  moves.prepend(row);
  while (moves.children.length > SHOWN) moves.lastChild.remove();
  document.getElementById("no-moves").hidden = true;
}

// Somebody must say that they have seen it, by Esc or by hand: a wrong shelf is how a dossier is lost. The Enter that a
// scanner sends after its next code must not, so no button has the focus.
function raise(warnings) {
  const list = document.getElementById("alarm-text");
  if (!alarm.open) list.replaceChildren();
  list.append(...warnings.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  if (!alarm.open) alarm.showModal();
}

function held() {
  const named = place ? [`${words.into} ${place.name}`] : dossiers.map((one) => one.name);
  hand.replaceChildren(...named.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  document.getElementById("hint").textContent = place ? words.thenDossiers : dossiers.length ? words.thenPlace : words.first;
  document.getElementById("lend").disabled = !dossiers.length;
}

function move(body, of = "move") {
  const at = line.offline ? { at: new Date().toISOString() } : {};
  const address = of === "undo" ? "/v1/barcodes:undo" : "/v1/barcodes";
  return line.push({ of, address, headers: once(), body: of === "undo" ? body : { ...body, ...at } });
}

// What a code names: the server knows; with the line cut, printed codes say it themselves.
async function meaning(code) {
  if (line.offline || line.items.length) {
    if (PLACE.test(code)) return { place: { code, name: code } };
    if (DOSSIER.test(code)) return { dossier: { code, name: code } };
  }
  const reply = await line.post("/v1/barcodes", { codes: [code] }, { headers: once() });
  if (!reply || reply.status >= 500) {
    if (PLACE.test(code)) return { place: { code, name: code } };
    if (DOSSIER.test(code)) return { dossier: { code, name: code } };
    show("bad", "stop", words.printedOnly, code);
    return null;
  }
  const said = await reply.json();
  if (!reply.ok) {
    show("bad", "stop", titleOf(said) ?? words.failed, code);
    return null;
  }
  if (said.place) return { place: { code, name: said.place.code } };
  const [paper] = said.papers;
  show(paper.misplaced || paper.overdue ? "bad" : "work", "search", paper.reference, whereOf(paper));
  return { dossier: { code, name: paper.reference } };
}

async function scanned(code) {
  if (code.startsWith("TT:C:")) return location.assign(`/transfers/consignments/${encodeURIComponent(code.slice(5))}`);
  const named = await meaning(code);
  if (!named) return;
  if (named.place && dossiers.length) {
    const codes = [...dossiers.map((one) => one.code), code];
    dossiers = [];
    await move({ codes });
  } else if (named.place) {
    place = named.place;
    show("work", "inbox", named.place.name, words.thenDossiers);
  } else if (place) {
    await move({ codes: [place.code, code] });
  } else if (!dossiers.some((one) => one.name === named.dossier.name)) {
    dossiers.push(named.dossier);
  }
  held();
}

function undo() {
  const last = done.pop();
  if (!last) return say(words.nothing);
  move({ papers: last }, "undo");
}

function drop() {
  dossiers = [];
  place = null;
  held();
  box.value = "";
}

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  const code = box.value.trim().replace(/\s+/g, " ");
  box.value = "";
  if (code) turn = turn.then(() => scanned(code)).catch(() => show("bad", "stop", words.failed, code));
});

document.addEventListener("keydown", (event) => {
  if (alarm.open || loan.open || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey && event.key.toLowerCase() === "z") undo();
  else if (event.key === "F4" && dossiers.length) lend();
  else if (event.key === "Escape") drop();
  else return;
  event.preventDefault();
});

function lend() {
  document.getElementById("loan-what").textContent = dossiers.map((one) => one.name).join(", ");
  loan.showModal();
  loan.querySelector("[name=borrower]").focus();
}

loan.querySelector("form").addEventListener("submit", (event) => {
  const { borrower, due, purpose } = event.target.elements;
  if (event.submitter?.value === "cancel") return;
  const until = due.value ? { due_at: new Date(`${due.value}T17:00:00`).toISOString() } : {};
  move({ codes: dossiers.map((one) => one.code), borrower: borrower.value.trim(), purpose: purpose.value.trim(), ...until });
  dossiers = [];
  event.target.reset();
  held();
});

for (const dialog of [alarm, loan]) dialog.addEventListener("close", () => box.focus());
document.getElementById("lend").addEventListener("click", lend);
document.getElementById("undo").addEventListener("click", undo);
// A scanner types wherever the focus is: it comes back to the box after every press of a button.
desk.addEventListener("click", (event) => {
  if (!event.target.closest("a, input, dialog") && !document.querySelector("dialog[open]")) box.focus();
});
window.addEventListener("online", () => {
  line.offline = false;
  told();
});

held();
await line.start();
told();
box.focus();
