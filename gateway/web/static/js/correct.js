// Corrections of a page: turned, marked blank or not, brought back. The page shows its new image at once; what
// other services make of it follows.

import { once, titleOf } from "./requests.js";
import { say } from "./say.js";

const texts = document.getElementById("corrections")?.dataset;
const RELOAD_MS = 2500;
let busy = false;

const wishes = {
  left: () => ["", { rotate: 270 }],
  right: () => ["", { rotate: 90 }],
  blank: (state) => ["", { content: state.content === "blank" ? "text" : "blank" }],
  undo: (state) => (state.undo === null ? null : [`/${state.undo}:restore`, {}]),
};

async function asked(page, wish) {
  const address = `/v1/pages/${page}/corrections`;
  const before = await fetch(address, { cache: "no-store" });
  if (!before.ok) return { failed: texts.failed };
  const { content, ...rest } = await before.json();
  const wanted = typeof wish === "string" ? wishes[wish]({ content, ...rest }) : ["", wish];
  if (!wanted) return { failed: texts.nothing };
  const answer = await fetch(address + wanted[0], {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "If-Match": before.headers.get("ETag"),
      ...once(),
    },
    body: JSON.stringify(wanted[1]),
  });
  if (answer.status === 412) return { failed: texts.changed };
  if (answer.ok) return { state: await answer.json(), content };
  const problem = await answer.json().catch(() => ({}));
  return { failed: titleOf(problem) ?? texts.failed };
}

// `wish`: a name from above, or a correction as imaging takes it. `shown` is called with the edition that the page's
// image has now; `later` once records may know of it, with what the page holds now where that is another thing than
// before, else null. True: done.
export async function correct(leaf, wish, shown, later) {
  if (!texts || busy) return false;
  busy = true;
  say(texts.working, 0);
  try {
    const { state, content, failed } = await asked(leaf.dataset.page, wish);
    say(failed ?? texts.done);
    if (!state) return false;
    shown(`c${state.newest}`);
    setTimeout(() => later(state.content === content ? null : state.content), RELOAD_MS);
    const picture = leaf.querySelector("img");
    const address = picture.src.split("?")[0];
    setTimeout(() => (picture.src = `${address}?after=${state.newest}`), RELOAD_MS);
    return true;
  } catch {
    say(texts.failed);
    return false;
  } finally {
    busy = false;
  }
}
