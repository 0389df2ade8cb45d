/**
 * What lies around a feature: boundaries of divisions, and the other features of its layer.
 * @module layers/surroundings.js
 */
import { colours, themeOfPage } from "gisapp/map/cartography.js";

const CLOSEST_ZOOM = 17;

/**
 * Draws boundaries and neighbours below everything else.
 * @param {object} map a Leaflet map
 * @param {{outlines: object[], neighbours: object[]}} data
 */
export function addSurroundings(map, data) {
  const L = globalThis.L;
  const c = colours(themeOfPage());
  L.geoJSON(data.outlines, {
    interactive: false,
    pmIgnore: true,
    style: ({ properties }) => ({
      color: properties.own ? c.prefecture : c.county,
      weight: properties.own ? 1.6 : 1.2,
      fillColor: c.land,
      fillOpacity: 1,
    }),
  }).addTo(map);
  const look = { color: c.grey, weight: 1, fillColor: c.greyFill, fillOpacity: 0.35 };
  L.geoJSON(data.neighbours, {
    pmIgnore: true,
    snapIgnore: false, // corners may be laid on a neighbour's
    style: () => look,
    pointToLayer: (_feature, place) => L.circleMarker(place, { radius: 3.5, ...look, fillOpacity: 0.8 }),
    onEachFeature: ({ properties }, layer) => layer.bindTooltip([properties.name, properties.code].filter(Boolean).join(" ")),
  }).addTo(map);
}

/**
 * Shows what is drawn; without anything, the division.
 * @param {object} map
 * @param {object[]} layers Leaflet layers with bounds
 * @param {{outlines: object[]}} data
 */
export function fitTo(map, layers, data) {
  const L = globalThis.L;
  const bounds = L.latLngBounds([]);
  layers.forEach((layer) => bounds.extend(layer.getBounds()));
  if (!bounds.isValid()) {
    const own = data.outlines.filter(({ properties }) => properties.own);
    bounds.extend(L.geoJSON(own.length ? own : data.outlines).getBounds());
  }
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [40, 40], maxZoom: CLOSEST_ZOOM, animate: false });
}
