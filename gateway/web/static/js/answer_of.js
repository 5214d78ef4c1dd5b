// What somebody answers in a dialog: it is shown with the cursor in `first`, and `means` turns what it was closed
// with into the answer.

export function answerOf(dialog, means, first) {
  dialog.returnValue = "";
  dialog.showModal();
  first?.focus();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(means(dialog.returnValue)), { once: true }));
}
