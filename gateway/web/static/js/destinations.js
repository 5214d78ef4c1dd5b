// Where dossiers are sent, set by an administrator: code, name, folder or address, in use or not.

import { titleOf } from "./requests.js";
import { status } from "./say.js";

const dialog = document.getElementById("destination");
const form = dialog.querySelector("form");
const refused = document.getElementById("destination-refused");
let version = 0;

function nameTarget() {
  document.getElementById("target-name").textContent = form.elements.adapter.value === "http" ? dialog.dataset.url : dialog.dataset.folder;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-destination]");
  if (!button) return;
  const known = JSON.parse(button.dataset.destination);
  const { code, name, adapter, target: place, active } = form.elements;
  version = known.version ?? 0;
  code.value = known.code ?? "";
  // A code stands in the history of what was sent: it stays.
  code.readOnly = Boolean(known.code);
  name.value = known.name ?? "";
  adapter.value = known.adapter ?? "folder";
  place.value = known.target ?? "";
  active.checked = known.active ?? true;
  refused.hidden = true;
  nameTarget();
  dialog.showModal();
  (known.code ? name : code).focus();
});

form.elements.adapter.addEventListener("change", nameTarget);

form.addEventListener("submit", async (event) => {
  if (event.submitter?.value === "cancel") return;
  event.preventDefault();
  const { code, name, adapter, target, active } = form.elements;
  const settings = { [adapter.value === "http" ? "url" : "folder"]: target.value.trim() };
  const answer = await fetch(`/v1/export-destinations/${encodeURIComponent(code.value.trim())}`, {
    method: "PUT",
    // A new one has version 0: a code that is taken is not written over.
    headers: { "Content-Type": "application/json", "If-Match": `"${version}"` },
    body: JSON.stringify({ name: name.value.trim(), adapter: adapter.value, settings, active: active.checked }),
  }).catch(() => null);
  if (answer?.ok) return location.reload();
  const problem = await answer?.json().catch(() => null);
  refused.textContent = titleOf(problem) ?? status.dataset.failed;
  refused.hidden = false;
});
