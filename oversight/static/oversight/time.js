/**
 * The time bar: a slider over months, a button that plays them.
 * @module oversight/time.js
 */

const SETTLE_MS = 120;
const STEP_MS = 800;

/** @type {number | undefined} */
let playing;

/**
 * Takes up the time bar of the page, if it has one.
 * @param {(where: {month: string}, how: {remember: boolean}) => Promise<void>} go
 */
export function startTime(go) {
  stop();
  const range = document.getElementById("time-range");
  if (!range) return;
  let waiting;
  range.addEventListener("input", () => {
    mark(range);
    clearTimeout(waiting);
    waiting = setTimeout(() => go({ month: monthAt(range) }, { remember: false }), SETTLE_MS);
  });
  range.addEventListener("pointerdown", stop);
  document.getElementById("time-first").addEventListener("click", () => {
    stop();
    move(range, Number(range.min), go);
  });
  document.getElementById("time-play").addEventListener("click", () => (playing ? stop() : play(range, go)));
  mark(range);
}

function play(range, go) {
  if (range.value === range.max) range.value = range.min;
  const step = async () => {
    await move(range, Number(range.value), go);
    if (!playing) return;
    if (range.value === range.max) return stop();
    range.value = String(Number(range.value) + 1);
    playing = setTimeout(step, STEP_MS);
  };
  playing = setTimeout(step, 0);
  sayPlaying(true);
}

function stop() {
  clearTimeout(playing);
  playing = undefined;
  sayPlaying(false);
}

function move(range, position, go) {
  range.value = String(position);
  mark(range);
  return go({ month: monthAt(range) }, { remember: false });
}

/** @param {boolean} on */
function sayPlaying(on) {
  const button = document.getElementById("time-play");
  if (!button) return;
  button.classList.toggle("is-playing", on);
  button.querySelector(".time-play-word").textContent = on ? button.dataset.pause : button.dataset.play;
}

/** Marks the bar of the chosen month. */
function mark(range) {
  document.querySelectorAll(".time-bars rect").forEach((bar, place) => {
    bar.classList.toggle("is-chosen", place === Number(range.value));
  });
}

/**
 * Returns the month that the slider stands on, as 2020-10.
 * @param {HTMLInputElement} range
 */
export function monthAt(range) {
  const [year, month] = range.dataset.first.split("-").map(Number);
  const months = year * 12 + month - 1 + Number(range.value);
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}`;
}
