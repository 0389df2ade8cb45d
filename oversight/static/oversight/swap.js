/**
 * Puts the parts of a freshly fetched page into the one that is open.
 * @module oversight/swap.js
 */

/** Parts that another month changes; the time bar stays, a hand may be on it. */
const BY_MONTH = ["crumbs", "data-moment", "legend", "panel"];
const BY_REGION = [...BY_MONTH, "time"];

/**
 * @param {string} page HTML of the whole page
 * @param {boolean} moved whether another division is looked at
 */
export function swapParts(page, moved) {
  const fresh = new DOMParser().parseFromString(page, "text/html");
  const focused = document.activeElement?.id;
  const legendOpen = document.querySelector("#legend details")?.open ?? true;
  for (const id of moved ? BY_REGION : BY_MONTH) {
    const [old, made] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && made) old.replaceChildren(...made.childNodes);
  }
  const legend = document.querySelector("#legend details");
  if (legend) legend.open = legendOpen;
  if (!moved) swapMonth(fresh);
  document.title = fresh.title;
  document.getElementById("one-map-status").textContent = fresh.getElementById("one-map-status")?.textContent ?? "";
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** @param {Document} fresh */
function swapMonth(fresh) {
  const [name, freshName] = [document.getElementById("time-chosen"), fresh.getElementById("time-chosen")];
  const [range, freshRange] = [document.getElementById("time-range"), fresh.getElementById("time-range")];
  if (!name || !freshName || !range || !freshRange) return;
  name.textContent = freshName.textContent;
  range.setAttribute("aria-valuetext", freshRange.getAttribute("aria-valuetext"));
}
