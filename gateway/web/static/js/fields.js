// Forms filled in by keyboard alone: Enter moves on, and sends from the last field or from a box that is ticked.

export function moveOnByEnter(form) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input, select")) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input:not([type=checkbox]), select")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next && event.target.type !== "checkbox") next.focus();
    else form.requestSubmit();
  });
}
