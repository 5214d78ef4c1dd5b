// Forms ahead with their images, answers behind: the keyer never waits for the network.

import { seal, unseal } from "./keying_vault.js";

const FORMS = 20;
const LOW = 8;
const RETRY_MS = [1000, 2000, 5000, 10000, 20000];
const IDLE_MS = 15000;
// Forms whose images stand decoded: a page takes 15 MB, so that not all of those ahead can.
const READY = 3;
// Asking for more work waits until the next form stands on the screen.
const AFTER_FLIP_MS = 150;

async function blobOf(address) {
  if (!address) return null;
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer.blob() : null;
}

export class Queue {
  // `told`: called with {ahead, behind, waiting, offline, signedOut, refused} whenever one of them changes.
  // `prepare`: builds what is shown of a form, decoded, so that showing it is one frame's work.
  constructor({ who, arbitrate, told, prepare }) {
    Object.assign(this, { who, arbitrate, told, prepare });
    this.ahead = [];
    this.behind = [];
    this.known = new Set();
    this.waiting = 0;
    this.offline = this.signedOut = this.sending = this.asking = false;
    this.tries = 0;
  }

  async start() {
    this.behind = await unseal(this.who);
    for (const one of this.behind) this.known.add(one.form);
    this.#send();
    await this.fill();
  }

  // The next form with its images, or nothing while none is there.
  next() {
    const form = this.ahead.shift() ?? null;
    setTimeout(() => {
      this.#prepareNext();
      if (this.ahead.length < LOW) this.fill();
    }, AFTER_FLIP_MS);
    this.#tell();
    return form;
  }

  forget(form) {
    this.known.delete(form.id);
    for (const { image } of form.fields) if (image) URL.revokeObjectURL(image);
    form.shown = form.picture = null;
  }

  async answer(form, answers) {
    this.behind.push({ form: form.id, answers });
    this.forget(form);
    this.known.add(form.id);
    await seal(this.who, this.behind);
    this.#tell();
    this.#send();
  }

  async postpone(form) {
    this.forget(form);
    await this.#post(`/v1/keying/forms/${form.id}:postpone`).catch(() => null);
  }

  async fill() {
    if (this.asking) return;
    this.asking = true;
    clearTimeout(this.timer);
    try {
      const answer = await this.#post("/v1/keying/leases", { count: FORMS, arbitrate: this.arbitrate });
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
          this.#tell();
        }
      }
    } finally {
      this.asking = false;
      if (!this.ahead.length) this.timer = setTimeout(() => this.fill(), IDLE_MS);
      this.#tell();
    }
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

  async #send() {
    if (this.sending) return;
    this.sending = true;
    while (this.behind.length) {
      const first = this.behind[0];
      const answer = await this.#post(`/v1/keying/forms/${first.form}/answers`, { answers: first.answers });
      const settled = answer && (answer.ok || [404, 409, 422].includes(answer.status));
      if (!settled) {
        const pause = RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)];
        await new Promise((resolve) => setTimeout(resolve, pause));
        continue;
      }
      this.tries = 0;
      if (!answer.ok) this.told({ ...this.#state(), refused: { form: first.form, problem: await answer.json() } });
      this.behind.shift();
      await seal(this.who, this.behind);
      this.#tell();
    }
    this.sending = false;
  }

  async #post(address, body) {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body ?? {}),
    }).catch(() => null);
    this.offline = !answer || answer.status >= 500;
    this.signedOut = answer?.status === 401;
    this.#tell();
    return answer;
  }

  #state() {
    const { waiting, offline, signedOut } = this;
    return { ahead: this.ahead.length, behind: this.behind.length, waiting, offline, signedOut };
  }

  #tell() {
    this.told(this.#state());
  }
}
