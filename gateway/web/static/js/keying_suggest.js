// Words of names offered below the box, never in it: Tab takes the marked one, arrows mark another.
// Input methods send false Backspaces while a word is being typed, so nothing is ever completed in place.

const MOST = 5;
let words = null;

export async function loadWords(address) {
  const answer = await fetch(address);
  if (answer.ok) words = await answer.json();
}

export function plain(text) {
  return text
    .toLowerCase()
    .replaceAll("đ", "d")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "");
}

// Whether a word begins with what is typed: letters without a mark stand for any mark, marks for themselves.
function begins(word, typed) {
  const [left, right] = [word.toLowerCase().normalize("NFC"), typed.toLowerCase().normalize("NFC")];
  if (left.length < right.length) return false;
  for (let place = 0; place < right.length; place++) {
    const same = left[place] === right[place];
    if (!same && (plain(right[place]) !== right[place] || plain(left[place]) !== right[place])) return false;
  }
  return true;
}

// `family`: a surname likelier than all others, such as the child's for the father.
export function suggest(text, { family = "" } = {}) {
  if (!words) return [];
  const parts = text.normalize("NFC").split(" ");
  const typed = parts.at(-1);
  const before = parts.at(-2) ?? "";
  if (parts.length === 1) {
    if (!typed && !family) return [];
    const found = words.first.filter((word) => begins(word, typed));
    const own = family && begins(family, typed) ? [family] : [];
    return [...new Set([...own, ...found])].slice(0, MOST);
  }
  const title = before.charAt(0).toUpperCase() + before.slice(1).toLowerCase();
  const near = (words.after[title] ?? []).filter((word) => begins(word, typed));
  if (!typed) return near.slice(0, MOST);
  const far = words.rest.filter((word) => begins(word, typed));
  return [...new Set([...near, ...far])].filter((word) => word.toLowerCase() !== typed.toLowerCase()).slice(0, MOST);
}

// The text after a word was taken: a space follows, so that the next word can be typed at once.
export function take(text, word) {
  const parts = text.split(" ");
  parts[parts.length - 1] = word;
  return `${parts.join(" ")} `;
}
