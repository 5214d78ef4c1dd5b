// Reconciliation by keyboard: one dossier after another, record on the screen and paper in the hand.

import { moveOnByEnter } from "./fields.js";
import { ask, once } from "./requests.js";

const round = document.getElementById("round")?.dataset;
const rows = [...document.querySelectorAll("#rounds a")];
const start = document.getElementById("start");
const typing = (target) => target.closest("input, textarea, select, dialog[open]");

let busy = false;

// `onward`: where to go once it is done; the server renders what comes next.
async function send(method, address, body, headers, onward) {
  if (busy) return;
  busy = true;
  const told = await ask(address, body, { method, headers });
  busy = false;
  if (told) return onward(told);
  // A dialog lies above the line that tells what happened.
  document.querySelector("dialog[open]")?.close();
}

const following = () => location.assign(location.pathname);
const told = (body) =>
  send("PUT", `/v1/reconciliations/${round.id}/items/${round.ordinal}`, body, { "If-Match": `"${round.itemVersion}"` }, following);

start?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { unit, kind, size } = start.elements;
  const body = { unit: unit.value.trim(), kind: kind.value, size: size.value ? Number(size.value) : null };
  send("POST", "/v1/reconciliations", body, once(), ({ id }) => location.assign(`/reconciliation/${id}`));
});

if (start) moveOnByEnter(start);

const chosen = (form, name) => [...form.querySelectorAll(`[name=${name}]:checked`)].map((one) => one.value);
const forms = {
  differs: (form) => {
    const sheets = form.elements.sheets.value;
    told({
      answer: "differs",
      aspects: chosen(form, "aspects"),
      fields: chosen(form, "fields"),
      sheets_found: sheets ? Number(sheets) : null,
      note: form.elements.note.value.trim() || null,
    });
  },
  missing: (form) => {
    const body = { reference: form.elements.reference.value.trim(), note: form.elements.note.value.trim() || null };
    send("POST", `/v1/reconciliations/${round.id}/items`, body, once(), following);
  },
};

for (const form of document.querySelectorAll("dialog form[data-act]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    forms[form.dataset.act](form);
  });
  moveOnByEnter(form);
  // A field that differs is a difference in fields, and so are counted sheets.
  form.addEventListener("change", ({ target }) => {
    const aspect = target.name === "fields" ? "fields" : target.name === "sheets" && target.value ? "sheets" : null;
    if (aspect) form.querySelector(`[name=aspects][value=${aspect}]`).checked = true;
  });
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-answer], button[data-dialog], button[data-act=close]");
  if (!button) return;
  if (button.dataset.answer) told({ answer: button.dataset.answer });
  else if (button.dataset.dialog) {
    const dialog = document.getElementById(button.dataset.dialog);
    dialog.showModal();
    dialog.querySelector("input").focus();
  } else send("POST", `/v1/reconciliations/${round.id}:close`, {}, { "If-Match": `"${round.version}"` }, following);
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const letter = event.key.toLowerCase();
  if (rows.length && (letter === "j" || letter === "k")) {
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(at + (letter === "j" ? 1 : -1), 0), rows.length - 1)].focus();
  } else if (start && letter === "n") {
    event.preventDefault();
    start.elements.unit.focus();
  } else {
    const button = document.querySelector(`main [data-key="${CSS.escape(letter)}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  }
});
