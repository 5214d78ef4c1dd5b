// The line that tells what happened. Apart from app.js, which acts when it is loaded and must be loaded once.

export const status = document.getElementById("status");

export function say(text, seconds = 5) {
  status.textContent = text;
  if (seconds) setTimeout(() => status.textContent === text && (status.textContent = ""), seconds * 1000);
}
