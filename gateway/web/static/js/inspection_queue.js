// Grids ahead with their thumbnails decoded, answers behind: the inspector never waits for the network.

import { Outbox, blobOf } from "./outbox.js";

const SETS = 3;
const IDLE_MS = 15000;
// Fetched at the same time: more would only stand in each other's way.
const AT_ONCE = 6;

export class Queue {
  // `told`: called whenever something changes. `refused`: with an answer that the server did not take.
  // `prepare`: builds what is shown of a set, decoded, so that showing it is one frame's work.
  constructor({ who, told, refused, prepare }) {
    Object.assign(this, { told, prepare });
    this.line = new Outbox({ who: `${who}/inspection`, told, refused });
    this.ahead = [];
    this.known = new Set();
    this.waiting = 0;
    this.ownWaits = this.asking = this.asked = this.closed = false;
  }

  async start() {
    await this.line.start();
    for (const one of this.line.items) this.known.add(one.of);
    await this.fill();
  }

  next() {
    const set = this.ahead.shift() ?? null;
    this.told();
    return set;
  }

  async answer(set, failed) {
    this.#letGo(set);
    await this.line.push({ of: set.id, address: `/v1/inspection/sets/${set.id}:finish`, body: { failed } });
    // Only a set that the server has taken makes room for another.
    this.line.sent().then(() => this.fill());
  }

  // Takes an answered set back and shows it again; null where it is too late.
  async reopen(id, current) {
    await this.line.sent();
    const answer = await this.line.post(`/v1/inspection/sets/${id}:reopen`);
    if (!answer?.ok) return null;
    const set = await answer.json();
    await this.#ready(set);
    if (current) this.ahead.unshift(current);
    return set;
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
      const answer = await this.line.post("/v1/inspection/leases", { count: SETS });
      if (answer?.ok) {
        const lease = await answer.json();
        this.waiting = lease.waiting;
        this.ownWaits = lease.own_waits;
        const fresh = lease.sets.filter((set) => !this.known.has(set.id));
        for (const set of fresh) this.known.add(set.id);
        for (const set of fresh) {
          await this.#ready(set);
          this.ahead.push(set);
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

  async #ready(set) {
    const left = [...set.pages];
    const work = async () => {
      for (let page = left.shift(); page; page = left.shift()) {
        const blob = await blobOf(page.thumbnail);
        page.image = blob && URL.createObjectURL(blob);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    set.shown = await this.prepare(set);
  }

  #letGo(set) {
    for (const { image } of set.pages) if (image) URL.revokeObjectURL(image);
    set.shown = null;
  }
}
