// What is to be cut off a page: four edges in per cent by keyboard, or a frame drawn by mouse.

import { answerOf } from "./answer_of.js";

const dialog = document.getElementById("crop");
const form = dialog?.querySelector("form");
const sheet = dialog?.querySelector(".crop-sheet");
const kept = dialog?.querySelector(".crop-kept");
const EDGES = ["left", "top", "right", "bottom"];
const SMALLEST = 0.02;

// As shares of the page.
const cut = () => Object.fromEntries(EDGES.map((edge) => [edge, Math.min(0.95, Math.max(0, Number(form.elements[edge].value) / 100 || 0))]));

function draw() {
  for (const [edge, share] of Object.entries(cut())) kept.style[edge] = `${share * 100}%`;
}

function set(shares) {
  for (const [edge, share] of Object.entries(shares)) form.elements[edge].value = String(Math.round(share * 200) / 2);
  draw();
}

form?.addEventListener("input", draw);
sheet?.addEventListener("pointerdown", (down) => {
  const frame = sheet.getBoundingClientRect();
  const at = (event, side, from, length) => Math.min(1, Math.max(0, (event[side] - from) / length));
  const spot = (event) => [at(event, "clientX", frame.left, frame.width), at(event, "clientY", frame.top, frame.height)];
  const [x, y] = spot(down);
  sheet.setPointerCapture(down.pointerId);
  sheet.onpointermove = (event) => {
    const [to, low] = spot(event);
    set({ left: Math.min(x, to), top: Math.min(y, low), right: 1 - Math.max(x, to), bottom: 1 - Math.max(y, low) });
  };
  sheet.onpointerup = () => (sheet.onpointermove = sheet.onpointerup = null);
});

// The region to keep as imaging takes it; null where it was closed or nothing is cut.
export function askCrop(image) {
  sheet.querySelector("img").src = image;
  set({ left: 0, top: 0, right: 0, bottom: 0 });
  const answer = answerOf(
    dialog,
    (closed) => {
      const { left, top, right, bottom } = cut();
      const [width, height] = [1 - left - right, 1 - top - bottom];
      const some = left + top + right + bottom > 0 && width > SMALLEST && height > SMALLEST;
      return closed === "done" && some ? { x: left, y: top, width, height } : null;
    },
    form.elements.left,
  );
  form.elements.left.select();
  return answer;
}
