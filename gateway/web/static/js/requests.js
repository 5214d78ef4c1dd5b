// Requests that change something: sent as JSON, a refusal told in the page's language.

import { say, status } from "./say.js";

// Makes a repeat of a request do nothing twice. On a plain http address browsers have no randomUUID.
export function once() {
  const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  return { "Idempotency-Key": crypto.randomUUID?.() ?? random() };
}

// The sentence of a problem; none where the service sent none.
export function titleOf(problem) {
  return document.documentElement.lang === "en" ? problem?.title_en : problem?.title;
}

// What a form's fields hold, those marked `data-number` as numbers.
export function bodyOf(form) {
  const wanted = {};
  for (const field of form.elements) {
    if (!field.name || field.type === "submit") continue;
    wanted[field.name] = "number" in field.dataset ? Number(field.value) : field.value.trim();
  }
  return wanted;
}

// What the service answered; null where it refused or was not reached, and that has been told. `changed` is called in
// place of that where somebody else changed the thing first. A file goes as it is; `more` gives what a problem says
// beyond its sentence.
export async function ask(address, body, { method = "POST", headers = {}, seconds = 8, changed = null, failed = status.dataset.failed, more = () => [] } = {}) {
  const file = body instanceof Blob;
  const answer = await fetch(address, {
    method,
    headers: { "Content-Type": file ? body.type || "application/octet-stream" : "application/json", ...headers },
    body: file || body === undefined ? body : JSON.stringify(body),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok) return told ?? {};
  if (changed && answer?.status === 412) return await changed(), null;
  say([titleOf(told) ?? failed, ...more(told)].join(" · "), seconds);
  return null;
}
