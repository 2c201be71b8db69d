// What somebody has begun to write about an alert outlives whatever becomes of the page: another form that is sent, a
// refusal before the page was reached, signing in again. It is kept in this tab alone, until it is done or they sign out.

const FIELDS = "textarea, select, input[type=radio], input:not([type])";

export function keepDrafts() {
  const place = document.getElementById("actions");
  document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => sessionStorage.clear());
  if (!place) return;
  const who = document.body.dataset.viewer;
  const key = (path) => `draft ${who} ${path}`;
  const own = (form) => key(new URL(form.action).pathname); // the page of a refusal has another address than the alert
  const done = new URLSearchParams(location.search).get("said");
  if (done) sessionStorage.removeItem(key(`${location.pathname}/${done}`));
  for (const form of place.querySelectorAll("form[id]")) restore(form, sessionStorage.getItem(own(form)));
  place.addEventListener("input", (event) => {
    const form = event.target.closest("form[id]");
    if (form) sessionStorage.setItem(own(form), JSON.stringify(written(form)));
  });
}

function written(form) {
  const fields = [...form.querySelectorAll(FIELDS)].filter((field) => field.type !== "radio" || field.checked);
  return Object.fromEntries(fields.map((field) => [field.name, field.value]));
}

function restore(form, kept) {
  if (!kept || form.hasAttribute("data-begun")) return; // the server gave it back itself
  const values = JSON.parse(kept);
  for (const field of form.querySelectorAll(FIELDS)) {
    if (!(field.name in values)) continue;
    if (field.type === "radio") field.checked = field.value === values[field.name];
    else field.value = values[field.name];
  }
  form.dataset.begun = "";
}
