// The right half of the bumps: the largest error and its bound against the number of bumps, which is dragged there.

/** Errors and bounds, both scales logarithmic; the number of bumps is a handle. Returns the panel and what draws it. */
function buildErrors({ set, begin, state }) {
  const left = 520, right = 980, label = "Largest error against the number of bumps";
  const on = axes({ left: left + 60, top: 26, width: right - left - 60, height: 348, x: [0, 6], y: [-7, 2.4],
    xTicks: [], yTicks: [] });
  put(on.node, { class: "axes small" });
  const level = (value) => Math.log2(clamp(value, 2 ** -7, 2 ** 2.4)), top = on.edges.top, bottom = on.edges.bottom;
  for (const count of [1, 2, 4, 8, 15, 30, 60]) {
    const x = on.toX(Math.log2(count));
    on.node.append(text(x, bottom + 20, count, MIDDLE), svg("line", { x1: x, x2: x, y1: top, y2: bottom }));
  }
  for (const value of [4, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01]) {
    const y = on.toY(level(value));
    on.node.append(text(left + 52, y + 6, value, END), svg("line", { x1: left + 60, x2: right, y1: y, y2: y }));
  }
  const [bounds, errors] = ["bound", "sum"].map((kind) => svg("polyline", { class: kind }));
  on.inside.append(bounds, errors);
  const words = (lane) => text(0, 0, "", { class: "halo", ...BOLD, style: `font-size: 18px; fill: var(--${lane})` });
  const [ofBound, ofError] = [words("lane1"), words("lane0")];
  const line = svg("path", { d: `M0 ${top}V${bottom}`, "stroke-width": 2, style: "stroke: var(--ink)" });
  const knob = svg("g", { transform: `translate(0 ${bottom - 14})` }, svg("circle", { r: 22, class: "ring" }),
    svg("circle", { r: 13, class: "knob" }), svg("path", { d: "M-3 -5L-8 0L-3 5M3 -5L8 0L3 5", class: "grip" }));
  const [atBound, atError] = ["lane1", "lane0"].map((lane) =>
    svg("circle", { r: 7.5, "stroke-width": 2, style: `fill: var(--${lane}); stroke: var(--ground)` }));
  const handle = svg("g", {}, line, knob, atBound, atError);
  const change = (count) => set({ bumps: clamp(Math.round(count), ...limits.bumps.slice(0, 2)) });
  draggable(handle, { name: "Number of bumps", begin, to: (x) => change(2 ** on.fromX(x)),
    by: (right, up) => change(state().bumps + Math.sign(right + up) * (Math.abs(right + up) > 0.3 ? 5 : 1)) });
  const drawing = panel({ left, width: 480, height: 404, label }, on.node, on.inside,
    text(left + 60, 17, "largest error", { class: "small quiet" }),
    text(right, 17, "number of bumps →", { ...END, class: "small quiet" }), handle, ofBound, ofError);
  return [drawing, ({ heights, bumps, steepness }, { slope, bound, error }) => {
    const points = (of) => on.points(COUNTS.map((count) => [Math.log2(count), level(of(count))]));
    put(bounds, { points: points((count) => slope / (2 * count)) });
    put(errors, { points: points((count) => largestError(heights, count, steepness).error) });
    const x = on.toX(Math.log2(bumps)), [high, low] = [bound, error].map((one) => on.toY(level(one)));
    put(handle, { transform: `translate(${tidy(x)} 0)`, "aria-valuenow": bumps, "aria-valuemin": limits.bumps[0],
      "aria-valuemax": limits.bumps[1], "aria-valuetext": counted(bumps, "bump") });
    put(atBound, { cy: tidy(high) });
    put(atError, { cy: tidy(low) });
    const beside = (after, more) => ({ x: after ? x + 13 : x - 13, "text-anchor": after ? "start" : "end", ...more });
    write(ofBound, `bound ${precise(bound)}`);
    write(ofError, `error ${precise(error)}`);
    const upper = Math.min(high, low), lower = Math.max(high, low);
    const after = bumps < 12;  // the curves fall: upper right and lower left of a point is room
    put(high <= low ? ofBound : ofError, beside(after, { y: after ? upper - 8 : Math.max(upper - 12, top + 16) }));
    put(high <= low ? ofError : ofBound, beside(bumps < 3, { y: lower + (bumps < 3 ? 46 : 27) }));
  }];
}
