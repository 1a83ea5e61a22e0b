// The left half of the neuron's figure, the plane of its inputs: the output as a shade, past evenings, and handles for
// the decision boundary, the weights and tonight's evening.

const SQUARE = { left: 40, top: 30, side: 324 };
const LIMIT = 3;  // the plane reaches from -LIMIT to LIMIT
const RANGE = { "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT };
const within = (value) => tidy(clamp(value, -LIMIT, LIMIT));
const MOVES = "M-7 0H7M0 -7V7M-4 -3L-7 0L-4 3M4 -3L7 0L4 3M-3 -4L0 -7L3 -4M-3 4L0 7L3 4";

/** Color of an output: the ground at 0, blue towards 1, orange towards -1. */
const colorOf = (value) => `color-mix(in srgb, var(--lane${value < 0 ? 1 : 0}) `
  + `${tidy(52 * clamp(Math.abs(value), 0, 1), 1)}%, var(--ground))`;

/** The mark of a class in the figure's colors. */
const classMark = (positive, x, y, size, more = {}) => mark(positive, x, y, size,
  { style: `fill: var(--lane${positive ? 0 : 1}); stroke: var(--ground)`, "stroke-width": 1.5, ...more });

/** The point of the decision boundary that is nearest to the origin; the arrow of the weights stands there. */
const foot = ({ weights: [a, b], bias }) => {
  const square = a * a + b * b;
  return square < 1e-6 ? [0, 0] : [-bias * a / square, -bias * b / square];
};

/** The output as a shade of the plane. It changes along the weights only. Returns its nodes and what draws it. */
function buildShade(plane) {
  const { left: x, top: y, side } = SQUARE;
  const stops = steps(0, 1, 40).map((offset) => svg("stop", { offset }));
  const gradient = svg("linearGradient", { id: "output", gradientUnits: "userSpaceOnUse" }, ...stops);
  const shade = svg("rect", { x, y, width: side, height: side, fill: "url(#output)" });
  let painted = "";
  return [svg("defs", {}, gradient), shade, (now) => {  // from z = -6 to z = 6
    const { weights: [a, b], bias } = now, { of } = ACTIVATIONS[now.activation];
    const [fx, fy] = foot(now), length = Math.hypot(a, b), far = length < 1e-3 ? 0 : 6 / length ** 2;
    const [x1, x2] = [-far, far].map((t) => plane.toX(fx + t * a));
    const [y1, y2] = [-far, far].map((t) => plane.toY(fy + t * b));
    put(gradient, { x1, y1, x2: far ? x2 : x1 + 1, y2 });
    const key = `${now.activation} ${far ? "" : bias}`;
    if (painted !== key) stops.forEach((stop, k) => put(stop,
      { style: `stop-color: ${colorOf(of(far ? -6 + k * 0.3 : bias))}` }));
    painted = key;
  }];
}

/** Where the line z = 0 enters and leaves the plane; its foot twice where it lies outside. */
function ends(now) {
  const { weights: [a, b], bias } = now, found = [];
  for (const edge of [-LIMIT, LIMIT]) {
    if (Math.abs(b) > 1e-6) found.push([edge, -(bias + a * edge) / b]);
    if (Math.abs(a) > 1e-6) found.push([-(bias + b * edge) / a, edge]);
  }
  const inside = found.filter((place) => place.every((value) => Math.abs(value) <= LIMIT + 1e-9));
  const along = ([x, y]) => a * y - b * x;
  inside.sort((one, other) => along(one) - along(other));
  return inside.length ? [inside[0], inside.at(-1)] : [foot(now), foot(now)];
}

/** The decision boundary, which can be shifted. Returns its handle and what draws it. */
function buildBoundary({ set, begin, state }, plane) {
  const line = svg("line", { style: "stroke: var(--ink)", "stroke-width": 3.5 });
  const wide = svg("line", { stroke: "transparent", "stroke-width": 24 });
  const across = svg("path", { d: "M-7 0H7M-4 -3.5L-8 0L-4 3.5M4 -3.5L8 0L4 3.5", class: "grip" });
  const knob = svg("g", {}, svg("circle", { r: 21, class: "ring" }), svg("circle", { r: 13, class: "knob" }), across);
  const said = text(0, 0, "z = 0", { ...MIDDLE, class: "small halo" });
  const clipped = svg("g", { "clip-path": plane.inside.getAttribute("clip-path") }, wide, line);
  const handle = svg("g", {}, clipped, said, knob);
  const shift = (place) => {
    const { weights: [a, b] } = state(), [x, y] = place.map((value) => clamp(value, -LIMIT, LIMIT));
    set({ bias: within(-(a * x + b * y)) });
  };
  draggable(handle, { name: "Decision boundary: where z is zero", begin,
    to: (x, y) => shift([plane.fromX(x), plane.fromY(y)]),
    by: (right, up) => { const [x, y] = foot(state()); shift([x + right, y + up]); } });
  explain(handle, "The decision boundary. Drag it: the bias changes.");
  return [handle, (now) => {
    const { weights: [a, b], bias } = now, [fx, fy] = foot(now), length = Math.hypot(a, b);
    const [dx, dy] = length < 1e-3 ? [0, 0] : [-b / length * 12, a / length * 12];
    const both = { x1: plane.toX(fx - dx), y1: plane.toY(fy - dy), x2: plane.toX(fx + dx), y2: plane.toY(fy + dy) };
    for (const one of [line, wide]) put(one, both);
    const [[px, py], [qx, qy]] = ends(now), long = Math.hypot(qx - px, qy - py);
    const at = (part) => [px + part * (qx - px), py + part * (qy - py)].map((value) => clamp(value, -2.9, 2.9));
    const [kx, ky] = at(0.15), [sx, sy] = at(0.97), angle = -Math.atan2(b, a) * 180 / Math.PI;
    put(knob, { transform: `translate(${tidy(plane.toX(kx))} ${tidy(plane.toY(ky))}) rotate(${tidy(angle)})` });
    const [nx, ny] = length < 1e-3 ? [0, 0] : [-a / length * 28, b / length * 17];
    put(said, { x: clamp(plane.toX(sx) + nx, 68, 338), y: clamp(plane.toY(sy) + ny + 6, 48, 348),
      visibility: long > 2 ? "visible" : "hidden" });
    put(handle, { ...RANGE, "aria-valuenow": bias, "aria-valuetext": `bias ${shown(bias)}` });
  }];
}

/**
 * The arrow of the weights. While it has the focus it turns about one place, its foot when that began; the bias
 * follows, so that the decision boundary stays there. Returns its handle and what draws it.
 */
function buildArrow({ set, begin, state, draw }, plane) {
  const shaft = svg("line", { style: "stroke: var(--ink)", "stroke-width": 3.5 });
  const tip = svg("path", { d: "M9 0L-5 -7L-2 0L-5 7Z", style: "fill: var(--ink)" });
  const end = svg("g", {}, svg("circle", { r: 21, class: "ring" }), svg("circle", { r: 13, class: "knob" }), tip);
  const said = text(0, 0, "w", { ...MIDDLE, ...BOLD, class: "small halo" });
  const handle = svg("g", {}, shaft, said, end);
  let pivot = null;
  const onBoundary = (now) => pivot && Math.abs(sum(now, pivot)) < 0.06;  // weights and bias are rounded
  const turn = (weights) => {
    const [a, b] = weights.map(within);
    set({ weights: [a, b], bias: within(-(a * pivot[0] + b * pivot[1])) });
  };
  draggable(handle, { name: "Arrow of the weights",
    begin: () => { begin(); if (!onBoundary(state())) pivot = foot(state()); },
    to: (x, y) => turn([plane.fromX(x) - pivot[0], plane.fromY(y) - pivot[1]]),
    by: (right, up) => { const { weights: [a, b] } = state(); turn([a + right, b + up]); } });
  handle.addEventListener("blur", () => { pivot = null; draw(); });
  explain(handle, "The weight vector w. Drag its tip: the neuron's weights change, and its boundary turns.");
  return [handle, (now) => {
    const { weights: [a, b] } = now, [px, py] = onBoundary(now) ? pivot : foot(now), length = Math.hypot(a, b);
    const places = [px, py, px + a, py + b], outside = places.some((value) => Math.abs(value) > LIMIT);
    const [fx, fy, tx, ty] = places.map((value, k) => (k % 2 ? plane.toY : plane.toX)(clamp(value, -LIMIT, LIMIT)));
    const visibility = length < 0.05 ? "hidden" : "visible", angle = -Math.atan2(b, a) * 180 / Math.PI;
    put(shaft, { visibility, x1: fx, y1: fy, x2: tx, y2: ty, "stroke-dasharray": outside ? "3 5" : "none" });
    put(tip, { visibility, transform: `rotate(${tidy(angle)})` });
    put(end, { transform: `translate(${tidy(tx)} ${tidy(ty)})` });
    const [nx, ny] = length < 0.05 ? [0, -24] : [a / length * 30, -b / length * 24];
    put(said, { x: clamp(tx + nx, 58, 346), y: clamp(ty + ny + 6, 46, 350) });
    put(handle, { ...RANGE, "aria-valuenow": a, "aria-valuetext": `weights ${shown(a)} and ${shown(b)}` });
  }];
}

/** Tonight's evening, the input to classify. Returns its handle and what draws it. */
function buildProbe({ set, begin, state }, plane) {
  const tonight = text(0, -22, "tonight", { ...BOLD, ...MIDDLE, class: "halo", style: "font-size: 17px" });
  const handle = svg("g", {}, svg("circle", { r: 22, class: "ring" }),
    svg("path", { d: "M0 -17L17 0L0 17L-17 0Z", class: "knob",
      style: "fill: var(--lane2); stroke: var(--ground); stroke-linejoin: round" }),
    svg("path", { d: MOVES, class: "grip", style: "stroke: var(--on)" }), tonight);
  const visit = (place) => set({ probe: place.map((value) => tidy(within(value), 1)) });
  draggable(handle, { name: "Tonight: the evening to classify", begin,
    to: (x, y) => visit([plane.fromX(x), plane.fromY(y)]),
    by: (right, up) => { const [x, y] = state().probe; visit([x + right, y + up]); } });
  explain(handle, "Tonight, the neuron's input. Drag it: sum and output change.");
  const { left, top, side } = SQUARE;
  return [handle, ({ probe: [x, y] }, { output }) => {
    const place = plane.toX(x);
    put(handle, { transform: `translate(${place} ${plane.toY(y)})`, ...RANGE, "aria-valuenow": x,
      "aria-valuetext": `x1 ${shown(x)}, x2 ${shown(y)}, output ${shown(output)}` });
    put(tonight, { y: plane.toY(y) < top + 40 ? 38 : -22,
      x: clamp(0, left + 34 - place, left + side - 34 - place) });
  }];
}

/** The plane of the inputs: the shade, the past evenings, and three handles. Returns its panel and what draws it. */
function buildPlane(stage) {
  const { left, top, side } = SQUARE, ticks = [-3, -2, -1, 0, 1, 2, 3], range = [-LIMIT, LIMIT];
  const plane = axes({ left, top, width: side, height: side, x: range, y: range, xTicks: ticks, yTicks: ticks });
  put(plane.node, { class: "axes small" });
  const names = [text(left + side / 2, top + side + 42, "", MIDDLE), text(left, top - 12, "")], dots = svg("g");
  for (const node of names) put(node, { style: "font-size: 17px" });
  const [defs, shade, drawShade] = buildShade(plane), [boundary, drawBoundary] = buildBoundary(stage, plane);
  const [arrow, drawArrow] = buildArrow(stage, plane), [probe, drawProbe] = buildProbe(stage, plane);
  const drawing = panel({ width: 380, height: 400, label: "Plane of the inputs" },
    defs, shade, plane.node, ...names, dots, plane.inside, boundary, arrow, probe);
  let given = null;
  return [drawing, (now, numbers) => {
    if (!same(given, [now.points, now.names])) {
      names.forEach((node, k) => write(node, `x${"₁₂"[k]}: ${now.names[k]}`));
      dots.replaceChildren(...now.points.map(([x, y, label]) =>
        svg("g", { transform: `translate(${tidy(plane.toX(x))} ${tidy(plane.toY(y))})` },
          svg("circle", { r: 14, fill: "none", style: "stroke: var(--ink)", "stroke-width": 2.5 }),
          classMark(label === 1, 0, 0, 9))));
      given = structuredClone([now.points, now.names]);
    }
    for (const drawPart of [drawShade, drawBoundary, drawArrow, drawProbe]) drawPart(now, numbers);
    numbers.isCorrect.forEach((correct, k) =>
      put(dots.children[k].firstChild, { visibility: correct ? "hidden" : "visible" }));
  }];
}
