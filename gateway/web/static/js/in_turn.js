// One after the other, each on what the one before has made: Ctrl+Z undoes what was pressed before it.

import { say, status } from "./say.js";

let line = Promise.resolve();

export function inTurn(act) {
  line = line.then(act).catch(() => say(status.dataset.failed));
}
