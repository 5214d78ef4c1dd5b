// A keyer's own day: how many of their fields were checked, how many of those ended with another value. Nobody else's
// is shown: a public ranking discourages people.

const EVERY_MS = 60_000;

export function showDay(place, pattern) {
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch("/v1/keying/today", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const { checked, differed } = await answer.json();
    place.textContent = checked ? pattern.replace("{differed}", differed).replace("{checked}", checked) : "";
  };
  ask();
  setInterval(ask, EVERY_MS);
}
