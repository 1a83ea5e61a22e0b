// Rosenblatt's perceptron, one point after the other, and Novikoff's theorem that bounds its mistakes.

/** What happened at the last step, in words. */
function story({ points }, { trace, done, converged, margin, bound, mistakes }) {
  if (!points.length) return "Click into the plane: the perceptron needs points.";
  const most = margin && Math.floor(bound + 1e-9), never = "No line separates these points: training never converges.";
  if (!done) {
    const promise = margin ? `At most ${counted(most, "mistake")} will be made.` : never;
    return `All weights are 0, and so is every sum. ${promise}`;
  }
  const { k, total, mistake, weights: [b, w, v] } = trace[done - 1], [x, y, label] = points[k];
  const [named, update] = sign(label) > 0 ? ["+1", "Add"] : ["−1", "Subtract"];
  const sum = `Point ${k + 1}, class ${named}: b + w·x = ${shown(total)}, `;
  const then = mistake
    ? `misclassified. ${update} (1, ${shown(x, 1)}, ${shown(y, 1)}): `
      + `b = ${shown(b, 0)}, w = (${shown(w, 1)}, ${shown(v, 1)}). `
    : "classified correctly: no update. ";
  if (done < trace.length) return sum + then + (margin ? "" : never);
  if (converged) {
    const tally = `${counted(mistakes, "mistake")}, of at most ${most}`;
    return `${sum}${then}All points are classified correctly: converged after ${tally}.`;
  }
  const stops = `The figure stops here, after ${trace.length} steps`;
  const why = margin ? `: a line exists, and at most ${most} mistakes will find it.` : `. ${never}`;
  return sum + then + stops + why;
}

/** How points are added, moved and removed: another set of points is another run, from its beginning. */
function editing({ set, state, tell }) {
  const renew = (points) => set({ points, step: 0 });
  const place = (x, y) => [x, y].map((value) => tidy(clamp(value, -3, 3), 1));
  const change = (k, point) => renew(state().points.map((one, j) => j === k ? point : one));
  return {
    add: (x, y, label) => {
      if (state().points.length >= most.points) tell(`${most.points} points are enough: remove one first`);
      else renew([...state().points, [...place(x, y), label]]);
    },
    move: (k, x, y) => change(k, [...place(x, y), state().points[k][2]]),
    label: (k, label) => {
      const [x, y, old] = state().points[k];
      if (label === sign(old)) tell(`point ${k + 1} is of this class: drag it, or let a click do something else`);
      else change(k, [x, y, label]);
    },
    remove: (k) => renew(state().points.filter((_, j) => j !== k)),
  };
}

/** The points as handles. Returns their group and what draws them. */
function buildPoints({ begin, state }, plane, edit, fallback) {
  const handles = svg("g", {});
  const handle = (k) => {
    const number = text(0, 5, "", { ...MIDDLE, ...BOLD, style: "fill: white; font-size: 14px" });
    const ring = svg("circle", { r: 22, fill: "transparent", class: "ring" });
    const node = svg("g", {}, ring, mark(true, 0, 0, 12), mark(false, 0, 0, 12), number);
    const away = () => { edit.remove(k); (handles.children[Math.max(0, k - 1)] || fallback).focus(); };
    const taps = { "adds +1": () => edit.label(k, 1), "adds −1": () => edit.label(k, -1), removes: away };
    draggable(node, {
      name: "", begin, tap: () => taps[state().click](),
      to: (x, y) => edit.move(k, plane.fromX(x), plane.fromY(y)),
      by: (right, up) => { const [x, y] = state().points[k]; edit.move(k, x + right, y + up); },
      keys: { Enter: () => edit.label(k, -sign(state().points[k][2])), Delete: away, Backspace: away },
    });
    return node;
  };
  return [handles, ({ points }, { weights }) => {
    while (handles.children.length < points.length) handles.append(handle(handles.children.length));
    while (handles.children.length > points.length) handles.lastChild.remove();
    points.forEach(([x, y, label], k) => {
      const correct = sign(label) * dot(weights, [1, x, y]) > 1e-9, node = handles.children[k];
      const look = correct ? { stroke: "white", "stroke-width": 1.5 } : { stroke: INK, "stroke-width": 3 };
      put(node, {
        transform: `translate(${plane.toX(x)} ${plane.toY(y)})`,
        "aria-label": `Point ${k + 1}, class ${sign(label) > 0 ? "+1" : "−1"}`,
        "aria-valuenow": x, "aria-valuemin": -3, "aria-valuemax": 3,
        "aria-valuetext": `x1 ${shown(x, 1)}, x2 ${shown(y, 1)}, ${correct ? "classified correctly" : "misclassified"}`,
      });
      [1, -1].forEach((one, j) =>
        put(node.children[j + 1], { ...look, visibility: one === sign(label) ? "visible" : "hidden" }));
      node.lastChild.textContent = k + 1;
    });
  }];
}

/** The decision boundary, the one before, and both half-planes. Returns the nodes and what draws them. */
function buildBoundary(plane, box) {
  const negative = svg("rect", box), positive = svg("polygon", { fill: "#d5e8f5" });
  const shade = svg("g", { style: "cursor: crosshair" }, negative, positive);
  const old = svg("line", { stroke: GRAY, "stroke-width": 2.5, "stroke-dasharray": "7 5" });
  const line = svg("line", { stroke: INK, "stroke-width": 3.5 });
  put(shade, { "clip-path": plane.inside.getAttribute("clip-path") });
  plane.inside.append(old, line);
  /** Draw the line b + w x + v y = 0; returns corners, far outside, of the half-plane where the sum is positive. */
  const across = (on, [b, w, v]) => {
    const length = Math.hypot(w, v), far = 30 / length;
    put(on, { visibility: length ? "visible" : "hidden", x1: 0, y1: 0, x2: 0, y2: 0 });
    if (!length) return [];
    const fx = -b * w / length ** 2, fy = -b * v / length ** 2;
    const ends = [[fx + v * far, fy - w * far], [fx - v * far, fy + w * far]];
    const [[x1, y1], [x2, y2]] = ends.map(([x, y]) => [plane.toX(x), plane.toY(y)]);
    put(on, { x1, y1, x2, y2 });
    return [...ends, ...ends.toReversed().map(([x, y]) => [x + w * far, y + v * far])];
  };
  return [shade, (weights, before) => {
    const corners = across(line, weights);
    across(old, before);
    put(positive, { points: corners.map(([x, y]) => `${tidy(plane.toX(x))},${tidy(plane.toY(y))}`).join(" ") });
    put(negative, { fill: corners.length ? "#fae6d8" : "white" });
  }];
}

/** The plane: points and decision boundary. Returns its panel, what draws it, and what adds a point in a free place. */
function buildPlane(stage) {
  const { begin, state, tell } = stage, ticks = steps(-3, 3, 6), edit = editing(stage);
  const box = { x: 46, y: 36, width: 336, height: 336 }, names = { xName: "x₁", yName: "x₂" };
  const plane = axes({ left: box.x, top: box.y, width: box.width, height: box.height, ...names,
    x: [-3, 3], y: [-3, 3], xTicks: ticks, yTicks: ticks });
  const ring = svg("circle", { r: 19, fill: "none", stroke: INK, "stroke-width": 3 });
  const [shade, drawBoundary] = buildBoundary(plane, box);
  const drawing = panel({ width: 400, height: 420, label: "Plane of the points" });
  const [handles, drawPoints] = buildPoints(stage, plane, edit, drawing);
  drawing.append(shade, plane.node, plane.inside, ring, handles,
    mark(true, 108, 19, 9), text(124, 26, "+1"), mark(false, 176, 19, 9), text(192, 26, "−1"),
    svg("circle", { cx: 246, cy: 19, r: 8, fill: "white", stroke: INK, "stroke-width": 3 }),
    text(262, 26, "misclassified"));
  drawing.addEventListener("click", (event) => {
    const [x, y] = placeOf(event, drawing), { click } = state();
    if (event.target.closest(".handle") || x < 46 || x > 382 || y < 36 || y > 372) return;
    if (click === "removes") { tell("a click on a point removes it"); return; }
    begin();
    edit.add(plane.fromX(x), plane.fromY(y), click === "adds +1" ? 1 : -1);
  });
  const addWhereFree = () => {
    const { click, points } = state();
    const room = ([x, y]) => Math.min(3, ...points.map((one) => Math.hypot(x - one[0], y - one[1])));
    const grid = ticks.flatMap((x) => ticks.map((y) => [0.8 * x, 0.8 * y]));
    begin();
    edit.add(...grid.reduce((one, other) => room(other) > room(one) ? other : one), click === "adds −1" ? -1 : 1);
    handles.lastChild?.focus();
  };
  return [drawing, (now, numbers) => {
    const { trace, done, weights } = numbers, last = trace[done - 1];
    drawBoundary(weights, last?.mistake ? last.before : [0, 0, 0]);
    const [x, y] = last ? now.points[last.k] : [0, 0];
    put(ring, { visibility: last ? "visible" : "hidden", cx: plane.toX(x), cy: plane.toY(y) });
    drawPoints(now, numbers);
  }, addWhereFree];
}

const GRAINS = [1, 2, 5, 10, 20, 50, 100, 200];
const ticksTo = (end) => {
  const grain = GRAINS.find((one) => end / one <= 7) || 500, count = Math.floor(end / grain);
  return steps(0, count * grain, count);
};

/** The norm of the weights after each mistake: it lies between γ M and R √M. Returns the panel and what draws it. */
function buildBounds() {
  const graph = svg("g", { "aria-hidden": "true" });
  const label = "Norm of the weights against the number of mistakes";
  const drawing = panel({ left: 400, width: 580, height: 420, label }, graph);
  return [drawing, (now, { trace, done, radius, margin, bound, mistakes }) => {
    const near = bound && bound <= Math.max(60, 3 * mistakes);  // the bound is drawn
    const right = near ? Math.max(2, bound * 1.15) : Math.max(30, mistakes * 1.4);
    const high = Math.max(1, radius * Math.sqrt(right)) * 1.04;
    const on = axes({ left: 460, top: 36, width: 500, height: 336, x: [0, right], y: [0, high],
      xTicks: ticksTo(right), yTicks: ticksTo(high), xName: "mistakes M so far", yName: "norm of the weights (b, w)" });
    const curve = (stroke, points) =>
      svg("polyline", { fill: "none", "stroke-width": 3, stroke, points: on.points(points) });
    const updates = trace.slice(0, done).filter((step) => step.mistake);
    const norms = [[0, 0], ...updates.map(({ weights }, k) => [k + 1, Math.sqrt(dot(weights, weights))])];
    const upper = steps(0, Math.sqrt(right), 60).map((root) => [root ** 2, radius * root]);
    on.inside.append(curve(ORANGE, upper), curve(BLUE, norms));
    if (margin) on.inside.append(curve(GREEN, [[0, 0], [right, margin * right]]));
    if (near) {
      on.inside.append(svg("line", { x1: on.toX(bound), x2: on.toX(bound), y1: 36, y2: 372,
        stroke: INK, "stroke-width": 2, "stroke-dasharray": "6 5" }));
    }
    const dots = norms.map(([m, norm]) =>
      svg("circle", { cx: on.toX(m), cy: on.toY(norm), r: 5.5, fill: BLUE, stroke: "white" }));
    const name = (x, y, words, color, more = {}) => text(x, y, words, { ...more, ...HALO, style: `fill: ${color}` });
    const at = 0.3 * right, [over, under] = near ? [0.62, 30] : [0.75, -12];  // where the curves' names stand
    graph.replaceChildren(on.node, on.inside, ...dots,
      name(on.toX(at) - 12, on.toY(radius * Math.sqrt(at)) - 8, "at most R√M", ORANGE, END));
    if (margin) {
      const y = on.toY(over * margin * right) + under;
      graph.append(name(on.toX(over * right), y, "at least γM", GREEN));
    }
    const size = bound < 1000 ? shown(bound || 0, 1) : bound.toExponential(1).replace("e+", "e");
    const meet = margin ? `they meet at (R/γ)² = ${size}${near ? "" : ", further right"}`
      : "no separating line: no γ, no bound";
    if (now.points.length) graph.append(text(472, 62, meet, { ...BOLD, ...HALO }));
    const terms = near ? ["R: longest of (1, x₁, x₂)", "γ: widest margin"] : [];
    graph.append(...terms.map((line, k) => text(952, 334 + 24 * k, line, { ...END, ...HALO })));
  }];
}

function buildPerceptron(stage) {
  const { root, says, set, begin, state } = stage;
  const [plane, drawPlane, addWhereFree] = buildPlane(stage), [bounds, drawBounds] = buildBounds();
  const next = button("Next mistake", () => {
    begin();
    const { trace, done } = perceptronNumbers(state());
    const at = trace.findIndex((step, k) => k >= done && step.mistake);
    set({ step: at < 0 ? trace.length : at + 1 });
  });
  const steer = player(stage, { end: (now) => perceptronNumbers(now).trace.length, wait: 700, more: [next] });
  const click = choice({ name: "a click", options: choices.click, begin, change: (value) => set({ click: value }) });
  const shuffle = button("Another order", () => { begin(); set({ seed: (state().seed + 1) % 1000, step: 0 }); });
  const order = html("span", {});
  root.append(html("div", { class: "panels" }, plane, bounds), steer.node,
    html("div", { class: "row" }, click.node, button("Add a point", addWhereFree), shuffle, order));
  return (now, numbers) => {
    drawPlane(now, numbers);
    drawBounds(now, numbers);
    steer.show(now);
    enable(next, numbers.done < numbers.trace.length);
    click.show(now.click);
    order.textContent = `order: ${numbers.order.map((k) => k + 1).join(" ")}`;
    says.textContent = story(now, numbers);
  };
}

export default figure({ title: "The perceptron, step by step", rules, numbers: perceptronNumbers,
  build: buildPerceptron, torch: torchPerceptron });
