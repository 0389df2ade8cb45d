/**
 * The one map: drill down, time and click, each by asking the server for the same page at another address.
 * The server writes every figure; this module swaps the parts of the page and colours the counties.
 */
import { showLayer, createMap } from "gisapp/map/maplibre-map.js";
import { layerSwitch } from "gisapp/map/layer-switch.js";
import { readJson, text } from "gisapp/texts.js";
import { addChoropleth, colourCounties } from "oversight/choropleth.js";
import { onMapClick, onMapHover } from "oversight/pointing.js";
import { addLabels } from "oversight/labels.js";
import { swapParts } from "oversight/swap.js";
import { startTime } from "oversight/time.js";

const view = document.getElementById("one-map");
const problem = document.getElementById("one-map-problem");

/** What the page shows now, as the server wrote it. */
export function scope() {
  const { region, level, month, extent } = document.getElementById("scope").dataset;
  return { region, level: Number(level), month, extent: extent.split(",").map(Number) };
}

/** @type {import("maplibre-gl").Map | undefined} */
let map;
/** @type {AbortController | undefined} */
let running;
let counties = new Map();
let divisions = [];

/**
 * Goes to another division or month: asks for the page there and shows its parts.
 * @param {{region?: string, month?: string}} where
 * @param {{remember?: boolean}} [how] `remember`: a step of the browser's history
 */
export async function go(where, { remember = true } = {}) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(where)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  await show(address, "region" in where);
  if (remember) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

/**
 * @param {URL} address
 * @param {boolean} moved whether another division is looked at
 */
async function show(address, moved) {
  running?.abort();
  const mine = (running = new AbortController());
  const panel = document.getElementById("panel");
  panel.setAttribute("aria-busy", "true");
  try {
    const [page, classes] = await Promise.all([
      fetched(address, mine.signal).then((answer) => answer.text()),
      fetched(countiesAddress(address), mine.signal).then((answer) => answer.json()),
    ]);
    swapParts(page, moved);
    counties = new Map(classes.counties.map((county) => [county.code, county]));
    problem.hidden = true;
    if (map) paint();
    if (map && moved) fit();
    if (moved) startTime(go);
  } catch (error) {
    if (error.name === "AbortError") return;
    tell(text("stale"));
    throw error;
  } finally {
    if (running === mine) panel.removeAttribute("aria-busy");
  }
}

/** @param {URL | string} address @param {AbortSignal} [signal] */
async function fetched(address, signal) {
  const answer = await fetch(address, { signal, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer;
}

/** @param {URL} page */
function countiesAddress(page) {
  const address = new URL(view.dataset.counties, location.origin);
  for (const name of ["region", "month"]) {
    if (page.searchParams.has(name)) address.searchParams.set(name, page.searchParams.get(name));
  }
  return address;
}

function paint() {
  colourCounties(map, counties, scope());
  view.dataset.painted = `${scope().region} ${scope().month}`;
}

function fit() {
  const [west, south, east, north] = scope().extent;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.fitBounds([[west, south], [east, north]], { padding: 40, duration: calm ? 0 : 500, maxZoom: 12 });
}

/** @param {string} sentence */
function tell(sentence) {
  problem.textContent = sentence;
  problem.hidden = false;
}

function listen() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-scope]")) go({ region: event.target.value });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-scope-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ region: new URL(link.href).searchParams.get("region") });
  });
  addEventListener("popstate", () => show(new URL(location.href), true));
}

async function drawMap() {
  const layers = readJson("map-layers");
  const [made, classes, places] = await Promise.all([
    createMap({
      container: document.getElementById("one-map-canvas"),
      layers,
      bounds: scope().extent,
      note: text("boundaries_note"),
      padding: innerWidth < 768 ? 12 : 40,
    }),
    fetched(countiesAddress(new URL(location.href))).then((answer) => answer.json()),
    fetched(view.dataset.divisions).then((answer) => answer.json()),
  ]);
  map = made;
  counties = new Map(classes.counties.map((county) => [county.code, county]));
  divisions = places.divisions;
  addChoropleth(map);
  addLabels(map, divisions, counties);
  paint();
  layerSwitch({
    container: document.getElementById("one-map-switch"),
    layers,
    onSwitch: (key, shown) => showLayer(map, key, shown),
    map,
  });
  onMapClick(map, { layers, scope, go, known: (code) => counties.has(code), dossier: view.dataset.dossier });
  onMapHover(map, { county: (code) => counties.get(code), name: (code) => divisions.find((place) => place.code === code)?.name });
  map.once("idle", () => view.setAttribute("data-ready", ""));
}

listen();
startTime(go);
drawMap().catch((error) => {
  tell(text("load_failed"));
  throw error;
});
