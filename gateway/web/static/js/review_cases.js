// Review cases by keyboard: the list, and on one case the dialogs and decisions. The server renders what came of it.

import { moveOnByEnter } from "./fields.js";
import { ask, once } from "./requests.js";

const actions = document.getElementById("actions")?.dataset;
const rows = [...document.querySelectorAll("#cases a")];
const typing = (target) => target.closest("input, textarea, select, dialog[open]");
const given = (form, name) => form.elements[name]?.value.trim();

function ends({ dataset }) {
  return { persons: JSON.parse(dataset.persons), dossiers: JSON.parse(dataset.dossiers) };
}

const match = (version) => ({ "If-Match": `"${version}"` });

// Each answers with address, body and headers.
const asks = {
  resolve: (form) => [
    `/v1/review-cases/${actions.case}:resolve`,
    { resolution: given(form, "resolution"), document: given(form, "document") || null, outcome: given(form, "outcome") || null },
    match(actions.version),
  ],
  merge: (form) => {
    const kind = given(form, "kind");
    const both = ends(document.getElementById("ends"))[kind];
    const kept = Number(given(form, "keep"));
    const wanted = { kind, source_id: both[1 - kept], target_id: both[kept], case_id: actions.case };
    return ["/v1/mergings", { ...wanted, document: given(form, "document"), reason: given(form, "reason") }, once()];
  },
  split: (form) => {
    const chosen = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)].map((one) => one.value);
    const body = { kind: "split", source_id: form.dataset.source, case_id: actions.case, reference: given(form, "reference") };
    body.documents = chosen("documents");
    body.persons = chosen("persons");
    return ["/v1/mergings", { ...body, document: given(form, "document"), reason: given(form, "reason") }, once()];
  },
  undo: (form) => [`/v1/mergings/${actions.done}:undo`, { reason: given(form, "reason") }, match(actions.doneVersion)],
};

async function send([address, body, headers], button) {
  button.disabled = true;
  if (await ask(address, body, { headers })) return location.reload();
  button.disabled = false;
  // A dialog lies above the line that tells what happened.
  document.querySelector("dialog[open]")?.close();
}

for (const form of document.querySelectorAll("dialog form[data-act]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(asks[form.dataset.act](form), form.querySelector("button"));
  });
  moveOnByEnter(form);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-dialog], button[data-decide]");
  if (!button) return;
  if (button.dataset.dialog) {
    const dialog = document.getElementById(button.dataset.dialog);
    dialog.showModal();
    dialog.querySelector("input, select")?.focus();
  } else {
    send([`/v1/mergings/${actions.asked}:${button.dataset.decide}`, {}, match(actions.askedVersion)], button);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const letter = event.key.toLowerCase();
  if (rows.length && (letter === "j" || letter === "k")) {
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(at + (letter === "j" ? 1 : -1), 0), rows.length - 1)].focus();
    return;
  }
  if (letter === "l" && actions) return document.getElementById("back").click();
  const button = document.querySelector(`#actions button[data-key="${CSS.escape(letter)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});
