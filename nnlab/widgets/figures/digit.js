// A pad to draw a digit on: what MNIST's makers would have made of it, and what a network reads. ink.js computes it.

const UNIT = 3.2, EDGE = 10, HEAD = 34;  // places on the pad in the drawing's coordinates: EDGE + UNIT x, HEAD + UNIT y

/** The pad. Each press draws a stroke; the arrows move what is drawn. Returns its panel and what draws it. */
function buildPad({ set, begin, state, tell, atBegin }) {
  const ring = svg("rect", { x: EDGE, y: HEAD, width: UNIT * PAD, height: UNIT * PAD, fill: "white", stroke: "#999999", class: "ring" });
  const lines = svg("g", { fill: "none", stroke: INK, "stroke-linecap": "round", "stroke-linejoin": "round" });
  const box = svg("rect", { fill: "none", stroke: BLUE, "stroke-width": 2, "stroke-dasharray": "6 4" });
  const clip = svg("clipPath", { id: "pad" }, svg("rect", { x: EDGE, y: HEAD, width: UNIT * PAD, height: UNIT * PAD }));
  const surface = svg("g", {}, ring, svg("g", { "clip-path": "url(#pad)" }, lines, box));
  const drawing = panel({ width: 2 * EDGE + UNIT * PAD, height: HEAD + UNIT * PAD + EDGE, label: "The pad" }, svg("defs", {}, clip), surface,
    text(EDGE, 24, "draw here", { "aria-hidden": "true" }));
  const kept = (place) => tidy(clamp(place, ...limits.strokes), 1);
  const onPad = ([x, y]) => [kept((x - EDGE) / UNIT), kept((y - HEAD) / UNIT)];
  const asSeen = () => seen(state()).map((stroke) => stroke.map((point) => point.map(kept)));
  let first = null, ours = false;  // where the press began, until it draws; whether the last stroke is this press's
  const start = (...points) => {
    const before = asSeen();
    ours = before.length < most.strokes;
    if (ours) set({ strokes: [...before, points], size: 1, turn: 0 }); else tell(`At most ${most.strokes} strokes: clear the pad.`);
    first = null;
  };
  atBegin(() => { ours = false; });  // Undo while one draws takes the stroke away
  draggable(surface, { name: "Pad: draw with the pointer, move the drawing with the arrow keys",
    begin: (event) => { begin(); first = event ? onPad(placeOf(event, drawing)) : null; },
    tap: () => start(first),
    to: (x, y) => {
      const here = onPad([x, y]), { strokes } = state(), last = strokes.at(-1);
      if (first) { start(first, here); return; }
      const far = ours && Math.hypot(here[0] - last.at(-1)[0], here[1] - last.at(-1)[1]) >= 1;
      if (far) set({ strokes: [...strokes.slice(0, -1), [...last, here]] });
    },
    by: (right, up) => {
      const { strokes, pen } = state(), all = seen(state());
      if (!all.length) return;
      const step = bounds(all).map(([low, high], axis) => {  // none of the ink leaves the pad
        const room = [pen / 2 + 0.5 - low, PAD - pen / 2 - 0.5 - high];
        return room[0] < room[1] ? clamp(axis ? -20 * up : 20 * right, ...room) : 0;
      });
      set({ strokes: strokes.map((stroke) => stroke.map((point) => point.map((place, axis) => kept(place + step[axis])))) });
    },
    keys: { Delete: () => set({ strokes: [] }) } });
  return [drawing, (now, { strokes, steps, probabilities, named }) => {
    lines.replaceChildren(...strokes.map((stroke) => svg("polyline", { "stroke-width": UNIT * now.pen,
      points: [...stroke, stroke.at(-1)].map(([x, y]) => `${EDGE + UNIT * x},${HEAD + UNIT * y}`).join(" ") })));
    const [x, y, width, height] = steps ? steps.box : [0, 0, 0, 0];
    put(box, { x: EDGE + UNIT * x, y: HEAD + UNIT * y, width: UNIT * width, height: UNIT * height });
    put(surface, { "aria-valuemin": 0, "aria-valuemax": most.strokes, "aria-valuenow": strokes.length,
      "aria-valuetext": `${counted(strokes.length, "stroke")}${probabilities ? `, read as ${named}` : ""}` });
  }];
}

/** A picture of rows of 0 to 1 in sixteen greys, one path each; `cell` is a pixel's side. */
function pixels(rows, left, top, cell) {
  const paths = Array.from({ length: 16 }, () => []);
  rows.forEach((line, row) => line.forEach((one, column) => {
    paths[Math.round(15 * one)].push(`M${tidy(left + column * cell, 1)} ${tidy(top + row * cell, 1)}h${cell}v${cell}h${-cell}z`);
  }));
  return paths.slice(1).map((parts, k) => svg("path", { d: parts.join(""), "shape-rendering": "crispEdges",
    fill: `rgb(${Array(3).fill(Math.round(255 * (1 - (k + 1) / 15)))})` }));
}

/** The two steps after the pad as pictures, and a bar for each digit. Returns the panel and what draws it. */
function buildReading() {
  const steps = svg("g", { "aria-hidden": "true" }), bars = svg("g", { "aria-hidden": "true" });
  const drawing = panel({ width: 640, height: 364, label: "What is made of it, and what the network reads" }, steps, bars);
  const frame = (x, y, side, more = {}) => svg("rect", { x, y, width: side, height: side, fill: "none", stroke: "#999999", ...more });
  return [drawing, (_, { steps: found, probabilities, named }) => {
    const [small, large] = [[8, 34, 7], [180, 34, 7]], pictures = [];
    if (found) {
      const [row, column] = found.mass, [u, v] = [large[0] + 7 * (found.begins[1] + column + 0.5), large[1] + 7 * (found.begins[0] + row + 0.5)];
      pictures.push(...pixels(found.scaled, ...small), ...pixels(found.image, ...large),
        frame(large[0] + 7 * found.begins[1], large[1] + 7 * found.begins[0], 0, { width: 7 * found.scaled[0].length, height: 7 * found.scaled.length,
          stroke: BLUE, "stroke-dasharray": "6 4" }),
        svg("path", { d: `M${u - 9} ${v}h18M${u} ${v - 9}v18`, stroke: "white", "stroke-width": 6 }),
        svg("path", { d: `M${u - 9} ${v}h18M${u} ${v - 9}v18`, stroke: ORANGE, "stroke-width": 3 }));
    }
    steps.replaceChildren(text(8, 24, "scaled: 20"), text(180, 24, "centred: 28 × 28"), frame(8, 34, 140), frame(180, 34, 196), ...pictures,
      text(180, 258, "+", { style: `fill: ${ORANGE}`, ...BOLD }), text(198, 258, "centre of mass"));
    bars.replaceChildren(text(416, 24, probabilities ? "the network reads" : "no network yet"), ...upTo(10).flatMap((digit) => {
      const share = probabilities ? probabilities[digit] : 0, best = digit === named, y = 34 + 32 * digit;
      return [text(424, y + 22, String(digit), best ? BOLD : {}),
        svg("rect", { x: 446, y: y + 3, width: 118 * share, height: 25, fill: best ? BLUE : "#8c8c8c" }),
        text(452 + 118 * share, y + 22, probabilities ? `${(100 * share).toFixed(share > 0.9995 ? 0 : 1)} %` : "", best ? BOLD : {})];
    }));
  }];
}

function buildDigit(stage) {
  const { root, says, set, begin, tell, draw } = stage;
  const [pad, drawPad] = buildPad(stage), [reading, drawReading] = buildReading();
  const part = (name, low, high, step, digits) => slider({ name, low, high, step, digits, begin, tell, change: (value) => set({ [name]: value }) });
  const sliders = { pen: part("pen", ...limits.pen, 0), size: part("size", ...limits.size, 0.05, 2), turn: part("turn", ...limits.turn, 0) };
  const own = "your own", sample = choice({ name: "sample", options: [own, ..."0123456789"], begin,
    change: (value) => { if (value === own) draw(); else set({ strokes: SAMPLES[value], size: 1, turn: 0 }); } });
  const clear = button("Clear", () => { begin(); set({ strokes: [], size: 1, turn: 0 }); });
  root.append(html("div", { class: "panels" }, pad, reading),
    html("div", { class: "row" }, clear, sample.node, ...Object.values(sliders).map((one) => one.node)));
  return (now, numbers) => {
    drawPad(now, numbers);
    drawReading(now, numbers);
    for (const name in sliders) sliders[name].show(now[name]);
    const known = SAMPLES.findIndex((strokes) => same(strokes, now.strokes));
    sample.show(known < 0 ? own : String(known));
    enable(clear, now.strokes.length > 0);
    const { steps, probabilities, named } = numbers;
    if (!steps) {
      says.textContent = now.strokes.length ? "All of it lies outside the pad." : "The pad is empty: draw a digit, or choose a sample.";
      return;
    }
    const [, , width, height] = steps.box, across = steps.scaled[0].length, down = steps.scaled.length, [row, column] = steps.mass;
    const read = probabilities ? `Read as ${named}, with ${(100 * probabilities[named]).toFixed(1)} %.`
      : "To have it read, give it a network: Figure(\"digit\", network=...).";
    says.textContent = `Cut out ${width} × ${height}, scaled to ${across} × ${down}; its centre of mass, column ${shown(column, 1)} and `
      + `row ${shown(row, 1)}, is put as near as can be to column and row 14. ${read}`;
  };
}

function torchDigit(state, { strokes, steps, probabilities }) {
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
print(f"centre of mass {mass[0]:.4f} {mass[1]:.4f}, ink {image.sum():.4f}")
${probabilities ? `
# what the figure's network reads; its weights are rounded: network = nnlab.widgets.packing.rounded(yours)
with torch.no_grad():
    print(*(f"{p:.4f}" for p in torch.softmax(network(image.flatten(1)), 1)[0]))` : ""}`;
}

export default figure({ title: "A pad to draw a digit on", rules, numbers: digitNumbers, build: buildDigit,
  torch: torchDigit });
