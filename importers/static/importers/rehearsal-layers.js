/**
 * What the map of a rehearsal draws, by what becomes of the rows.
 * @module importers/rehearsal-layers.js
 */
import { colours, FONT, FONT_BOLD, themeOfPage, widths } from "gisapp/map/cartography.js";

/** Layers of each view, from below to above. */
export const MODES = {
  readings: ["reading-other", "reading-chosen", "rejected"],
  rehearsal: [
    "same-area", "same-point", "add-area", "add-rim", "add-point", "old-area", "old-point", "change-area", "change-rim",
    "change-point", "rejected",
  ],
  rejected: ["rejected"],
};
const ALL = [...new Set(Object.values(MODES).flat())];
const CROSS_PX = 9;
const TRIANGLE_PX = 13;

const collection = (features) => ({ type: "FeatureCollection", features });
const point = ([lon, lat], properties = {}) => ({
  type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] },
});

/**
 * Adds the counties that the rows name, bold, and the names of all around.
 * @param {import("maplibre-gl").Map} map
 * @param {any} data
 * @param {boolean} divisions whether the tiles of divisions are there
 */
export function addGround(map, data, divisions) {
  const c = colours(themeOfPage());
  if (divisions && data.outlined.length) {
    const named = ["in", ["get", "code"], ["literal", data.outlined]];
    const source = { source: "regions", "source-layer": "regions", filter: named };
    const white = themeOfPage() === "dark" ? c.casing : "#ffffff";
    map.addLayer({ id: "named-fill", type: "fill", ...source, paint: { "fill-color": white } }, "regions-township");
    map.addLayer({
      id: "named-rim", type: "line", ...source, layout: { "line-join": "round" },
      paint: { "line-color": c.ink, "line-width": widths(1.8, 2.4, 3) },
    });
  }
  map.addSource("import-places", {
    type: "geojson",
    data: collection(data.places.map(({ code, name, place }) => point(place, { name, bold: data.outlined.includes(code) }))),
  });
  map.addLayer({
    id: "import-places", type: "symbol", source: "import-places", minzoom: 6,
    layout: {
      "text-field": ["get", "name"],
      "text-font": ["case", ["get", "bold"], ["literal", FONT_BOLD], ["literal", FONT]],
      "text-size": ["case", ["get", "bold"], 15, 12],
      "symbol-sort-key": ["case", ["get", "bold"], 0, 1],
      "text-padding": 3,
    },
    paint: { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 2 },
  });
}

/**
 * Shows the positions in the chosen reading, and in the one that it is compared with.
 * @param {import("maplibre-gl").Map} map
 */
export function addReadings(map, chosen, other) {
  for (const [id, reading] of [["reading-other", other], ["reading-chosen", chosen]]) {
    map.getSource(id).setData(collection((reading?.points ?? []).map((place) => point(place))));
  }
}

/**
 * Adds what would become of the rows; all of it hidden until a view is chosen.
 * @param {import("maplibre-gl").Map} map
 * @param {any} data
 */
export function addRows(map, data) {
  const c = colours(themeOfPage());
  addSign(map, "import-cross", CROSS_PX, (pen, size) => {
    pen.strokeStyle = c.selected;
    pen.lineWidth = 1.8;
    pen.beginPath();
    pen.moveTo(1.5, 1.5);
    pen.lineTo(size - 1.5, size - 1.5);
    pen.moveTo(size - 1.5, 1.5);
    pen.lineTo(1.5, size - 1.5);
    pen.stroke();
  });
  addSign(map, "import-rejected", TRIANGLE_PX, (pen, size) => {
    pen.beginPath();
    pen.moveTo(size / 2, 1);
    pen.lineTo(size - 1, size - 1.5);
    pen.lineTo(1, size - 1.5);
    pen.closePath();
    pen.fillStyle = c.red;
    pen.fill();
    pen.strokeStyle = c.halo;
    pen.lineWidth = 1;
    pen.stroke();
  });
  for (const id of ["reading-other", "reading-chosen"]) map.addSource(id, { type: "geojson", data: collection([]) });
  const told = ({ row, code }) => ({ row, code });
  const drawn = (kind) => data.features.filter((one) => one.kind === kind && one.geometry)
    .map((one) => ({ type: "Feature", geometry: one.geometry, properties: told(one) }));
  for (const kind of ["same", "add", "change"]) map.addSource(kind, { type: "geojson", data: collection(drawn(kind)) });
  map.addSource("old", {
    type: "geojson",
    data: collection(data.features.filter((one) => one.old_geometry)
      .map((one) => ({ type: "Feature", geometry: one.old_geometry, properties: told(one) }))),
  });
  map.addSource("rejected", { type: "geojson", data: collection(data.rejected.map(([row, lon, lat]) => point([lon, lat], { row }))) });
  for (const layer of drawings(c)) map.addLayer({ ...layer, layout: { ...layer.layout, visibility: "none" } });
  if (map.getLayer("import-places")) map.moveLayer("import-places");
}

/** The drawing rules, from below to above. */
function drawings(c) {
  const area = (id, source, fill, opacity) => ({
    id, type: "fill", source, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": fill, "fill-opacity": opacity },
  });
  const rim = (id, source, colour, more = {}) => ({
    id, type: "line", source, filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": colour, "line-width": 1.8, ...more },
  });
  const dot = (id, source, colour, radius = 3.4) => ({
    id, type: "circle", source, filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-color": colour, "circle-stroke-color": c.halo, "circle-stroke-width": 1,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 7, radius * 0.7, 13, radius * 1.5],
    },
  });
  const sign = (id, source, icon) => ({
    id, type: "symbol", source, layout: { "icon-image": icon, "icon-allow-overlap": true, "icon-ignore-placement": true },
  });
  const ring = dot("old-point", "old", c.halo);
  ring.paint = { ...ring.paint, "circle-stroke-color": c.ink, "circle-stroke-width": 1.4 };
  return [
    area("same-area", "same", c.greyFill, 0.5),
    dot("same-point", "same", c.grey, 2.6),
    area("add-area", "add", c.green, 0.18),
    rim("add-rim", "add", c.green),
    dot("add-point", "add", c.green),
    rim("old-area", "old", c.ink, { "line-width": 1.4, "line-dasharray": [3, 2] }),
    ring,
    area("change-area", "change", c.water, 0.18),
    rim("change-rim", "change", c.water),
    dot("change-point", "change", c.water),
    sign("reading-other", "reading-other", "import-cross"),
    dot("reading-chosen", "reading-chosen", c.household),
    sign("rejected", "rejected", "import-rejected"),
  ];
}

/**
 * Draws a sign of this map alone.
 * @param {import("maplibre-gl").Map} map
 */
function addSign(map, name, size, draw) {
  const ratio = 2;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  draw(pen, size);
  map.addImage(name, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
}

/**
 * Shows the layers of a view and hides the others.
 * @param {import("maplibre-gl").Map} map
 * @param {string} mode
 */
export function showMode(map, mode) {
  for (const id of ALL) map.setLayoutProperty(id, "visibility", MODES[mode].includes(id) ? "visible" : "none");
}
