// The plane of the perceptron: points to add, move and remove; the decision boundary and the weights before and after
// the step that was just taken.

const FIELD = { left: 40, top: 30, side: 324 };
const laneOf = (label) => `var(--lane${sign(label) > 0 ? 0 : 1})`;
const classOf = (label) => sign(label) > 0 ? "+1" : "−1";

/** The mark of a class in the figure's colors. */
const classMark = (positive, size, more = {}) => mark(positive, 0, 0, size,
  { style: `fill: var(--lane${positive ? 0 : 1}); stroke: var(--ground)`, "stroke-width": 1.5, ...more });

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
    const number = text(0, 5, "", { ...MIDDLE, ...BOLD, style: "fill: var(--on); font-size: 15px" });
    const node = svg("g", {}, svg("circle", { r: 22, class: "ring" }), classMark(true, 12), classMark(false, 12),
      svg("circle", { r: 17, fill: "none", "stroke-width": 2.5, style: "stroke: var(--ink)" }), number);
    const away = () => { edit.remove(k); (handles.children[Math.max(0, k - 1)] || fallback).focus(); };
    const taps = { "adds +1": () => edit.label(k, 1), "adds −1": () => edit.label(k, -1), removes: away };
    draggable(node, {
      name: "", begin, tap: () => taps[state().click](),
      to: (x, y) => edit.move(k, plane.fromX(x), plane.fromY(y)),
      by: (right, up) => { const [x, y] = state().points[k]; edit.move(k, x + right, y + up); },
      keys: { Enter: () => edit.label(k, -sign(state().points[k][2])), Delete: away, Backspace: away },
    });
    return explain(node, "Drag the point. Enter changes its class, Delete removes it.");
  };
  return [handles, ({ points }, { weights }) => {
    while (handles.children.length < points.length) handles.append(handle(handles.children.length));
    while (handles.children.length > points.length) handles.lastChild.remove();
    points.forEach(([x, y, label], k) => {
      const correct = sign(label) * dot(weights, [1, x, y]) > 1e-9, node = handles.children[k];
      put(node, {
        transform: `translate(${tidy(plane.toX(x))} ${tidy(plane.toY(y))})`,
        "aria-label": `Point ${k + 1}, class ${classOf(label)}`,
        "aria-valuenow": x, "aria-valuemin": -3, "aria-valuemax": 3,
        "aria-valuetext": `x1 ${shown(x, 1)}, x2 ${shown(y, 1)}, ${correct ? "classified correctly" : "misclassified"}`,
      });
      [1, -1].forEach((one, j) =>
        put(node.children[j + 1], { visibility: one === sign(label) ? "visible" : "hidden" }));
      put(node.children[3], { visibility: correct ? "hidden" : "visible" });
      write(node.lastChild, String(k + 1));
    });
  }];
}

/** Draw the line b + w x + v y = 0; returns corners, far outside, of the half-plane where the sum is positive. */
function across(line, plane, [b, w, v]) {
  const length = Math.hypot(w, v), far = 30 / length;
  put(line, { visibility: length ? "visible" : "hidden", d: "M0 0L0 0" });
  if (!length) return [];
  const fx = -b * w / length ** 2, fy = -b * v / length ** 2;
  const ends = [[fx + v * far, fy - w * far], [fx - v * far, fy + w * far]];
  const [[x1, y1], [x2, y2]] = ends.map(([x, y]) => [tidy(plane.toX(x)), tidy(plane.toY(y))]);
  put(line, { d: `M${x1} ${y1}L${x2} ${y2}` });
  return [...ends, ...ends.toReversed().map(([x, y]) => [x + w * far, y + v * far])];
}

/** The decision boundary, the one before, and both half-planes. Returns the nodes and what draws them. */
function buildBoundary(plane) {
  const { left: x, top: y, side } = FIELD;
  const negative = svg("rect", { x, y, width: side, height: side }), positive = svg("path");
  const shade = svg("g", { style: "cursor: crosshair", "clip-path": plane.inside.getAttribute("clip-path") }, negative,
    positive);
  const old = svg("path", { style: "stroke: var(--gray)", "stroke-width": 2.5, "stroke-dasharray": "7 5" });
  const line = svg("path", { style: "stroke: var(--ink)", "stroke-width": 3.5 });
  const tint = (lane, part) => `fill: color-mix(in srgb, var(--lane${lane}) ${part}%, var(--ground))`;
  plane.inside.append(old, line);
  put(positive, { style: tint(0, 24) });
  return [shade, (weights, before) => {
    const corners = across(line, plane, weights);
    across(old, plane, before);
    put(positive, { d: corners.length ? pathOf(plane, corners) : "" });
    put(negative, { style: corners.length ? tint(1, 17) : "fill: var(--ground)" });
  }];
}

/** An arrow between two places of the drawing, with a word at its tip. Returns its node and what draws it. */
function arrow(word, look, wide) {
  const shaft = svg("path", { fill: "none", "stroke-width": wide, "stroke-linejoin": "round", "stroke-linecap": "round",
    ...look });
  const said = text(0, 0, word, { ...MIDDLE, ...BOLD, class: "small halo" });
  const node = svg("g", { "pointer-events": "none" }, shaft, said);
  return [node, (from, to, words = word) => {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]], length = Math.hypot(dx, dy);
    put(node, { display: length > 4 ? "inline" : "none" });
    put(shaft, { d: "" });
    write(said, "");
    if (length <= 4) { put(said, { x: 0, y: 0, "text-anchor": "middle" }); return null; }
    const [ux, uy] = [dx / length, dy / length], head = Math.min(11, length / 2);
    const wing = (turn) => `${tidy(to[0] - head * ux + turn * head * 0.6 * uy)} `
      + `${tidy(to[1] - head * uy - turn * head * 0.6 * ux)}`;
    put(shaft, { d: `M${tidy(from[0])} ${tidy(from[1])}L${tidy(to[0])} ${tidy(to[1])}M${wing(1)}`
      + `L${tidy(to[0])} ${tidy(to[1])}L${wing(-1)}` });
    write(said, words);
    return [ux, uy, said];
  }];
}

/** The weight vector, and after an update the one before and what was added. Returns the nodes and what draws them. */
function buildWeights(plane) {
  const [now, drawNow] = arrow("w", { style: "stroke: var(--ink)" }, 4);
  const [old, drawOld] = arrow("old w", { style: "stroke: var(--gray)", "stroke-dasharray": "6 5" }, 2.5);
  const [added, drawAdded] = arrow("", {}, 3);
  const origin = svg("circle", { r: 4, cx: plane.toX(0), cy: plane.toY(0), style: "fill: var(--ink)" });
  const { left, top, side } = FIELD;
  const name = (drawn, [x, y], by) => {
    if (!drawn) return;
    const [ux, uy, said] = drawn;
    put(said, { x: clamp(x + by * ux, left + 34, left + side - 34),
      y: clamp(y + by * uy + 6, top + 20, top + side - 8) });
  };
  return [svg("g", {}, old, added, now, origin), ([, w, v], last) => {
    const update = last?.mistake ? last : null, before = update ? update.before.slice(1) : [0, 0];
    const size = Math.max(Math.hypot(w, v), Math.hypot(...before)), scale = Math.min(1, 2.5 / (size || 1));
    const place = ([x, y]) => [plane.toX(scale * x), plane.toY(scale * y)];
    const [zero, tail, tip] = [[0, 0], before, [w, v]].map(place);
    name(drawNow(zero, tip), tip, 16);
    const apart = Math.hypot(tail[0] - tip[0], tail[1] - tip[1]);  // near each other the names would collide
    name(drawOld(zero, update ? tail : zero, apart > 34 ? "old w" : ""), tail, 26);
    const words = update && apart > 30 ? `${update.label > 0 ? "+" : "−"} x${subscript(update.k + 1)}` : "";
    const drawn = drawAdded(update ? tail : zero, update ? tip : zero, words);
    if (drawn) {  // beside its shaft, on the side away from the origin
      const [ux, uy, said] = drawn, middle = [(tail[0] + tip[0]) / 2, (tail[1] + tip[1]) / 2];
      const out = (middle[0] - zero[0]) * -uy + (middle[1] - zero[1]) * ux < 0 ? -1 : 1;
      put(said, { x: middle[0] - 15 * out * uy, y: middle[1] + 15 * out * ux + 6,
        "text-anchor": -out * uy > 0.3 ? "start" : -out * uy < -0.3 ? "end" : "middle" });
    }
    put(added.firstChild, { style: `stroke: ${laneOf(update?.label ?? 1)}` });
  }];
}

const subscript = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

/** The plane: points and decision boundary. Returns its panel, what draws it, and what adds a point in a free place. */
function buildPlane(stage) {
  const { begin, state, tell } = stage, ticks = steps(-3, 3, 6), edit = editing(stage), { left, top, side } = FIELD;
  const plane = axes({ left, top, width: side, height: side, x: [-3, 3], y: [-3, 3], xTicks: ticks, yTicks: ticks });
  put(plane.node, { class: "axes small" });
  const ring = svg("circle", { r: 23, fill: "none", style: "stroke: var(--lane3)", "stroke-width": 3.5 });
  const visited = text(0, 0, "", { ...BOLD, class: "small halo", style: "fill: var(--lane3)" });
  const [shade, drawBoundary] = buildBoundary(plane), [weights, drawWeights] = buildWeights(plane);
  const drawing = panel({ width: 380, height: 400, label: "Plane of the points" });
  const [handles, drawPoints] = buildPoints(stage, plane, edit, drawing), name = { style: "font-size: 17px" };
  drawing.append(shade, plane.node, plane.inside, ring, handles, weights, visited,
    text(left + side, top + side + 40, "x₁", { ...END, ...name }), text(left, top - 11, "x₂", name));
  drawing.addEventListener("click", (event) => {
    const [x, y] = placeOf(event, drawing), { click } = state();
    if (event.target.closest(".handle") || x < left || x > left + side || y < top || y > top + side) return;
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
  return [drawing, (now, numbers, weightsNow) => {
    const last = numbers.trace[numbers.done - 1], [x, y, label] = last ? now.points[last.k] : [0, 0, 1];
    drawBoundary(weightsNow, last?.mistake ? last.before : [0, 0, 0]);
    drawWeights(weightsNow, last && { ...last, label: sign(label) });
    put(ring, { visibility: last ? "visible" : "hidden", cx: plane.toX(x), cy: plane.toY(y) });
    write(visited, last ? `b + w·x = ${shown(last.total)}` : "");
    const right = plane.toX(x) < left + side / 2;
    put(visited, { x: plane.toX(x) + (right ? 28 : -28), y: plane.toY(y) + 6, "text-anchor": right ? "start" : "end" });
    drawPoints(now, { ...numbers, weights: weightsNow });
  }, addWhereFree];
}
