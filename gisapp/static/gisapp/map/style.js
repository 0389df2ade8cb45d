/**
 * MapLibre layers of a declared layer, from the name of its drawing rule.
 * @module gisapp/map/style.js
 */
import {
  colours, FACILITY_ICON, FONT, ISSUE_ICON, LINE, plotStyle, PROJECT_ICON, SITE_RADIUS,
} from "gisapp/map/cartography.js";

/** @typedef {import("gisapp/map/cartography.js").MapLayer} MapLayer */
/** @typedef {import("gisapp/map/cartography.js").Theme} Theme */
/** @typedef {import("maplibre-gl").LayerSpecification} Drawn */

/** From below to above: a layer further down the list is drawn over the earlier ones. */
const ORDER = ["region", "inundation", "reservoir", "plot", "household", "origin", "circle", "facility", "project", "site", "issue"];

/** @type {Record<string, (layer: MapLayer, theme: Theme) => Partial<Drawn>[]>} */
const RULES = { region, plot, household, facility, project, site, issue, reservoir, inundation, origin, circle };

/**
 * The rule of a view: the views of projects and households have rules of their own.
 * @param {MapLayer} layer
 */
export function ruleOf(layer) {
  const byView = { reservoirs: "reservoir", inundations: "inundation", origins: "origin" };
  const name = byView[layer.key] ?? layer.symbol;
  return RULES[name] ? name : "circle";
}

/**
 * Sorts layers by what is drawn first.
 * @param {MapLayer[]} layers
 */
export function inDrawingOrder(layers) {
  return [...layers].sort((a, b) => ORDER.indexOf(ruleOf(a)) - ORDER.indexOf(ruleOf(b)));
}

/**
 * Returns the vector source of a layer.
 * @param {MapLayer} layer
 */
export function sourceOf(layer) {
  return {
    type: "vector",
    tiles: [location.origin + layer.tiles],
    minzoom: layer.minzoom,
    maxzoom: layer.maxzoom,
    promoteId: "code",
  };
}

/**
 * Returns what MapLibre draws for a layer; every id starts with the key of the layer.
 * @param {MapLayer} layer
 * @param {Theme} theme
 * @returns {Drawn[]}
 */
export function layersOf(layer, theme) {
  return RULES[ruleOf(layer)](layer, theme).map((drawn) => ({
    ...drawn,
    id: `${layer.key}-${drawn.id}`,
    source: layer.key,
    "source-layer": layer.key,
    metadata: { layer: layer.key },
    layout: { ...drawn.layout, visibility: layer.shown ? "visible" : "none" },
  }));
}

const POINT = ["==", ["geometry-type"], "Point"];
const AREA = ["==", ["geometry-type"], "Polygon"];
const level = (number) => ["==", ["get", "level"], number];

/** Boundaries on plain ground; a choropleth puts its own fill below. */
function region(layer, theme) {
  const c = colours(theme);
  const line = (id, number, paint, minzoom = 0) => ({
    id, type: "line", filter: level(number), minzoom, layout: { "line-join": "round" }, paint,
  });
  return [
    { id: "land", type: "fill", filter: level(1), paint: { "fill-color": c.land } },
    line("township", 4, { "line-color": c.county, "line-width": LINE.township, "line-dasharray": [4, 2] }, 9),
    line("county", 3, { "line-color": c.county, "line-width": LINE.county }),
    line("prefecture-casing", 2, { "line-color": c.casing, "line-width": LINE.prefectureCasing }),
    line("prefecture", 2, { "line-color": c.prefecture, "line-width": LINE.prefecture }),
    line("province", 1, { "line-color": c.province, "line-width": LINE.province }),
  ];
}

function site(layer, theme) {
  const c = colours(theme);
  const large = ["interpolate", ["linear"], ["zoom"], 4.5, ["*", 0.5, SITE_RADIUS], 6, SITE_RADIUS, 11, ["*", 1.6, SITE_RADIUS]];
  return [
    { id: "area", type: "fill", filter: AREA, paint: { "fill-color": c.siteFill, "fill-opacity": 0.55 } },
    { id: "rim", type: "line", filter: AREA, paint: { "line-color": c.ink, "line-width": 1.6 } },
    {
      id: "circle", type: "circle", filter: POINT,
      paint: { "circle-color": c.siteFill, "circle-radius": large, "circle-stroke-color": c.ink, "circle-stroke-width": 1 },
    },
    {
      id: "name", type: "symbol", minzoom: 10,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.7] },
      paint: { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 2 },
    },
  ];
}

function dots(colour, halo) {
  return [{
    id: "dot", type: "circle", filter: POINT,
    paint: {
      "circle-color": colour,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.4, 12, 2.6, 16, 5],
      "circle-stroke-color": halo,
      "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 9, 0.3, 13, 1],
    },
  }];
}

function household(layer, theme) {
  return dots(colours(theme).household, colours(theme).halo);
}

function origin(layer, theme) {
  return dots(colours(theme).origin, colours(theme).halo);
}

function circle(layer, theme) {
  const c = colours(theme);
  return [
    { id: "area", type: "fill", filter: AREA, paint: { "fill-color": c.household, "fill-opacity": 0.16 } },
    { id: "rim", type: "line", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": c.household, "line-width": 1.6 } },
    ...dots(c.household, c.halo),
  ];
}

function plot(layer, theme) {
  const style = plotStyle(theme);
  return [
    { id: "fill", type: "fill", filter: AREA, paint: { "fill-color": style.fill, "fill-opacity": style.fillOpacity } },
    {
      id: "rim", type: "line", filter: AREA,
      paint: { "line-color": style.line, "line-width": 1.8, "line-dasharray": style.dash },
    },
    {
      id: "dot", type: "circle", filter: POINT,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 1.6, 14, 3.4],
        "circle-color": style.fill, "circle-opacity": ["+", 0.2, style.fillOpacity],
        "circle-stroke-color": style.line, "circle-stroke-width": 1.1,
      },
    },
  ];
}

function reservoir(layer, theme) {
  const c = colours(theme);
  return [
    { id: "fill", type: "fill", paint: { "fill-color": c.waterFill, "fill-opacity": 0.55 } },
    { id: "rim", type: "line", paint: { "line-color": c.water, "line-width": 1 } },
  ];
}

function inundation(layer, theme) {
  const c = colours(theme);
  return [
    { id: "fill", type: "fill", paint: { "fill-color": c.waterFill, "fill-opacity": 0.26 } },
    { id: "rim", type: "line", paint: { "line-color": c.water, "line-width": 2 } },
  ];
}

function signs(icon, zoomed) {
  return {
    "icon-image": icon, "icon-allow-overlap": true,
    "icon-size": ["interpolate", ["linear"], ["zoom"], zoomed[0], 0.7, zoomed[1], 1],
  };
}

function project(layer, theme) {
  const c = colours(theme);
  return [
    { id: "sign", type: "symbol", layout: signs(PROJECT_ICON, [6, 9]) },
    {
      id: "name", type: "symbol", minzoom: 9,
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.9] },
      paint: { "text-color": c.water, "text-halo-color": c.halo, "text-halo-width": 2 },
    },
  ];
}

function facility() {
  return [{ id: "sign", type: "symbol", layout: signs(FACILITY_ICON, [10, 14]) }];
}

function issue() {
  return [{ id: "sign", type: "symbol", layout: { ...signs(ISSUE_ICON, [6, 10]), "symbol-sort-key": severityOrder() } }];
}

/** High severity is drawn last, over the others. */
function severityOrder() {
  return ["match", ["get", "severity"], "high", 3, "medium", 2, 1];
}
