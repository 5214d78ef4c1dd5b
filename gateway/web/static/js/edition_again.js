// Pages that were read before an edition was accepted, read again: how many, ordered, watched and stopped.

import { say } from "./say.js";

const EVERY_MS = 2000;
const panel = document.getElementById("again");
const words = JSON.parse(panel.dataset.words);
let shown = "";
let timer = 0;

const told = () => panel.firstElementChild?.dataset ?? {};
const seen = () => ({ "If-Match": `"${told().version}"` });

// What is known of an accepted edition, looked at again while pages wait.
export async function watch(row) {
  clearTimeout(timer);
  const id = row?.dataset.state === "accepted" ? row.dataset.id : "";
  if (id !== shown) panel.replaceChildren();
  shown = id;
  if (!id) return;
  const answer = await fetch(`/editions/${id}/again`, { cache: "no-store" }).catch(() => null);
  const text = answer?.ok ? await answer.text() : "";
  if (shown !== id) return;
  const waited = Number(told().waiting);
  const focused = panel.contains(document.activeElement);
  // Rendered by our own templates, which escape what people wrote.
  if (text) panel.innerHTML = text;
  if (focused) (panel.querySelector("button") ?? panel).focus();
  if (waited && !Number(told().waiting)) say(words.done);
  clearTimeout(timer);
  if (!text || Number(told().waiting)) timer = setTimeout(() => watch(row), EVERY_MS);
}

export async function order(row, agreed, send) {
  const { unknown, text } = told();
  const dialog = document.getElementById("read-again");
  const too = dialog.querySelector("input");
  dialog.querySelector("[data-unknown]").textContent = unknown;
  dialog.querySelector("[data-text]").textContent = text;
  too.closest("label").hidden = text === "0";
  too.checked = unknown === "0";
  if (!(await agreed(dialog))) return null;
  const made = await send(`/${row.dataset.id}:read-again`, { text_too: too.checked }, { headers: seen() });
  if (made) say(words.ordered.replace("{n}", made.waiting));
  return made;
}

export async function stop(row, send) {
  const made = await send(`/${row.dataset.id}:stop-reading-again`, undefined, { headers: seen() });
  if (!made) return null;
  told().waiting = 0;
  say(words.stopped);
  return made;
}
