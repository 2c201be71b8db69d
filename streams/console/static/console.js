// What a page does beyond being a page: it stays live, its countdowns run, it can be worked by keys.
import { keepTime } from "./clock.js";
import { listen } from "./live.js";
import { answerKeys } from "./keys.js";
import { keepDrafts } from "./drafts.js";

keepTime();
listen();
answerKeys();
keepDrafts();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
