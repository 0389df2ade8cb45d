/**
 * Shows a part of the page anew while something changes by itself, without loading the page.
 * @module jobs/live.js
 */

const BUSY_MS = 2000;
const IDLE_MS = 15000;

/**
 * Puts new markup into place where it differs, and the focus back to the control of the same id.
 * @param {HTMLElement} place
 * @param {string} markup
 */
function show(place, markup) {
  const fresh = new DOMParser().parseFromString(markup, "text/html").querySelector("[data-live-part]");
  const current = place.querySelector("[data-live-part]");
  // An answer without the part is a page of another kind: logged out, or an error that the next round may not meet.
  if (!fresh || !current || withoutTokens(fresh) === withoutTokens(current)) return;
  const focused = document.activeElement?.id;
  const open = current.querySelector("details")?.open ?? false;
  const left = current.querySelector(".table-scroll")?.scrollLeft ?? 0;
  current.replaceWith(fresh);
  const details = fresh.querySelector("details");
  if (details) details.open = open;
  fresh.querySelector(".table-scroll")?.scrollTo({ left });
  if (focused) document.getElementById(focused)?.focus();
}

/**
 * Returns the markup without the tokens of its forms, which differ each time.
 * @param {Element} part
 */
function withoutTokens(part) {
  const copy = /** @type {Element} */ (part.cloneNode(true));
  for (const token of copy.querySelectorAll("input[name=csrfmiddlewaretoken]")) token.remove();
  for (const details of copy.querySelectorAll("details")) details.removeAttribute("open");
  return copy.innerHTML;
}

/** @param {HTMLElement} place */
async function refresh(place) {
  if (!document.hidden) {
    const address = new URL(location.href);
    address.searchParams.set("part", "list");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) show(place, await answer.text());
    } catch {
      // No network just now: the next round asks again.
    }
  }
  wait(place);
}

/** @param {HTMLElement} place */
function wait(place) {
  const busy = place.querySelector("[data-live-part]")?.getAttribute("data-unfinished") === "yes";
  // A page about one piece of work has something else to show once that has ended.
  if (!busy && place.dataset.then === "reload") return location.reload();
  setTimeout(refresh, busy ? BUSY_MS : IDLE_MS, place);
}

for (const place of document.querySelectorAll("[data-live]")) wait(/** @type {HTMLElement} */ (place));
