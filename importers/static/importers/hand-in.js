/**
 * Hands a file in with its progress; without this script the form does the same.
 * @module importers/hand-in.js
 */
import { readJson } from "gisapp/texts.js";

const words = readJson("import-texts");
const form = /** @type {HTMLFormElement} */ (document.getElementById("hand-in"));
const input = /** @type {HTMLInputElement} */ (document.getElementById("files"));
const zone = document.getElementById("drop-zone");
const progress = document.getElementById("hand-in-progress");
const bar = progress.querySelector("progress");
const said = document.getElementById("hand-in-words");
const problem = document.getElementById("hand-in-problem");
const MEGABYTE = 1e6;

/** @param {string} sentence */
function refuse(sentence) {
  problem.querySelector("p").textContent = sentence;
  problem.hidden = false;
  progress.hidden = true;
  form.querySelector("[type=submit]").disabled = false;
}

/** @param {XMLHttpRequest} request */
function answered(request) {
  let told = null;
  try {
    told = JSON.parse(request.responseText);
  } catch {
    // A page instead of an answer: the login, or a proxy's own words.
  }
  if (told?.url) location.assign(told.url);
  else if (told?.error) refuse(told.error);
  else refuse(request.status === 413 ? words.too_large : request.status === 200 ? words.expired : words.broken);
}

/** @param {SubmitEvent} event */
function send(event) {
  event.preventDefault();
  problem.hidden = true;
  const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
  if (size > words.most_bytes) return refuse(words.too_large);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
    const mega = (bytes) => (bytes / MEGABYTE).toFixed(1);
    said.textContent = loaded < total
      ? words.sending.replace("{done}", mega(loaded)).replace("{all}", mega(total))
      : words.looking;
  });
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", () => refuse(words.broken));
  request.addEventListener("abort", () => refuse(words.stopped));
  document.getElementById("hand-in-stop").onclick = () => request.abort();
  progress.hidden = false;
  form.querySelector("[type=submit]").disabled = true;
  request.send(new FormData(form));
}

for (const kind of ["dragenter", "dragover"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
  });
}
zone.addEventListener("drop", (event) => {
  if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
});
form.addEventListener("submit", send);
