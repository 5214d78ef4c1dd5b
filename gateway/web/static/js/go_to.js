// "Go to" (Ctrl+K): a screen by its name, with or without marks; arrows choose, Enter goes.

const dialog = document.getElementById("go-to");

if (dialog) {
  const box = dialog.querySelector("input");
  const none = dialog.querySelector("p");
  const links = [...dialog.querySelectorAll("a")];
  const shown = () => links.filter((link) => !link.parentElement.hidden);

  const filter = () => {
    const wanted = plain(box.value);
    for (const link of links) link.parentElement.hidden = !plain(link.textContent).includes(wanted);
    none.hidden = shown().length > 0;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.key.toLowerCase() !== "k" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    dialog.showModal();
  });
  // Emptied on closing: on opening, "toggle" comes after the first letters of a fast typist.
  dialog.addEventListener("close", () => {
    box.value = "";
    filter();
  });
  box.addEventListener("input", filter);
  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const places = shown();
    if (event.key === "Enter" && event.target === box) places[0]?.click();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const at = places.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (places[at] ?? box).focus();
    }
  });
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase().trim();
}
