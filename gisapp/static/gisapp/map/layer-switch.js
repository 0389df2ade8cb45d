/**
 * The list that shows and hides layers of a map, each with its legend.
 * @module gisapp/map/layer-switch.js
 */
import { legendOf } from "gisapp/map/legend.js";
import { element, text } from "gisapp/texts.js";

/**
 * Fills `container` with one checkbox a layer.
 * @param {object} options
 * @param {HTMLElement} options.container
 * @param {import("gisapp/map/cartography.js").MapLayer[]} options.layers
 * @param {(key: string, shown: boolean) => void} options.onSwitch
 * @param {import("maplibre-gl").Map} [options.map] tells from which zoom on a layer can be seen
 */
export function layerSwitch({ container, layers, onSwitch, map }) {
  const list = element("ul", { class: "layer-switch" });
  for (const layer of layers) {
    const box = element("input", { type: "checkbox", id: `switch-${layer.key}` });
    box.checked = layer.shown;
    const hint = element("span", { class: "note", id: `switch-${layer.key}-hint` });
    box.setAttribute("aria-describedby", hint.id);
    const legend = legendOf(layer);
    legend.hidden = !layer.shown;
    box.addEventListener("change", () => {
      legend.hidden = !box.checked;
      onSwitch(layer.key, box.checked);
    });
    list.append(element("li", {}, box, element("label", { for: box.id }, layer.title), hint, legend));
    if (map) {
      const tell = () => {
        hint.textContent = map.getZoom() < layer.minzoom ? text("zoom_further") : "";
      };
      map.on("zoomend", tell);
      tell();
    }
  }
  container.replaceChildren(list);
}
