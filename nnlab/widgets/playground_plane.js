// The plane of the playground: its points, a place to drag, points of one's own; the canvas below holds the colors.

/** Let a click into the plane add or remove a point of one's own. */
function editPoints({ set, begin, state, tell }, drawing, on, near) {
  drawing.addEventListener("click", (event) => {
    const [px, py] = placeOf(event, drawing), { data, own: points, click } = state();
    if (data !== "own points" || event.target.closest(".handle")) return;
    if (Math.abs(on.fromX(px)) > 1.5 || Math.abs(on.fromY(py)) > 1.5) return;
    const [x, y] = near(on.fromX(px), on.fromY(py)), distance = ([a, b]) => Math.hypot(a - x, b - y);
    begin();
    if (click === "removes") {
      const nearest = points.length && points.reduce((one, other) => distance(one) <= distance(other) ? one : other);
      set({ own: points.filter((one) => one !== nearest || distance(one) > 0.15) });
    } else if (points.length >= most.own) {
      tell(`${most.own} points are enough`);
    } else {
      set({ own: [...points, [x, y, click === "adds +1" ? 1 : -1]] });
    }
  });
}

/** A point: a disc for class 1, a square for class 0; full for training, hollow for a test. */
const pointMark = (positive, test, x, y, size) => mark(positive, tidy(x, 1), tidy(y, 1), size * (test ? 4.2 : 5), {
  "stroke-width": test ? 1.8 : 1.2, style: test
    ? `fill: var(--ground); stroke: var(--lane${positive ? 0 : 1})`
    : `fill: var(--lane${positive ? 0 : 1}); stroke: var(--ground)` });

/** What the marks mean: a row that ends at (0, 0). */
function legendOf(size) {
  const item = (x, test, words) => [pointMark(true, test, x, -5, size), pointMark(false, test, x + 14, -5, size),
    text(x + 26, 0, words, { class: "small" })];
  return [...item(-154, false, "train"), ...item(-62, true, "test")];
}

/** The points and the place to drag. Returns nodes, and what draws them. */
function buildPlane(stage, drawing) {
  const { set, begin, state } = stage, on = {}, near = (x, y) => [x, y].map((one) => tidy(clamp(one, -1.5, 1.5)));
  const ticks = svg("g", { class: "small", "aria-hidden": "true" }), dots = svg("g", { style: "pointer-events: none" });
  const title = text(0, 0, "", { ...BOLD, class: "title" }), legend = svg("g");
  const ends = [text(0, 0, "", { ...END, class: "small" }), text(0, 0, "", { class: "small" })];
  const value = text(15, -9, "", { class: "small halo value", "font-weight": 600 });
  const probe = svg("g", {}, svg("circle", { r: 22, fill: "transparent", class: "ring" }),
    svg("path", { d: "M0 -11L11 0L0 11L-11 0Z", "stroke-width": 2.2,
      style: "fill: var(--lane2); stroke: var(--ground)" }), value);
  draggable(probe, { name: "Point of the plane", begin,
    to: (x, y) => set({ probe: near(on.fromX(x), on.fromY(y)) }),
    by: (right, up) => set({ probe: near(state().probe[0] + right, state().probe[1] + up) }) });
  explain(probe, "Drag the diamond: the numbers of the network are those at this point of the plane.");
  editPoints(stage, drawing, on, near);

  const place = ({ map: { x, y, side }, bar, points, legend: to }) => {
    put(legend, { transform: `translate(${to.join(" ")})` });
    legend.replaceChildren(...legendOf(points));
    ends.forEach((node, k) => put(node, { x: k ? bar.x + bar.width + 8 : bar.x - 8, y: bar.y + bar.height + 2 }));
    const range = [-1.5, 1.5];
    Object.assign(on, axes({ left: x, top: y, width: side, height: side, x: range, y: range, xTicks: [], yTicks: [] }));
    ticks.replaceChildren(...[-1, 0, 1].flatMap((one) => [
      text(on.toX(one), y + side + 18, shown(one, 0), MIDDLE), text(x + side + 6, on.toY(one) + 6, shown(one, 0))]),
    text(x + side, y + side + 18, "x₁", END), text(x + side + 6, y + 14, "x₂"));
  };
  const drawDots = (train, test, size) => dots.replaceChildren(...[[test, true], [train, false]].flatMap(
    ([points, hollow]) => points.map(([u, v, label]) => pointMark(label > 0, hollow, on.toX(u), on.toY(v), size))));
  let drawn = {};  // points are drawn anew when they change
  const nodes = [ticks, ...ends, title, legend, dots, probe];
  return [nodes, ({ probe: [x, y] }, { train, test }, places, said) => {
    const moved = drawn.kind !== places.kind;
    if (moved) {
      place(places);
      const [left, top] = places.title || [places.map.x, places.map.y - 12];
      put(title, { x: left, y: top });
    }
    if (moved || drawn.train !== train) drawDots(train, test, places.points);
    drawn = { train, kind: places.kind };
    write(title, said.title);
    write(value, said.value);
    ends.forEach((node, k) => write(node, said.scale[k]));
    const left = x > 0.9;
    put(value, { x: left ? -15 : 15, "text-anchor": left ? "end" : "start" });
    put(probe, { transform: `translate(${tidy(on.toX(x))} ${tidy(on.toY(y))})`, "aria-valuenow": x,
      "aria-valuemin": -1.5, "aria-valuemax": 1.5, "aria-valuetext": `x1 ${plain(x)}, x2 ${plain(y)}` });
  }];
}
