/**
 * Geometries between text, Leaflet and square metres. Nothing here rounds: a corner that nobody moved leaves as it came.
 * @module layers/geometry.js
 */

/** @typedef {[number, number][]} Ring  positions as longitude, latitude; closed */
/** @typedef {Ring[]} Rings  shell first, then holes */

/**
 * Returns the polygons of GeoJSON text, or null where it is not that.
 * @param {string} text
 * @returns {Rings[] | null}
 */
export function partsOf(text) {
  if (!text.trim()) return [];
  try {
    const geometry = JSON.parse(text);
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return ["Polygon", "MultiPolygon"].includes(geometry.type) && parts.every(isRings) ? parts : null;
  } catch {
    return null;
  }
}

const isRings = (rings) => Array.isArray(rings) && rings.every((ring) => Array.isArray(ring) && ring.every(isPosition));
const isPosition = (place) => Array.isArray(place) && place.length === 2 && place.every(Number.isFinite);

/**
 * Returns the text of polygons; a double is written with as many digits as it needs to come back the same.
 * @param {Rings[]} parts
 * @param {"POLYGON" | "MULTIPOLYGON"} kind
 */
export function textOf(parts, kind) {
  if (!parts.length) return "";
  return JSON.stringify(
    kind === "POLYGON" ? { type: "Polygon", coordinates: parts[0] } : { type: "MultiPolygon", coordinates: parts },
  );
}

/**
 * Returns Leaflet's positions of the rings of a polygon; Leaflet closes rings by itself.
 * @param {Rings} rings
 */
export function toLatLngs(rings) {
  return rings.map((ring) => ring.slice(0, -1).map(([lon, lat]) => globalThis.L.latLng(lat, lon)));
}

/**
 * Returns closed rings of a Leaflet polygon; corners that were taken away entirely take their ring with them.
 * @param {object} polygon
 * @returns {Rings}
 */
export function toRings(polygon) {
  const latLngs = polygon.getLatLngs();
  const rings = Array.isArray(latLngs[0]) ? latLngs : [latLngs];
  return rings.filter((ring) => ring.length > 2).map((ring) => [...ring, ring[0]].map(({ lat, lng }) => [lng, lat]));
}

const SEMI_MAJOR_M = 6378137;
const FLATTENING = 1 / 298.257222101;
const E2 = FLATTENING * (2 - FLATTENING);
const E = Math.sqrt(E2);

/**
 * Height of a latitude on the equal-area cylinder around the CGCS2000 ellipsoid, in semi-major axes.
 * Snyder (1987), Map Projections: A Working Manual, eq. 3-12 and 10-14.
 */
function cylinderHeight(latDeg) {
  const sin = Math.sin((latDeg * Math.PI) / 180);
  return ((1 - E2) / 2) * (sin / (1 - E2 * sin * sin) - Math.log((1 - E * sin) / (1 + E * sin)) / (2 * E));
}

/**
 * Returns the area of polygons in square metres on the ellipsoid; edges are short, so that their bend does not count.
 * @param {Rings[]} parts
 */
export function areaM2(parts) {
  return parts.reduce((sum, [shell, ...holes]) => sum + ringArea(shell) - holes.reduce((all, hole) => all + ringArea(hole), 0), 0);
}

function ringArea(ring) {
  // from the first corner on, or differences of large products would eat the digits of a small plot
  const [lon0, lat0] = ring[0];
  const places = ring.map(([lon, lat]) => [((lon - lon0) * Math.PI) / 180, cylinderHeight(lat) - cylinderHeight(lat0)]);
  let twice = 0;
  for (let i = 1; i < places.length; i += 1) {
    twice += places[i - 1][0] * places[i][1] - places[i][0] * places[i - 1][1];
  }
  return (Math.abs(twice) / 2) * SEMI_MAJOR_M * SEMI_MAJOR_M;
}

export const M2_PER_MU = 10000 / 15;
