/**
 * The plain editor: a map beside the form of a feature. It changes only what the hand moves; the form sends the rest
 * back as it came, to the last digit.
 * @module layers/editor.js
 */
import { colours, themeOfPage } from "gisapp/map/cartography.js";
import { smallMap } from "gisapp/map/leaflet.js";
import { readJson } from "gisapp/texts.js";
import { BoundaryField } from "layers/boundary-field.js";
import { PositionField } from "layers/position-field.js";
import { addSurroundings, fitTo } from "layers/surroundings.js";

const L = globalThis.L;
const data = readJson("map-data");
const form = document.getElementById("feature-form");
const tools = document.getElementById("editor-tools");
const hint = document.getElementById("editor-hint");
const state = document.getElementById("editor-state");

L.PM.setOptIn(true);
const map = smallMap(document.getElementById("editor-map"), { maxZoom: 21, pmIgnore: false });
addSurroundings(map, data);
const stored = data.drawn.map((feature) => drawStored(feature));
const fields = data.fields.map((field) => new (field.kind === "POINT" ? PositionField : BoundaryField)(map, field, changed));
const first = form.querySelector(".drawn-field.is-wrong")?.dataset.drawn;
let active = fields.find((field) => field.name === first) ?? fields[0];
let saving = false;

wire();
activate(active);
const shown = fields.map((field) => field.bounds()).filter(Boolean);
fitTo(map, shown.length ? shown.map((bounds) => ({ getBounds: () => bounds })) : stored, data);
document.getElementById("editor").dataset.ready = "true";

/** The stored geometry stays visible, dashed, under what is edited. */
function drawStored(feature) {
  const c = colours(themeOfPage());
  const look = { color: c.ink, weight: 1.4, dashArray: "4 2.4", fill: false, interactive: false, pmIgnore: true, className: "stored" };
  return L.geoJSON(feature, { pmIgnore: true, style: () => look, pointToLayer: (_f, place) => L.circleMarker(place, { ...look, radius: 7 }) }).addTo(map);
}

function wire() {
  tools.hidden = false;
  document.getElementById("editor-legend").hidden = false;
  tools.querySelectorAll("[name=active-field]").forEach((radio) =>
    radio.addEventListener("change", () => activate(fields.find((field) => field.name === radio.value))),
  );
  tools.querySelectorAll("[data-tool]").forEach((button) => button.addEventListener("click", () => use(button)));
  map.on("editor:done", rest);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") rest();
    const typing = event.target.closest?.("input, textarea, select");
    if (event.key === "z" && (event.ctrlKey || event.metaKey) && !typing) undo();
  });
  form.addEventListener("input", changed);
  form.addEventListener("submit", () => (saving = true));
  globalThis.addEventListener("beforeunload", (event) => {
    if (form.dataset.changed && !saving) event.preventDefault();
  });
  document.getElementById("form-errors")?.focus();
}

function activate(field) {
  active?.stop();
  active = field;
  fields.forEach((one) => one.setActive(one === field));
  const radio = tools.querySelector(`[name=active-field][value="${field.name}"]`);
  if (radio) radio.checked = true;
  rest();
}

function use(button) {
  const { tool } = button.dataset;
  if (tool === "undo") return undo();
  const again = button.getAttribute("aria-pressed") === "true";
  rest();
  if (again || tool === "corners") return undefined;
  if (tool !== "clear") press(tool);
  active.start(tool);
  return undefined;
}

function undo() {
  rest();
  active.undo();
}

/** Puts the tools down: corners can be moved. */
function rest() {
  active.stop();
  press(active.tools().includes("corners") ? "corners" : "");
}

function press(tool) {
  const able = active.tools();
  tools.querySelectorAll("[data-tool]").forEach((button) => {
    const name = button.dataset.tool;
    button.hidden = name === "undo" ? false : !able.includes(name);
    button.disabled = name === "undo" && active.undone.length === 0;
    if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(name === tool));
    if (name === tool) hint.textContent = button.dataset.hint ?? "";
  });
  hint.hidden = !tool || !hint.textContent;
}

function changed() {
  form.dataset.changed = "true";
  state.textContent = state.dataset.words;
  press(tools.querySelector("[aria-pressed=true]")?.dataset.tool ?? "");
}
