/**
 * Counties coloured by their moved-in rate. The class of a county comes from the server; here it only gets its colour.
 * @module oversight/choropleth.js
 */
import { colours, themeOfPage } from "gisapp/map/cartography.js";

const NOT_REPORTED = -1;
const NO_TASK = -2;
const OUTSIDE = -3;
const COUNTY = ["==", ["get", "level"], 3];
const SOURCE = { source: "regions", "source-layer": "regions" };

/** @param {import("maplibre-gl").Map} map */
export function addChoropleth(map) {
  const c = colours(themeOfPage());
  const number = ["coalesce", ["feature-state", "class"], OUTSIDE];
  const classes = c.rates.flatMap((colour, place) => [place, colour]);
  const faded = (inside, elsewhere) => ["case", ["boolean", ["feature-state", "inside"], true], inside, elsewhere];
  map.addLayer(
    {
      id: "rates", type: "fill", ...SOURCE, filter: COUNTY,
      paint: {
        "fill-color": ["match", number, NOT_REPORTED, c.noTask, NO_TASK, c.noTask, ...classes, c.outside],
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 10.5, faded(1, 0.3), 12.5, faded(0.22, 0.1)],
      },
    },
    "regions-township",
  );
  map.addLayer(
    { id: "rates-hatch", type: "fill", ...SOURCE, filter: codes([]), paint: { "fill-pattern": "hatch" } },
    "regions-township",
  );
  map.setPaintProperty("regions-county", "line-color", c.countyOnRate);
  map.addLayer(
    { id: "chosen-casing", type: "line", ...SOURCE, filter: codes([]), paint: { "line-color": c.selectedCasing, "line-width": 6 } },
    above(map),
  );
  map.addLayer(
    {
      id: "chosen", type: "line", ...SOURCE, filter: codes([]), layout: { "line-join": "round" },
      paint: { "line-color": c.selected, "line-width": 2.6 },
    },
    above(map),
  );
}

/** The first layer that is drawn over boundaries. */
function above(map) {
  const ids = map.getStyle().layers.map((layer) => layer.id);
  return ids[ids.indexOf("regions-province") + 1 + ids.slice(ids.indexOf("regions-province") + 1).findIndex((id) => !id.startsWith("chosen"))];
}

/** @param {string[]} wanted */
function codes(wanted) {
  return ["in", ["get", "code"], ["literal", wanted]];
}

/**
 * Gives every county its class and marks the division looked at.
 * @param {import("maplibre-gl").Map} map
 * @param {Map<string, {class: number, inside: boolean}>} counties by code
 * @param {{region: string, level: number}} scope
 */
export function colourCounties(map, counties, scope) {
  const silent = [];
  for (const [code, county] of counties) {
    map.setFeatureState({ source: "regions", sourceLayer: "regions", id: code }, { class: county.class, inside: county.inside });
    if (county.class === NOT_REPORTED) silent.push(code);
  }
  map.setFilter("rates-hatch", codes(silent));
  const chosen = codes(scope.level > 1 ? [scope.region] : []);
  map.setFilter("chosen", chosen);
  map.setFilter("chosen-casing", chosen);
}
