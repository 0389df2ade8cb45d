/**
 * Small Leaflet maps (dossier, form) in the look of the product. Leaflet itself is a plain script of the page:
 * `<script src="{% static 'leaflet/leaflet.js' %}"></script>` before the module.
 * @module gisapp/map/leaflet.js
 */
import { colours, themeOfPage } from "gisapp/map/cartography.js";
import { ruleOf } from "gisapp/map/style.js";
import { element, text } from "gisapp/texts.js";

/**
 * Makes a map on plain ground with scale and north arrow.
 * @param {HTMLElement} container
 * @param {object} [options] further options of L.map
 */
export function smallMap(container, options = {}) {
  const L = globalThis.L;
  container.setAttribute("role", "region");
  if (!container.hasAttribute("aria-label")) container.setAttribute("aria-label", text("map"));
  const map = L.map(container, { zoomControl: false, attributionControl: false, preferCanvas: false, ...options });
  const north = L.control({ position: "topright" });
  north.onAdd = () => element("div", { class: "map-north map-north-small", "aria-hidden": "true" }, `▲ ${text("north")}`);
  north.addTo(map);
  L.control.zoom({ position: "topright", zoomInTitle: text("zoom_in"), zoomOutTitle: text("zoom_out") }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  map.setView([24, 108.5], 6);
  return map;
}

/**
 * Adds features in the style of their layer and returns the Leaflet layer.
 * @param {object} map a Leaflet map
 * @param {object} geojson
 * @param {import("gisapp/map/cartography.js").MapLayer | {key: string, symbol: string}} layer
 * @param {{selected?: boolean, context?: boolean, interactive?: boolean}} [how] `context`: drawn thin and grey, as surroundings
 */
export function addFeatures(map, geojson, layer, how = {}) {
  const L = globalThis.L;
  const look = (feature) => featureStyle(layer, feature?.properties ?? {}, how);
  return L.geoJSON(geojson, {
    interactive: how.interactive ?? !how.context,
    style: look,
    pointToLayer: (feature, place) => L.circleMarker(place, { radius: 6, ...look(feature) }),
  }).addTo(map);
}

/**
 * Gives a Leaflet layer a tooltip. Leaflet reads a text as HTML, and names come from people: so it gets an element.
 * @param {object} layer
 * @param {string} words
 * @param {object} [options] of L.tooltip
 */
export function addTooltip(layer, words, options = {}) {
  layer.bindTooltip(() => element("span", {}, words), options);
}

/**
 * Returns Leaflet path options of a feature.
 * @param {{key: string, symbol: string}} layer
 * @param {Record<string, unknown>} properties
 * @param {{selected?: boolean, context?: boolean}} how
 */
export function featureStyle(layer, properties, how) {
  const c = colours(themeOfPage());
  if (how.context) return { color: c.county, weight: 1.2, fillColor: c.land, fillOpacity: 0.6 };
  const base = BY_RULE[ruleOf(layer)]?.(c, properties) ?? { color: c.household, fillColor: c.household, fillOpacity: 0.16 };
  return { weight: 2, ...base, ...(how.selected ? { color: c.selected, weight: 3 } : {}) };
}

const BY_RULE = {
  region: (c) => ({ color: c.prefecture, fillColor: c.land, fillOpacity: 0.5 }),
  site: (c) => ({ color: c.ink, weight: 1.6, fillColor: c.siteFill, fillOpacity: 0.7 }),
  household: (c) => ({ color: c.halo, weight: 1, fillColor: c.household, fillOpacity: 1 }),
  origin: (c) => ({ color: c.halo, weight: 1, fillColor: c.origin, fillOpacity: 1 }),
  project: (c) => ({ color: c.halo, weight: 1, fillColor: c.water, fillOpacity: 1 }),
  reservoir: (c) => ({ color: c.water, weight: 1, fillColor: c.waterFill, fillOpacity: 0.55 }),
  inundation: (c) => ({ color: c.water, weight: 2, fillColor: c.waterFill, fillOpacity: 0.26 }),
  facility: (c) => ({ color: c.halo, weight: 1, fillColor: c.green, fillOpacity: 1 }),
  issue: (c, properties) => ({ color: c.ink, weight: 1, fillColor: properties.severity === "high" ? c.red : c.amber, fillOpacity: 1 }),
  plot: (c, properties) => plotPath(c, String(properties.stage ?? "registered")),
};

function plotPath(c, stage) {
  const color = { demolished: c.brown, reclaimed: c.brown, verified: c.green }[stage] ?? c.grey;
  const [fillColor, fillOpacity] = { vacated: [c.greyFill, 0.6], reclaimed: [c.amber, 0.22], verified: [c.green, 0.18] }[stage] ?? [
    c.greyFill,
    0,
  ];
  return { color, weight: 2, fillColor, fillOpacity, dashArray: stage === "exempt" ? "1 5" : null };
}
