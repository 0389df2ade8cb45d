/**
 * What a click or a mouse on the map does: a feature tells about itself, a county is gone into.
 * @module oversight/pointing.js
 */
import * as maplibre from "maplibre-gl";
import { featuresAt } from "gisapp/map/maplibre-map.js";
import { element, text } from "gisapp/texts.js";

const PREFECTURE_DIGITS = 4;
/** Further in, a county fills the map and needs no telling. */
const LAST_TIP_ZOOM = 10;

/** @type {import("maplibre-gl").Popup | undefined} */
let opened;

/**
 * @param {import("maplibre-gl").Map} map
 * @param {object} page
 * @param {import("gisapp/map/cartography.js").MapLayer[]} page.layers
 * @param {() => {region: string, level: number}} page.scope
 * @param {(where: {region: string}) => void} page.go
 * @param {(code: string) => boolean} page.known whether a county is in the user's area
 * @param {string} page.dossier address with LAYER and CODE
 */
export function onMapClick(map, { layers, scope, go, known, dossier }) {
  const byKey = new Map(layers.map((layer) => [layer.key, layer]));
  map.on("click", (event) => {
    const hit = featuresAt(map, event.point, (key) => byKey.has(key) && key !== "regions").at(0);
    if (hit) {
      popup(map, event.lngLat, hit, byKey.get(hit.layer.metadata.layer), dossier);
      return;
    }
    const county = map.queryRenderedFeatures(event.point, { layers: ["rates"] }).at(0)?.properties.code;
    if (county && known(county)) go({ region: stepTowards(county, scope()) });
  });
}

/**
 * Returns the next division on the way to a county: its prefecture first, then the county itself.
 * @param {string} county
 * @param {{region: string, level: number}} scope
 */
export function stepTowards(county, scope) {
  const prefecture = county.slice(0, PREFECTURE_DIGITS);
  if (scope.level > 1 && scope.region.startsWith(prefecture)) return county;
  return prefecture.padEnd(county.length, "0");
}

function popup(map, place, feature, layer, dossier) {
  const { code, name } = feature.properties;
  const list = element("dl", { class: "popup-facts" });
  for (const [column, heading] of layer.facts) {
    const value = feature.properties[column];
    if (value === undefined || value === null || value === "") continue;
    list.append(element("dt", {}, heading), element("dd", {}, written(value, layer)));
  }
  const link = element(
    "a",
    { href: dossier.replace("LAYER", layer.layer).replace("CODE", encodeURIComponent(code)), class: "btn btn-small" },
    text("open_dossier"),
  );
  const content = element(
    "div",
    { class: "popup" },
    element("p", { class: "note" }, layer.title),
    element("h3", {}, name || code),
    list,
    link,
  );
  opened?.remove();
  opened = new maplibre.Popup({ maxWidth: "300px", focusAfterOpen: true }).setLngLat(place).setDOMContent(content).addTo(map);
}

/** @param {unknown} value @param {{labels: Record<string, string>}} layer */
function written(value, layer) {
  if (typeof value === "number") return value.toLocaleString("en", { maximumFractionDigits: 2 });
  return layer.labels[String(value)] ?? String(value);
}

/**
 * Says the rate of the county under the mouse; a finger has the ranking instead.
 * @param {import("maplibre-gl").Map} map
 * @param {object} page
 * @param {(code: string) => {rate: number | null, class: number, households: number, moved_in: number} | undefined} page.county
 * @param {(code: string) => string | undefined} page.name
 */
export function onMapHover(map, { county, name }) {
  if (!matchMedia("(hover: hover)").matches) return;
  const tip = new maplibre.Popup({ closeButton: false, closeOnClick: false, className: "map-tip", offset: 12, focusAfterOpen: false });
  map.on("mousemove", "rates", (event) => {
    const code = event.features[0].properties.code;
    const figures = county(code);
    map.getCanvas().classList.toggle("is-pointing", Boolean(figures));
    if (!figures || opened?.isOpen() || map.getZoom() > LAST_TIP_ZOOM) return tip.remove();
    tip.setLngLat(event.lngLat).setDOMContent(element("div", {}, element("b", {}, name(code) ?? code), element("br"), rateWords(figures)));
    if (!tip.isOpen()) tip.addTo(map);
  });
  map.on("mouseleave", "rates", () => {
    map.getCanvas().classList.remove("is-pointing");
    tip.remove();
  });
}

function rateWords(figures) {
  if (!figures.households) return text("no_task");
  if (figures.rate === null) return text("not_reported", { n: figures.households.toLocaleString("en") });
  return text("rate_of", {
    rate: figures.rate.toFixed(1),
    in: figures.moved_in.toLocaleString("en"),
    all: figures.households.toLocaleString("en"),
  });
}
