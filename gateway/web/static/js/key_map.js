// Single keys as their user wants them (WCAG 2.1.4): any letter may do what another does, or all may be switched off.
// Letters change places, so that none is lost; screens and their scripts know the original ones alone.

const sheet = document.getElementById("shortcuts");
const tools = document.getElementById("key-tools");
const KEPT = `tangthu-keys/${tools?.dataset.who ?? ""}`;
const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

// What is pressed → what is meant, for letters that changed places; `off`: no single key does anything.
let { map = {}, off = false } = kept();
let awaited = null;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keep() {
  localStorage.setItem(KEPT, JSON.stringify({ map, off }));
  paint();
}

const meant = (pressed) => map[pressed] ?? pressed;
const pressedFor = (letter) => Object.keys(map).find((one) => map[one] === letter) ?? letter;

// Before every other listener, whichever script came first.
window.addEventListener(
  "keydown",
  (event) => {
    if (!event.isTrusted || event.key.length !== 1 || event.key === " " || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const pressed = event.key.toLowerCase();
    if (awaited) {
      take(event, pressed);
    } else if (off) {
      event.stopImmediatePropagation();
    } else if (meant(pressed) !== pressed) {
      event.stopImmediatePropagation();
      event.preventDefault();
      const key = event.shiftKey ? meant(pressed).toUpperCase() : meant(pressed);
      event.target.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey: event.shiftKey, bubbles: true, cancelable: true }));
    }
  },
  true,
);

// The awaited function takes the pressed letter; what that letter did moves to the one given up.
function take(event, pressed) {
  event.stopImmediatePropagation();
  event.preventDefault();
  if (!/^[a-z]$/.test(pressed)) return;
  const [before, other] = [pressedFor(awaited), meant(pressed)];
  map = { ...map, [pressed]: awaited, [before]: other };
  for (const letter of Object.keys(map)) if (map[letter] === letter) delete map[letter];
  tools.querySelector("[role=status]").textContent = "";
  awaited = null;
  keep();
}

// Letters that stand for keys; those of Ctrl and Alt stay where programs of the whole world have them.
function letters() {
  return [...document.querySelectorAll("kbd")].filter((one) => {
    const beside = one.closest("dt")?.textContent ?? one.textContent;
    one.dataset.of ??= one.textContent;
    return !/Ctrl|Alt/.test(beside) && /^(?:⇧|G )?[A-Z]$/.test(one.dataset.of);
  });
}

function paint() {
  for (const one of letters()) {
    one.textContent = one.dataset.of.replace(/[A-Z]/g, (letter) => pressedFor(letter.toLowerCase()).toUpperCase());
    one.classList.toggle("awaited", awaited !== null && one.dataset.of.toLowerCase() === awaited);
  }
  if (!tools) return;
  tools.querySelector("[name=off]").checked = off;
  tools.querySelector("[data-keys=reset]").hidden = !Object.keys(map).length;
}

function change() {
  const made = sheet.classList.toggle("changing");
  for (const one of letters().filter((one) => sheet.contains(one) && /^[A-Z]$/.test(one.dataset.of))) {
    if (made) Object.assign(one, { tabIndex: 0 }).setAttribute("role", "button");
    else ["tabindex", "role"].forEach((name) => one.removeAttribute(name));
  }
  awaited = null;
  tools.querySelector("[data-keys=change]").setAttribute("aria-pressed", made);
  tools.querySelector("[role=status]").textContent = made ? tools.dataset.choose : "";
  paint();
}

function wait(letter) {
  awaited = letter.dataset.of.toLowerCase();
  tools.querySelector("[role=status]").textContent = tools.dataset.press.replace("{key}", letter.textContent);
  paint();
}

if (tools) {
  tools.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-keys]")?.dataset.keys;
    if (act === "change") change();
    else if (act === "reset") {
      map = {};
      keep();
    }
  });
  tools.querySelector("[name=off]").addEventListener("change", ({ target }) => {
    off = target.checked;
    keep();
  });
  const chosen = (event) => sheet.classList.contains("changing") && event.target.closest("kbd[role=button]");
  sheet.addEventListener("click", (event) => chosen(event) && wait(chosen(event)));
  sheet.addEventListener("keydown", (event) => {
    if (!["Enter", " "].includes(event.key) || !chosen(event)) return;
    event.preventDefault();
    wait(chosen(event));
  });
  sheet.addEventListener("close", () => sheet.classList.contains("changing") && change());
}
document.addEventListener("htmx:afterSettle", paint);
paint();
