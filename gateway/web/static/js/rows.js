// Lists by keyboard: J and K walk through what is marked `data-row`, Enter opens it as any link.

const rows = () => [...document.querySelectorAll("[data-row]")];

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
  const by = { j: 1, k: -1 }[event.key.toLowerCase()];
  const list = rows();
  if (!by || !list.length) return;
  event.preventDefault();
  const at = list.indexOf(document.activeElement);
  list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)].focus();
});
