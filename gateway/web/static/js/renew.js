// A part of the screen as the server renders it now.

import { say, status } from "./say.js";

// The whole screen at an address; null where the server does not answer with it.
export async function asItIsNow(address) {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

export async function renew(address, id) {
  const now = await asItIsNow(address);
  if (!now) return say(status.dataset.failed);
  const fresh = now.getElementById(id);
  if (fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
}
