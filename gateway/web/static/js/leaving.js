// Whoever leaves a desk gives back what was leased ahead. A log-out waits for it: afterwards nobody may.
// Answers not yet sent are sealed and go out on the next visit; until then their leases stay.

export function giveBackOnLeaving(leases, queue) {
  const give = () => fetch(leases, { method: "DELETE", keepalive: true }).catch(() => null);
  window.addEventListener("pagehide", () => {
    if (!queue.closed && !queue.line.items.length) give();
  });
  document.querySelector("form[action='/logout']")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    queue.closed = true;
    while (queue.asking) await new Promise((resolve) => setTimeout(resolve, 20));
    if (!queue.line.items.length) await give();
    event.target.submit();
  });
}
