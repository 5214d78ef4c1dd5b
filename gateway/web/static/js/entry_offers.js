// What is offered below a box of an entry form, never in it: names by their first letters, relations by digit.

import { clean } from "./entry_form.js";
import { suggest } from "./keying_suggest.js";

const RELATIONS = ["Chủ hộ", "Vợ", "Chồng", "Con", "Cháu", "Bố", "Mẹ", "Anh", "Chị", "Em"];

export function offer(box) {
  const list = box.closest(".entry-box").querySelector(".offers");
  if (!list) return;
  const { kind } = box.dataset;
  box.offers = kind === "name" ? suggest(box.value, { family: familyFor(box) }) : [];
  // Digits say relations, so none of them is marked to be taken.
  const shown = kind === "relation" ? RELATIONS.map((word, place) => `${(place + 1) % 10} ${word}`) : box.offers;
  list.replaceChildren(...shown.map((word) => Object.assign(document.createElement("li"), { textContent: word })));
  choose(box, 0);
}

export function choose(box, number) {
  const items = [...box.closest(".entry-box").querySelectorAll(".offers li")];
  box.offer = box.offers.length ? (number + items.length) % items.length : -1;
  items.forEach((item, place) => item.classList.toggle("next", place === box.offer));
}

// A father's family name is mostly his child's.
function familyFor(box) {
  if (box.dataset.field !== "father_name") return "";
  return box.closest("[data-row]")?.querySelector('[data-field="full_name"]').value.trim().split(" ")[0] ?? "";
}

// The value of a box with what its short forms stand for.
export function writtenOut(box) {
  const text = clean(box.value).trim();
  const { kind } = box.dataset;
  if (kind === "relation" && /^\d$/.test(text)) return RELATIONS[(Number(text) + 9) % 10];
  if (kind === "sex" && /^[12]$/.test(text)) return text === "1" ? "Nam" : "Nữ";
  return text;
}
