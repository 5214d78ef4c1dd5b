// The batch's events say that something changed; the server renders what it looks like now.

import { walk } from "./monitor_pages.js";
import { titleOf } from "./requests.js";
import { say } from "./say.js";

const SOONEST_MS = 700;
const live = document.getElementById("live");
const status = document.getElementById("status");

let last = 0;
let waiting = null;

function changed() {
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = null;
    last = Date.now();
    window.htmx.trigger(live, "batch-changed");
  }, Math.max(0, last + SOONEST_MS - Date.now()));
}

if (live.dataset.state !== "processed") {
  const events = new EventSource(live.dataset.events);
  let lost = false;
  events.addEventListener("batch", changed);
  events.addEventListener("page", changed);
  events.addEventListener("end", () => {
    changed();
    events.close();
  });
  events.addEventListener("open", () => {
    if (lost) say("", 0);
    lost = false;
  });
  events.addEventListener("error", () => {
    // EventSource tries again by itself and names the last event that it saw.
    lost = true;
    say(status.dataset.lost, 0);
  });
  window.addEventListener("pagehide", () => events.close());
}

// The stream ends when all pages are filed; what becomes of a rescan is asked for as long as one is worked on.
setInterval(() => live.querySelector(".rescans .chip.work") && changed(), 3000);

// How fast pages come is told of the last minutes: a link that stands still makes no event.
setInterval(() => live.querySelector(".arrival") && changed(), 15000);

// A page that is wanted again is sent from here; its hash is its name, as for any page.
live.addEventListener("change", async ({ target }) => {
  const file = target.files?.[0];
  if (!target.dataset.rescan || !file) return;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const hash = [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join("");
  const sent = await fetch(`${target.dataset.rescan}/${hash}`, { method: "PUT", body: file }).catch(() => null);
  if (sent?.ok) return changed();
  const problem = await sent?.json().catch(() => null);
  say(titleOf(problem) ?? status.dataset.failed);
});

walk(changed);
