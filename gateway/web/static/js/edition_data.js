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

// The first of some keys that is still there, as a place among printed rows.
function placeOf(items, keys) {
  for (const key of keys) {
    const place = items.findIndex((one) => one.keys.includes(key));
    if (place >= 0) return place;
  }
  return items.length;
}

// Printed rows from the top: marked fields, and between them the tables that an opened edition has.
function itemsOf(boxes, { tables, order }) {
  const items = rowsOf(boxes).map((row) => ({ row, keys: row.map((box) => box.was) }));
  for (const table of [...tables].reverse()) {
    const key = keyOf(table);
    items.splice(placeOf(items, order.slice(order.indexOf(key) + 1)), 0, { table, keys: [key] });
  }
  return items;
}

const keyOf = (table) => `#${table.id}`;
const NOTHING = { about: {}, tables: [], sections: [], order: [] };

// What a file of `forms/` holds, and what the service is asked to take. `kept`: what an opened edition has besides marks.
export function definitionOf(edition, boxes, kept = NOTHING) {
  const items = itemsOf(boxes, kept);
  const fields = items.flatMap(({ row = [] }, place) => {
    const narrowest = Math.min(...row.map((box) => box.width));
    return row.map((box) => {
      const share = Math.round((10 * box.width) / narrowest) / 10;
      return {
        id: box.id,
        ...(whole(box.number) && { number: whole(box.number) }),
        label: box.label,
        ...box.kept,
        type: box.type,
        row: place + 1,
        ...(share > 1 && { share }),
        ...(whole(box.boxes) && { boxes: whole(box.boxes) }),
        ...(whole(box.lines) > 1 && { lines: whole(box.lines) }),
      };
    });
  });
  const tables = items.flatMap(({ table }, place) => (table ? [{ ...table, row: place + 1 }] : []));
  const sections = kept.sections.map(({ before, ...section }) => ({ ...section, row: placeOf(items, kept.order.slice(before)) + 1 }));
  const { form, edition: year, kind, title, source } = edition;
  return { form, edition: year, kind, title, status: "provisional", ...kept.about, source, fields, ...(tables.length && { tables }), ...(sections.length && { sections }) };
}

// The other way: marks of a stored edition, laid out as its rows follow each other, and what it has besides.
export function marksOf({ form, edition, kind, title, source, fields, tables = [], sections = [], ...about }) {
  const printed = [...fields.map((one) => [one.row, one.id]), ...tables.map((one) => [one.row, keyOf(one)])].sort(([one], [other]) => one - other);
  const rows = [...new Set(fields.map((one) => one.row))].sort((one, other) => one - other);
  const pitch = Math.min(0.05, 0.85 / rows.length);
  const boxes = rows.flatMap((at, place) => {
    const mine = fields.filter((one) => one.row === at);
    const whole = mine.reduce((sum, { share = 1 }) => sum + share, 0);
    let x = 0.1;
    return mine.map(({ id, label, type, number = "", boxes: squares = 0, lines = 1, share = 1, row, ...kept }) => {
      const width = (0.8 * share) / whole;
      const box = { id, label, type, number: String(number), boxes: String(squares || ""), lines: lines > 1 ? String(lines) : "", was: id, kept, x, y: 0.1 + place * pitch, width: 0.98 * width, height: 0.7 * pitch };
      x += width;
      return box;
    });
  });
  const before = (section) => printed.filter(([row]) => row < section.row).length;
  const kept = { about, tables, sections: sections.map((one) => ({ ...one, before: before(one) })), order: printed.map(([, key]) => key) };
  return { edition: { form, edition, kind, title, source }, boxes, kept };
}

// Places of marks where a trial found their labels, each up to the next one in its line; those not found lie below the
// mark before them.
export function placesOf(boxes, { labels, width_px, height_px }) {
  const found = new Map(labels.map(({ id, box }) => [id, { x: box.x / width_px, y: box.y / height_px, height: box.height / height_px }]));
  const level = (one, other) => Math.abs(middle(one) - middle(other)) < one.height / 2;
  let last = { x: 0.1, y: 0.02, width: 0.8, height: 0.03 };
  return rowsOf(boxes).flat().map((box) => {
    const at = found.get(box.was);
    if (at) {
      const beside = [...found.values()].filter((other) => other.x > at.x && level(at, other)).map((other) => other.x);
      last = { x: at.x, y: at.y - at.height * 0.15, width: Math.min(0.96, ...beside) - at.x - 0.005, height: at.height * 1.3 };
    } else last = { ...last, y: Math.min(1 - last.height, last.y + last.height * 1.1) };
    return [box, last];
  });
}

// Strings as JSON writes them are strings of YAML too.
export function textOf({ fields, ...about }) {
  const pairs = (one) => Object.entries(one).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `${[...pairs(about), "fields:", ...fields.map((one) => `  - {${pairs(one).join(", ")}}`)].join("\n")}\n`;
}
