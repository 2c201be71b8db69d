// Worked by keys: j and k through the rows, Enter opens, a takes, / searches, g and a letter goes to a page, ? says so.

const PAGES = { n: "/now", p: "/promises", j: "/journey", h: "/handover", f: "/feeds", r: "/rota", m: "/mutes" };

let goingAt = 0;

export function answerKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, select, textarea, dialog")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (answer(event.key)) event.preventDefault();
  });
}

function answer(key) {
  if (Date.now() - goingAt < 1500 && PAGES[key]) {
    goingAt = 0;
    location.assign(PAGES[key]);
    return true;
  }
  switch (key) {
    case "g": goingAt = Date.now(); return true;
    case "j": return step(1);
    case "k": return step(-1);
    case "a": return take();
    case "/": {
      const field = document.getElementById("find");
      field?.focus();
      field?.select();
      return Boolean(field);
    }
    case "?": document.getElementById("help")?.showModal(); return true;
    default: return false;
  }
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return false;
  const here = rows.indexOf(document.activeElement?.closest?.("[data-row]") ?? null);
  const next = rows[Math.max(0, Math.min(rows.length - 1, here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by))];
  (next.querySelector(".open") ?? next.querySelector("a, button"))?.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function take() {
  const row = document.activeElement?.closest?.("[data-row]");
  const button = row ? row.querySelector("[data-take] button") : document.querySelector("#actions [data-take]");
  if (!button) return false;
  button.click();
  return true;
}
