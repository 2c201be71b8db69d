// Stays live: hears that something is new, fetches it, and says plainly when it does not hear.
import { now, setClock, tick } from "./clock.js";

const OLD_AFTER = 5000; // milliseconds; so does the server say it
const SILENT_AFTER = 7000;
const PACE = 400;
const AGAIN_AFTER = 15_000; // counts of today and what lies in the past change without an event

let heardAt = 0;
let readAt = null;
let shown = 0;
let wanted = 0;
let fetchedAt = 0;
let fetching = false;
let signedOut = false;
let pressed = false;

export function listen() {
  const pulse = document.getElementById("pulse");
  if (!pulse || !window.EventSource) return;
  shown = wanted = Number(pulse.dataset.version);
  readAt = pulse.dataset.read ? Number(pulse.dataset.read) : null;
  heardAt = fetchedAt = Date.now();
  open();
  setInterval(() => { say(pulse); fetchNews(); }, 250);
  document.addEventListener("visibilitychange", fetchNews);
  guardSwaps();
}

function open() {
  const source = new EventSource("/stream");
  source.addEventListener("version", (event) => {
    const news = JSON.parse(event.data);
    heardAt = Date.now();
    setClock(news.at);
    readAt = news.read;
    wanted = news.version;
    fetchNews();
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    fetch("/now", { method: "HEAD", headers: { "HX-Request": "true" } }).then(
      (answer) => { signedOut = answer.status === 401; },
      () => {},
    );
    setTimeout(open, 5000);
  });
}

function say(pulse) {
  const silent = Date.now() - heardAt > SILENT_AFTER;
  const age = readAt === null ? null : Math.max(0, now() - readAt);
  let state = "live";
  let text;
  if (signedOut) [state, text] = ["cut", pulse.dataset.out];
  else if (silent) [state, text] = ["cut", pulse.dataset.cut.replace("{at}", local(heardAt + now() - Date.now(), pulse))];
  else if (age === null) [state, text] = ["old", pulse.dataset.never];
  else if (age > OLD_AFTER) [state, text] = ["old", pulse.dataset.old.replace("{at}", local(readAt, pulse))];
  else text = pulse.dataset.live.replace("{age}", `${(Math.floor(age / 100) / 10).toFixed(1)} ${document.body.dataset.language === "zh" ? "秒" : "s"}`);
  document.body.dataset.pulse = state;
  // a screen reader hears of a change of state, not of each tenth of a second
  pulse.setAttribute("aria-live", pulse.dataset.state === state ? "off" : "polite");
  pulse.dataset.state = state;
  const says = pulse.querySelector(".says");
  if (says.textContent !== text) says.textContent = text;
}

function local(at, pulse) {
  const form = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...form, timeZone: pulse.dataset.zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat("en-GB", form).format(at);
  }
}

function fetchNews() {
  if (!document.getElementById("live") || document.hidden || fetching || signedOut || pressed) return;
  const since = Date.now() - fetchedAt;
  if (since < PACE || (wanted === shown && since < AGAIN_AFTER)) return;
  fetching = true;
  fetchedAt = Date.now();
  document.body.dispatchEvent(new CustomEvent("moved"));
}

// What a person has opened, focused, pressed or begun to write outlives the new text around it.
function guardSwaps() {
  let opened = [];
  let focused = null;
  let held = false;
  guardPress();
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "live") return;
    held = pressed;
    if (held) { event.detail.shouldSwap = false; return; }
    opened = [...document.querySelectorAll("#live details[open][id], #more details[open][id]")].map((one) => one.id);
    const row = document.activeElement?.closest?.("[data-row]");
    focused = row && { id: row.id, inside: path(document.activeElement, row) };
  });
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.id === "actions" && busy(event.detail.target)) event.detail.shouldSwap = false;
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "live") return;
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    const row = focused && document.getElementById(focused.id);
    if (row && !row.contains(document.activeElement)) (row.querySelector(focused.inside) ?? row.querySelector(".open"))?.focus({ preventScroll: true });
    // what everybody is sent has no token; this page has its own
    for (const field of document.querySelectorAll('input[name="csrf"][value=""]')) field.value = document.body.dataset.csrf;
    tick();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const request = event.detail.xhr;
    if (event.detail.target?.id === "live") {
      fetching = false;
      if (held) held = false; // not shown, so it is fetched again
      else if (event.detail.successful) shown = Number(request.getResponseHeader("X-Version")) || wanted;
      else fetchedAt = Date.now() + 4000; // asked too often, or the console is away: not at once again
    } else {
      wanted += 1; // somebody did something here: look at once what came of it
      fetchedAt = 0;
    }
  });
  // what is said of a refusal is shown as well
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "said" || !event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  document.body.addEventListener("input", (event) => {
    const form = event.target.closest("#actions form");
    if (form) form.dataset.begun = "";
  });
}

// A link that is replaced between press and release is never clicked, and the person would not know why.
function guardPress() {
  document.addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const end of ["pointerup", "pointercancel", "dragend", "blur"]) {
    window.addEventListener(end, () => { setTimeout(() => { pressed = false; }, 0); }, true); // the click comes after it
  }
}

function busy(place) {
  return place.contains(document.activeElement) || place.querySelector("[data-begun]") !== null;
}

function path(element, row) {
  return element.matches(".open") ? ".open" : element.matches("button") && row.contains(element) ? "button" : ".open";
}
