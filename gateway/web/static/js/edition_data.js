// A marked form edition as the file that `forms/` holds: what lacks, and the text.

const FORM = /^[A-Z][A-Z0-9-]*$/;
const FEWEST_LABELS = 3;
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
  else if (new Set(boxes.map((box) => box.label)).size < FEWEST_LABELS) found.push(words.few);
  boxes.forEach((box, place) => {
    const say = (text) => found.push(text.replace("{n}", place + 1));
    if (!ID.test(box.id)) say(words.idWrong);
    else if (boxes.findIndex((other) => other.id === box.id) < place) say(words.twice);
    if (!box.label) say(words.labelMissing);
  });
  return found;
}

// What a file of `forms/` holds, and what the service is asked to take.
export function definitionOf(edition, boxes) {
  const fields = rowsOf(boxes).flatMap((row, place) => {
    const narrowest = Math.min(...row.map((box) => box.width));
    return row.map((box) => {
      const share = Math.round((10 * box.width) / narrowest) / 10;
      return {
        id: box.id,
        ...(whole(box.number) && { number: whole(box.number) }),
        label: box.label,
        type: box.type,
        row: place + 1,
        ...(share > 1 && { share }),
        ...(whole(box.boxes) && { boxes: whole(box.boxes) }),
        ...(whole(box.lines) > 1 && { lines: whole(box.lines) }),
      };
    });
  });
  const { form, edition: year, kind, title, source } = edition;
  return { form, edition: year, kind, title, status: "provisional", source, fields };
}

// Strings as JSON writes them are strings of YAML too.
export function textOf({ fields, ...about }) {
  const pairs = (one) => Object.entries(one).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `${[...pairs(about), "fields:", ...fields.map((one) => `  - {${pairs(one).join(", ")}}`)].join("\n")}\n`;
}
