// Sends what waits again, and settles tickets. The server renders what it looks like afterwards.

import { ask } from "./requests.js";

async function post(address, body, headers) {
  if (await ask(address, body, { headers, seconds: 5 })) location.reload();
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-post], button[data-resolve]");
  if (!button) return;
  const ticket = button.closest("[data-ticket]");
  const note = ticket?.querySelector("[name=note]");
  if (note && !note.reportValidity()) return;
  button.disabled = true;
  if (ticket) {
    const body = { resolution: ticket.querySelector("[name=resolution]").value, note: note.value };
    await post(`/v1/export-tickets/${ticket.dataset.ticket}:resolve`, body, { "If-Match": `"${ticket.dataset.version}"` });
  } else {
    await post(button.dataset.post);
  }
  button.disabled = false;
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.key !== "Enter" || event.target.name !== "note") return;
  event.preventDefault();
  event.target.closest("[data-ticket]").querySelector("[data-resolve]").click();
});

// What somebody is writing into is not taken away from under their hands.
document.addEventListener("htmx:beforeRequest", (event) => {
  const note = document.querySelector("#queue [name=note]:not(:placeholder-shown)");
  if (event.target.id === "queue" && (event.target.contains(document.activeElement) || note?.value)) event.preventDefault();
});
