// A session that ended while somebody typed: told on every screen, with a way in that leaves what was typed standing.

const notice = document.getElementById("ended");
// Desks that keep answers say it in their own line.
const own = document.getElementById("login-again");
const send = window.fetch;

if (notice && !own) {
  window.fetch = async (...asked) => {
    const answer = await send(...asked);
    if (answer.status === 401) notice.hidden = false;
    else if (answer.ok) notice.hidden = true;
    return answer;
  };
}
