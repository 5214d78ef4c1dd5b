// Work taken back and given to others; samples drawn. The server renders what it looks like afterwards.

import { ask } from "./requests.js";

const asks = {
  draw: () => ["/v1/keying/lots:draw", {}],
  take: (button) => ["/v1/keying/leases:take-back", { who: button.dataset.who, to: button.parentElement.querySelector("select").value || null }],
};

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-act]");
  if (!button) return;
  button.disabled = true;
  const [address, body] = asks[button.dataset.act](button);
  if (await ask(address, body, { seconds: 5 })) return location.reload();
  button.disabled = false;
});
