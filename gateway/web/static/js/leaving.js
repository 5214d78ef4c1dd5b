// Whoever leaves a desk gives back what was leased ahead. A log-out waits for it, and for answers on their way:
// afterwards nobody may. What the line does not take in time is sealed and goes out on the next visit; until
// then its leases stay.

import { pause } from "./pause.js";

const PATIENCE_MS = 10000;

export function giveBackOnLeaving(leases, queue) {
  const give = () => fetch(leases, { method: "DELETE", keepalive: true }).catch(() => null);
  window.addEventListener("pagehide", () => {
    if (!queue.closed && !queue.line.items.length) give();
  });
  document.querySelector("form[action='/logout']")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    queue.closed = true;
    await Promise.race([queue.line.sent(), pause(PATIENCE_MS)]);
    while (queue.asking) await pause(20);
    if (!queue.line.items.length) await give();
    event.target.submit();
  });
}
