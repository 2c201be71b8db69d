// The server's clock, and the countdowns that go by it.

const DAY = 86_400_000;
let ahead = 0; // how far the server's clock is ahead of this machine's, in milliseconds

export function now() {
  return Date.now() + ahead;
}

export function setClock(at) {
  ahead = at - Date.now();
}

export function keepTime() {
  setClock(Number(document.body.dataset.now));
  tick();
  setInterval(tick, 250);
}

export function tick() {
  const at = now();
  for (const place of document.querySelectorAll("time[data-due]")) {
    const left = Number(place.dataset.due) - at;
    const text = (left < 0 ? "+" : "") + span(left < 0 ? -left : left);
    if (place.textContent !== text) place.textContent = text;
    const way = place.closest(".t")?.querySelector("[data-before]");
    if (way) {
      const said = left < 0 ? way.dataset.after : way.dataset.before;
      if (way.textContent !== said) way.textContent = said;
    }
  }
  for (const bar of document.querySelectorAll("progress[data-due]")) {
    const from = Number(bar.dataset.from);
    const allowed = Number(bar.dataset.due) - from;
    const used = allowed <= 0 ? 100 : Math.max(0, Math.min(100, ((at - from) * 100) / allowed));
    if (Math.abs(bar.value - used) > 0.2) bar.value = used;
  }
}

export function span(milliseconds) {
  const zh = document.body.dataset.language === "zh";
  const seconds = Math.floor(milliseconds / 1000);
  if (milliseconds >= DAY) {
    const hours = Math.floor(seconds / 3600) % 24;
    const days = Math.floor(seconds / 86_400);
    return `${days} ${zh ? "天" : "d"}${hours ? ` ${hours} ${zh ? "小时" : "h"}` : ""}`;
  }
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
