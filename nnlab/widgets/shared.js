// What all figures draw with: elements, axes, marks, handles to drag, controls. frame.js and the figure's own file follow.

const INK = "#1a1a1a", PALE = "#dddddd", GREY = "#595959", BLUE = "#0072B2", ORANGE = "#B84E00", GREEN = "#00735A";
const SVG = "http://www.w3.org/2000/svg";
const HALO = { stroke: "white", "stroke-width": 5, "stroke-linejoin": "round", "paint-order": "stroke" };

/** An element with attributes and children; `svg` makes one that is drawn. */
function make(namespace, tag, attributes = {}, ...children) {
  const node = namespace ? document.createElementNS(namespace, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const html = (tag, attributes, ...children) => make(null, tag, attributes, ...children);
const svg = (tag, attributes, ...children) => make(SVG, tag, attributes, ...children);
const put = (node, attributes) => { for (const name in attributes) node.setAttribute(name, attributes[name]); };
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const tidy = (value, digits = 2) => Number(value.toFixed(digits)) || 0;
const minus = (written) => written.replaceAll("-", "\u2212");
const shown = (value, digits = 2) => minus(tidy(value, digits).toFixed(digits));
const plain = (value) => minus(String(tidy(value, 4)));                  // as it was typed: 1.5, not 1.50
const precise = (value) => minus(value ? value.toPrecision(3) : "0");    // three digits that count
const sigmoid = (z) => z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z));
const counted = (count, thing) => `${count} ${thing}${count === 1 ? "" : "s"}`;
const text = (x, y, words, more = {}) => svg("text", { x, y, ...more }, words);
const END = { "text-anchor": "end" }, MIDDLE = { "text-anchor": "middle" }, BOLD = { "font-weight": 600 };
/** A button; one that is not `enabled` keeps the focus and does nothing. */
const button = (words, press) => {
  const node = html("button", { type: "button" }, words);
  node.addEventListener("click", () => { if (node.getAttribute("aria-disabled") !== "true") press(); });
  return node;
};
const enable = (node, enabled) => put(node, { "aria-disabled": !enabled });

/** A drawing of its own; several stand side by side where there is room for them, else below each other. */
const panel = ({ left = 0, width, height, label }, ...children) => svg("svg", { viewBox: `${left} 0 ${width} ${height}`,
  role: "group", "aria-label": label, style: `flex: ${width} 1 ${Math.round(0.62 * width)}px` }, ...children);

/** Axes in a box of the drawing: ticks (with `xNumbers` or without), names, a clipped `inside`, and the functions between numbers and places. */
function axes({ left, top, width, height, x, y, xName = "", yName = "", xTicks, yTicks, xNumbers = true }) {
  const toX = (value) => left + (value - x[0]) / (x[1] - x[0]) * width;
  const toY = (value) => top + height - (value - y[0]) / (y[1] - y[0]) * height;
  const node = svg("g", { "aria-hidden": "true" });
  const digits = (ticks) => ticks.every(Number.isInteger) ? 0 : 1;
  for (const tick of xTicks) node.append(
    svg("line", { x1: toX(tick), x2: toX(tick), y1: top, y2: top + height, stroke: tick ? PALE : "#999999" }),
    text(toX(tick), top + height + 20, xNumbers ? shown(tick, digits(xTicks)) : "", MIDDLE));
  for (const tick of yTicks) node.append(
    svg("line", { x1: left, x2: left + width, y1: toY(tick), y2: toY(tick), stroke: tick ? PALE : "#999999" }),
    text(left - 8, toY(tick) + 6, shown(tick, digits(yTicks)), END));
  node.append(text(left + width / 2, top + height + 42, xName, MIDDLE), text(left, top - 10, yName));
  const id = `inside-${left}-${top}`;  // a name within this figure's shadow tree
  const inside = svg("g", { "clip-path": `url(#${id})` });
  node.append(svg("clipPath", { id }, svg("rect", { x: left, y: top, width, height })));
  const points = (places) => places.map(([a, b]) => `${tidy(toX(a))},${tidy(toY(clamp(b, y[0] - 99, y[1] + 99)))}`).join(" ");
  return { node, inside, toX, toY, points, edges: { top, bottom: top + height },
    fromX: (place) => x[0] + (place - left) / width * (x[1] - x[0]),
    fromY: (place) => y[0] + (top + height - place) / height * (y[1] - y[0]) };
}

const upTo = (count) => Array.from({ length: count }, (_, k) => k);  // 0, 1, ..., count - 1

/** `count` + 1 numbers from `low` to `high`. */
const steps = (low, high, count) => Array.from({ length: count + 1 }, (_, k) => low + (high - low) * k / count);

/** Random numbers from a whole number (Mulberry32): `next()` in [0, 1), `normal()` with mean 0 and deviation 1 (Box and Muller). */
function random(seed) {
  let bits = seed | 0;
  const next = () => {
    bits = bits + 0x6D2B79F5 | 0;
    let mixed = Math.imul(bits ^ bits >>> 15, 1 | bits);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
  return { next, normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()) };
}

/** The places 0, 1, ..., count - 1 in an order that follows from `draw` (Fisher and Yates). */
function shuffled(count, draw) {
  const places = upTo(count);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(draw.next() * (k + 1));
    [places[k], places[other]] = [places[other], places[k]];
  }
  return places;
}

/** The mark of a class: a blue disc for the one, an orange square for the other. */
const mark = (one, x, y, size, more = {}) => one
  ? svg("circle", { cx: x, cy: y, r: size, fill: BLUE, ...more })
  : svg("rect", { x: x - 0.9 * size, y: y - 0.9 * size, width: 1.8 * size, height: 1.8 * size, fill: ORANGE, ...more });

/**
 * Let `node` be dragged (`to` gets the place in the drawing) and moved by the arrow keys (`by` gets steps right and up). Before
 * each, `begin` is called, with the event of a press; `tap` for a press that does not move; `keys` has what other keys do.
 */
function draggable(node, { name, begin, to, by, tap, keys = {} }) {
  put(node, { tabindex: 0, role: "slider", "aria-label": name, class: "handle", "data-prevent-swipe": "" });
  let from = null;  // where the press began, until it has moved
  node.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });  // else the page scrolls
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;  // one finger, no palm
    begin(event); from = [event.clientX, event.clientY];
    node.setPointerCapture(event.pointerId); node.focus(); event.preventDefault(); event.stopPropagation();
  });
  node.addEventListener("pointermove", (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    if (from && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 3) return;
    from = null; to(...placeOf(event, node.ownerSVGElement));
  });
  node.addEventListener("pointerup", () => { if (from && tap) tap(); from = null; });
  node.addEventListener("pointercancel", () => { from = null; });
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step && !keys[event.key]) return;
    event.preventDefault(); begin();
    if (step) by(...step.map((d) => d * (event.shiftKey ? 0.5 : 0.1))); else keys[event.key]();
  });
}

/** Where in the coordinates of `drawing` a pointer's event is. */
function placeOf(event, drawing) {
  const box = drawing.getBoundingClientRect(), view = drawing.viewBox.baseVal;
  return [view.x + (event.clientX - box.left) / box.width * view.width, view.y + (event.clientY - box.top) / box.height * view.height];
}

/** A slider with its name and its number, which can be typed; `change` gets the number, `tell` what is wrong with a typed one. */
function slider({ name, low, high, step = 0.05, digits = 2, begin, change, tell }) {
  const range = html("input", { type: "range", min: low, max: high, step, "aria-label": name });
  const number = html("input", { type: "number", min: low, max: high, step, "aria-label": `${name}, typed` });
  let value = low;
  range.addEventListener("pointerdown", begin);
  range.addEventListener("keydown", (event) => { if (/^(Arrow|Home|End)/.test(event.key)) begin(); });
  range.addEventListener("input", () => change(Number(range.value)));
  number.addEventListener("change", () => {
    const typed = Number(number.value);
    if (number.value !== "" && typed >= low && typed <= high && (digits || Number.isInteger(typed))) { begin(); change(typed); } else {
      tell(`${name} = ${number.value || "nothing"}: type ${digits ? "a" : "a whole"} number from ${shown(low, digits)} to ${shown(high, digits)}`);
      number.value = tidy(value, digits);
    }
  });
  return { node: html("div", { class: "field" }, html("span", { "aria-hidden": "true" }, name), range, number),
    show: (now, most = high) => {
      value = now; high = most; put(range, { max: most }); put(number, { max: most });
      range.value = now;
      if (!number.matches(":focus") || Number(number.value) !== now) number.value = tidy(now, 4);
    } };
}

/** A choice among `options`; `change` gets the chosen one, `says` has other words for some. */
function choice({ name, options, begin, change, says = {} }) {
  const select = html("select", {}, ...options.map((option) => html("option", { value: option }, says[option] || option)));
  select.addEventListener("change", () => { begin(); change(select.value); });
  return { node: html("label", { class: "field" }, html("span", {}, name), select), show: (value) => { select.value = value; } };
}

/**
 * Buttons and a slider that lead through the part `step` of the state, from 0 to `end(state)`; `wait` is the time between
 * two strides in play, in ms. With reduced motion, play goes to the end at once. `more` buttons stand before play.
 */
function player(stage, { end, wait, more = [], stride = () => 1 }) {
  const { state, set, begin } = stage;
  let timer = null;
  const go = (step) => set({ step: clamp(step, 0, end(state())) });
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; put(stage.says, { "aria-live": "polite" }); };
  const play = button("Play", () => {
    const playing = timer;
    begin();
    if (playing) return;
    if (state().step >= end(state())) go(0);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { go(end(state())); return; }
    play.textContent = "Pause"; put(stage.says, { "aria-live": "off" });
    timer = setInterval(() => {
      if (play.isConnected) go(state().step + stride());
      if (!play.isConnected || state().step >= end(state())) stop();
    }, wait);
  });
  stage.atBegin(stop);
  const back = button("Back", () => { begin(); go(state().step - 1); }), forth = button("Step", () => { begin(); go(state().step + 1); });
  const scrub = slider({ name: "step", low: 0, high: 1, step: 1, digits: 0, begin, change: go, tell: stage.tell });
  return { node: html("div", { class: "row" }, back, forth, ...more, play, scrub.node),
    show: (now) => {
      const last = end(now);
      scrub.show(Math.min(now.step, last), last);
      enable(back, now.step > 0); enable(forth, now.step < last);
    } };
}
