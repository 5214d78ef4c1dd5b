// What the server refused for good, with the reason: its author reads it, copies it, discards it.

import { say } from "./say.js";

// A body as lines of `name: value`, so that somebody can type it again elsewhere.
function lines(value, name = "") {
  if (value === null || value === undefined || value === "") return [];
  if (typeof value !== "object") return [name ? `${name}: ${value}` : String(value)];
  return Object.entries(value).flatMap(([key, inside]) => lines(inside, Array.isArray(value) ? name : name ? `${name}.${key}` : key));
}

// Browsers give the clipboard to secure pages only; on others the marked text is copied.
async function copy(box) {
  box.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(box.value).catch(() => document.execCommand("copy"));
  else document.execCommand("copy");
}

export function showAside(line) {
  const root = document.getElementById("aside");
  if (!root) return;
  root.hidden = !line.aside.length;
  const list = root.querySelector("ul");
  if (list.children.length === line.aside.length && list.line === line) return;
  list.line = line;
  const pattern = root.querySelector("template").content.firstElementChild;
  list.replaceChildren(
    ...line.aside.map((item) => {
      const row = pattern.cloneNode(true);
      row.querySelector("b").textContent = item.reason || root.dataset.answered.replace("{n}", item.status);
      row.querySelector("time").textContent = new Date(item.at).toLocaleString(document.documentElement.lang === "en" ? "en-GB" : "vi-VN");
      const box = row.querySelector("textarea");
      box.value = lines(item.body).join("\n");
      box.rows = Math.min(6, box.value.split("\n").length);
      row.querySelector("[data-act=copy]").addEventListener("click", async () => {
        await copy(box);
        say(root.dataset.copied);
      });
      row.querySelector("[data-act=discard]").addEventListener("click", () => line.discard(item));
      return row;
    }),
  );
}
