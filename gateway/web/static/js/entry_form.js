// The boxes of an entry form: what they say as the API takes it, filling them, rows, errors beside their boxes.

import { asWritten } from "./typed_date.js";

export const HOUSEHOLD = ["household_book_no", "permanent_residence", "volume_no", "residence_register_no", "register_leaf_no", "archived_on"];
const OF_MEMBERS = ["relation_to_head", "permanent_registered_on", "departed_on", "deregistration_reason"];
const PERSON = ["full_name", "birth_date", "sex", "number", "father_name", "mother_name", ...OF_MEMBERS];
const PAPER = ["type", "sheet_count", "physical_condition", "paper_size", "name"];
const ROWS = ["persons", "documents"];
const DATES = ["birth_date", "permanent_registered_on", "departed_on", "archived_on"];
// The first member is mostly the head; whoever types another relation says so.
const HEAD = "Chủ hộ";
// Marks of direction and of no width: they come with pasted text and say nothing.
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/g;

export const clean = (text) => text.replace(UNSEEN, "").replace(/\s+/g, " ").normalize("NFC");

export class Form {
  constructor(root) {
    this.root = root;
    this.lists = Object.fromEntries(ROWS.map((group) => [group, document.getElementById(group)]));
    this.made = 0;
    for (const box of root.querySelectorAll("[data-field]")) this.#name(box);
    for (const group of ROWS) this.addRow(group);
  }

  get kind() {
    return this.root.querySelector('[data-field="kind"]')?.value ?? this.root.dataset.kind;
  }

  showKind() {
    this.root.classList.toggle("identity", this.kind === "identity");
    for (const list of this.root.querySelectorAll('[data-field="type"]')) this.#numberTypes(list);
  }

  // Boxes that can be reached now, in their order.
  get boxes() {
    return [...this.root.querySelectorAll("[data-field]")].filter((box) => box.offsetParent);
  }

  box(section, field) {
    return this.root.querySelector(`[data-section="${section}"] [data-field="${field}"]`);
  }

  rows(group) {
    return [...this.lists[group].children];
  }

  addRow(group) {
    const row = document.getElementById(`${group}-row`).content.firstElementChild.cloneNode(true);
    row.dataset.group = group;
    row.querySelectorAll("[data-field]").forEach((box) => this.#name(box));
    this.lists[group].append(row);
    this.#number(group);
    this.showKind();
    if (group === "persons" && this.rows(group).length === 1) row.querySelector('[data-field="relation_to_head"]').value = HEAD;
    return row;
  }

  // The last row is emptied instead: there is always one to type into.
  dropRow(row) {
    const { group } = row.dataset;
    const place = this.rows(group).indexOf(row);
    row.remove();
    if (!this.rows(group).length) this.addRow(group);
    this.#number(group);
    return this.rows(group)[Math.min(place, this.rows(group).length - 1)];
  }

  isEmpty(row) {
    const given = row.dataset.group === "documents" ? ["type", "name"] : [...PERSON, "old_number"].filter((field) => field !== "relation_to_head");
    return given.every((field) => !row.querySelector(`[data-field="${field}"]`).value.trim());
  }

  // The content as the API takes it; empty rows say nothing.
  read() {
    const identity = this.kind === "identity";
    const text = (box) => clean(box?.value ?? "").trim() || null;
    const section = (name, fields) => Object.fromEntries(fields.map((field) => [field, text(this.box(name, field))]));
    const household = section("household", HOUSEHOLD);
    const fields = identity ? PERSON.filter((field) => !OF_MEMBERS.includes(field)) : PERSON;
    const persons = this.#filled("persons").map((row) => ({
      ...(row.dataset.id ? { id: row.dataset.id } : {}),
      ...Object.fromEntries(fields.map((field) => [field, text(row.querySelector(`[data-field="${field}"]`))])),
      other_numbers: this.#others(row, text),
    }));
    const documents = this.#filled("documents").map((row) => {
      const paper = Object.fromEntries(PAPER.map((field) => [field, text(row.querySelector(`[data-field="${field}"]`))]));
      const count = Number(paper.sheet_count ?? 1);
      return { ...paper, type: paper.type ?? "", sheet_count: Number.isInteger(count) ? Math.min(count, 99_999) : 0 };
    });
    const metadata = {};
    for (const box of this.root.querySelectorAll('[data-section="metadata"] [data-field]')) {
      if (text(box)) metadata[box.dataset.field] = text(box);
    }
    const given = identity || Object.values(household).every((value) => !value) ? null : household;
    return { household: given, persons, documents, metadata };
  }

  get hasContent() {
    const { household, persons, documents, metadata } = this.read();
    return Boolean(household || persons.length || documents.length || Object.keys(metadata).length);
  }

  // `entry`: content as `read` gives it, or as the API answers it.
  fill(entry) {
    this.clearErrors();
    for (const group of ROWS) this.lists[group].replaceChildren();
    for (const field of HOUSEHOLD) this.#put(this.box("household", field), entry.household?.[field], field);
    for (const box of this.root.querySelectorAll('[data-section="metadata"] [data-field]')) {
      this.#put(box, entry.metadata?.[box.dataset.field], box.dataset.kind === "date" ? DATES[0] : "");
    }
    for (const person of entry.persons ?? []) {
      const row = this.addRow("persons");
      if (person.id) row.dataset.id = person.id;
      for (const field of PERSON) this.#put(row.querySelector(`[data-field="${field}"]`), person[field], field);
      if (person.birth_date_raw) row.querySelector('[data-field="birth_date"]').value = person.birth_date_raw;
      const sex = { male: "Nam", female: "Nữ" }[person.sex];
      if (sex) row.querySelector('[data-field="sex"]').value = sex;
      const others = person.other_numbers ?? (person.numbers ?? []).filter((one) => one.number !== person.number);
      row.others = others.map(({ number, replaced_by }) => ({ number, replaced_by }));
      row.querySelector('[data-field="old_number"]').value = row.others[0]?.number ?? "";
    }
    for (const paper of entry.documents ?? []) {
      const row = this.addRow("documents");
      for (const field of PAPER) this.#put(row.querySelector(`[data-field="${field}"]`), paper[field], field);
    }
    for (const group of ROWS) if (!this.rows(group).length) this.addRow(group);
    this.showKind();
  }

  // `errors`: [{field, title, title_en}] as the API names them; the first box gets the focus.
  showErrors(errors) {
    this.clearErrors();
    const found = errors.map(({ field, title, title_en }) => {
      const box = this.#boxOf(field);
      if (box) this.mark(box, document.documentElement.lang === "en" ? title_en : title);
      return box;
    });
    const first = this.boxes.find((box) => found.includes(box));
    first?.focus();
    first?.select?.();
    return Boolean(first);
  }

  mark(box, text) {
    const shell = box.closest(".entry-box").querySelector(".box-error");
    shell.textContent = text;
    if (text) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  }

  clearErrors() {
    for (const box of this.root.querySelectorAll('[aria-invalid="true"]')) this.mark(box, "");
  }

  // What a field of flattened content is called: the number of its row and the label of its box.
  titleOf(field, words) {
    const [group, place] = field.split(".");
    const label = this.#boxOf(field)?.closest("label").querySelector("span").textContent ?? field;
    const row = { persons: words.person, documents: words.paper }[group];
    return row ? `${row} ${Number(place) + 1} · ${label}` : label;
  }

  // A type is chosen by its number, typed: letters with marks reach no list.
  #numberTypes(list) {
    let number = 0;
    for (const option of list.querySelectorAll("option[data-of]")) {
      option.hidden = option.disabled = Boolean(option.dataset.of) && option.dataset.of !== this.kind;
      option.dataset.title ??= option.textContent;
      if (!option.hidden) option.textContent = `${(number += 1)} ${option.dataset.title}`;
    }
  }

  #filled(group) {
    return this.rows(group).filter((row) => !this.isEmpty(row));
  }

  #boxOf(field) {
    const parts = field.split(".");
    if (!ROWS.includes(parts[0])) return this.box(parts.length > 1 ? parts[0] : "dossier", parts.at(-1));
    const row = this.#filled(parts[0])[Number(parts[1])];
    const name = parts[2] === "other_numbers" ? "old_number" : parts[2];
    return row?.querySelector(`[data-field="${name}"]`) ?? row?.querySelector("[data-field]");
  }

  #others(row, text) {
    const old = text(row.querySelector('[data-field="old_number"]'));
    const [first, ...rest] = row.others ?? [];
    const number = text(row.querySelector('[data-field="number"]'));
    const changed = first?.number !== old;
    const own = old ? [{ number: old, replaced_by: changed ? number : first.replaced_by }] : [];
    return [...own, ...rest];
  }

  #put(box, value, field) {
    if (!box) return;
    const iso = DATES.includes(field) && /^\d{4}(-\d\d){0,2}$/.test(value ?? "");
    box.value = iso ? asWritten(value) : (value ?? (field === "sheet_count" ? "1" : ""));
  }

  #name(box) {
    const error = box.closest(".entry-box").querySelector(".box-error");
    error.id = `wrong-${(this.made += 1)}`;
    box.setAttribute("aria-describedby", error.id);
  }

  #number(group) {
    this.rows(group).forEach((row, place) => (row.querySelector(".place").textContent = place + 1));
  }
}

// Content as {path: text}, for comparing two versions.
export function flat(content) {
  const found = {};
  const add = (path, value) => {
    if (value === null || value === undefined || value === "") return;
    if (Array.isArray(value)) value.forEach((one, place) => add(`${path}.${place}`, one));
    else if (typeof value === "object") Object.entries(value).forEach(([name, one]) => add(path ? `${path}.${name}` : name, one));
    else if (!path.endsWith(".id")) found[path] = String(value);
  };
  add("", content);
  return found;
}
