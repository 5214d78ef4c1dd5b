// A session that ended while somebody typed: told on every screen, with a way in that leaves what was typed standing.

import { say, status } from "./say.js";

const notice = document.getElementById("ended");
// Desks that keep answers say it in their own line.
const own = document.getElementById("login-again");
const send = window.fetch;
// Forms whose session is asked for, and those that may go.
const asking = new WeakSet();
const known = new WeakSet();

if (notice && !own) {
  window.fetch = async (...asked) => {
    const answer = await send(...asked);
    tell(answer.status, answer.ok);
    return answer;
  };
  document.addEventListener("htmx:afterRequest", ({ detail }) => tell(detail.xhr.status, detail.successful));
  document.addEventListener("submit", holdBack);
}

function tell(code, ok) {
  if (code === 401) notice.hidden = false;
  else if (ok) notice.hidden = true;
}

// A form that loads a page takes what was typed with it: it goes only once the session is known to stand.
async function holdBack(event) {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || known.delete(form) || !typedIn(form)) return;
  event.preventDefault();
  if (asking.has(form)) return;
  asking.add(form);
  const answer = await window.fetch("/v1/sessions/current", { cache: "no-store" }).catch(() => null);
  asking.delete(form);
  if (!answer) return say(status.dataset.failed);
  if (answer.status === 401) return notice.querySelector("a").focus();
  known.add(form);
  form.requestSubmit(submitter);
}

function typedIn(form) {
  if (form.getAttribute("method") !== "post") return false;
  return [...form.elements].some((field) => field.matches("textarea, select, input:not([type=hidden], [type=submit])"));
}
