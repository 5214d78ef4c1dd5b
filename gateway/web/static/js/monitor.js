// The batch's events say that something changed; the server renders what it looks like now.

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
