// What the document of a page is: chosen by one key among the types that a dossier of its kind may hold.

import { answerOf } from "./answer_of.js";
import { say, status } from "./say.js";

const dialog = document.getElementById("typing");
const choice = dialog?.querySelector("select");
const KEYS = "1234567890abcdefghijklmnopqrstuvwxyz";
const COVER = "cover_sheet";
let known = null;

// A list of choices takes what is typed within a second as one word: each type has one key of its own instead.
choice?.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const option = [...choice.options].find((one) => one.dataset.key === event.key.toLowerCase());
  if (!option) return;
  event.preventDefault();
  option.selected = true;
});

dialog?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.target.closest("button")) return;
  event.preventDefault();
  dialog.close("done");
});
dialog?.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close("done");
});

async function types(kind) {
  if (known) return known;
  const answer = await fetch("/v1/dossiers/document-types").catch(() => null);
  if (!answer?.ok) return say(status.dataset.failed), null;
  const found = await answer.json();
  known = found.filter((one) => one.code !== COVER && (!one.kind || one.kind === kind));
  return known;
}

// The code of the type; null where it was closed. `now` is the type that the document has.
export async function askType(kind, title, now) {
  if (!dialog || dialog.open) return null;
  const offered = await types(kind);
  if (!offered) return null;
  const english = document.documentElement.lang === "en";
  choice.replaceChildren(
    ...offered.map((one, place) => {
      const option = new Option(`${KEYS[place].toUpperCase()}. ${english ? one.title_en : one.title}`, one.code);
      option.dataset.key = KEYS[place];
      return option;
    }),
  );
  choice.size = offered.length;
  choice.value = offered.some((one) => one.code === now) ? now : offered[0].code;
  dialog.querySelector("[data-document]").textContent = title;
  return answerOf(dialog, (closed) => (closed === "done" ? choice.value : null), choice);
}
