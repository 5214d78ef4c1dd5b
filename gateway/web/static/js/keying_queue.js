// Forms ahead with their images, answers behind: the keyer never waits for the network.

import { Outbox, blobOf } from "./outbox.js";

const FORMS = 20;
const LOW = 8;
const IDLE_MS = 15000;
// Forms whose images stand decoded: a page takes 15 MB, so that not all of those ahead can.
const READY = 3;
// Asking for more work waits until the next form stands on the screen.
const AFTER_FLIP_MS = 150;

export class Queue {
  // `told`: called whenever something changes. `refused`: with an answer that the server did not take.
  // `prepare`: builds what is shown of a form, decoded, so that showing it is one frame's work.
  constructor({ who, arbitrate, told, refused, prepare }) {
    Object.assign(this, { arbitrate, told, prepare });
    this.line = new Outbox({ who, told, refused });
    this.ahead = [];
    this.known = new Set();
    this.waiting = 0;
    this.asking = this.asked = this.closed = false;
  }

  async start() {
    await this.line.start();
    for (const one of this.line.items) this.known.add(one.of);
    await this.fill();
  }

  // The next form with its images, or nothing while none is there.
  next() {
    const form = this.ahead.shift() ?? null;
    setTimeout(() => {
      this.#prepareNext();
      if (this.ahead.length < LOW) this.fill();
    }, AFTER_FLIP_MS);
    this.told();
    return form;
  }

  async answer(form, answers) {
    this.#letGo(form);
    this.known.add(form.id);
    await this.line.push({ of: form.id, address: `/v1/keying/forms/${form.id}/answers`, body: { answers } });
  }

  async postpone(form) {
    this.#letGo(form);
    await this.line.post(`/v1/keying/forms/${form.id}:postpone`);
  }

  // What stands in place of work while there is none: nothing waits, it is being fetched, or it cannot be.
  get state() {
    if (this.line.offline || this.line.signedOut) return "failed";
    return this.asked && !this.asking ? "none" : "loading";
  }

  async fill() {
    if (this.asking || this.closed) return;
    this.asking = true;
    clearTimeout(this.timer);
    try {
      const answer = await this.line.post("/v1/keying/leases", { count: FORMS, arbitrate: this.arbitrate });
      if (answer?.ok) {
        const lease = await answer.json();
        this.waiting = lease.waiting;
        const fresh = lease.forms.filter((form) => !this.known.has(form.id));
        for (const form of fresh) this.known.add(form.id);
        // One after the other, so that the first is whole as early as can be.
        for (const form of fresh) {
          await this.#fetchImages(form);
          if (this.ahead.length < READY) await this.#prepared(form);
          this.ahead.push(form);
          this.told();
        }
      }
    } finally {
      this.asking = false;
      this.asked = true;
      if (!this.ahead.length) this.timer = setTimeout(() => this.fill(), IDLE_MS);
      this.told();
    }
  }

  #letGo(form) {
    this.known.delete(form.id);
    for (const { image } of form.fields) if (image) URL.revokeObjectURL(image);
    form.shown = form.picture = null;
  }

  async #fetchImages(form) {
    const [page, ...snippets] = await Promise.all([blobOf(form.page), ...form.fields.map((field) => blobOf(field.snippet))]);
    form.picture = page;
    form.fields.forEach((field, place) => (field.image = snippets[place] && URL.createObjectURL(snippets[place])));
  }

  async #prepareNext() {
    for (const form of this.ahead.slice(0, READY)) await this.#prepared(form);
  }

  #prepared(form) {
    form.preparing ??= this.prepare(form).then((shown) => (form.shown = shown));
    return form.preparing;
  }
}
