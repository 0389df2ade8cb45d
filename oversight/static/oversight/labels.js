/**
 * Names of prefectures and counties: prefectures win, then counties by households; no two overlap.
 * @module oversight/labels.js
 */
import { colours, FONT, FONT_BOLD, themeOfPage } from "gisapp/map/cartography.js";

/**
 * @param {import("maplibre-gl").Map} map
 * @param {{code: string, name: string, short: string, level: number, place: [number, number] | null}[]} divisions
 * @param {Map<string, {households: number}>} counties
 */
export function addLabels(map, divisions, counties) {
  const c = colours(themeOfPage());
  const features = divisions
    .filter((division) => division.place && division.level > 1)
    .map((division) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: division.place },
      properties: {
        name: division.name,
        short: division.short,
        level: division.level,
        first: -(counties.get(division.code)?.households ?? 0),
      },
    }));
  map.addSource("places", { type: "geojson", data: { type: "FeatureCollection", features } });
  const paint = { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 2 };
  map.addLayer({
    id: "places-county", type: "symbol", source: "places", minzoom: 6, filter: ["==", ["get", "level"], 3],
    layout: {
      "text-field": ["step", ["zoom"], ["get", "short"], 8, ["get", "name"]],
      "text-font": FONT, "text-size": 12, "text-padding": 3, "symbol-sort-key": ["get", "first"],
    },
    paint,
  });
  map.addLayer({
    id: "places-prefecture", type: "symbol", source: "places", maxzoom: 10, filter: ["==", ["get", "level"], 2],
    layout: {
      "text-field": ["get", "name"], "text-font": FONT_BOLD, "text-size": 15, "text-letter-spacing": 0.1, "text-padding": 4,
    },
    paint,
  });
}
