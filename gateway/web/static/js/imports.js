// Sends a list as the request's body, and has it written, given up or checked again.

import { titleOf } from "./requests.js";
import { say, status } from "./say.js";

async function told(answer) {
  const problem = await answer?.json().catch(() => null);
  const [first] = problem?.errors ?? [];
  say(titleOf(first) ?? titleOf(problem) ?? status.dataset.failed);
}

const form = document.getElementById("upload");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { unit, kind, on, file } = form.elements;
  const [chosen] = file.files;
  const query = new URLSearchParams({ unit: unit.value.trim(), kind: kind.value, file_name: chosen.name });
  if (on.value) query.set("on", on.value);
  const button = form.querySelector("button");
  button.disabled = true;
  say(form.dataset.sending, 0);
  const answer = await fetch(`/v1/imports?${query}`, { method: "POST", body: chosen }).catch(() => null);
  if (answer?.ok) return location.assign(`/imports/${(await answer.json()).id}`);
  button.disabled = false;
  told(answer);
});

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-verb]");
  if (!button) return;
  const { id, version } = document.getElementById("import").dataset;
  button.disabled = true;
  const answer = await fetch(`/v1/imports/${id}:${button.dataset.verb}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "If-Match": `"${version}"` },
    body: button.dataset.body,
  }).catch(() => null);
  if (answer?.ok) return location.reload();
  button.disabled = false;
  told(answer);
});
