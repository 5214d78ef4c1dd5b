// What the screens of transfers share: a reason asked, rows chosen by key.

import { answerOf } from "./answer_of.js";

document.getElementById("why")?.addEventListener("keydown", (event) => {
  if (event.isComposing || event.key !== "Enter") return;
  event.preventDefault();
  if (event.currentTarget.querySelector("form").reportValidity()) event.currentTarget.close("yes");
});

export function why(text) {
  const dialog = document.getElementById("why");
  const { reason } = dialog.querySelector("form").elements;
  dialog.querySelector(".why-of").textContent = text;
  reason.value = "";
  return answerOf(dialog, (closed) => (closed === "yes" ? reason.value.trim() : ""), reason);
}

// `keys`: letter → what it does with the chosen row.
export function byKey(box, keys) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const rows = [...document.querySelectorAll("[data-line][tabindex], a[data-line]")];
    const here = event.target.closest("[data-line]");
    const key = event.key.toLowerCase();
    if (key === "s" && box) box.focus();
    else if (key === "j" || key === "k") rows[Math.max(0, rows.indexOf(here) + (key === "j" ? 1 : -1))]?.focus();
    else if (keys[key]) keys[key](here);
    else return;
    event.preventDefault();
  });
}
