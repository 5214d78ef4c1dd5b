// Dossiers scanned one after the other and sent together; those on their way accepted, refused or called back.

import { say } from "./say.js";
import { ask, once } from "./requests.js";
import { byKey, why } from "./transfers_ask.js";

const form = document.getElementById("send");
const { to, reason, code } = form.elements;
const list = document.getElementById("to-send");
const chosen = new Map();

function show() {
  document.getElementById("count").textContent = chosen.size;
  list.replaceChildren(
    ...[...chosen.values()].map((one) => {
      const item = document.createElement("li");
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", form.dataset.remove.replace("{}", one.reference));
      remove.addEventListener("click", () => {
        chosen.delete(one.dossier_id);
        show();
        code.focus();
      });
      item.append(one.reference, remove);
      return item;
    }),
  );
}

async function add(text) {
  // A packing list that has arrived with its dossiers: it opens.
  if (text.startsWith("TT:C:")) return location.assign(`/transfers/consignments/${encodeURIComponent(text.slice(5))}`);
  const found = await ask("/v1/transfers:look-up", { code: text });
  if (!found) return;
  if (found.transfer_id) return say(form.dataset.travels);
  if (chosen.has(found.dossier_id)) return say(form.dataset.twice);
  chosen.set(found.dossier_id, found);
  show();
}

let sending = false;
async function send() {
  if (!chosen.size) return say(form.dataset.none), code.focus();
  if (!form.reportValidity() || sending) return;
  sending = true;
  const ids = [...chosen.keys()];
  const [address, body] =
    ids.length === 1
      ? ["/v1/transfers", { dossier_id: ids[0], to_unit: to.value, reason: reason.value }]
      : ["/v1/consignments", { dossier_ids: ids, to_unit: to.value, note: reason.value }];
  const made = await ask(address, body, { headers: once() });
  sending = false;
  if (made) location.assign(ids.length === 1 ? "/transfers" : `/transfers/consignments/${made.id}`);
}

// A scanner ends every code with Enter; codes are looked up one after the other, in their order.
let line = Promise.resolve();
form.addEventListener("keydown", (event) => {
  if (event.isComposing || event.key !== "Enter" || event.target.closest("button")) return;
  event.preventDefault();
  if (event.ctrlKey) return void send();
  if (event.target === to) return reason.focus();
  if (event.target === reason) return code.focus();
  const text = code.value.trim();
  code.value = "";
  if (text) line = line.then(() => add(text));
});
form.querySelector("[data-send]").addEventListener("click", send);
if (form.dataset.dossier) add(form.dataset.dossier);

async function settle(row, act) {
  const button = row?.querySelector(`[data-act="${act}"]`);
  if (!button) return;
  const said = act === "accept" ? "" : await why(button.textContent);
  if (act !== "accept" && !said) return;
  const { id, version } = row.dataset;
  const done = await ask(`/v1/transfers/${id}:${act}`, act === "accept" ? undefined : { reason: said }, { headers: { "If-Match": `"${version}"` } });
  if (done) location.reload();
}
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-act]");
  if (button) settle(button.closest("[data-line]"), button.dataset.act);
});
byKey(code, {
  a: (row) => settle(row, "accept"),
  r: (row) => settle(row, row?.querySelector('[data-act="refuse"]') ? "refuse" : "recall"),
});
document.documentElement.dataset.ready = "true";
