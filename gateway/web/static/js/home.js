// The home screen by keyboard: J and K walk through the queues, Enter opens one as any link.

const rows = [...document.querySelectorAll("#queues a")];

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (!rows.length || event.target.closest("input, textarea, select, dialog[open]")) return;
  if (document.querySelector("dialog[open]")) return;
  const step = { j: 1, arrowdown: 1, k: -1, arrowup: -1 }[event.key.toLowerCase()];
  if (!step) return;
  event.preventDefault();
  const at = rows.indexOf(document.activeElement);
  rows[Math.min(Math.max(at + step, 0), rows.length - 1)].focus();
});
