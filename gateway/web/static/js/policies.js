// Policies decided: what another one would have done is shown before anything is written.

import { titleOf } from "./requests.js";

const main = document.getElementById("policies");
const dialog = document.getElementById("decide");
const form = dialog?.querySelector("form");
const effect = document.getElementById("effect");
const wrong = document.getElementById("decide-wrong");
const buttons = [...main.querySelectorAll("button[data-field]")];
const percent = (part, all) => (all ? `${((100 * part) / all).toLocaleString("vi", { maximumFractionDigits: 1 })} %` : "–");
let chosen = null;
let asked = 0;

const address = () => `/v1/keying/policies/${encodeURIComponent(chosen.kind)}/${encodeURIComponent(chosen.field)}`;
const sure = () => (form.policy.value === "skip" ? Number(form.sure.value.replace(",", ".")) / 100 : null);

function open(button) {
  chosen = button.dataset;
  document.getElementById("decide-title").textContent = chosen.title;
  form.reset();
  form.policy.value = chosen.policy;
  form.policy.lastElementChild.hidden = form.policy.lastElementChild.disabled = !chosen.decided;
  form.sure.value = Math.round(100 * Number(chosen.sure || 0.95));
  // The day as Vietnam has it.
  form.valid_from.value = form.valid_from.min = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  wrong.textContent = "";
  dialog.showModal();
  form.policy.focus();
  simulate();
}

async function simulate() {
  form.querySelector(".sure").hidden = form.policy.value !== "skip";
  const number = (asked += 1);
  const table = effect.querySelector("table");
  const text = document.getElementById("effect-text");
  table.hidden = true;
  text.textContent = "";
  if (!form.policy.value) return;
  const query = new URLSearchParams({ policy: form.policy.value, days: form.days.value || 30 });
  if (sure() !== null) query.set("sure", sure());
  const answer = await fetch(`${address()}/effect?${query}`, { cache: "no-store" }).catch(() => null);
  if (number !== asked) return;
  if (!answer?.ok) return void (text.textContent = effect.dataset.failed);
  const { now, wanted } = await answer.json();
  text.textContent = now.fields ? effect.dataset.count.replace("{n}", now.fields) : effect.dataset.none;
  table.hidden = !now.fields;
  for (const row of table.querySelectorAll("[data-of]")) {
    const cells = row.querySelectorAll("td");
    [now, wanted].forEach((one, place) => (cells[place].textContent = `${one[row.dataset.of]} (${percent(one[row.dataset.of], one.fields)})`));
  }
}

async function decide() {
  const body = { policy: form.policy.value || null, sure: sure(), valid_from: form.valid_from.value, why: form.why.value };
  const answer = await fetch(address(), {
    method: "PUT",
    headers: { "Content-Type": "application/json", "If-Match": `"${main.dataset.version}"` },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (answer?.ok) return location.reload();
  const problem = await answer?.json().catch(() => null);
  wrong.textContent = titleOf(problem) ?? document.getElementById("status").dataset.failed;
  if (!form.why.value.trim()) form.why.focus();
}

for (const button of buttons) button.addEventListener("click", () => open(button));
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  decide();
});
form?.addEventListener("keydown", (event) => {
  if (event.isComposing || event.key !== "Enter" || event.target.matches("button")) return;
  event.preventDefault();
  if (event.ctrlKey) return decide();
  const boxes = [...form.elements].filter((box) => box.offsetParent);
  boxes[boxes.indexOf(event.target) + 1]?.focus();
});
form?.policy.addEventListener("change", simulate);
form?.sure.addEventListener("change", simulate);
form?.days.addEventListener("change", simulate);
document.getElementById("decide-close")?.addEventListener("click", () => dialog.close());
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.target.closest("input, select, dialog")) return;
  const by = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (by && buttons.length) buttons[(buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length].focus();
});
