// Two versions of a dossier's entry side by side: nothing is overwritten before somebody has seen both.

import { answerOf } from "./answer_of.js";
import { flat } from "./entry_form.js";

const dialog = document.getElementById("conflict");
const rows = document.getElementById("conflict-rows");

// What the server answers, in the shape in which it is given.
function given({ household, persons, documents, metadata }) {
  return {
    household,
    persons: persons.map(({ numbers, is_head: _head, birth_date_raw, ...person }) => ({
      ...person,
      birth_date: birth_date_raw ?? person.birth_date,
      sex: { male: "Nam", female: "Nữ" }[person.sex],
      other_numbers: numbers.filter((one) => one.number !== person.number).map(({ number, replaced_by }) => ({ number, replaced_by })),
    })),
    documents: documents.map(({ type, name, sheet_count, physical_condition, paper_size }) => ({ type, name, sheet_count, physical_condition, paper_size })),
    metadata,
  };
}

const iso = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/;
const same = (text) => (text ?? "").replace(iso, (_all, year, month, day) => [day, month, year].filter(Boolean).join("/"));

function differing(mine, theirs) {
  const [left, right] = [flat(mine), flat(theirs)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .map((field) => ({ field, mine: same(left[field]), theirs: same(right[field]) }))
    .filter((one) => one.mine !== one.theirs);
}

// "mine", "theirs", or nothing where the officer goes back to the form.
export function askConflict({ form, mine, theirs, words }) {
  const { why: _why, ...content } = mine;
  rows.replaceChildren(
    ...differing(content, given(theirs)).map((one) => {
      const row = document.createElement("tr");
      const cells = [form.titleOf(one.field, words), one.mine || words.none, one.theirs || words.none];
      row.append(...cells.map((text, place) => Object.assign(document.createElement(place ? "td" : "th"), { textContent: text })));
      row.firstElementChild.scope = "row";
      return row;
    }),
  );
  dialog.onkeydown = (event) => {
    const choice = { s: "theirs", t: "mine" }[event.key.toLowerCase()];
    if (!choice || event.ctrlKey || event.isComposing) return;
    // The letter would go on into the box that gets the focus back.
    event.preventDefault();
    dialog.close(choice);
  };
  document.getElementById("take-theirs").onclick = () => dialog.close("theirs");
  document.getElementById("keep-mine").onclick = () => dialog.close("mine");
  document.getElementById("go-back").onclick = () => dialog.close("");
  return answerOf(dialog, (closed) => closed);
}
