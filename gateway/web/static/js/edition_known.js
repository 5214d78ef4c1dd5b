// Editions of forms that the reader knows or may come to know: proposed, opened, tried on the open sample, accepted, withdrawn.

import { answerOf } from "./answer_of.js";
import { order, stop, watch } from "./edition_again.js";
import { ask, once } from "./requests.js";
import { say } from "./say.js";

const ADDRESS = "/v1/form-editions";
const UNSURE = 0.7;
const list = document.getElementById("known-editions");
const trial = document.getElementById("trial");
const rows = () => [...list.querySelectorAll(".known-row")];
const nameOf = (row) => `${row.dataset.form} · ${row.dataset.edition}`;
let about = null;
let chosen = "";
let busy = false;
let read = null;

const here = () => rows().find((row) => row.dataset.id === chosen);

function choose(row) {
  chosen = row?.dataset.id ?? "";
  for (const one of rows()) one.setAttribute("aria-pressed", String(one === row));
  for (const [act, states] of Object.entries({ accept: ["proposed", "withdrawn"], withdraw: ["proposed", "accepted"] }))
    document.querySelector(`[data-do=${act}]`).disabled = !states.includes(row?.dataset.state);
  for (const name of ["try", "open"]) document.querySelector(`[data-do=${name}]`).disabled = !row;
  watch(row);
}

async function refresh(id) {
  const answer = await fetch("/editions/known", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return say(about.words.failed, 8);
  // Rendered by our own templates, which escape what people wrote.
  list.innerHTML = await answer.text();
  choose(rows().find((row) => row.dataset.id === id) ?? null);
  here()?.scrollIntoView({ block: "nearest" });
}

// What the service answered, none where it refused: that is told with the fields that are wrong.
function send(address, body, options = {}) {
  return ask(`${ADDRESS}${address}`, body, { seconds: 10, failed: about.words.failed, more: faults, changed, ...options });
}

async function changed() {
  await refresh(chosen);
  say(about.words.changed, 8);
}

function faults(told) {
  return (told?.faults ?? []).map((one) => (one.place ? `${about.words.field.replace("{n}", one.place)} ${one.field ?? ""}` : one.detail).trim());
}

const seen = (row) => ({ "If-Match": `"${row.dataset.version}"` });

const acts = {
  // One that is proposed under this name already is described anew.
  async propose() {
    if (!about.complete()) return say(about.words.unfinished, 8);
    const definition = about.definition();
    const open = about.opened();
    const same = open?.state === "proposed" ? open : rows().find(({ dataset: { state, form, edition } }) => state === "proposed" && form === definition.form && edition === definition.edition)?.dataset;
    const made = same
      ? await send(`/${same.id}`, { definition }, { method: "PUT", headers: { "If-Match": `"${same.version}"` } })
      : await send("", { definition }, { headers: once() });
    if (!made) return;
    about.saved(made);
    forget();
    await refresh(made.id);
    say(about.words.proposed.replace("{name}", `${made.form} · ${made.edition}`));
  },
  async try(row) {
    const image = await about.sample();
    if (!image) return say(about.words.noSample, 8);
    say(about.words.reading, 0);
    const found = await send(`/${row.dataset.id}:try`, image);
    if (!found) return;
    show(found);
    if (!about.tried(row.dataset.id, found)) trial.focus({ preventScroll: true });
    await refresh(row.dataset.id);
    say(verdict(found));
  },
  // Its marks can be changed and saved; they go where the trial finds their labels, if a sample is there.
  async open(row) {
    if (about.unsaved() && !(await agreed(document.getElementById("replace"), row))) return;
    const answer = await fetch(`${ADDRESS}/${row.dataset.id}`, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return say(about.words.failed, 8);
    const found = await answer.json();
    about.open(found);
    forget();
    await refresh(found.id);
    say(about.words.opened.replace("{name}", nameOf(row)));
    if (await about.sample()) await acts.try(here());
  },
  async accept(row) {
    if (!(await agreed(document.getElementById("accept"), row))) return;
    const made = await send(`/${row.dataset.id}:accept`, undefined, { headers: seen(row) });
    if (!made) return;
    await refresh(made.id);
    say(about.words.accepted.replace("{name}", nameOf(row)));
  },
  async withdraw(row) {
    const reason = await why(row);
    if (!reason) return;
    const made = await send(`/${row.dataset.id}:withdraw`, { reason }, { headers: seen(row) });
    if (!made) return;
    await refresh(made.id);
    say(about.words.withdrawn.replace("{name}", nameOf(row)));
  },
  async again(row) {
    if (await order(row, (dialog) => agreed(dialog, row), send)) await refresh(row.dataset.id);
  },
  async stop(row) {
    if (await stop(row, send)) await refresh(row.dataset.id);
  },
};

async function act(name) {
  const row = here();
  if (busy) return;
  if (name !== "propose" && !row) return say(about.words.choose, 8);
  if (document.querySelector(`[data-do=${name}]`)?.disabled ?? true) return say(about.words.notNow, 8);
  busy = true;
  try {
    await acts[name](row);
  } finally {
    busy = false;
  }
}

function verdict(found) {
  if (found.recognised) return about.words.recognised;
  return found.form ? about.words.other.replace("{name}", [found.form, found.edition].filter(Boolean).join(" · ")) : about.words.unrecognised;
}

function forget() {
  read = null;
  trial.hidden = true;
  drawTrial();
}

function show(found) {
  read = found;
  const text = document.getElementById("trial-verdict");
  text.textContent = verdict(found);
  text.className = found.recognised ? "good" : "bad";
  trial.querySelector("tbody").replaceChildren(
    ...found.fields.map((one) => {
      const row = document.createElement("tr");
      const head = Object.assign(document.createElement("th"), { scope: "row", textContent: one.label ?? one.id });
      const cell = Object.assign(document.createElement("td"), { textContent: one.value && one.value !== one.text ? `${one.text} → ${one.value}` : one.text });
      const sure = document.createElement("td");
      sure.append(document.getElementById(one.confidence < UNSURE || one.warnings.length ? "unsure" : "sure").content.cloneNode(true));
      sure.querySelector("b").textContent = `${Math.round(100 * one.confidence)} %`;
      row.append(head, cell, sure);
      return row;
    }),
  );
  const missing = document.getElementById("trial-missing");
  missing.hidden = !found.missing.length;
  missing.querySelector("span").textContent = found.missing.map((one) => one.label).join("; ");
  trial.hidden = false;
  drawTrial();
  trial.scrollIntoView({ block: "nearest" });
}

// Where the fields were read, over the sample.
export function drawTrial() {
  const sample = document.getElementById("sample");
  for (const old of sample.querySelectorAll(".read-box")) old.remove();
  const image = document.getElementById("sample-image");
  for (const { box } of read?.fields ?? []) {
    const shown = Object.assign(document.createElement("div"), { className: "read-box" });
    shown.setAttribute("aria-hidden", "true");
    const [across, down] = [image.clientWidth / read.width_px, image.clientHeight / read.height_px];
    Object.assign(shown.style, { left: `${box.x * across}px`, top: `${box.y * down}px`, width: `${box.width * across}px`, height: `${box.height * down}px` });
    sample.append(shown);
  }
}

function agreed(dialog, row) {
  dialog.querySelector("h2 span").textContent = nameOf(row);
  return answerOf(dialog, (closed) => closed === "yes");
}

function why(row) {
  const dialog = document.getElementById("withdraw");
  const { reason } = dialog.querySelector("form").elements;
  dialog.querySelector("h2 span").textContent = nameOf(row);
  reason.value = "";
  return answerOf(dialog, (closed) => (closed === "yes" ? reason.value.trim() : ""), reason);
}

// `given`: the words, the sample, and the edition that is being marked.
export function follow(given) {
  about = given;
  choose(null);
  const withdrawing = document.getElementById("withdraw");
  withdrawing.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.target.elements.reason.value.trim()) withdrawing.close("yes");
  });
  withdrawing.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.isComposing) event.preventDefault();
  });
  withdrawing.querySelector("[data-close]").addEventListener("click", () => withdrawing.close(""));
  list.addEventListener("click", ({ target }) => {
    const row = target.closest(".known-row");
    if (row) choose(row);
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-do]");
    if (button) act(button.dataset.do);
  });
  document.getElementById("file").addEventListener("change", () => {
    forget();
    const opened = rows().find((row) => row.dataset.id === about.opened()?.id);
    if (!opened) return;
    choose(opened);
    act("try");
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    const name = { p: "propose", e: "open", t: "try", a: "accept", r: "withdraw", l: "again", s: "stop" }[key];
    const by = { j: 1, k: -1 }[key];
    if (name) act(name);
    else if (by && rows().length) {
      const next = rows()[Math.min(rows().length - 1, Math.max(0, rows().indexOf(here()) + by))];
      choose(next);
      next.focus();
    } else return;
    event.preventDefault();
  });
}
