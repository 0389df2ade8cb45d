/**
 * Words of the page's language for scripts: the page carries them as JSON (`{% map_texts %}`).
 * @module gisapp/texts.js
 */

/** @type {Record<string, string> | undefined} */
let words;

/**
 * Returns a text, with `{name}` replaced.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function text(key, values = {}) {
  words ??= readJson("map-texts") ?? {};
  const found = words[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Returns the JSON that the page carries under an id, or null.
 * @param {string} id
 */
export function readJson(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

/**
 * Makes an element: attributes, then children (nodes or text).
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
