// A dossier's paper lent from its own screen: to whom, what for, until when.

import { ask, once } from "./requests.js";
import { say } from "./say.js";

const part = document.getElementById("paper");

part?.addEventListener("submit", async (event) => {
  const form = event.target.closest("#lend");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const { borrower, purpose, due } = form.elements;
  const until = due.value ? { due_at: new Date(`${due.value}T17:00:00`).toISOString() } : {};
  const body = { codes: [form.dataset.code], borrower: borrower.value.trim(), purpose: purpose.value.trim(), ...until };
  const done = await ask("/v1/barcodes", body, { headers: once() });
  delete form.dataset.busy;
  if (!done) return;
  say(form.dataset.lent);
  window.htmx.ajax("GET", `/dossiers/${form.dataset.dossier}/paper`, { target: "#paper > div", swap: "innerHTML" });
});
