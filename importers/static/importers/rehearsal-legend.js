/**
 * The legend of the map of a rehearsal: only what the view draws.
 * @module importers/rehearsal-legend.js
 */
import { colours, themeOfPage } from "gisapp/map/cartography.js";
import { element } from "gisapp/texts.js";

const NS = "http://www.w3.org/2000/svg";

/** @param {string} shape @param {Record<string, string | number>} attributes */
function sign(shape, attributes) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "legend-sign");
  svg.setAttribute("viewBox", "0 0 24 14");
  svg.setAttribute("aria-hidden", "true");
  const inner = document.createElementNS(NS, shape);
  for (const [key, value] of Object.entries(attributes)) inner.setAttribute(key, String(value));
  svg.append(inner);
  return svg;
}

const dot = (fill, stroke) => sign("circle", { cx: 12, cy: 7, r: 4.5, fill, stroke, "stroke-width": 1.2 });

/**
 * Fills the legend.
 * @param {HTMLElement} box
 * @param {string} mode
 * @param {{data: any, chosen: any, other: any, words: Record<string, string>}} what
 */
export function fillLegend(box, mode, { data, chosen, other, words }) {
  const c = colours(themeOfPage());
  const rows = [];
  const has = (kind) => data.features.some((one) => one.kind === kind);
  if (mode === "readings") {
    if (chosen) rows.push([dot(c.household, c.halo), (data.chosen ? words.chosen : words.first).replace("{crs}", chosen.title)]);
    const cross = sign("path", { d: "M8 3l8 8M16 3l-8 8", stroke: c.selected, "stroke-width": 1.8, fill: "none" });
    if (other) rows.push([cross, words.compared.replace("{crs}", other.title)]);
  }
  if (mode === "rehearsal") {
    if (has("add")) rows.push([dot(c.green, c.halo), words.add]);
    if (has("change")) rows.push([dot(c.water, c.halo), words.change]);
    if (data.features.some((one) => one.old_geometry)) rows.push([dot(c.halo, c.ink), words.stored]);
    if (has("same")) rows.push([dot(c.grey, c.halo), words.same]);
  }
  if (data.rejected.length) rows.push([sign("path", { d: "M12 2l6 10h-12z", fill: c.red }), words.rejected]);
  const list = element("ul", { class: "legend-rows" });
  for (const [drawn, said] of rows) list.append(element("li", {}, drawn, element("span", {}, said)));
  box.replaceChildren(list);
  if (mode === "rehearsal" && data.features.length >= data.most) {
    box.append(element("p", { class: "note" }, words.most.replace("{most}", String(data.most))));
  }
  box.hidden = rows.length === 0;
}
