/**
 * A polygon or multipolygon of the form: parts on the map, and the GeoJSON text that is sent.
 * @module layers/boundary-field.js
 */
import { colours, themeOfPage } from "gisapp/map/cartography.js";
import { addTooltip } from "gisapp/map/leaflet.js";
import { areaM2, M2_PER_MU, partsOf, textOf, toLatLngs, toRings } from "layers/geometry.js";

const MAX_HANDLES = 120; // of a county's thousands of corners only those near the pointer get a handle
const SNAP_PX = 12;
const EDITED = "pm:markerdragend pm:vertexadded pm:vertexremoved";

/** A boundary whose corners can be moved, with parts and holes to draw. */
export class BoundaryField {
  /**
   * @param {object} map
   * @param {{name: string, title: string, kind: "POLYGON" | "MULTIPOLYGON"}} field
   * @param {() => void} changed
   */
  constructor(map, field, changed) {
    this.map = map;
    this.name = field.name;
    this.kind = field.kind;
    this.title = field.title;
    this.changed = changed;
    this.input = document.getElementById(`id_${field.name}`);
    this.size = document.querySelector(`[data-size="${field.name}"]`);
    this.group = globalThis.L.featureGroup().addTo(map);
    this.undone = [];
    this.before = this.input.value;
    this.input.addEventListener("change", () => this.typed());
    this.draw();
  }

  tools() {
    return this.group.getLayers().length ? ["corners", "draw", "hole", "remove"] : ["draw"];
  }

  typed() {
    this.undone.push(this.before);
    this.before = this.input.value;
    this.draw();
    this.changed();
  }

  /** Draws what the text says; text that says nothing drawable leaves the map empty and the server explains it. */
  draw() {
    const L = globalThis.L;
    this.group.clearLayers();
    for (const rings of partsOf(this.input.value) ?? []) {
      const part = L.polygon(toLatLngs(rings), { ...this.look(), pmIgnore: false, snapIgnore: false });
      if (!this.active) addTooltip(part, this.title, { sticky: true });
      part.on(EDITED, () => this.taken());
      part.on("click", () => this.clicked(part));
      this.group.addLayer(part);
    }
    this.measure();
    if (this.active) this.setActive(true);
  }

  look() {
    const c = colours(themeOfPage());
    return this.active
      ? { color: c.household, weight: 2.4, fillColor: c.household, fillOpacity: 0.14 }
      : { color: c.grey, weight: 1.4, fillColor: c.greyFill, fillOpacity: 0.3 };
  }

  parts() {
    return this.group.getLayers().map(toRings).filter((rings) => rings.length);
  }

  /** Takes what the hand did on the map into the text. */
  taken() {
    this.undone.push(this.before);
    this.input.value = textOf(this.parts(), this.kind);
    this.before = this.input.value;
    this.measure();
    this.changed();
  }

  measure() {
    const mu = areaM2(this.parts()) / M2_PER_MU;
    this.size.textContent = mu ? this.size.dataset.words.replace("{mu}", mu.toLocaleString("en", { maximumFractionDigits: 4 })) : this.size.dataset.empty;
  }

  undo() {
    if (!this.undone.length) return;
    this.input.value = this.before = this.undone.pop();
    this.draw();
    this.changed();
  }

  setActive(active) {
    this.active = active;
    this.group.setStyle(this.look());
    this.group.eachLayer((part) => {
      part.pm.disable();
      if (active) part.pm.enable({ allowSelfIntersection: true, snappable: true, snapDistance: SNAP_PX, limitMarkersToCount: MAX_HANDLES });
    });
    if (active) this.group.bringToFront();
  }

  /** @param {string} tool */
  start(tool) {
    this.tool = tool;
    if (tool === "draw" || tool === "hole") {
      this.group.eachLayer((part) => part.pm.disable());
      this.map.pm.enableDraw("Polygon", { snappable: true, snapDistance: SNAP_PX, tooltips: false, allowSelfIntersection: true });
      this.map.once("pm:create", this.drawn, this);
    }
  }

  drawn({ layer }) {
    const [ring] = toRings(layer);
    layer.remove();
    if (ring) this.add(ring);
    this.map.fire("editor:done");
  }

  /** @param {import("layers/geometry.js").Ring} ring */
  add(ring) {
    const parts = this.parts();
    if (this.tool === "hole") {
      const around = this.group.getLayers().findIndex((part) => part.getBounds().contains([ring[0][1], ring[0][0]]));
      parts[Math.max(around, 0)].push(ring);
    } else if (this.kind === "POLYGON") {
      parts.splice(0, parts.length, [ring]);
    } else {
      parts.push([ring]);
    }
    this.undone.push(this.before);
    this.input.value = this.before = textOf(parts, this.kind);
    this.draw();
    this.changed();
  }

  clicked(part) {
    if (this.tool !== "remove") return;
    this.group.removeLayer(part);
    this.taken();
    this.map.fire("editor:done");
  }

  stop() {
    this.tool = "";
    this.map.off("pm:create", this.drawn, this);
    this.map.pm.disableDraw();
    if (this.active) this.setActive(true);
  }

  bounds() {
    return this.group.getLayers().length ? this.group.getBounds() : null;
  }
}
