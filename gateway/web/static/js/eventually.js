// What other services hear of by an event: it is asked for, ever less often, until the screen shows it.

import { pause } from "./pause.js";

const FIRST_MS = 700;
const LAST_MS = 30_000;
const SLOWER = 1.5;

// Gives up after 80 s: what is not known by then waits for a service that is down, or somebody has changed it again.
export async function eventually(renew, shows) {
  for (let ms = FIRST_MS; ms < LAST_MS; ms *= SLOWER) {
    await pause(ms);
    await renew();
    if (shows()) return;
  }
}
