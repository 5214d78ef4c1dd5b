// Work taken back and given to others; samples drawn. The server renders what it looks like afterwards.

import { say } from "./say.js";

const asks = {
  draw: () => ["/v1/keying/lots:draw", {}],
  take: (button) => ["/v1/keying/leases:take-back", { who: button.dataset.who, to: button.parentElement.querySelector("select").value || null }],
};

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-act]");
  if (!button) return;
  button.disabled = true;
  const [address, body] = asks[button.dataset.act](button);
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (answer?.ok) return location.reload();
  button.disabled = false;
  const problem = await answer?.json().catch(() => null);
  say((document.documentElement.lang === "en" ? problem?.title_en : problem?.title) ?? document.getElementById("status").dataset.failed);
});
