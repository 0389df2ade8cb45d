/**
 * Legend rows of declared layers, drawn by the same rules as the map.
 * @module gisapp/map/legend.js
 */
import { colours, PLOT_STAGES, themeOfPage } from "gisapp/map/cartography.js";
import { signCanvas } from "gisapp/map/icons.js";
import { ruleOf } from "gisapp/map/style.js";
import { element, text } from "gisapp/texts.js";

const NS = "http://www.w3.org/2000/svg";

/**
 * Returns the legend of one layer as a list; the words are the choices that the layer declares.
 * @param {import("gisapp/map/cartography.js").MapLayer} layer
 * @returns {HTMLElement}
 */
export function legendOf(layer) {
  const theme = themeOfPage();
  const rows = (ROWS[ruleOf(layer)] ?? ROWS.circle)(layer, theme);
  const list = element("ul", { class: "legend-rows" });
  for (const [sign, words] of rows) list.append(element("li", {}, sign, element("span", {}, words)));
  return list;
}

const ROWS = {
  region: (layer, theme) => [
    [line(colours(theme).province, 2.2), text("province")],
    [line(colours(theme).prefecture, 1.6), text("prefecture")],
    [line(colours(theme).county, 1.2), text("county")],
  ],
  site: (layer, theme) => {
    const c = colours(theme);
    const dot = (radius) => circle(radius, c.siteFill, c.ink, 1);
    return [[dot(2.2), text("sites_small")], [dot(3.4), text("sites_middle")], [dot(5.4), text("sites_large")]];
  },
  household: (layer, theme) => [[circle(3, colours(theme).household, colours(theme).halo, 1), layer.title]],
  origin: (layer, theme) => [[circle(3, colours(theme).origin, colours(theme).halo, 1), layer.title]],
  project: (layer, theme) => ["planned", "building", "built"].map((state) => [
    signCanvas(`dam-${state}`, theme), layer.labels[state] ?? state,
  ]),
  facility: (layer, theme) => ["school", "health", "other"].map((group) => [
    signCanvas(`facility-${group}`, theme), text(`facility_${group}`),
  ]),
  issue: (layer, theme) => ["high", "medium", "low", "solved"].map((name) => [
    signCanvas(`issue-${name}`, theme), text(`issue_${name}`),
  ]),
  plot: (layer, theme) => PLOT_STAGES.map((stage) => [plotSwatch(stage, theme), layer.labels[stage] ?? stage]),
  reservoir: (layer, theme) => [[box(colours(theme).waterFill, 0.55, colours(theme).water, 1), layer.title]],
  inundation: (layer, theme) => [[box(colours(theme).waterFill, 0.26, colours(theme).water, 2), layer.title]],
  circle: (layer, theme) => [[circle(3, colours(theme).household, colours(theme).halo, 1), layer.title]],
};

function plotSwatch(stage, theme) {
  const c = colours(theme);
  const rim = { demolished: c.brown, reclaimed: c.brown, verified: c.green }[stage] ?? c.grey;
  const fill = { vacated: [c.greyFill, 0.6], reclaimed: [c.amber, 0.22], verified: [c.green, 0.18] }[stage] ?? ["none", 1];
  return box(fill[0], fill[1], rim, 1.8, stage === "exempt" ? "1 3" : "");
}

/** @param {string} name @param {Record<string, string | number>} attributes */
function drawing(name, attributes) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "legend-sign");
  svg.setAttribute("viewBox", "0 0 24 14");
  svg.setAttribute("aria-hidden", "true");
  const inner = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) inner.setAttribute(key, String(value));
  svg.append(inner);
  return svg;
}

function line(stroke, width) {
  return drawing("line", { x1: 1, x2: 23, y1: 7, y2: 7, stroke, "stroke-width": width });
}

function circle(r, fill, stroke, width) {
  return drawing("circle", { cx: 12, cy: 7, r, fill, stroke, "stroke-width": width });
}

function box(fill, opacity, stroke, width, dash = "") {
  const shape = { x: 1, y: 1, width: 22, height: 12, fill, "fill-opacity": opacity, stroke, "stroke-width": width };
  return drawing("rect", dash ? { ...shape, "stroke-dasharray": dash, "stroke-linecap": "round" } : shape);
}
