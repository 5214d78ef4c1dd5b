// A part of the screen as the server renders it now.

import { say, status } from "./say.js";

export async function renew(address, id) {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return say(status.dataset.failed);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  if (fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
}
