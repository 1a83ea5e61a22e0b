// The planes of the fold: the inputs with the lines of both units, the hidden units with the decision boundary. A line
// is dragged at its knob; the arrow there shows where its unit is active, or the output is above a half.

const FOLD_STYLE = `
  .sheet-above { --tint: color-mix(in srgb, var(--lane0) 20%, var(--ground)); }
  .sheet-below { --tint: color-mix(in srgb, var(--lane1) 17%, var(--ground)); }
  :is(.sheet-above, .sheet-below) { fill: var(--tint); stroke: var(--tint); stroke-linejoin: round; }
  .mesh { fill: none; stroke: var(--gray); stroke-width: 1; opacity: 0.55; }
  .crease { fill: none; stroke: var(--ink); stroke-width: 2.4; stroke-dasharray: 8 5; }
  .boundary { stroke: var(--ink); stroke-width: 3.5; }
  .trail { fill: none; stroke: var(--gray); stroke-width: 1.6; stroke-dasharray: 2 5; stroke-linecap: round; }
  .figure .settings b { min-width: 3.6em; }
  .figure .settings input[type=range] { width: 56px; }
  .figure .settings input[type=number] { width: 3.3em; }
  .figure .steer .field span { display: inline; }`;
const SIDE = 348, HEAD = 34;  // of a plane's square, and above it

/** A corner of XOR in the color and the shape of its class. */
const cornerMark = ([a, b]) => mark(a !== b, 0, 0, 12,
  { "stroke-width": 2.5, style: `fill: var(--lane${a !== b ? 0 : 1}); stroke: var(--ground)` });
const diamond = () => svg("path", { d: "M0 -12L12 0L0 12L-12 0Z", "stroke-width": 2.5,
  style: "fill: var(--lane2); stroke: var(--ground)" });

/** Both ends of the line u x + v y = height inside the square from `low` to `high`, the left one first; or null. */
function segmentOf(u, v, height, low, high) {
  const square = u * u + v * v;
  if (!square) return null;
  const foot = [u, v].map((one) => height * one / square), way = [v, -u];
  let [from, to] = [-Infinity, Infinity];
  for (const axis of [0, 1]) {
    if (!way[axis]) { if (foot[axis] < low || foot[axis] > high) return null; continue; }
    const ends = [low, high].map((edge) => (edge - foot[axis]) / way[axis]).sort((one, other) => one - other);
    [from, to] = [Math.max(from, ends[0]), Math.min(to, ends[1])];
  }
  if (from >= to) return null;
  const both = [from, to].map((t) => foot.map((one, axis) => one + t * way[axis]));
  return both.sort(([a, b], [c, d]) => a - c || d - b);
}

/** A knob on a line, with an arrow to the line's positive side. Returns its handle and what puts it. */
function lineKnob(name, on, { low, high }, part, { begin, to, by }) {
  const arrow = svg("path", { d: "M15 0H34M27 -6L35 0L27 6", class: "grip" });
  const label = text(0, 0, "", { class: "small halo" });
  const grip = svg("path", { d: "M-7 0H7M-3 -4L-7 0L-3 4M3 -4L7 0L3 4", class: "grip" });
  const handle = svg("g", {}, svg("circle", { r: 22, class: "ring" }), svg("circle", { r: 12.5, class: "knob" }), grip,
    arrow, label);
  draggable(handle, { name, begin, to: (x, y) => to(on.fromX(x), on.fromY(y)), by });
  return [handle, (u, v, height, words, look) => {
    const ends = segmentOf(u, v, height, low, high), square = u * u + v * v || 1;
    const spot = ends ? ends[0].map((one, axis) => one + part * (ends[1][axis] - one))
      : [u, v].map((one) => clamp(height * one / square, low + 0.03 * (high - low), high - 0.03 * (high - low)));
    const turned = Math.atan2(-v, u) * 180 / Math.PI, moving = `rotate(${tidy(turned)})`;
    for (const one of [arrow, grip]) put(one, { transform: moving });
    write(label, words);
    const [across, up] = [u, v].map((one) => one / Math.sqrt(square));
    const cramped = across > 0.3 && spot[0] < low + 0.2 * (high - low);
    put(label, cramped ? { x: 17, y: 27, "text-anchor": "start" } : { x: tidy(-19 * across, 1), y: tidy(22 * up + 6, 1),
      ...across > 0.3 ? END : across < -0.3 ? { "text-anchor": "start" } : MIDDLE });
    put(handle, { transform: `translate(${tidy(on.toX(spot[0]), 1)} ${tidy(on.toY(spot[1]), 1)})`, ...look });
  }];
}

/** Axes of a plane, square; `show` draws the sheet of the inputs in it, each point where `place` puts it. */
function buildPlane({ left, low, high, label, names, title }) {
  const whole = steps(Math.ceil(low), Math.floor(high), Math.floor(high) - Math.ceil(low))
    .filter((tick) => tick < high - 0.1 * (high - low));  // at the end stands the name
  const on = axes({ left: left + 30, top: HEAD, width: SIDE, height: SIDE, x: [low, high], y: [low, high],
    xTicks: whole, yTicks: whole });
  put(on.node, { class: "axes small" });
  const [sheet, mesh, creases, marks, words] = upTo(5).map(() => svg("g"));
  on.inside.append(sheet, mesh, creases);
  const said = (x, y, content, more = {}) => text(x, y, content, { class: "small quiet", ...more });
  const drawing = panel({ left, width: SIDE + 40, height: HEAD + SIDE + 28, label }, on.node, on.inside,
    text(left + 30, 22, title, BOLD), said(left + 30 + SIDE, HEAD + SIDE + 20, names[0], END),
    said(left + 22, HEAD + 14, names[1], END), marks, words);
  const path = (points) => points.map(([u, v]) => `${tidy(on.toX(u), 1)},${tidy(on.toY(v), 1)}`).join(" ");
  const grid = steps(-0.5, 1.5, 8), fine = steps(-0.5, 1.5, 40);
  const curve = (points, place, kind) => svg("polyline", { class: kind, points: path(points.map(place)) });
  return { on, drawing, show: (state, place, wide = 1) => {
    put(sheet, { "stroke-width": wide });  // of a sheet that is folded to a line, something is to be seen
    sheet.replaceChildren(...parts(state).map(({ above, points }) =>
      svg("polygon", { points: path(points.map(place)), class: above ? "sheet-above" : "sheet-below" })));
    mesh.replaceChildren(...grid.flatMap((at) => [curve(fine.map((along) => [at, along]), place, "mesh"),
      curve(fine.map((along) => [along, at]), place, "mesh")]));
    creases.replaceChildren(...[0, 1].flatMap((k) => {
      const ends = segmentOf(state.weights[k], state.weights[k + 2], -state.bias[k], -0.5, 1.5);
      return ends ? [curve(steps(0, 1, 40).map((t) => ends[0].map((one, axis) => one + t * (ends[1][axis] - one))),
        place, "crease")] : [];
    }));
  }, corners: (place, below = false) => {
    const places = CORNERS.map(place), spots = places.map(([u, v]) => [on.toX(u), on.toY(v)]);
    marks.replaceChildren(...CORNERS.flatMap((corner, k) => [
      svg("polyline", { class: "trail", points: path([corner, places[k]]) }),
      svg("g", { transform: `translate(${tidy(spots[k][0], 1)} ${tidy(spots[k][1], 1)})` }, cornerMark(corner))]));
    const together = spots.map((spot) => CORNERS.filter((_, j) => Math.hypot(spots[j][0] - spot[0],
      spots[j][1] - spot[1]) < 12));
    const named = (corner) => `(${list(corner)})`;
    words.replaceChildren(...spots.flatMap(([x, y], k) => together[k][0] !== CORNERS[k] ? [] : [
      text(x + 15, y + (below ? 27 : -13), together[k].map(named).join(" "), { class: "small halo" })]));
  } };
}

/** Both planes. Returns their panels and what draws them. */
function buildPlanes({ set, begin, state }) {
  const near = { low: -0.5, high: 1.5 }, far = { low: -0.7, high: 3.2 };
  const plane = buildPlane({ left: 0, ...near, label: "Plane of the inputs", title: "inputs x",
    names: ["x₁", "x₂"] });
  const hidden = buildPlane({ left: SIDE + 40, ...far, label: "Plane of the hidden units",
    title: "hidden units h = ReLU(Wᵀx + c)", names: ["h₁", "h₂"] });
  const change = (part, k, value) => set({ [part]: state()[part].map((one, j) =>
    j === k ? tidy(clamp(value, ...limits[part])) : one) });
  const units = [0, 1].map((k) => lineKnob(`Line of unit ${k + 1}`, plane.on, near, k ? 0.5 : 0.78, { begin,
    to: (x, y) => change("bias", k, -(state().weights[k] * x + state().weights[k + 2] * y)),
    by: (right, up) => change("bias", k, state().bias[k] - right - up) }));
  const boundary = svg("line", { class: "boundary" });
  hidden.on.inside.append(boundary);
  /** The output weights closest to the present ones whose boundary runs through the point. */
  const through = (...point) => {
    const { out } = state(), square = point[0] ** 2 + point[1] ** 2;
    const lacks = (0.5 - out[0] * point[0] - out[1] * point[1]) / square;
    if (square > 0.05) set({ out: out.map((one, axis) => tidy(clamp(one + lacks * point[axis], ...limits.out))) });
  };
  const separates = lineKnob("Decision boundary", hidden.on, far, 0.9, { begin, to: through,
    by: (right, up) => set({ out: state().out.map((one, axis) =>
      tidy(clamp(one + (axis ? up : right), ...limits.out))) }) });
  const probe = svg("g", {}, svg("circle", { r: 24, class: "ring" }), diamond()), shadow = diamond();
  const inside = (point) => point.map((one) => tidy(clamp(one, ...limits.probe)));
  draggable(probe, { name: "Point of the plane", begin,
    to: (x, y) => set({ probe: inside([plane.on.fromX(x), plane.on.fromY(y)]) }),
    by: (right, up) => set({ probe: inside([state().probe[0] + right, state().probe[1] + up]) }) });
  plane.drawing.append(...units.map(([handle]) => handle), probe);
  hidden.drawing.append(shadow, separates[0]);
  let sheets = "", folded = "";
  return [[plane.drawing, hidden.drawing], (now, numbers) => {
    const { weights, bias, out, fold } = now, shape = JSON.stringify([weights, bias, out]);
    const between = (p) => {
      const { h } = outputsAt(now, p);
      return p.map((one, k) => one + fold * (h[k] - one));
    };
    if (shape !== sheets) { plane.show(now, (p) => p); plane.corners((p) => p); }
    if (`${shape} ${fold}` !== folded) { hidden.show(now, between, 1 + 9 * fold); hidden.corners(between, fold > 0.5); }
    [sheets, folded] = [shape, `${shape} ${fold}`];
    units.forEach(([, draw], k) => draw(weights[k], weights[k + 2], -bias[k], `z${"₁₂"[k]} = 0`, {
      "aria-valuenow": bias[k], "aria-valuemin": limits.bias[0], "aria-valuemax": limits.bias[1],
      "aria-valuetext": `bias ${plain(bias[k])}` }));
    const ends = segmentOf(...out, 0.5, far.low, far.high);
    const [[x1, y1], [x2, y2]] = (ends || [[0, 0], [0, 0]]).map(([u, v]) => [hidden.on.toX(u), hidden.on.toY(v)]);
    put(boundary, { x1, y1, x2, y2, visibility: ends ? "visible" : "hidden", opacity: 0.3 + 0.7 * fold });
    separates[1](...out, 0.5, fold < 0.5 ? "" : "output = ½", { opacity: 0.3 + 0.7 * fold, "aria-valuenow": out[0],
      "aria-valuemin": limits.out[0], "aria-valuemax": limits.out[1], "aria-valuetext": `w ${list(out)}` });
    const spot = ({ on }, [u, v]) => `translate(${tidy(on.toX(u), 1)} ${tidy(on.toY(v), 1)})`;
    put(shadow, { transform: spot(hidden, between(now.probe)) });
    const { h, output } = numbers.probe;
    put(probe, { transform: spot(plane, now.probe), "aria-valuenow": now.probe[0], "aria-valuemin": limits.probe[0],
      "aria-valuemax": limits.probe[1],
      "aria-valuetext": `x ${list(now.probe)}, h ${list(h)}, output ${plain(output)}` });
  }];
}
