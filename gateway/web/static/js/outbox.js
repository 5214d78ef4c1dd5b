// Answers on their way to the server, kept sealed until it has taken them: a cut line or a closed tab loses none.
// What the server refuses for good does not hold up the rest; where nobody may be looking it is put aside, with the
// reason, until its author has copied or discarded it.

import { showAside } from "./outbox_aside.js";
import { pause } from "./pause.js";
import { titleOf } from "./requests.js";
import { seal, unseal } from "./vault.js";

const RETRY_MS = [1000, 2000, 5000, 10000, 20000];
// Signed out, too slow, too many: the same request may be taken later. Any other refusal is for good.
const PASSING = [401, 408, 425, 429];
// Refusals that screens tell at once in their own way.
const TOLD = [404, 409, 412, 422];

export async function blobOf(address) {
  if (!address) return null;
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer.blob() : null;
}

export class Outbox {
  // `who`: under which name answers are sealed. `told`: called whenever the state of the line changes.
  // `refused`: called with an item and the server's problem. `taken`: with an item and the server's answer.
  // `keepsRefused`: whether what is refused is put aside; not where the screen itself gives it back.
  constructor({ who, told, refused, taken = () => {}, keepsRefused = true }) {
    Object.assign(this, { who, told, refused, taken, keepsRefused });
    this.items = [];
    this.aside = [];
    this.offline = this.signedOut = this.sending = false;
    this.tries = 0;
  }

  // Takes up what an earlier visit could not send.
  async start() {
    this.items = await unseal(this.who);
    this.aside = await unseal(`${this.who}/aside`);
    this.told();
    this.#send();
  }

  // Its author has seen it and needs it no more.
  async discard(item) {
    this.aside = this.aside.filter((one) => one !== item);
    await seal(`${this.who}/aside`, this.aside);
    this.told();
  }

  // `item`: {of, address, body, headers}; `of` names what is answered.
  async push(item) {
    this.items.push(item);
    await seal(this.who, this.items);
    this.told();
    this.#send();
  }

  async post(address, body, { method = "POST", headers = {} } = {}) {
    const answer = await fetch(address, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body ?? {}),
    }).catch(() => null);
    this.offline = !answer || answer.status >= 500;
    this.signedOut = answer?.status === 401;
    this.told();
    return answer;
  }

  // Resolves once nothing is left to send.
  async sent() {
    while (this.items.length) await pause(50);
  }

  async #send() {
    if (this.sending) return;
    this.sending = true;
    while (this.items.length) {
      const first = this.items[0];
      const answer = await this.post(first.address, first.body, { headers: first.headers });
      if (!answer || answer.status >= 500 || PASSING.includes(answer.status)) {
        first.waited = true;
        await pause(RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]);
        continue;
      }
      this.tries = 0;
      const told = await answer.json().catch(() => null);
      if (answer.ok) this.taken(first, told);
      else await this.#refused(first, answer.status, told ?? {});
      this.items.shift();
      await seal(this.who, this.items);
      this.told();
    }
    this.sending = false;
  }

  async #refused(item, status, problem) {
    if (this.keepsRefused && (item.waited || !TOLD.includes(status))) {
      this.aside.push({ body: item.body, status, reason: titleOf(problem) ?? "", at: new Date().toISOString() });
      await seal(`${this.who}/aside`, this.aside);
    }
    this.refused(item, problem);
  }
}

// The line's state in words: `words` has signedOut, offline, sending and sent; {n} stands for what is unsent.
export function showLine(lamp, line, words) {
  const text = line.signedOut ? words.signedOut : line.offline ? words.offline : line.items.length ? words.sending : words.sent;
  lamp.textContent = text.replace("{n}", line.items.length);
  lamp.className = `mark ${line.signedOut || line.offline ? "bad" : line.items.length ? "work" : "good"}`;
  showAside(line);
}
