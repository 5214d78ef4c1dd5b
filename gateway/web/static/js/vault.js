// Answers that the server has not taken yet, sealed: a tab that is closed or reloaded loses nothing, and the
// disk holds no readable data. The key cannot be read out of the browser; both are wiped when all is sent.

const NAME = "tangthu-keying";
const STORES = ["keys", "answers"];

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => STORES.forEach((store) => asked.result.createObjectStore(store));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

function run(db, store, mode, act) {
  return new Promise((resolve, reject) => {
    const asked = act(db.transaction(store, mode).objectStore(store));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function keyOf(db, who) {
  const known = await run(db, "keys", "readonly", (store) => store.get(who));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await run(db, "keys", "readwrite", (store) => store.put(made, who));
  return made;
}

// Without a secure context there is no sealing; then answers live in memory alone.
export const lasting = Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

export async function seal(who, answers) {
  if (!lasting) return;
  const db = await open();
  if (!answers.length) {
    await run(db, "answers", "readwrite", (store) => store.delete(who));
    await run(db, "keys", "readwrite", (store) => store.delete(who));
  } else {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(JSON.stringify(answers));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(db, who), bytes);
    await run(db, "answers", "readwrite", (store) => store.put({ iv, sealed }, who));
  }
  db.close();
}

export async function unseal(who) {
  if (!lasting) return [];
  const db = await open();
  try {
    const kept = await run(db, "answers", "readonly", (store) => store.get(who));
    if (!kept) return [];
    const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, await keyOf(db, who), kept.sealed);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return [];
  } finally {
    db.close();
  }
}
