// Acts of a dossier's life: each form goes to the service as JSON, and the part is shown anew.

import { bodyOf, once, titleOf } from "./requests.js";
import { say } from "./say.js";

const part = document.getElementById("life");

function body(form, submitter) {
  const wanted = bodyOf(form);
  if (submitter?.name === "approve") wanted.approve = submitter.value === "true";
  return wanted;
}

part?.addEventListener("submit", async (event) => {
  const form = event.target.closest("form.act");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const headers = { "Content-Type": "application/json" };
  if (form.dataset.version) headers["If-Match"] = `"${form.dataset.version}"`;
  else Object.assign(headers, once());
  const sent = { method: form.dataset.method, headers, body: JSON.stringify(body(form, event.submitter)) };
  const answer = await fetch(form.dataset.path, sent).catch(() => null);
  delete form.dataset.busy;
  const problem = answer?.ok ? null : await answer?.json().catch(() => null);
  if (answer?.ok) say(part.dataset.done);
  else say(answer?.status === 412 ? part.dataset.changed : (titleOf(problem) ?? part.dataset.failed));
  // A change by somebody else is shown at once; what was typed stays where the service refused it.
  if (answer?.ok || answer?.status === 412) {
    const { dossier } = part.querySelector(".life").dataset;
    window.htmx.ajax("GET", `/dossiers/${dossier}/life`, { target: "#life > div", swap: "innerHTML" });
  }
});
