/**
 * The map of a rehearsal: each reading of the numbers, and what would become of the rows.
 * @module importers/rehearsal.js
 */
import * as maplibre from "maplibre-gl";
import { createMap } from "gisapp/map/maplibre-map.js";
import { readJson, text } from "gisapp/texts.js";
import { addGround, addReadings, addRows, MODES, showMode } from "importers/rehearsal-layers.js";
import { fillLegend } from "importers/rehearsal-legend.js";

const words = readJson("import-texts");
const view = document.getElementById("rehearsal-map");
const buttons = [...document.querySelectorAll("#rehearsal-view [data-view]")];

/** Half of a province's width: where there are neither rows nor counties there is nothing to aim at. */
const NOWHERE_DEG = [104.0, 20.5, 112.5, 26.5];
/** A reading further off than this is named, but the map does not shrink to show it. */
const FAR_DEG = 8;

/** @type {import("maplibre-gl").Map} */
let map;
let data;
let compared = null;

/** @param {number[][]} points @param {number[] | null} box */
function boxOf(points, box = null) {
  return points.reduce(
    (around, [lon, lat]) => around
      ? [Math.min(around[0], lon), Math.min(around[1], lat), Math.max(around[2], lon), Math.max(around[3], lat)]
      : [lon, lat, lon, lat],
    box,
  );
}

/** The middle half of the positions: one that is mistyped does not move it. */
function core(points) {
  const middle = (axis) => points.map((point) => point[axis]).sort((a, b) => a - b);
  const [lons, lats] = [middle(0), middle(1)];
  const at = (list, share) => list[Math.floor((list.length - 1) * share)];
  return points.length ? [[at(lons, 0.02), at(lats, 0.02)], [at(lons, 0.98), at(lats, 0.98)]] : [];
}

/** @param {[number, number, number, number] | null} box */
function atLeast(box, side = 0.02) {
  if (!box) return NOWHERE_DEG;
  const [west, south, east, north] = box;
  const wide = Math.max(0, side - (east - west)) / 2;
  const high = Math.max(0, side - (north - south)) / 2;
  return [west - wide, south - high, east + wide, north + high];
}

function readings() {
  const chosen = data.readings.find((one) => one.crs === data.chosen) ?? data.readings[0] ?? null;
  const other = data.readings.find((one) => one.crs === compared && one !== chosen)
    ?? data.readings.find((one) => one !== chosen && one.points.length) ?? null;
  return { chosen, other };
}

/** What the view is about, so that nothing of it lies outside. */
function extentOf(mode) {
  const { chosen, other } = readings();
  let box = chosen ? boxOf(core(chosen.points), data.extent) : data.extent;
  if (mode === "readings" && other) {
    const [first] = core(other.points);
    if (first && box && Math.abs(first[0] - box[0]) < FAR_DEG && Math.abs(first[1] - box[1]) < FAR_DEG) {
      box = boxOf(core(other.points), box);
    }
  }
  if (mode === "rejected") box = boxOf(data.rejected.map(([, lon, lat]) => [lon, lat]), box);
  return atLeast(box);
}

function fit(mode) {
  const [west, south, east, north] = extentOf(mode);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.fitBounds([[west, south], [east, north]], { padding: innerWidth < 768 ? 28 : 64, duration: calm ? 0 : 400, maxZoom: 15 });
}

/** @param {string} mode */
function show(mode) {
  const { chosen, other } = readings();
  addReadings(map, chosen, other);
  showMode(map, mode);
  fillLegend(document.getElementById("rehearsal-legend"), mode, { data, chosen, other, words });
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.view === mode));
  view.dataset.mode = mode;
}

/** @param {number} row */
function showRow(row) {
  const feature = data.features.find((one) => one.row === row);
  const rejected = data.rejected.find(([number]) => number === row);
  const points = feature?.geometry ? flat(feature.geometry.coordinates) : rejected ? [[rejected[1], rejected[2]]] : [];
  const before = feature?.old_geometry ? flat(feature.old_geometry.coordinates) : [];
  if (!points.length) return;
  const box = atLeast(boxOf([...points, ...before]), 0.004);
  map.fitBounds([[box[0], box[1]], [box[2], box[3]]], { padding: 96, maxZoom: 17 });
  view.scrollIntoView({ block: "nearest" });
}

/** @param {any[]} coordinates @returns {number[][]} */
function flat(coordinates) {
  return typeof coordinates[0] === "number" ? [coordinates] : coordinates.flatMap(flat);
}

function listen() {
  for (const button of buttons) {
    button.addEventListener("click", () => {
      show(button.dataset.view);
      fit(button.dataset.view);
    });
  }
  for (const card of document.querySelectorAll("[data-crs]")) {
    const compare = () => {
      if (card.dataset.crs === data.chosen) return;
      compared = card.dataset.crs;
      show("readings");
      fit("readings");
    };
    card.addEventListener("focus", compare);
    card.addEventListener("pointerenter", compare);
  }
  for (const row of document.querySelectorAll("tr[data-row]")) {
    row.addEventListener("click", () => showRow(Number(row.dataset.row)));
  }
  map.on("click", (event) => {
    const [found] = map.queryRenderedFeatures(event.point, { layers: MODES.rehearsal.filter((id) => map.getLayer(id)) });
    if (!found) return;
    const { row, code } = found.properties;
    const told = document.createElement("p");
    told.textContent = [words.row.replace("{row}", row), code].filter(Boolean).join(" · ");
    new maplibre.Popup({ closeButton: false }).setLngLat(event.lngLat).setDOMContent(told).addTo(map);
  });
}

/** The divisions as the tiles have them; without them the rows stand on plain ground. */
async function ground() {
  const answer = await fetch("/tiles/regions/tilejson.json", { credentials: "same-origin" });
  if (!answer.ok) return [];
  const { tiles, minzoom, maxzoom } = await answer.json();
  const path = tiles[0].slice(new URL(tiles[0].split("{")[0]).origin.length);
  return [{ key: "regions", title: "", symbol: "region", tiles: path, minzoom, maxzoom, shown: true, labels: {} }];
}

async function start() {
  const [layers, answer] = await Promise.all([ground(), fetch(view.dataset.source, { credentials: "same-origin" })]);
  if (!answer.ok) throw new Error(`${answer.status}`);
  data = await answer.json();
  const mode = data.features.length ? "rehearsal" : "readings";
  map = await createMap({
    container: document.getElementById("rehearsal-canvas"),
    layers,
    bounds: extentOf(mode),
    note: text("boundaries_note"),
    padding: innerWidth < 768 ? 28 : 64,
  });
  addGround(map, data, layers.length > 0);
  addRows(map, data);
  show(mode);
  listen();
  map.once("idle", () => view.setAttribute("data-ready", ""));
}

start().catch((error) => {
  const problem = document.getElementById("rehearsal-problem");
  problem.textContent = words.map_failed;
  problem.hidden = false;
  throw error;
});
