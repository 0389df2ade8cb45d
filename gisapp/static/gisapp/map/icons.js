/**
 * Signs of the map, drawn on a canvas when the style first asks for them: no sprite is fetched.
 * @module gisapp/map/icons.js
 */
import { colours } from "gisapp/map/cartography.js";

const RATIO = 2;

/** @typedef {(pen: CanvasRenderingContext2D, c: ReturnType<typeof colours>) => void} Drawing */

/** @type {Record<string, {size: number, draw: Drawing}>} */
const SIGNS = {
  hatch: { size: 8, draw: hatch },
  "dam-planned": { size: 20, draw: (pen, c) => dam(pen, c, "planned") },
  "dam-building": { size: 20, draw: (pen, c) => dam(pen, c, "building") },
  "dam-built": { size: 20, draw: (pen, c) => dam(pen, c, "built") },
  "facility-school": { size: 16, draw: (pen, c) => facility(pen, c.water, c, "school") },
  "facility-health": { size: 16, draw: (pen, c) => facility(pen, c.green, c, "health") },
  "facility-other": { size: 16, draw: (pen, c) => facility(pen, c.grey, c, "other") },
  "issue-high": { size: 18, draw: (pen, c) => shape(pen, c.red, c, [[9, 2], [16.5, 15.5], [1.5, 15.5]]) },
  "issue-medium": { size: 18, draw: (pen, c) => shape(pen, c.amber, c, [[9, 1.5], [16.5, 9], [9, 16.5], [1.5, 9]]) },
  "issue-low": { size: 18, draw: (pen, c) => shape(pen, c.water, c, [[3.5, 3.5], [14.5, 3.5], [14.5, 14.5], [3.5, 14.5]]) },
  "issue-solved": { size: 18, draw: ring },
};

/** Names of all signs. */
export const SIGN_NAMES = Object.keys(SIGNS);

/**
 * Gives the map every sign that its style names.
 * @param {import("maplibre-gl").Map} map
 * @param {import("gisapp/map/cartography.js").Theme} theme
 */
export function addSigns(map, theme) {
  map.setMissingStyleImageResolver((id) => {
    if (SIGNS[id] && !map.hasImage(id)) map.addImage(id, signImage(id, theme), { pixelRatio: RATIO });
  });
}

/**
 * Draws a sign.
 * @param {string} name
 * @param {import("gisapp/map/cartography.js").Theme} theme
 * @returns {ImageData}
 */
export function signImage(name, theme) {
  const { size, draw } = SIGNS[name];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const pen = canvas.getContext("2d");
  pen.scale(RATIO, RATIO);
  draw(pen, colours(theme));
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * Returns a sign as a canvas for a legend.
 * @param {string} name
 * @param {import("gisapp/map/cartography.js").Theme} theme
 */
export function signCanvas(name, theme) {
  const image = signImage(name, theme);
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").putImageData(image, 0, 0);
  canvas.className = "legend-sign";
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

/** @type {Drawing} */
function hatch(pen, c) {
  pen.strokeStyle = c.hatch;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const start of [-8, 0, 8]) {
    pen.moveTo(start, 8);
    pen.lineTo(start + 8, 0);
  }
  pen.stroke();
}

/**
 * A dam: planned hollow with a dashed rim, under construction half filled, built filled.
 * @param {CanvasRenderingContext2D} pen
 * @param {ReturnType<typeof colours>} c
 * @param {"planned" | "building" | "built"} state
 */
function dam(pen, c, state) {
  const outline = [[3, 5], [17, 5], [13.5, 15.5], [6.5, 15.5]];
  path(pen, outline);
  pen.lineWidth = 4;
  pen.strokeStyle = c.halo;
  pen.stroke();
  pen.fillStyle = state === "built" ? c.water : c.siteFill;
  pen.fill();
  if (state === "building") {
    pen.save();
    pen.clip();
    pen.fillStyle = c.water;
    pen.fillRect(0, 10.2, 20, 10);
    pen.restore();
  }
  path(pen, outline);
  pen.lineWidth = 1.6;
  pen.strokeStyle = c.water;
  pen.setLineDash(state === "planned" ? [2.4, 1.8] : []);
  pen.stroke();
}

/**
 * A rounded square with a cross (health), a gable (school) or a dot (other).
 * @param {CanvasRenderingContext2D} pen
 * @param {string} colour
 * @param {ReturnType<typeof colours>} c
 * @param {"school" | "health" | "other"} group
 */
function facility(pen, colour, c, group) {
  pen.beginPath();
  pen.roundRect(1.5, 1.5, 13, 13, 3);
  pen.fillStyle = c.siteFill;
  pen.fill();
  pen.lineWidth = 1.4;
  pen.strokeStyle = colour;
  pen.stroke();
  pen.fillStyle = colour;
  if (group === "health") {
    pen.fillRect(7, 4, 2, 8);
    pen.fillRect(4, 7, 8, 2);
  } else if (group === "school") {
    path(pen, [[8, 3.8], [12.2, 7.2], [12.2, 12], [3.8, 12], [3.8, 7.2]]);
    pen.fill();
  } else {
    pen.beginPath();
    pen.arc(8, 8, 2.6, 0, 2 * Math.PI);
    pen.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} colour
 * @param {ReturnType<typeof colours>} c
 * @param {number[][]} corners
 */
function shape(pen, colour, c, corners) {
  path(pen, corners);
  pen.lineJoin = "round";
  pen.lineWidth = 2.4;
  pen.strokeStyle = c.halo;
  pen.stroke();
  pen.fillStyle = colour;
  pen.fill();
  pen.lineWidth = 0.8;
  pen.strokeStyle = c.ink;
  pen.stroke();
}

/** @type {Drawing} */
function ring(pen, c) {
  pen.beginPath();
  pen.arc(9, 9, 4.5, 0, 2 * Math.PI);
  pen.fillStyle = c.siteFill;
  pen.fill();
  pen.lineWidth = 1.6;
  pen.strokeStyle = c.grey;
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number[][]} corners
 */
function path(pen, corners) {
  pen.beginPath();
  corners.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}
