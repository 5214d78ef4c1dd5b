// A consignment checked on arrival: one scan, one answer; the lists are rendered anew after each.

import { ask } from "./requests.js";
import { renew } from "./renew.js";
import { byKey, why } from "./transfers_ask.js";

const form = document.getElementById("scan");
const live = () => document.getElementById("consignment");
const tones = { arrived: "good", already: "warn", surplus: "bad" };

function refresh() {
  return renew(`${location.pathname}/live`, "consignment");
}

// The code of a packing list: this one's is no dossier that came with it, another's opens that one.
const LIST = /^TT:C:(.+)$/;

async function scan(text) {
  const [, list] = LIST.exec(text) ?? [];
  if (list && list !== form.dataset.id) return location.assign(`/transfers/consignments/${encodeURIComponent(list)}`);
  if (list) {
    const place = document.getElementById("finding");
    place.className = "good";
    place.textContent = form.dataset.list;
    return;
  }
  const told = await ask(`/v1/consignments/${form.dataset.id}:scan`, { code: text });
  const place = document.getElementById("finding");
  place.className = told ? tones[told.finding] : "";
  place.textContent = told ? form.dataset[told.finding].replace("{}", text) : "";
  if (told) await refresh();
}

// A scanner may be quicker than the line: scans wait for each other.
let line = Promise.resolve();
form?.addEventListener("keydown", (event) => {
  if (event.isComposing || event.key !== "Enter") return;
  event.preventDefault();
  const { code } = form.elements;
  const text = code.value.trim();
  code.value = "";
  code.focus();
  if (text) line = line.then(() => scan(text));
});

async function refuse(row) {
  const button = row?.querySelector("[data-refuse]");
  if (!button) return;
  const reason = await why(button.textContent);
  if (!reason) return;
  const { id, version } = live().dataset;
  const items = [{ dossier_id: row.dataset.dossier, outcome: "refused", reason }];
  if (await ask(`/v1/consignments/${id}:check`, { items }, { headers: { "If-Match": `"${version}"` } })) await refresh();
  form.elements.code.focus();
}

document.addEventListener("click", async ({ target }) => {
  if (target.closest("[data-refuse]")) refuse(target.closest("[data-line]"));
  if (!target.closest("[data-close]")) return;
  const { id, version } = live().dataset;
  if (await ask(`/v1/consignments/${id}:close`, undefined, { headers: { "If-Match": `"${version}"` } })) location.reload();
});
byKey(form?.elements.code, { r: refuse, p: () => document.getElementById("print").click() });
document.documentElement.dataset.ready = "true";
