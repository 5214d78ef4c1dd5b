// Which page of the dossier is to take another's place: both are shown beside each other before it is sent.

import { answerOf } from "./answer_of.js";

const dialog = document.getElementById("replace");
const choice = dialog?.querySelector("select");

// The page to put in the place of `old`'s, of those that `others` show; null where it was closed.
export function askReplacement(old, others) {
  const images = new Map(others.map((tile) => [tile.dataset.page, tile.dataset.access]));
  const [before, after] = [dialog.querySelector("[data-old]"), dialog.querySelector("[data-new]")];
  const look = () => (after.src = images.get(choice.value));
  choice.replaceChildren(...others.map((tile) => new Option(tile.getAttribute("aria-label"), tile.dataset.page)));
  // The scan that follows is most often the better one: a page that failed is laid in again at once.
  choice.value = (others.find((tile) => old.compareDocumentPosition(tile) & Node.DOCUMENT_POSITION_FOLLOWING) ?? others.at(-1)).dataset.page;
  before.src = old.dataset.access;
  choice.onchange = look;
  look();
  return answerOf(dialog, (closed) => (closed === "done" ? choice.value : null), choice);
}
