// What other services hear of by an event: it is asked for, ever less often, until the screen shows it.

const FIRST_MS = 700;
const LAST_MS = 30_000;
const SLOWER = 1.5;

// Gives up after a minute and a half: by then a service is down, and the screen's own requests say so.
export async function eventually(renew, shows) {
  for (let pause = FIRST_MS; pause < LAST_MS; pause *= SLOWER) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (shows()) return;
    await renew();
  }
}
