/**
 * What lies around a feature: boundaries of divisions, and the other features of its layer.
 * @module layers/surroundings.js
 */
import { colours, themeOfPage } from "gisapp/map/cartography.js";
import { addTooltip } from "gisapp/map/leaflet.js";

const CLOSEST_ZOOM = { boundary: 20, point: 16 };

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
    onEachFeature: named,
  }).addTo(map);
}

/**
 * Draws what refers to the feature, over it: the households of a site.
 * @param {object} map
 * @param {{related?: object[]}} data
 */
export function addRelated(map, data) {
  const L = globalThis.L;
  const c = colours(themeOfPage());
  L.geoJSON(data.related ?? [], {
    style: () => ({ color: c.household, weight: 1, fillColor: c.household, fillOpacity: 0.2 }),
    pointToLayer: (_feature, place) =>
      L.circleMarker(place, { radius: 3, color: c.halo, weight: 0.8, fillColor: c.household, fillOpacity: 0.8 }),
    onEachFeature: named,
  }).addTo(map);
}

function named({ properties }, layer) {
  addTooltip(layer, [properties.layer, properties.name, properties.code].filter(Boolean).join(" "));
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
  if (!bounds.isValid()) return;
  const maxZoom = bounds.getNorthEast().equals(bounds.getSouthWest()) ? CLOSEST_ZOOM.point : CLOSEST_ZOOM.boundary;
  map.fitBounds(bounds, { padding: [40, 40], maxZoom, animate: false });
}
