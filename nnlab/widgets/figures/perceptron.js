// Rosenblatt's perceptron, one look at a point after the other, and Novikoff's theorem that counts its mistakes.

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const plus = (a, b, times = 1) => a.map((one, k) => one + times * b[k]);
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const sign = (label) => label > 0 ? 1 : -1;

/** In which order the points are looked at, pass after pass: as they were drawn (seed 0), or shuffled. */
const order = (count, seed) => seed ? shuffled(count, random(seed)) : [...Array(count).keys()];

/** The point of the convex hull of `vectors` in space that is nearest to 0 (0 outside): a corner, or on an edge or a triangle. */
function nearest(vectors) {
  let best = null, least = Infinity;
  const offer = (v) => { const square = dot(v, v); if (square < least) { best = v; least = square; } };
  vectors.forEach((a, i) => {
    offer(a);
    for (let j = 0; j < i; j++) {
      const ab = plus(vectors[j], a, -1), length = dot(ab, ab);
      if (length > 1e-12) offer(plus(a, ab, clamp(-dot(a, ab) / length, 0, 1)));
      for (let k = 0; k < j; k++) {
        const normal = cross(ab, plus(vectors[k], a, -1)), square = dot(normal, normal);
        if (square < 1e-12) continue;
        const p = normal.map((one) => one * dot(normal, a) / square), corners = [a, vectors[j], vectors[k]];
        const inside = corners.every((corner, c) => dot(cross(plus(corners[(c + 1) % 3], corner, -1), plus(p, corner, -1)), normal) >= 0);
        if (inside) offer(p);
      }
    }
  });
  return best;
}

/** The whole run: every look at a point until all are right in a row (or the last step that the figure has), R, γ and the bound. */
function perceptronNumbers({ points, seed, step }) {
  const inputs = points.map(([x, y]) => [1, x, y]), visits = order(points.length, seed), looks = [];
  let weights = [0, 0, 0], mistakes = 0, right = 0;
  while (right < points.length && looks.length < limits.step[1]) {
    const k = visits[looks.length % points.length], total = dot(weights, inputs[k]), before = weights;
    const wrong = sign(points[k][2]) * total <= 1e-9;  // on the line counts as wrong
    if (wrong) { weights = plus(weights, inputs[k], sign(points[k][2])); mistakes += 1; right = 0; } else right += 1;
    looks.push({ k, total, wrong, before, weights, mistakes });
  }
  const done = Math.min(step, looks.length), here = looks[done - 1] || { weights: [0, 0, 0], mistakes: 0 };
  const towards = inputs.map((input, k) => input.map((one) => one * sign(points[k][2]))), near = nearest(towards);
  const margin = near && Math.min(...towards.map((one) => dot(one, near))) > 1e-9 ? Math.sqrt(dot(near, near)) : null;
  const radius = Math.max(0, ...inputs.map((input) => Math.sqrt(dot(input, input))));
  return { visits, looks, done, weights: here.weights, mistakes: here.mistakes, finished: right >= points.length,
    radius, margin, separator: margin && near.map((one) => one / margin), bound: margin && (radius / margin) ** 2 };
}

/** What happened at the last look, in words. */
function story({ points }, { looks, done, finished, margin, bound, mistakes }) {
  if (!points.length) return "Click into the plane: the perceptron needs points.";
  const most = margin && Math.floor(bound + 1e-9), never = "No line separates these points: it will never be done.";
  if (!done) return `All weights are 0, and so is every sum. ${margin ? `At most ${counted(most, "mistake")} will be made.` : never}`;
  const { k, total, wrong, weights } = looks[done - 1], [x, y, label] = points[k];
  const said = `Point ${k + 1}, class ${sign(label) > 0 ? "+1" : "−1"}: b + w·x = ${shown(total)}, `;
  const then = wrong ? `wrong. ${sign(label) > 0 ? "Add" : "Subtract"} (1, ${shown(x, 1)}, ${shown(y, 1)}): `
    + `b = ${shown(weights[0], 0)}, w = (${shown(weights[1], 1)}, ${shown(weights[2], 1)}). ` : "right: nothing changes. ";
  const last = done === looks.length, tally = `${counted(mistakes, "mistake")}, of at most ${most}`;
  const stops = `Here the figure stops, after ${looks.length} looks${margin ? `: a line exists, and at most ${most} mistakes will find it.` : ". "}`;
  return said + then + (last && finished ? `All are right: done after ${tally}.` : (last ? stops : "") + (margin ? "" : never));
}

/** The plane: the points, which can be added, dragged and removed, and the line that is learned. Returns its panel and what draws it. */
function buildPlane({ set, begin, state, tell }) {
  const box = { x: 46, y: 36, width: 336, height: 336 }, whole = steps(-3, 3, 6);
  const plane = axes({ left: 46, top: 36, width: 336, height: 336, x: [-3, 3], y: [-3, 3], xTicks: whole, yTicks: whole, xName: "x₁", yName: "x₂" });
  const negative = svg("rect", box), positive = svg("polygon", { fill: "#d5e8f5" }), shade = svg("g", {}, negative, positive);
  const old = svg("line", { stroke: GREY, "stroke-width": 2.5, "stroke-dasharray": "7 5" });
  const line = svg("line", { stroke: INK, "stroke-width": 3.5 });
  const ring = svg("circle", { r: 19, fill: "none", stroke: INK, "stroke-width": 3 }), handles = svg("g", {});
  put(shade, { "clip-path": plane.inside.getAttribute("clip-path"), style: "cursor: crosshair" });
  plane.inside.append(old, line);
  const drawing = panel({ width: 400, height: 420, label: "Plane of the points" }, shade, plane.node, plane.inside, ring, handles,
    mark(true, 108, 19, 9), text(124, 26, "+1"), mark(false, 176, 19, 9), text(192, 26, "−1"),
    svg("circle", { cx: 246, cy: 19, r: 8, fill: "white", stroke: INK, "stroke-width": 3 }), text(262, 26, "wrong side"));
  const place = (x, y) => [x, y].map((value) => tidy(clamp(value, -3, 3), 1));
  const fresh = (points) => set({ points, step: 0 });  // other points: another run, from its beginning
  const add = (x, y, label) => {
    if (state().points.length >= most.points) tell(`${most.points} points are enough: remove one first`);
    else fresh([...state().points, [...place(x, y), label]]);
  };
  const change = (k, point) => fresh(state().points.map((one, j) => j === k ? point : one));
  const remove = (k) => fresh(state().points.filter((_, j) => j !== k));
  drawing.addEventListener("click", (event) => {
    const [x, y] = placeOf(event, drawing), { click } = state();
    if (event.target.closest(".handle") || x < 46 || x > 382 || y < 36 || y > 372) return;
    if (click === "removes") { tell("a click on a point removes it"); return; }
    begin(); add(plane.fromX(x), plane.fromY(y), click === "adds +1" ? 1 : -1);
  });
  const handle = (k) => {
    const number = text(0, 5, "", { ...MIDDLE, ...BOLD, style: "fill: white; font-size: 14px" });
    const node = svg("g", {}, svg("circle", { r: 22, fill: "transparent", class: "ring" }), mark(true, 0, 0, 12), mark(false, 0, 0, 12), number);
    const point = () => state().points[k], classed = (label) => {
      if (label === sign(point()[2])) tell(`point ${k + 1} is of this class: drag it, or let a click do something else`);
      else change(k, [point()[0], point()[1], label]);
    };
    const away = () => { remove(k); (handles.children[Math.max(0, k - 1)] || drawing).focus(); };
    draggable(node, { name: "", begin, to: (x, y) => change(k, [...place(plane.fromX(x), plane.fromY(y)), point()[2]]),
      by: (right, up) => change(k, [...place(point()[0] + right, point()[1] + up), point()[2]]),
      tap: () => ({ "adds +1": () => classed(1), "adds −1": () => classed(-1), removes: away })[state().click](),
      keys: { Enter: () => classed(-sign(point()[2])), Delete: away, Backspace: away } });
    return node;
  };
  /** Draw the line b + w x + v y = 0; the corners, far outside of the plane, of the half where the sum is positive. */
  const across = (on, [b, w, v]) => {
    const length = Math.hypot(w, v), far = 30 / length;
    put(on, { visibility: length ? "visible" : "hidden", x1: 0, y1: 0, x2: 0, y2: 0 });
    if (!length) return [];
    const [fx, fy] = [-b * w / length ** 2, -b * v / length ** 2], ends = [[fx + v * far, fy - w * far], [fx - v * far, fy + w * far]];
    const [[x1, y1], [x2, y2]] = ends.map(([x, y]) => [plane.toX(x), plane.toY(y)]);
    put(on, { x1, y1, x2, y2 });
    return [...ends, ...ends.toReversed().map(([x, y]) => [x + w * far, y + v * far])];
  };
  return [drawing, ({ points }, { looks, done, weights }) => {
    const last = looks[done - 1], polygon = across(line, weights);
    across(old, last && last.wrong ? last.before : [0, 0, 0]);
    put(positive, { points: polygon.map(([x, y]) => `${tidy(plane.toX(x))},${tidy(plane.toY(y))}`).join(" ") });
    put(negative, { fill: polygon.length ? "#fae6d8" : "white" });
    const [rx, ry] = last ? points[last.k] : [0, 0];
    put(ring, { visibility: last ? "visible" : "hidden", cx: plane.toX(rx), cy: plane.toY(ry) });
    while (handles.children.length < points.length) handles.append(handle(handles.children.length));
    while (handles.children.length > points.length) handles.lastChild.remove();
    points.forEach(([x, y, label], k) => {
      const wrong = sign(label) * dot(weights, [1, x, y]) <= 1e-9;
      const handle = handles.children[k], side = wrong ? "wrong" : "right", look = { stroke: wrong ? INK : "white", "stroke-width": wrong ? 3 : 1.5 };
      put(handle, { transform: `translate(${plane.toX(x)} ${plane.toY(y)})`, "aria-valuenow": x, "aria-valuemin": -3, "aria-valuemax": 3,
        "aria-label": `Point ${k + 1}, class ${sign(label) > 0 ? "+1" : "−1"}`,
        "aria-valuetext": `x1 ${shown(x, 1)}, x2 ${shown(y, 1)}, ${side} side` });
      [1, -1].forEach((one, j) => put(handle.children[j + 1], { ...look, visibility: one === sign(label) ? "visible" : "hidden" }));
      handle.lastChild.textContent = k + 1;
    });
  }, () => {  // a point where there is room
    const { click, points } = state(), room = ([x, y]) => Math.min(3, ...points.map((one) => Math.hypot(x - one[0], y - one[1])));
    const free = whole.flatMap((x) => whole.map((y) => [0.8 * x, 0.8 * y])).reduce((one, other) => room(other) > room(one) ? other : one);
    begin(); add(...free, click === "adds −1" ? -1 : 1); handles.lastChild?.focus();
  }];
}

/** The length of the weights after each mistake, which is squeezed between γ M and R √M. Returns the panel and what draws it. */
function buildSqueeze() {
  const graph = svg("g", { "aria-hidden": "true" }), label = "Length of the weights against the mistakes";
  const ticks = (end) => {
    const grain = [1, 2, 5, 10, 20, 50, 100, 200].find((one) => end / one <= 7) || 500, count = Math.floor(end / grain);
    return steps(0, count * grain, count);
  };
  return [panel({ left: 400, width: 580, height: 420, label }, graph), (now, { looks, done, radius, margin, bound, mistakes }) => {
    const made = looks.slice(0, done).filter((look) => look.wrong), near = bound && bound <= Math.max(60, 3 * mistakes);
    const right = near ? Math.max(2, bound * 1.15) : Math.max(30, mistakes * 1.4), high = Math.max(1, radius * Math.sqrt(right)) * 1.04;
    const on = axes({ left: 460, top: 36, width: 500, height: 336, x: [0, right], y: [0, high], xTicks: ticks(right), yTicks: ticks(high),
      xName: "mistakes M so far", yName: "length of the weights (b, w)" });
    const curve = (stroke, points) => svg("polyline", { fill: "none", "stroke-width": 3, stroke, points: on.points(points) });
    const dots = [[0, 0], ...made.map(({ weights }, k) => [k + 1, Math.sqrt(dot(weights, weights))])], at = 0.3 * right;
    on.inside.append(curve(ORANGE, steps(0, Math.sqrt(right), 60).map((root) => [root ** 2, radius * root])), curve(BLUE, dots));
    if (margin) on.inside.append(curve(GREEN, [[0, 0], [right, margin * right]]));
    const upright = { x1: on.toX(bound), x2: on.toX(bound), y1: 36, y2: 372 };
    if (near) on.inside.append(svg("line", { ...upright, stroke: INK, "stroke-width": 2, "stroke-dasharray": "6 5" }));
    const marks = dots.map(([m, length]) => svg("circle", { cx: on.toX(m), cy: on.toY(length), r: 5.5, fill: BLUE, stroke: "white" }));
    const most = text(on.toX(at) - 12, on.toY(radius * Math.sqrt(at)) - 8, "at most R√M", { ...END, ...HALO, style: `fill: ${ORANGE}` });
    graph.replaceChildren(on.node, on.inside, ...marks, most);
    const under = near ? [0.62, 30] : [0.75, -12];  // where the name of the lower curve stands
    const least = [on.toX(under[0] * right), on.toY(under[0] * (margin || 0) * right) + under[1]];
    if (margin) graph.append(text(...least, "at least γM", { ...HALO, style: `fill: ${GREEN}` }));
    const size = bound < 1000 ? shown(bound || 0, 1) : bound.toExponential(1).replace("e+", "e"), there = near ? "" : ", further right";
    const meet = margin ? `they meet at (R/γ)² = ${size}${there}` : "no separating line: no γ, no limit";
    if (now.points.length) graph.append(text(472, 62, meet, { ...BOLD, ...HALO }));
    if (near) graph.append(...["R: longest of (1, x₁, x₂)", "γ: widest margin"].map((line, k) => text(952, 334 + 24 * k, line, { ...END, ...HALO })));
  }];
}

function buildPerceptron(stage) {
  const { root, says, set, begin, state } = stage;
  const [plane, drawPlane, add] = buildPlane(stage), [squeeze, drawSqueeze] = buildSqueeze();
  const length = (now) => perceptronNumbers(now).looks.length;
  const next = button("Next mistake", () => {
    begin();
    const { looks, done } = perceptronNumbers(state()), at = looks.findIndex((look, k) => k >= done && look.wrong);
    set({ step: at < 0 ? looks.length : at + 1 });
  });
  const steer = player(stage, { end: length, wait: 700, more: [next] });
  const click = choice({ name: "a click", options: choices.click, begin, change: (value) => set({ click: value }) });
  const shuffle = button("Another order", () => { begin(); set({ seed: (state().seed + 1) % 1000, step: 0 }); }), which = html("span", {});
  root.append(html("div", { class: "panels" }, plane, squeeze), steer.node,
    html("div", { class: "row" }, click.node, button("Add a point", add), shuffle, which));
  return (now, numbers) => {
    drawPlane(now, numbers);
    drawSqueeze(now, numbers);
    steer.show(now);
    enable(next, numbers.done < numbers.looks.length);
    click.show(now.click);
    which.textContent = `order: ${numbers.visits.map((k) => k + 1).join(" ")}`;
    says.textContent = story(now, numbers);
  };
}

const torchPerceptron = ({ points }, { visits, done, separator }) => `import torch

x = torch.tensor([${points.map(([x, y]) => `[1, ${x}, ${y}]`).join(", ")}], dtype=torch.float64)  # 1, x1, x2
y = torch.tensor([${points.map((point) => sign(point[2])).join(", ")}], dtype=torch.float64)
order = [${visits.join(", ")}]
w, mistakes = torch.zeros(3, dtype=torch.float64), 0  # b, w1, w2
for step in range(${done}):
    i = order[step % len(order)]
    if y[i] * (x[i] @ w) <= 1e-9:  # wrong, or on the line
        w += y[i] * x[i]
        mistakes += 1
print("b, w1, w2:", [round(one, 4) for one in w.tolist()], "mistakes:", mistakes)${separator ? `
u = torch.tensor([${separator.join(", ")}], dtype=torch.float64)  # the line with the widest margin
margin, radius = (y * (x @ u)).min() / u.norm(), x.norm(dim=1).max()
print(f"bound: {(radius / margin) ** 2:.4f}")` : ""}`;

export default figure({ title: "The perceptron, step by step", rules, numbers: perceptronNumbers,
  build: buildPerceptron, torch: torchPerceptron });
