/**
 * How things are drawn on every map: colours, classes, widths and sizes. Nothing else decides on a colour of the map.
 * @module gisapp/map/cartography.js
 */

/** @typedef {"light" | "dark"} Theme */
/** @typedef {{key: string, title: string, symbol: string, tiles: string, minzoom: number, maxzoom: number,
 *   shown: boolean, labels: Record<string, string>}} MapLayer  A layer as the page declares it to the map. */

/** Lower bounds, in percent, of the classes of a rate above the lowest one. */
export const RATE_BREAKS = [85, 90, 95, 98];

export const FONT = ["Noto Sans CJK SC"];
export const FONT_BOLD = ["Noto Sans CJK SC Bold"];

const LIGHT = {
  ground: "#eaeff3",
  land: "#f7f9fa",
  ink: "#17232d",
  ink2: "#475763",
  halo: "#ffffff",
  rates: ["#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#225ea8"],
  noTask: "#e4e7ea",
  outside: "#f7f9fa",
  province: "#33434f",
  prefecture: "#5a6a76",
  casing: "#ffffff",
  county: "#9aa8b2",
  countyOnRate: "#ffffff",
  selected: "#b0380a",
  selectedCasing: "#ffffff",
  siteFill: "#ffffff",
  water: "#1f5fa8",
  waterFill: "#5b9bd0",
  household: "#0b5f6e",
  origin: "#7a4b8c",
  grey: "#6d7b86",
  greyFill: "#b9c3ca",
  brown: "#8a5a00",
  amber: "#e0a100",
  green: "#2a6b3c",
  red: "#b3261e",
  hatch: "#33434f",
};

const DARK = {
  ...LIGHT,
  ground: "#0b141c",
  land: "#162531",
  ink: "#eaf1f5",
  ink2: "#b4c3ce",
  halo: "#0b141c",
  rates: ["#3a3f63", "#2f5f86", "#2c8a9a", "#6bbf9f", "#d3ecab"],
  noTask: "#1d2a35",
  outside: "#111d27",
  province: "#eaf1f5",
  prefecture: "#b4c3ce",
  casing: "#0b141c",
  county: "#35495a",
  countyOnRate: "#0b141c",
  selected: "#ffd166",
  selectedCasing: "#0b141c",
  siteFill: "#0b141c",
  water: "#8dbdf5",
  household: "#5cc7d4",
  origin: "#d0a3e0",
  grey: "#93a5b2",
  greyFill: "#475763",
  brown: "#f5c451",
  amber: "#f5c451",
  green: "#7fd39a",
  red: "#ff8a7d",
  hatch: "#b4c3ce",
};

/**
 * @param {Theme} theme
 * @returns {typeof LIGHT}
 */
export function colours(theme) {
  return theme === "dark" ? DARK : LIGHT;
}

/** @returns {Theme} the theme of the page */
export function themeOfPage() {
  return document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light";
}

/**
 * Returns the class of a rate: 0 is the lowest, -1 where nothing was reported.
 * @param {number | null | undefined} percent
 */
export function rateClass(percent) {
  if (percent === null || percent === undefined || Number.isNaN(percent)) return -1;
  return RATE_BREAKS.filter((bound) => percent >= bound).length;
}

/**
 * A width that grows with the zoom, as given for z6, z9 and z12.
 * @param {number} z6
 * @param {number} z9
 * @param {number} z12
 */
export function widths(z6, z9, z12) {
  return ["interpolate", ["linear"], ["zoom"], 6, z6, 9, z9, 12, z12];
}

export const LINE = {
  province: widths(1.8, 2.2, 2.6),
  prefecture: widths(1.1, 1.6, 2),
  prefectureCasing: 3,
  county: widths(0.8, 1.2, 1.6),
  township: widths(0, 0.6, 1),
};

/** Radius of a site by its number of households; a site without a number is drawn small. */
const households = ["max", ["coalesce", ["get", "actual_households"], 0], ["coalesce", ["get", "planned_households"], 0]];
export const SITE_RADIUS = ["step", households, 2.2, 200, 3.4, 801, 5.4];

/** Colour, fill opacity and dash of a plot by its stage. */
export const PLOT_STAGES = ["registered", "vacated", "demolished", "reclaimed", "verified", "exempt"];

/** @param {Theme} theme */
export function plotStyle(theme) {
  const c = colours(theme);
  return {
    line: ["match", ["get", "stage"], "demolished", c.brown, "reclaimed", c.brown, "verified", c.green, c.grey],
    fill: ["match", ["get", "stage"], "vacated", c.greyFill, "reclaimed", c.amber, "verified", c.green, c.greyFill],
    fillOpacity: ["match", ["get", "stage"], "vacated", 0.6, "reclaimed", 0.22, "verified", 0.18, 0],
    dash: ["match", ["get", "stage"], "exempt", ["literal", [0.5, 2]], ["literal", [1, 0]]],
  };
}

/** Groups of facilities: a letterless sign and a colour each. */
export const FACILITY_GROUPS = {
  school: ["kindergarten", "primary", "junior", "senior", "college"],
  health: ["clinic", "hospital"],
  other: ["market", "bus_stop", "community", "police", "workshop", "town"],
};

/** The sign of a facility: `facility-school`, `facility-health` or `facility-other`. */
export const FACILITY_ICON = [
  "match",
  ["get", "kind"],
  FACILITY_GROUPS.school,
  "facility-school",
  FACILITY_GROUPS.health,
  "facility-health",
  "facility-other",
];

/** The sign of an open issue by its severity; a solved one is a grey ring. */
export const ISSUE_ICON = [
  "case",
  ["in", ["get", "state"], ["literal", ["solved", "closed"]]],
  "issue-solved",
  ["match", ["get", "severity"], "high", "issue-high", "medium", "issue-medium", "issue-low"],
];

/** The sign of a project by its state. */
export const PROJECT_ICON = ["match", ["get", "state"], "planned", "dam-planned", "building", "dam-building", "dam-built"];
