// Two ReLU units fold the plane of the inputs: where XOR's four corners land, and the one line that separates them there.

const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]], SQUARE = [[-0.5, -0.5], [1.5, -0.5], [1.5, 1.5], [-0.5, 1.5]];

const list = (values) => values.map(plain).join(", ");

/** What the network makes of the point [x, y]: sums z, hidden units h, output. */
function through({ weights: [a, b, c, d], bias: [e, f], out: [u, v] }, [x, y]) {
  const z = [x * a + y * c + e, x * b + y * d + f], h = z.map((one) => Math.max(0, one));
  return { z, h, output: h[0] * u + h[1] * v };
}

/** The four corners and the point that can be moved, each with z, h and output; how many corners come out right. */
function foldNumbers(state) {
  const rows = CORNERS.map((corner) => ({ corner, ...through(state, corner) }));
  const right = rows.filter(({ corner: [x, y], output }) => (output > 0.5) === (x !== y)).length;
  return { rows, right, probe: through(state, state.probe) };
}

/** The part of a convex polygon where the linear function `f` of its corners is at least 0. */
function clipped(polygon, f) {
  return polygon.flatMap((p, k) => {
    const q = polygon[(k + 1) % polygon.length], fp = f(p), fq = f(q), t = fp / (fp - fq);
    return [...(fp >= 0 ? [p] : []), ...((fp >= 0) !== (fq >= 0) ? [p.map((one, j) => one + t * (q[j] - one))] : [])];
  });
}

/** The square of the inputs in its parts: in each both units are on or off, and the output is above a half or not. */
function parts(state) {
  const sides = [1, -1], unit = (k) => (p) => through(state, p).z[k], flat = (p, on) => {
    const { z } = through(state, p);
    return on.reduce((sum, one, k) => sum + (one > 0 ? z[k] * state.out[k] : 0), 0) - 0.5;
  };
  return sides.flatMap((one) => sides.map((two) => [one, two])).flatMap((on) => {
    const whole = on.reduce((polygon, side, k) => clipped(polygon, (p) => side * unit(k)(p)), SQUARE);
    const halves = sides.map((side) => ({ above: side > 0, points: clipped(whole, (p) => side * flat(p, on)) }));
    return halves.filter(({ points }) => points.length > 2);
  });
}

/** Axes for points of the plane, with the coloured parts, the corners and the probe in them; `place` says where a point is drawn. */
function buildPanel({ left, width, range, label, xName, yName, title }) {
  const ticks = (low, high) => steps(Math.ceil(low), Math.floor(high), Math.floor(high) - Math.ceil(low));
  const box = { left, top: 40, width, height: 250, x: range[0], y: range[1] };
  const on = axes({ ...box, xTicks: ticks(...range[0]), yTicks: ticks(...range[1]), xName, yName });
  const sheet = svg("g"), lines = svg("g"), corners = svg("g");
  on.inside.append(sheet, lines);
  const view = { left: left - 46, width: width + 70, height: 348, label };
  const drawing = panel(view, on.node, on.inside, text(left + 30, 30, title, BOLD), corners);
  const path = (points) => points.map(([x, y]) => `${tidy(on.toX(x))},${tidy(on.toY(y))}`).join(" ");
  return { on, drawing, lines, corners, show: (state, place, probe) => {
    sheet.replaceChildren(...parts(state).map(({ above, points }) => {
      const fill = above ? "#cfe5f3" : "#fae6d8";
      return svg("polygon", { points: path(points.map(place)), fill, stroke: fill, "fill-opacity": 0.9 });
    }));
    const grid = steps(-0.5, 1.5, 8), fine = steps(-0.5, 1.5, 64);
    lines.replaceChildren(...[0, 1].flatMap((axis) => grid.map((at) => svg("polyline", { fill: "none", stroke: "#8a8a8a",
      points: path(fine.map((along) => place(axis ? [along, at] : [at, along]))) }))));
    corners.replaceChildren(...CORNERS.map(([x, y]) => {
      const [px, py] = place([x, y]);
      return svg("g", {}, mark(x !== y, on.toX(px), on.toY(py), 11, { stroke: "white", "stroke-width": 2 }));
    }));
    put(probe, { transform: `translate(${on.toX(place(state.probe)[0])} ${on.toY(place(state.probe)[1])})` });
  } };
}

function buildFold(stage) {
  const { root, says, set, begin, state, tell } = stage;
  const plane = buildPanel({ left: 46, width: 320, range: [[-0.5, 1.5], [-0.5, 1.5]], label: "Plane of the inputs",
    xName: "x₁", yName: "x₂", title: "inputs" });
  const hidden = buildPanel({ left: 480, width: 470, range: [[-0.6, 3.1], [-0.6, 3.3]], label: "Plane of the hidden units",
    xName: "h₁", yName: "h₂", title: "hidden units" });
  const diamond = () => svg("path", { d: "M0 -12L12 0L0 12L-12 0Z", fill: GREEN, stroke: "white", "stroke-width": 2 });
  const probe = svg("g", {}, svg("circle", { r: 24, fill: "transparent", class: "ring" }), diamond()), shadow = svg("g", {}, diamond());
  const near = (x, y) => [x, y].map((one) => tidy(clamp(one, -0.5, 1.5)));
  draggable(probe, { name: "Point of the plane", begin, to: (x, y) => set({ probe: near(plane.on.fromX(x), plane.on.fromY(y)) }),
    by: (right, up) => set({ probe: near(state().probe[0] + right, state().probe[1] + up) }) });
  const folds = [0, 1].map(() => svg("line", { stroke: INK, "stroke-width": 2.2, "stroke-dasharray": "7 5" }));
  plane.on.inside.append(...folds);
  plane.drawing.append(probe);
  const cut = svg("line", { stroke: INK, "stroke-width": 3.5 });
  hidden.on.inside.append(cut);
  hidden.drawing.append(shadow);
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; };
  stage.atBegin(stop);
  const turn = button("Fold", () => {
    begin();
    const goal = state().fold < 1 ? 1 : 0;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { set({ fold: goal }); return; }
    timer = setInterval(() => {
      const next = clamp(tidy(state().fold + (goal ? 0.02 : -0.02)), 0, 1);
      if (turn.isConnected) set({ fold: next });
      if (!turn.isConnected || next === goal) stop();
    }, 30);
  });
  const fold = slider({ name: "fold", low: 0, high: 1, step: 0.01, begin, tell, change: (value) => set({ fold: value }) });
  const dial = (name, part, k, high) => slider({ name, low: -high, high, begin, tell,
    change: (value) => set({ [part]: state()[part].map((one, j) => j === k ? value : one) }) });
  const dials = [["c₁", "bias", 0, 2], ["c₂", "bias", 1, 2], ["w₁", "out", 0, 3], ["w₂", "out", 1, 3]].map((one) => dial(...one));
  const preset = (words, change) => button(words, () => { begin(); set({ weights: defaults.weights, ...change }); });
  root.append(html("div", { class: "panels" }, plane.drawing, hidden.drawing), html("div", { class: "row" }, turn, fold.node,
    preset("Goodfellow's", { bias: [0, -1], out: [1, -2] }), preset("A slide's", { bias: [0, 1], out: [0, 1] })),
    html("div", { class: "row" }, ...dials.map((one) => one.node)));
  return (now, numbers) => {
    const between = (p) => { const { h } = through(now, p); return p.map((one, k) => one + now.fold * (h[k] - one)); };
    plane.show(now, (p) => p, probe);
    hidden.show(now, between, shadow);
    const across = (line, on, u, v, height, more = {}) => {  // where u x + v y is as high as that
      const length = Math.hypot(u, v), far = 9 / (length || 1), [x, y] = [u, v].map((one) => height * one / (length ** 2 || 1));
      put(line, { visibility: length ? "visible" : "hidden", x1: on.toX(x + v * far), y1: on.toY(y - u * far),
        x2: on.toX(x - v * far), y2: on.toY(y + u * far), ...more });
    };
    across(cut, hidden.on, ...now.out, 0.5, { opacity: now.fold });
    folds.forEach((line, k) => across(line, plane.on, now.weights[k], now.weights[k + 2], -now.bias[k]));
    put(probe, { "aria-valuenow": now.probe[0], "aria-valuemin": -0.5, "aria-valuemax": 1.5,
      "aria-valuetext": `x ${list(now.probe)}, h ${list(numbers.probe.h)}, output ${plain(numbers.probe.output)}` });
    turn.textContent = now.fold < 1 ? "Fold" : "Unfold";
    fold.show(now.fold);
    dials.forEach((one, k) => one.show([...now.bias, ...now.out][k]));
    const told = numbers.rows.map(({ corner, h, output }) => `(${list(corner)}) → (${list(h)}) → ${plain(output)}`).join("; ");
    says.replaceChildren(`x → h → output: ${told}. As XOR: ${numbers.right} of 4.`, html("br", {}),
      `The diamond: (${list(now.probe)}) → (${list(numbers.probe.h)}) → ${plain(numbers.probe.output)}.`);
  };
}

const torchFold = ({ weights: [a, b, c, d], bias, out, probe }) => `import torch

W = torch.tensor([[${a}, ${b}], [${c}, ${d}]], dtype=torch.float64)
c, w = torch.tensor([${bias.join(", ")}], dtype=torch.float64), torch.tensor([${out.join(", ")}], dtype=torch.float64)
x = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1], [${probe.join(", ")}]], dtype=torch.float64)
h = torch.relu(x @ W + c)
for point, hidden, output in zip(x.tolist(), h.tolist(), (h @ w).tolist()):
    print(point, "->", [round(one, 4) for one in hidden], "->", round(output, 4))`;

export default figure({ title: "Two ReLU units fold the plane", rules, numbers: foldNumbers,
  build: buildFold, torch: torchFold });
