// Why a page is to be scanned again: one of inspection's defects, chosen by its digit, with what its scanner is told.

import { answerOf } from "./answer_of.js";

const dialog = document.getElementById("rescan");
const choice = dialog?.querySelector("select");
const advice = dialog?.querySelector("p [data-advice]");

// A list of choices takes what is typed within a second as one word: two digits would be none of them.
choice?.addEventListener("keydown", (event) => {
  const option = [...choice.options].find((one) => one.text.startsWith(`${event.key}.`));
  if (!option || event.isComposing) return;
  event.preventDefault();
  option.selected = true;
  choice.onchange();
});

// Enter in the list takes the chosen one, on every screen that asks.
choice?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  choice.form.requestSubmit();
});

dialog?.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close("done");
});

// The code of the defect; null where it was closed.
export function askDefect(text) {
  const look = () => (advice.textContent = choice.selectedOptions[0].dataset.advice);
  dialog.querySelector("[data-count]").textContent = text;
  choice.onchange = look;
  look();
  return answerOf(dialog, (closed) => (closed === "done" ? choice.value : null), choice);
}
