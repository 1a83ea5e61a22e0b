// What all figures draw with: elements, axes, marks, handles to drag. controls.js, state.js and frame.js follow.

const SVG = "http://www.w3.org/2000/svg";
const END = { "text-anchor": "end" }, MIDDLE = { "text-anchor": "middle" }, BOLD = { "font-weight": 600 };

/** An element with attributes and children, in `namespace` (null: HTML). */
function make(namespace, tag, attributes = {}, ...children) {
  const node = namespace ? document.createElementNS(namespace, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const html = (tag, attributes, ...children) => make(null, tag, attributes, ...children);
const svg = (tag, attributes, ...children) => make(SVG, tag, attributes, ...children);
const put = (node, attributes) => { for (const name in attributes) node.setAttribute(name, attributes[name]); };
const text = (x, y, words, more = {}) => svg("text", { x, y, ...more }, words);

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const tidy = (value, digits = 2) => Number(value.toFixed(digits)) || 0;
const minus = (written) => written.replaceAll("-", "\u2212");
const shown = (value, digits = 2) => minus(tidy(value, digits).toFixed(digits));
const plain = (value) => minus(String(tidy(value, 4)));                // as it was typed: 1.5, not 1.50
const precise = (value) => minus(value ? value.toPrecision(3) : "0");  // three significant digits
const counted = (count, thing) => `${count} ${thing}${count === 1 ? "" : "s"}`;
const sigmoid = (z) => z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z));

/** Write `words` into `node`, unless they stand there: in an animation no node is made anew. */
const write = (node, words) => { if (node.textContent !== words) node.textContent = words; };

/** What the object `table` has by `name`; nothing that all objects have, such as toString. */
const own = (table, name) => Object.hasOwn(table, name) ? table[name] : undefined;

/** 0, 1, ..., count - 1. */
const upTo = (count) => Array.from({ length: count }, (_, k) => k);

/** `count` + 1 evenly spaced numbers from `low` to `high`. */
const steps = (low, high, count) => Array.from({ length: count + 1 }, (_, k) => low + (high - low) * k / count);

/**
 * A drawing of its own; several stand side by side where there is room for them, else below each other: text of 16
 * units has at least 11 pixels.
 */
const panel = ({ left = 0, width, height, label }, ...children) => svg("svg", {
  viewBox: `${left} 0 ${width} ${height}`, role: "group", "aria-label": label,
  style: `flex: ${width} 1 ${Math.round(0.7 * width)}px`,
}, ...children);

/** Heights for labels that want to stand at `wanted`, at least `gap` apart and between `top` and `bottom`. */
function apart(wanted, gap, top, bottom) {
  const order = wanted.map((_, k) => k).sort((a, b) => wanted[a] - wanted[b]), places = [];
  order.forEach((k, n) => { places[k] = Math.max(wanted[k], n ? places[order[n - 1]] + gap : top); });
  order.reverse().forEach((k, n) => { places[k] = Math.min(places[k], n ? places[order[n - 1]] - gap : bottom); });
  return places;
}

/**
 * Axes in a box of the drawing: ticks (with `xNumbers` or without), names, a clipped group `inside`, and the functions
 * that map values to coordinates (toX, toY) and back (fromX, fromY).
 */
function axes({ left, top, width, height, x, y, xName = "", yName = "", xTicks, yTicks, xNumbers = true }) {
  const toX = (value) => left + (value - x[0]) / (x[1] - x[0]) * width;
  const toY = (value) => top + height - (value - y[0]) / (y[1] - y[0]) * height;
  const node = svg("g", { class: "axes", "aria-hidden": "true" });
  const digits = (ticks) => ticks.every(Number.isInteger) ? 0 : 1;
  for (const tick of xTicks) {
    node.append(
      svg("line", { x1: toX(tick), x2: toX(tick), y1: top, y2: top + height }),
      text(toX(tick), top + height + 20, xNumbers ? shown(tick, digits(xTicks)) : "", MIDDLE));
  }
  for (const tick of yTicks) {
    node.append(
      svg("line", { x1: left, x2: left + width, y1: toY(tick), y2: toY(tick) }),
      text(left - 8, toY(tick) + 6, shown(tick, digits(yTicks)), END));
  }
  node.append(text(left + width / 2, top + height + 42, xName, MIDDLE), text(left, top - 10, yName));
  const id = `inside-${left}-${top}`;  // unique within this figure's shadow tree
  const inside = svg("g", { "clip-path": `url(#${id})` });
  node.append(svg("clipPath", { id }, svg("rect", { x: left, y: top, width, height })));
  const point = ([a, b]) => `${tidy(toX(a))},${tidy(toY(clamp(b, y[0] - 99, y[1] + 99)))}`;
  return {
    node, inside, toX, toY, edges: { top, bottom: top + height },
    points: (places) => places.map(point).join(" "),
    fromX: (place) => x[0] + (place - left) / width * (x[1] - x[0]),
    fromY: (place) => y[0] + (top + height - place) / height * (y[1] - y[0]),
  };
}

/**
 * Random numbers from the whole number `seed` (Mulberry32): `next()` is uniform in [0, 1), `normal()` has mean 0 and
 * standard deviation 1 (Box and Muller); `bits()` is the seed of those that are still to come.
 */
function random(seed) {
  let bits = seed | 0;
  const next = () => {
    bits = bits + 0x6D2B79F5 | 0;
    let mixed = Math.imul(bits ^ bits >>> 15, 1 | bits);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { next, normal, bits: () => bits };
}

/** The same generator in Python, for the PyTorch of a figure. */
const RANDOM_IN_TORCH = `def random(seed):  # Mulberry32, as the figure draws
    bits = seed
    def draw():
        nonlocal bits
        bits = bits + 0x6D2B79F5 & 0xFFFFFFFF
        mixed = (bits ^ bits >> 15) * (1 | bits) & 0xFFFFFFFF
        mixed ^= mixed + ((mixed ^ mixed >> 7) * (61 | mixed) & 0xFFFFFFFF) & 0xFFFFFFFF
        return (mixed ^ mixed >> 14) / 2**32
    return draw`;

/** A random permutation of 0, 1, ..., count - 1 drawn with `draw` (Fisher and Yates). */
function shuffled(count, draw) {
  const places = upTo(count);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(draw.next() * (k + 1));
    [places[k], places[other]] = [places[other], places[k]];
  }
  return places;
}

/** The mark of a class: a blue disc for the positive one, an orange square for the other. */
const mark = (positive, x, y, size, more = {}) => positive
  ? svg("circle", { cx: x, cy: y, r: size, fill: "var(--lane0)", ...more })
  : svg("rect", { x: x - 0.9 * size, y: y - 0.9 * size, width: 1.8 * size, height: 1.8 * size, fill: "var(--lane1)",
    ...more });

/** Where a pointer event is, in the coordinates of `drawing`. */
function placeOf(event, drawing) {
  const box = drawing.getBoundingClientRect(), view = drawing.viewBox.baseVal;
  return [view.x + (event.clientX - box.left) / box.width * view.width,
    view.y + (event.clientY - box.top) / box.height * view.height];
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * Let `node` be dragged (`to` gets the place in the drawing) and moved by the arrow keys (`by` gets the distance right
 * and up). Before each, `begin` is called, for a press with its event. `tap` is called for a press that does not move;
 * `keys` maps other keys to functions.
 */
function draggable(node, { name, begin, to, by, tap, keys = {} }) {
  put(node, { tabindex: 0, role: "slider", "aria-label": name, class: "handle", "data-prevent-swipe": "" });
  let from = null;  // where the press began, until it has moved
  node.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });  // else the page scrolls
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;  // one finger, no palm
    begin(event);
    from = [event.clientX, event.clientY];
    node.setPointerCapture(event.pointerId);
    node.focus({ preventScroll: true });
    event.preventDefault();
    event.stopPropagation();
  });
  node.addEventListener("pointermove", (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    if (from && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 3) return;
    from = null;
    to(...placeOf(event, node.ownerSVGElement));
  });
  node.addEventListener("pointerup", () => { if (from && tap) tap(); from = null; });
  node.addEventListener("pointercancel", () => { from = null; });
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = own(ARROWS, event.key), press = own(keys, event.key);
    if (!step && !press) return;
    event.preventDefault();
    begin();
    if (step) by(...step.map((d) => d * (event.shiftKey ? 0.5 : 0.1))); else press();
  });
}
