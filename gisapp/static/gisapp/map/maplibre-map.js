/**
 * A MapLibre map in the look of the product, made from declared layers.
 * @module gisapp/map/maplibre-map.js
 */
import * as maplibre from "maplibre-gl";
import { colours, FONT, themeOfPage } from "gisapp/map/cartography.js";
import { addSigns } from "gisapp/map/icons.js";
import { inDrawingOrder, layersOf, sourceOf } from "gisapp/map/style.js";
import { element, text } from "gisapp/texts.js";

/** @typedef {import("gisapp/map/cartography.js").MapLayer} MapLayer */

/**
 * Makes a map and returns it when its style can be added to.
 * @param {object} options
 * @param {HTMLElement} options.container
 * @param {MapLayer[]} options.layers what the page declared; those not `shown` stay hidden until switched on
 * @param {[number, number, number, number]} options.bounds west, south, east, north in degrees
 * @param {string} [options.note] source and moment, bottom right
 * @param {number} [options.padding] px kept free around the bounds
 * @returns {Promise<import("maplibre-gl").Map>}
 */
export async function createMap({ container, layers, bounds, note = "", padding = 24 }) {
  const theme = themeOfPage();
  const map = new maplibre.Map({
    container,
    style: styleOf(layers, theme),
    bounds,
    fitBoundsOptions: { padding },
    maxZoom: 18,
    minZoom: 3,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    fadeDuration: 0,
    localIdeographFontFamily: FONT[0],
    locale: words(),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  addSigns(map, theme);
  map.addControl(new NorthControl(), "top-right");
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.ScaleControl({ maxWidth: 132, unit: "metric" }), "bottom-left");
  if (note) map.addControl(new maplibre.AttributionControl({ compact: false, customAttribution: note }), "bottom-right");
  await new Promise((ready) => map.once("style.load", ready));
  renewPasses(map);
  return map;
}

/** Per tile source at most once in this time: a pass that is refused again will not become better by asking. */
const RENEWAL_MS = 30_000;

/**
 * Addresses of tiles carry a pass that ends after some hours, or when rights change: asks for new ones then.
 * @param {import("maplibre-gl").Map} map
 */
function renewPasses(map) {
  const asked = new Map();
  map.on("error", async ({ error, sourceId }) => {
    if (error?.status !== 403 || Date.now() - (asked.get(sourceId) ?? 0) < RENEWAL_MS) return;
    asked.set(sourceId, Date.now());
    const answer = await fetch(`/tiles/${sourceId}/tilejson.json`, { credentials: "same-origin" });
    if (answer.ok) map.getSource(sourceId)?.setTiles((await answer.json()).tiles);
  });
}

/**
 * @param {MapLayer[]} layers
 * @param {import("gisapp/map/cartography.js").Theme} theme
 */
export function styleOf(layers, theme) {
  const ordered = inDrawingOrder(layers);
  return {
    version: 8,
    sources: Object.fromEntries(ordered.map((layer) => [layer.key, sourceOf(layer)])),
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colours(theme).ground } },
      ...ordered.flatMap((layer) => layersOf(layer, theme)),
    ],
  };
}

/**
 * Shows or hides a declared layer.
 * @param {import("maplibre-gl").Map} map
 * @param {string} key
 * @param {boolean} shown
 */
export function showLayer(map, key, shown) {
  for (const drawn of map.getStyle().layers) {
    if (drawn.metadata?.layer === key) map.setLayoutProperty(drawn.id, "visibility", shown ? "visible" : "none");
  }
}

/**
 * Returns the declared layers of a map that are drawn at a point, the uppermost first.
 * @param {import("maplibre-gl").Map} map
 * @param {{x: number, y: number}} point
 * @param {(key: string) => boolean} wanted
 * @param {number} reach px around the point: a finger is not a needle
 */
export function featuresAt(map, point, wanted, reach = 5) {
  const ids = map.getStyle().layers.filter((drawn) => wanted(drawn.metadata?.layer ?? "")).map((drawn) => drawn.id);
  const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
  return map.queryRenderedFeatures(box, { layers: ids });
}

function words() {
  return {
    "Map.Title": text("map"),
    "NavigationControl.ZoomIn": text("zoom_in"),
    "NavigationControl.ZoomOut": text("zoom_out"),
    "ScaleControl.Meters": text("metres"),
    "ScaleControl.Kilometers": text("kilometres"),
    "AttributionControl.ToggleAttribution": text("sources"),
    "Popup.Close": text("close"),
  };
}

/** The north arrow; the map never turns, so it only tells. */
class NorthControl {
  onAdd() {
    const arrow = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    arrow.setAttribute("viewBox", "0 0 18 26");
    arrow.setAttribute("aria-hidden", "true");
    for (const [side, points] of [["left", "9,1 9,21 1,25"], ["right", "9,1 9,21 17,25"]]) {
      const half = document.createElementNS(arrow.namespaceURI, "polygon");
      half.setAttribute("points", points);
      half.setAttribute("class", side);
      arrow.append(half);
    }
    this.node = element("div", { class: "maplibregl-ctrl map-north" }, arrow, element("span", {}, text("north")));
    return this.node;
  }

  onRemove() {
    this.node.remove();
  }
}
