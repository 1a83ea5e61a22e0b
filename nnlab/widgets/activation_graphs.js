// The graphs of the activation functions and, below them on the same axis, of their derivatives; the point to drag.

const PLOT = { left: 46, width: 358, top: 30, height: 176 }, BELOW = { ...PLOT, top: 244, height: 112 };
const WORD = "font-size: 18px";  // as small as words here may be: the panel is wide on a phone

/** The curve of `f` on the axes `on` as one path, with gaps where it breaks; on always as many points. */
function curveOf(on, f, breaks) {
  const gaps = breaks.filter((at) => at > -4 && at < 4), xs = steps(-4, 4, 240);
  const beside = gaps.flatMap((at) => [at - 1e-6, at + 1e-6]);
  const all = [...xs.filter((x) => gaps.every((at) => Math.abs(x - at) > 1e-5)), ...beside].sort((a, b) => a - b);
  return all.map((x, k) => {
    const isNew = !k || gaps.some((at) => all[k - 1] < at && x > at);
    return `${isNew ? "M" : "L"}${on.points([[x, f(x)]])}`;
  }).join("");
}

/** The axes for what is shown: [top, bottom]. */
function axesFor({ shown: names, alpha }) {
  const all = (known) => names.every((name) => known.includes(name));
  const wide = !all(NAMES.slice(0, 7)) || (names.includes("ELU") && alpha > 1.1);
  const [y, yTicks] = all(["step", "sigmoid", "tanh"])
    ? [[-1.25, 1.25], [-1, 0, 1]]
    : [[-1.5, 2.5], [-1, 0, 1, 2]];
  const range = wide ? { y: [-1.6, 2.1], yTicks: [-1, 0, 1, 2] } : { y: [-0.1, 1.15], yTicks: [0, 0.5, 1] };
  const both = { x: [-4, 4], xTicks: steps(-4, 4, 8) };
  const made = [axes({ ...PLOT, ...both, y, yTicks, xNumbers: false }), axes({ ...BELOW, ...both, ...range })];
  for (const { node } of made) put(node, { class: "axes", style: WORD });
  return made;
}

/** Both graphs, one above the other, with the point's line through them. Returns the panel and what draws it. */
function buildGraphs({ set, begin, state }) {
  const frame = svg("g"), curves = svg("g"), marks = svg("g"), right = PLOT.left + PLOT.width;
  const bottom = BELOW.top + BELOW.height, middle = (PLOT.top + PLOT.height + BELOW.top) / 2;
  const upright = (look) => svg("line", { y1: PLOT.top, y2: bottom, ...look });
  const at = text(0, middle + 6, "", { ...BOLD, class: "halo", style: WORD });
  const handle = svg("g", {}, upright({ stroke: "transparent", "stroke-width": 28 }),
    upright({ style: "stroke: var(--ink)", "stroke-width": 2 }),
    svg("circle", { cy: middle, r: 21, class: "ring" }), svg("circle", { cy: middle, r: 14, class: "knob" }),
    svg("path", { d: `M-5 ${middle - 4}L-9 ${middle}L-5 ${middle + 4}M5 ${middle - 4}L9 ${middle}L5 ${middle + 4}`,
      class: "grip" }), at);
  const shade = svg("rect", { y: BELOW.top, height: BELOW.height, style: "fill: var(--lane1)", opacity: 0.14 });
  const steeper = text(right, bottom + 42, "", { ...END, style: `fill: var(--lane1); ${WORD}`, "aria-hidden": true });
  const titles = [text(PLOT.left - 32, PLOT.top - 11, "φ(z)", { style: WORD }),
    text(PLOT.left - 32, BELOW.top - 11, "derivative φ′(z)", { style: WORD }),
    text(right + 14, bottom + 20, "z", { style: WORD })];
  let key = null, top = null, below = null;
  const move = (x) => set({ x: tidy(clamp(x, ...limits.x)) });
  draggable(handle, { name: "Point z", begin, to: (x) => move(top.fromX(x)),
    by: (across, up) => move(state().x + across + up) });
  explain(handle, "The pre-activation z. Drag it: read each function's value and derivative here.");
  const drawing = panel({ width: 520, height: 400, label: "The functions, and below them their derivatives" },
    shade, frame, ...titles, curves, marks, handle, steeper);

  /** The nodes of one function: both curves, its name; where it breaks, holes. They stay, so that changes move them. */
  const parts = NAMES.map((name) => {
    const { color, dash } = FUNCTIONS[name], look = { fill: "none", "stroke-width": 3.2, "stroke-linejoin": "round",
      "stroke-dasharray": dash || "none", style: `stroke: ${color}` };
    return { name, over: svg("path", look), under: svg("path", look), holes: [svg("g"), svg("g")],
      label: text(right + 8, 0, "", { style: `fill: ${color}; ${WORD}; font-weight: 600` }) };
  });
  const clipped = ({ left, top: y }, ...nodes) => svg("g", { "clip-path": `url(#inside-${left}-${y})` }, ...nodes);
  curves.append(clipped(PLOT, ...parts.flatMap(({ over, holes }) => [over, holes[0]])),
    clipped(BELOW, ...parts.flatMap(({ under, holes }) => [under, holes[1]])), ...parts.map(({ label }) => label));
  const drawCurve = ({ name, over, under, holes }, now, on) => {
    const { of, derivative, breaks, jumps, color } = FUNCTIONS[name], places = on && breaks?.(now) || [];
    const hole = (chart, x, y) => svg("circle", { cx: chart.toX(x), cy: chart.toY(y), r: 4.5, "stroke-width": 2,
      style: `fill: var(--ground); stroke: ${color}` });
    const beside = places.flatMap((at) => [at - 1e-6, at + 1e-6]);
    put(over, { d: on ? curveOf(top, (x) => of(x, now), jumps ? places : []) : "", opacity: on ? 1 : 0 });
    put(under, { d: on ? curveOf(below, (x) => derivative(x, now), places) : "", opacity: on ? 1 : 0 });
    holes[0].replaceChildren(...jumps ? places.map((x) => hole(top, x, 0)) : []);
    holes[1].replaceChildren(...beside.map((x) => hole(below, x, derivative(x, now))));
  };
  const drawCurves = (now) => {
    [top, below] = axesFor(now);
    frame.replaceChildren(top.node, below.node);
    for (const part of parts) drawCurve(part, now, now.shown.includes(part.name));
    const named = parts.filter(({ name }) => now.shown.includes(name));
    const ends = named.map(({ name }) => clamp(top.toY(FUNCTIONS[name].of(4, now)), PLOT.top, top.edges.bottom));
    const heights = apart(ends, 21, PLOT.top + 4, BELOW.top + 20);
    for (const { name, label } of parts) {
      const k = named.findIndex((one) => one.name === name);
      write(label, k < 0 ? "" : name);
      put(label, { transform: `translate(0 ${k < 0 ? 0 : tidy(heights[k] + 6)})` });
    }
    const compared = ["sigmoid", "tanh"].every((name) => now.shown.includes(name));
    const [low, high] = compared ? [-CROSSING, CROSSING].map(below.toX) : [0, 0];
    put(shade, { x: low, width: high - low });
    write(steeper, compared ? `tanh is steeper: |z| < ${shown(CROSSING, 3)}` : "");
  };

  /** Dots where the point's line meets the curves, tangents of equal length, and, of a few functions, the numbers. */
  const drawMarks = (x, rows) => {
    const few = rows.length <= 4, side = x > 1.6 ? -1 : 1;
    const numbersAt = (on, part) => {
      const inside = rows.map((row) => clamp(on.toY(row[part]), on.edges.top + 4, on.edges.bottom - 4) - 9);
      return apart(inside, 20, on.edges.top + 6, on.edges.bottom - 6).map((y, k) => text(on.toX(x) + 12 * side, y + 6,
        rows[k].kink && part === "derivative" ? "none" : shown(rows[k][part], 3), { ...side < 0 ? END : {}, ...BOLD,
          class: "halo", style: `fill: ${FUNCTIONS[rows[k].name].color}; ${WORD}` }));
    };
    const dots = rows.flatMap(({ name, value, derivative, kink }) => {
      const { color } = FUNCTIONS[name], run = 0.8 / Math.hypot(1, derivative);
      const dot = (on, y) => on.toY(y) < on.edges.top || on.toY(y) > on.edges.bottom ? []
        : [svg("circle", { cx: on.toX(x), cy: on.toY(y), r: 6.5, "stroke-width": 2,
          style: `fill: ${color}; stroke: var(--ground)` })];
      const tangent = svg("line", { x1: top.toX(x - run), x2: top.toX(x + run), y1: top.toY(value - run * derivative),
        y2: top.toY(value + run * derivative), style: `stroke: ${color}`, "stroke-width": 8, "stroke-opacity": 0.35,
        "stroke-linecap": "round" });
      const on = dot(top, value), clip = top.inside.getAttribute("clip-path");
      return [...kink || !on.length ? [] : [svg("g", { "clip-path": clip }, tangent)], ...on,
        ...dot(below, derivative)];
    });
    marks.replaceChildren(...dots, ...few ? [...numbersAt(top, "value"), ...numbersAt(below, "derivative")] : []);
  };
  return [drawing, (now, { rows }) => {
    const { x, ...rest } = now;
    if (key !== JSON.stringify(rest)) drawCurves(now);
    key = JSON.stringify(rest);
    const said = rows.map((row) => `${row.name} ${shown(row.value, 4)}, derivative ${shown(row.derivative, 4)}`);
    put(handle, { transform: `translate(${top.toX(x)} 0)`, "aria-valuenow": x, "aria-valuemin": -4, "aria-valuemax": 4,
      "aria-valuetext": `z ${shown(x)}: ${said.join("; ")}` });
    write(at, `z = ${plain(x)}`);
    put(at, { x: x > 2.3 ? -22 : 22, "text-anchor": x > 2.3 ? "end" : "start" });
    drawMarks(x, rows);
  }];
}
