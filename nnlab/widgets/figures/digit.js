// A pad to draw a digit on: the image that MNIST's makers would have made of it, and what a network predicts for it.

const UNIT = 3.2, EDGE = 10, HEAD = 34;  // a point x, y of the pad is drawn at EDGE + UNIT x, HEAD + UNIT y

/** The pad. Each press draws a stroke; the arrow keys move the drawing. Returns its panel and what draws it. */
function buildPad({ set, begin, state, tell, atBegin }) {
  const square = { x: EDGE, y: HEAD, width: UNIT * PAD, height: UNIT * PAD };
  const ring = svg("rect", { ...square, fill: "white", stroke: "#999999", class: "ring" });
  const lines = svg("g", { fill: "none", stroke: INK, "stroke-linecap": "round", "stroke-linejoin": "round" });
  const box = svg("rect", { fill: "none", stroke: BLUE, "stroke-width": 2, "stroke-dasharray": "6 4" });
  const clip = svg("clipPath", { id: "pad" }, svg("rect", square));
  const surface = svg("g", {}, ring, svg("g", { "clip-path": "url(#pad)" }, lines, box));
  const size = { width: 2 * EDGE + UNIT * PAD, height: HEAD + UNIT * PAD + EDGE };
  const drawing = panel({ ...size, label: "The pad" }, svg("defs", {}, clip), surface,
    text(EDGE, 24, "draw here", { "aria-hidden": "true" }));
  const allowed = (place) => tidy(clamp(place, ...limits.strokes), 1);
  const onPad = ([x, y]) => [allowed((x - EDGE) / UNIT), allowed((y - HEAD) / UNIT)];
  const asSeen = () => seen(state()).map((stroke) => stroke.map((point) => point.map(allowed)));

  let first = null, ours = false;  // where the press began, until it draws; whether the last stroke is this press's
  const start = (...points) => {
    const before = asSeen();
    ours = before.length < most.strokes[0];
    first = null;
    if (ours) set({ strokes: [...before, points], size: 1, turn: 0 });
    else tell(`At most ${most.strokes[0]} strokes: clear the pad.`);
  };
  const extend = (x, y) => {
    const here = onPad([x, y]), { strokes } = state(), last = strokes.at(-1);
    if (first) { start(first, here); return; }
    const far = ours && Math.hypot(here[0] - last.at(-1)[0], here[1] - last.at(-1)[1]) >= 1;
    if (far && last.length < most.strokes[1]) set({ strokes: [...strokes.slice(0, -1), [...last, here]] });
  };
  const move = (right, up) => {
    const { strokes, pen } = state(), all = seen(state());
    if (!all.length) return;
    const step = bounds(all).map(([low, high], axis) => {  // none of the ink leaves the pad
      const room = [pen / 2 + 0.5 - low, PAD - pen / 2 - 0.5 - high];
      return room[0] < room[1] ? clamp(axis ? -20 * up : 20 * right, ...room) : 0;
    });
    const moved = (point) => point.map((place, axis) => allowed(place + step[axis]));
    set({ strokes: strokes.map((stroke) => stroke.map(moved)) });
  };
  atBegin(() => { ours = false; });  // Undo while one draws takes the stroke away
  draggable(surface, {
    name: "Pad: draw with the pointer, move the drawing with the arrow keys",
    begin: (event) => { begin(); first = event ? onPad(placeOf(event, drawing)) : null; },
    tap: () => start(first), to: extend, by: move, keys: { Delete: () => set({ strokes: [] }) },
  });
  return [drawing, (now, { strokes, steps, probabilities, predicted }) => {
    const points = (stroke) => [...stroke, stroke.at(-1)].map(([x, y]) => `${EDGE + UNIT * x},${HEAD + UNIT * y}`);
    lines.replaceChildren(...strokes.map((stroke) =>
      svg("polyline", { "stroke-width": UNIT * now.pen, points: points(stroke).join(" ") })));
    const [x, y, width, height] = steps ? steps.box : [0, 0, 0, 0];
    put(box, { x: EDGE + UNIT * x, y: HEAD + UNIT * y, width: UNIT * width, height: UNIT * height });
    put(surface, { "aria-valuemin": 0, "aria-valuemax": most.strokes[0], "aria-valuenow": strokes.length,
      "aria-valuetext": counted(strokes.length, "stroke") + (probabilities ? `, prediction ${predicted}` : "") });
  }];
}

/** An image of rows of 0 to 1 in sixteen grays, one path each; `cell` is the side of a pixel. */
function pixels(rows, left, top, cell) {
  const paths = Array.from({ length: 16 }, () => []);
  rows.forEach((line, row) => line.forEach((one, column) => {
    const corner = `M${tidy(left + column * cell, 1)} ${tidy(top + row * cell, 1)}`;
    paths[Math.round(15 * one)].push(`${corner}h${cell}v${cell}h${-cell}z`);
  }));
  const gray = (k) => `rgb(${Array(3).fill(Math.round(255 * (1 - (k + 1) / 15)))})`;
  return paths.slice(1).map((parts, k) =>
    svg("path", { d: parts.join(""), "shape-rendering": "crispEdges", fill: gray(k) }));
}

/** The two steps after the pad as images, and a bar for each class. Returns the panel and what draws it. */
function buildPrediction() {
  const images = svg("g", { "aria-hidden": "true" }), bars = svg("g", { "aria-hidden": "true" });
  const label = "The image that is made of it, and the network's class probabilities";
  const drawing = panel({ width: 640, height: 364, label }, images, bars);
  const frame = (x, y, width, height, more = {}) =>
    svg("rect", { x, y, width, height, fill: "none", stroke: "#999999", ...more });
  const cell = 7, small = [8, 34], large = [180, 34];

  /** The scaled digit, and its place and its center of mass in the image. */
  const drawImages = ({ scaled, image, mass, begins }) => {
    const [left, top] = [large[0] + cell * begins[1], large[1] + cell * begins[0]];
    const [x, y] = [left + cell * (mass[1] + 0.5), top + cell * (mass[0] + 0.5)];
    const cross = (stroke, width) =>
      svg("path", { d: `M${x - 9} ${y}h18M${x} ${y - 9}v18`, stroke, "stroke-width": width });
    return [
      ...pixels(scaled, ...small, cell), ...pixels(image, ...large, cell),
      frame(left, top, cell * scaled[0].length, cell * scaled.length, { stroke: BLUE, "stroke-dasharray": "6 4" }),
      cross("white", 6), cross(ORANGE, 3),
    ];
  };
  const drawBar = (digit, probability, best) => {
    const y = 34 + 32 * digit, end = 446 + 118 * (probability ?? 0), bold = best ? BOLD : {};
    const percent = (share) => `${(100 * share).toFixed(share > 0.9995 ? 0 : 1)} %`;
    return [
      text(424, y + 22, String(digit), bold),
      svg("rect", { x: 446, y: y + 3, width: end - 446, height: 25, fill: best ? BLUE : "#8c8c8c" }),
      text(end + 6, y + 22, probability === null ? "" : percent(probability), bold),
    ];
  };
  return [drawing, (_, { steps, probabilities, predicted }) => {
    images.replaceChildren(
      text(8, 24, "scaled: 20"), text(180, 24, "centered: 28 × 28"),
      frame(...small, 140, 140), frame(...large, 196, 196),
      ...steps ? drawImages(steps) : [],
      text(180, 258, "+", { style: `fill: ${ORANGE}`, ...BOLD }), text(198, 258, "center of mass"));
    bars.replaceChildren(text(416, 24, probabilities ? "class probabilities" : "no network yet"),
      ...upTo(10).flatMap((digit) => drawBar(digit, probabilities ? probabilities[digit] : null, digit === predicted)));
  }];
}

/** What was made of the drawing and what the network predicts, in a sentence. */
function sentence({ strokes }, { steps, probabilities, predicted }) {
  if (!strokes.length) return "The pad is empty: draw a digit, or choose a sample.";
  if (!steps) return "All of it lies outside the pad.";
  const [, , width, height] = steps.box, { scaled, mass: [row, column] } = steps;
  const prediction = probabilities
    ? `Predicted class: ${predicted}, with probability ${(100 * probabilities[predicted]).toFixed(1)} %.`
    : "For a prediction, give it a network: Figure(\"digit\", network=...).";
  return `Cut out ${width} × ${height}, scaled to ${scaled[0].length} × ${scaled.length}; its center of mass, column `
    + `${shown(column, 1)} and row ${shown(row, 1)}, is put as near as can be to column and row 14. ${prediction}`;
}

function buildDigit(stage) {
  const { root, says, set, begin, tell, draw } = stage;
  const [pad, drawPad] = buildPad(stage), [prediction, drawPrediction] = buildPrediction();
  const part = (name, step, digits) => {
    const [low, high] = limits[name];
    return slider({ name, low, high, step, digits, begin, tell, change: (value) => set({ [name]: value }) });
  };
  const sliders = { pen: part("pen", 1, 0), size: part("size", 0.05, 2), turn: part("turn", 1, 0) };
  const own = "your own", sample = choice({
    name: "sample", options: [own, ..."0123456789"], begin,
    change: (value) => { if (value === own) draw(); else set({ strokes: SAMPLES[value], size: 1, turn: 0 }); },
  });
  const clear = button("Clear", () => { begin(); set({ strokes: [], size: 1, turn: 0 }); });
  root.append(html("div", { class: "panels" }, pad, prediction),
    html("div", { class: "row" }, clear, sample.node, ...Object.values(sliders).map((one) => one.node)));
  return (now, numbers) => {
    drawPad(now, numbers);
    drawPrediction(now, numbers);
    for (const name in sliders) sliders[name].show(now[name]);
    const known = SAMPLES.findIndex((strokes) => same(strokes, now.strokes));
    sample.show(known < 0 ? own : String(known));
    enable(clear, now.strokes.length > 0);
    says.textContent = sentence(now, numbers);
  };
}

function torchDigit(state, { strokes, steps, probabilities, flat }) {
  if (!steps) return "# nothing is drawn";
  return `import torch
import torch.nn.functional as F

strokes = ${JSON.stringify(strokes)}
pen, f64 = ${state.pen}, {"dtype": torch.float64}
pixel = torch.arange(100, **f64) + 0.5
ink = torch.zeros(100, 100, **f64)
for stroke in strokes:                       # the distance of each pixel from each line
    points = torch.tensor([*stroke, stroke[-1]], **f64)
    for (x, y), (u, v) in zip(points, points[1:]):
        a, b = pixel - x, pixel[:, None] - y
        t = ((a * (u - x) + b * (v - y)) / ((u - x) ** 2 + (v - y) ** 2).clamp(min=1e-12)).clamp(0, 1)
        ink = torch.maximum(ink, (pen / 2 + 0.5 - torch.hypot(a - t * (u - x), b - t * (v - y))).clamp(0, 1))

rows, columns = ((ink.amax(axis) > 1e-6).nonzero() for axis in (1, 0))
cut = ink[rows.min():rows.max() + 1, columns.min():columns.max() + 1]
sides = [max(1, int(20 * side / max(cut.shape) + 0.5)) for side in cut.shape]
scaled = F.adaptive_avg_pool2d(cut[None], sides)[0]
mass = [(scaled.sum(1 - axis) @ torch.arange(side, **f64) / scaled.sum()).item() for axis, side in enumerate(sides)]
top, left = (min(max(int(14 - round(at, 6) + 0.5), 0), 28 - side) for at, side in zip(mass, sides))
image = torch.zeros(1, 1, 28, 28, **f64)
image[0, 0, top:top + sides[0], left:left + sides[1]] = scaled
print(f"center of mass {mass[0]:.4f} {mass[1]:.4f}, ink {image.sum():.4f}")
${probabilities ? `
# the figure's network: network = nnlab.widgets.packing.rounded(yours), with weights rounded to 8 bits
with torch.no_grad():
    print(*(f"{p:.4f}" for p in torch.softmax(network(image${flat ? ".flatten(1)" : ""}), 1)[0]))` : ""}`;
}

export default figure({ title: "A pad to draw a digit on", rules, numbers: digitNumbers, build: buildDigit,
  torch: torchDigit });
