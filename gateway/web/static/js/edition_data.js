// A marked form edition as the file that `forms/` holds: what lacks, and the text.

const FORM = /^[A-Z][A-Z0-9-]*$/;
const ID = /^[a-z][a-z0-9_]*$/;

const whole = (text) => (/^\d+$/.test(text ?? "") ? Number(text) : 0);
const middle = (box) => box.y + box.height / 2;

// Boxes from the top; those at one height lie in one printed row, from the left.
export function rowsOf(boxes) {
  const rows = [];
  for (const box of [...boxes].sort((one, other) => middle(one) - middle(other))) {
    const row = rows.at(-1);
    if (row && middle(box) - middle(row[0]) < Math.min(box.height, row[0].height) / 2) row.push(box);
    else rows.push([box]);
  }
  for (const row of rows) row.sort((one, other) => one.x - other.x);
  return rows;
}

export function problemsOf(edition, boxes, words) {
  const found = [];
  if (!FORM.test(edition.form)) found.push(words.formMissing);
  if (!edition.edition) found.push(words.editionMissing);
  if (!edition.title) found.push(words.titleMissing);
  if (!edition.source) found.push(words.sourceMissing);
  if (!boxes.length) found.push(words.nothing);
  boxes.forEach((box, place) => {
    const say = (text) => found.push(text.replace("{n}", place + 1));
    if (!ID.test(box.id)) say(words.idWrong);
    else if (boxes.findIndex((other) => other.id === box.id) < place) say(words.twice);
    if (!box.label) say(words.labelMissing);
  });
  return found;
}

// Strings as JSON writes them are strings of YAML too.
export function textOf(edition, boxes) {
  const lines = ["form", "edition", "kind", "title"].map((name) => `${name}: ${JSON.stringify(edition[name])}`);
  lines.push("status: provisional", `source: ${JSON.stringify(edition.source)}`, "fields:");
  rowsOf(boxes).forEach((row, place) => {
    const narrowest = Math.min(...row.map((box) => box.width));
    for (const box of row) {
      const parts = [`id: ${JSON.stringify(box.id)}`];
      if (whole(box.number)) parts.push(`number: ${whole(box.number)}`);
      parts.push(`label: ${JSON.stringify(box.label)}`, `type: ${box.type}`, `row: ${place + 1}`);
      const share = Math.round((10 * box.width) / narrowest) / 10;
      if (share > 1) parts.push(`share: ${share}`);
      if (whole(box.boxes)) parts.push(`boxes: ${whole(box.boxes)}`);
      if (whole(box.lines) > 1) parts.push(`lines: ${whole(box.lines)}`);
      lines.push(`  - {${parts.join(", ")}}`);
    }
  });
  return `${lines.join("\n")}\n`;
}
