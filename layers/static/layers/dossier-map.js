/**
 * The map of a dossier: the feature at every one of its geometries, among boundaries and neighbours.
 * @module layers/dossier-map.js
 */
import { colours, themeOfPage } from "gisapp/map/cartography.js";
import { addFeatures, addTooltip, smallMap } from "gisapp/map/leaflet.js";
import { readJson } from "gisapp/texts.js";
import { addRelated, addSurroundings, fitTo } from "layers/surroundings.js";

const container = document.getElementById("dossier-map");
const data = readJson("map-data");
const map = smallMap(container);

addSurroundings(map, data);
joinPoints(data.drawn);
const drawn = data.drawn.map((feature) => {
  if (isBoundary(feature)) casing(feature);
  const layer = addFeatures(map, feature, { key: feature.properties.view, symbol: data.symbol }, { selected: isBoundary(feature) });
  if (data.drawn.length > 1) {
    addTooltip(layer, feature.properties.title, { permanent: !isBoundary(feature), direction: "right", offset: [8, 0] });
  }
  return layer;
});
addRelated(map, data);
fitTo(map, drawn, data);
container.dataset.ready = "true";

/** White under the line of what is chosen, so that it stands out on anything. */
function casing(feature) {
  const style = { color: colours(themeOfPage()).selectedCasing, weight: 6, fill: false, interactive: false };
  globalThis.L.geoJSON(feature, { style: () => style }).addTo(map);
}

/** A boundary is drawn in the colour of what is chosen; a point keeps the sign of its layer. */
function isBoundary(feature) {
  return feature.geometry.type !== "Point" && data.drawn.length === 1;
}

/** A household's two homes are joined, so that one sees the move. */
function joinPoints(features) {
  const points = features.filter((feature) => feature.geometry.type === "Point").map((feature) => feature.geometry.coordinates);
  if (points.length !== 2) return;
  const line = points.map(([lon, lat]) => [lat, lon]);
  globalThis.L.polyline(line, { className: "map-joined", weight: 1.5, dashArray: "4 4", interactive: false }).addTo(map);
}
