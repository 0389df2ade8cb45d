/**
 * A point of the form: a sign on the map and two numbers that say the same.
 * @module layers/position-field.js
 */
import { addTooltip } from "gisapp/map/leaflet.js";

const DECIMALS = 9; // 0.1 mm: what the hand sets; numbers that were typed or stored are never touched

/** A point that can be dragged, placed by a click, or typed. */
export class PositionField {
  /**
   * @param {object} map
   * @param {{name: string, title: string, required: boolean}} field
   * @param {() => void} changed
   */
  constructor(map, field, changed) {
    this.map = map;
    this.name = field.name;
    this.required = field.required;
    this.title = field.title;
    this.changed = changed;
    this.inputs = ["lon", "lat"].map((axis) => document.querySelector(`[name="${field.name}_${axis}"]`));
    this.undone = [];
    this.before = this.read();
    this.inputs.forEach((input) => input.addEventListener("change", () => this.typed()));
    this.draw();
  }

  tools() {
    return this.marker && !this.required ? ["place", "clear"] : ["place"];
  }

  read() {
    return this.inputs.map((input) => input.value.trim());
  }

  position() {
    const [lon, lat] = this.read().map((value) => (value ? Number(value) : NaN));
    return Number.isFinite(lon) && Number.isFinite(lat) ? globalThis.L.latLng(lat, lon) : null;
  }

  typed() {
    this.remember();
    this.draw();
    const place = this.position();
    if (place) this.map.panInside(place, { padding: [60, 60] });
    this.changed();
  }

  /** Takes a position from the map. */
  set({ lat, lng }) {
    this.write([lng, lat].map((degrees) => String(Number(degrees.toFixed(DECIMALS)))));
  }

  write(values) {
    this.inputs.forEach((input, i) => (input.value = values[i]));
    this.remember();
    this.draw();
    this.changed();
  }

  remember() {
    this.undone.push(this.before);
    this.before = this.read();
  }

  undo() {
    const values = this.undone.pop();
    if (!values) return;
    this.inputs.forEach((input, i) => (input.value = values[i]));
    this.before = values;
    this.draw();
    this.changed();
  }

  draw() {
    const L = globalThis.L;
    this.marker?.remove();
    this.marker = null;
    const place = this.position();
    if (!place) return;
    const icon = L.divIcon({ className: "edit-point", iconSize: [20, 20] });
    this.marker = L.marker(place, { icon, draggable: this.active ?? false, autoPan: true, pmIgnore: true, keyboard: false }).addTo(this.map);
    addTooltip(this.marker, this.title);
    this.marker.on("dragend", () => this.set(this.marker.getLatLng()));
    this.setActive(this.active ?? false);
  }

  setActive(active) {
    this.active = active;
    this.marker?.dragging?.[active ? "enable" : "disable"]();
    this.marker?.getElement()?.classList.toggle("is-active", active);
  }

  /** @param {string} tool */
  start(tool) {
    if (tool === "place") {
      this.map.getContainer().classList.add("is-placing"); // whatever lies there already must not take the click
      this.map.once("click", this.placed, this);
    }
    if (tool === "clear") this.write(["", ""]);
  }

  placed({ latlng }) {
    this.set(latlng);
    this.map.fire("editor:done");
  }

  stop() {
    this.map.getContainer().classList.remove("is-placing");
    this.map.off("click", this.placed, this);
  }

  bounds() {
    const place = this.position();
    return place ? globalThis.L.latLngBounds([place]) : null;
  }
}
