// The right half of the perceptron's figure: the norm of the weights between its bounds, and the steps as a strip.

const CHART = { left: 430, top: 30, width: 474, height: 226 }, STRIP = { left: 410, top: 334, gap: 35, count: 14 };
const GRAINS = [1, 2, 5, 10, 20, 50, 100, 200];
const ticksTo = (end, count) => {
  const grain = GRAINS.find((one) => end / one <= count) || 500, all = Math.floor(end / grain);
  return steps(0, all * grain, all);
};
const WORD = "font-size: 17.5px";  // as small as words here may be: the panel is wide on a phone

/** The norm of the weights after each mistake: it lies between γ M and R √M. Returns the node and what draws it. */
function buildBounds() {
  const graph = svg("g", { "aria-hidden": "true" });
  const right = CHART.left + CHART.width, bottom = CHART.top + CHART.height;
  let drawn = "";
  const word = (x, y, words, lane, more = {}) => text(x, y, words, { class: "halo", style: `fill: var(--${lane}); `
    + `${WORD}; font-weight: 600`, ...more });
  return [graph, (now, { trace, done, radius, margin, bound, mistakes }) => {
    const key = JSON.stringify([now.points, now.seed, done]);
    if (drawn === key) return;
    drawn = key;
    const near = bound && bound <= Math.max(60, 3 * mistakes);  // the bound is drawn
    const far = near ? Math.max(2, bound * 1.12) : Math.max(30, mistakes * 1.4);
    const high = Math.max(1, radius * Math.sqrt(far)) * 1.04;
    const on = axes({ ...CHART, x: [0, far], y: [0, high], xTicks: ticksTo(far, 7), yTicks: ticksTo(high, 5) });
    put(on.node, { class: "axes", style: WORD });
    const curve = (lane, points, more = {}) => svg("polyline", { fill: "none", "stroke-width": 3,
      style: `stroke: var(--${lane})`, points: on.points(points), ...more });
    const updates = trace.slice(0, done).filter((step) => step.mistake);
    const norms = [[0, 0], ...updates.map(({ weights }, k) => [k + 1, Math.sqrt(dot(weights, weights))])];
    const upper = steps(0, Math.sqrt(far), 60).map((root) => [root ** 2, radius * root]);
    const lens = near ? steps(0, Math.sqrt(bound), 40).map((root) => [root ** 2, radius * root]) : [];
    on.inside.append(svg("polygon", { points: on.points(lens), style: "fill: var(--lane0)", opacity: 0.1 }),
      curve("lane1", upper), ...margin ? [curve("lane2", [[0, 0], [far, margin * far]])] : [],
      curve("lane0", norms, { "stroke-width": 3.5 }));
    const dots = norms.map(([m, norm], k) => svg("circle", { cx: on.toX(m), cy: on.toY(norm), "stroke-width": 2,
      r: k === norms.length - 1 ? 8 : 5, style: "fill: var(--lane0); stroke: var(--ground)" }));
    const at = 0.42 * far, [m, norm] = norms.at(-1), beyond = m > 0.6 * far, under = on.toY(norm) + 22 < bottom - 34;
    graph.replaceChildren(on.node, on.inside, ...dots,
      text(CHART.left, CHART.top - 11, "norm of the weights (b, w)", { style: WORD }),
      text(right, bottom + 44, "mistakes M", { ...END, style: WORD }),
      word(on.toX(at) - 10, on.toY(radius * Math.sqrt(at)) - 8, "at most R√M", "lane1", END),
      word(on.toX(m) + (beyond ? -13 : 13), on.toY(norm) + (beyond || !under ? -12 : 22), `now ${shown(norm)}`, "lane0",
        beyond ? END : {}));
    if (margin) {
      const x = near ? 0.55 * far : 0.72 * far;
      const y = Math.min(on.toY(margin * x) + (near ? 30 : -12), bottom - 30);
      graph.append(word(on.toX(x), y, "at least γM", "lane2"));
    }
    const size = bound < 1000 ? shown(bound || 0, 1) : (bound || 0).toExponential(1).replace("e+", "e");
    const meet = margin ? `M ≤ (R/γ)² = ${size}` : "no separating line: no γ, no bound";
    if (near) {
      graph.append(svg("line", { x1: on.toX(bound), x2: on.toX(bound), y1: CHART.top, y2: bottom, "stroke-width": 2,
        style: "stroke: var(--ink)", "stroke-dasharray": "6 5" }));
    }
    if (now.points.length) graph.append(word(near ? on.toX(bound) - 8 : right - 4, bottom - 10, meet, "ink", END));
  }];
}

/** The steps as a strip of points: done ones with their outcome, the next ones faded. Returns the node and its draw. */
function buildStrip() {
  const { left, top, gap, count } = STRIP;
  const cells = upTo(count).map((k) => svg("g", { transform: `translate(${left + gap * (k + 0.5)} ${top + 28})` },
    svg("circle", { r: 16.5, fill: "none", "stroke-width": 2.5, style: "stroke: var(--ink)" }),
    classMark(true, 13), classMark(false, 13), text(0, 6, "", { ...MIDDLE, ...BOLD,
      style: "fill: var(--on); font-size: 17.5px" })));
  const here = svg("path", { d: "M0 0L7 10H-7Z", style: "fill: var(--lane3)" });
  const title = text(left + 4, top - 2, "", { style: WORD });
  return [svg("g", { "aria-hidden": "true" }, title, ...cells, here), (now, { order, trace, done }) => {
    const first = clamp(done - count + 4, 0, Math.max(0, trace.length - count));
    const mistakes = trace[done - 1]?.mistakes ?? 0;
    write(title, done ? `${counted(done, "step")}, ${counted(mistakes, "mistake")} (ringed)` : "steps, in this order");
    cells.forEach((cell, slot) => {
      const index = first + slot, step = trace[index], [ring, positive, negative, number] = cell.children;
      put(cell, { display: step ? "inline" : "none" });
      for (const one of [positive, negative]) put(one, { opacity: index < done ? 1 : 0.25 });
      number.style.fill = `var(${index < done ? "--on" : "--ink"})`;
      const isPositive = step && sign(now.points[step.k][2]) > 0;
      put(ring, { visibility: index < done && step.mistake ? "visible" : "hidden" });
      put(positive, { visibility: isPositive ? "visible" : "hidden" });
      put(negative, { visibility: isPositive ? "hidden" : "visible" });
      write(number, step ? String(step.k + 1) : "");
    });
    put(here, { visibility: done ? "visible" : "hidden",
      transform: `translate(${left + gap * (done - first - 0.5)} ${top + 50})` });
    if (!order.length) write(title, "");
  }];
}
