// The right half of the double-descent figure: errors and the norm of the weights over the degrees of freedom.

const ERRORS = { left: 546, top: 30, width: 382, height: 196 }, NORMS = { ...ERRORS, top: 274, height: 86 };
const NORM_POWERS = { "natural splines": [-1, 2], "truncated powers": [-1, 6], cosines: [-1, 5] };
const ERROR_POWERS = [-3, 3], WIDTH_TICKS = [2, 10, 20, 30, 40, 50, 60];
const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const decade = (value) => Math.log10(Math.max(value, 1e-30));
const tenTo = (power) => power ? `10${power < 0 ? "⁻" : ""}${DIGITS[Math.abs(power)]}` : "1";
/** A number as short as it can be said to three digits. */
const brief = (value) => {
  if (value < 1e-9) return "0";
  return minus(value < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(0).replace("e+", "e"));
};
const lineOf = (lane, more = {}) => svg("polyline", { fill: "none", "stroke-width": 2.6, "stroke-linejoin": "round",
  style: `stroke: var(--lane${lane})`, ...more });

/** Axes with powers of ten upward and the degrees of freedom to the right; `named` is what they show. */
function logarithmic(box, [low, high], named, ticks) {
  const on = axes({ ...box, x: [0, MOST], y: [low, high], xTicks: WIDTH_TICKS, yTicks: [], xNumbers: ticks });
  const right = box.left + box.width, powers = upTo(high - low + 1).map((k) => low + k);
  put(on.node, { class: "axes small" });
  const levels = powers.filter((power) => (power - low) % (high - low > 4 ? 2 : 1) === 0);
  const node = svg("g", {}, on.node, svg("g", { class: "axes small", "aria-hidden": "true" },
    ...levels.flatMap((power) => [
      svg("line", { x1: box.left, x2: right, y1: on.toY(power), y2: on.toY(power) }),
      text(box.left - 7, on.toY(power) + 6, tenTo(power), END)])),
  text(box.left - 34, box.top - 11, named, { style: "font-size: 17px" }), on.inside);
  return { on, node, range: [low, high] };
}

const SERIES = {  // by what is chosen: the numbers, the name at the curve's end, the lane, the dash
  "training and test": [["train", "training", 0, ""], ["test", "test", 1, ""], ["median", "median", 3, "3 5"]],
  "bias and variance": [["bias", "bias²", 0, ""], ["variance", "variance", 1, ""], ["median", "median", 3, "3 5"]],
};

/** The curves of a panel, each with a name and a mark at the shown number. Returns their nodes and what draws them. */
function buildCurves({ on, range: [low, high] }, count) {
  const parts = upTo(count).map(() => ({ line: lineOf(0), mark: svg("circle", { r: 6.5, "stroke-width": 2 }),
    name: text(0, 0, "", { style: "font-weight: 600; font-size: 16px", class: "halo" }) }));
  on.inside.append(...parts.map(({ line }) => line));
  const above = svg("g", {}, ...parts.flatMap(({ mark, name }) => [mark, name]));
  const height = (value) => tidy(on.toY(clamp(decade(value), low - 1, high + 1)), 1);
  return [above, (df, series) => {
    const ends = series.map(([values]) => clamp(height(values.at(-1)), on.edges.top + 6, on.edges.bottom - 2));
    const heights = apart(ends, 17, on.edges.top + 8, on.edges.bottom + 2);
    series.forEach(([values, name, lane, dash], k) => {
      const { line, mark, name: label } = parts[k], color = `var(--lane${lane})`, value = values[df - LEAST];
      put(line, { points: values.map((one, j) => `${tidy(on.toX(LEAST + j), 1)},${height(one)}`).join(" "),
        "stroke-dasharray": dash, "stroke-width": dash ? 2.2 : 2.8, style: `stroke: ${color}` });
      put(mark, { cx: tidy(on.toX(df), 1), cy: clamp(height(value), on.edges.top, on.edges.bottom),
        style: `fill: ${color}; stroke: var(--ground)` });
      write(label, name);
      put(label, { x: on.toX(MOST) + 6, y: heights[k] + 5,
        style: `fill: ${color}; font-weight: 600; font-size: 16px` });
    });
  }];
}

/** The chosen degrees of freedom: a line through both panels, to drag. Returns its handle and what draws it. */
function buildChosen({ set, begin, state }, on) {
  const line = svg("line", { x1: 0, x2: 0, y1: ERRORS.top, y2: NORMS.top + NORMS.height, "stroke-width": 2,
    style: "stroke: var(--ink)" });
  const y = ERRORS.top + ERRORS.height + 24;
  const handle = svg("g", {}, line, svg("circle", { r: 20, cy: y, class: "ring" }),
    svg("circle", { r: 15, cy: y, class: "knob" }),
    svg("path", { d: `M-6 ${y - 5}L-11 ${y}L-6 ${y + 5}M6 ${y - 5}L11 ${y}L6 ${y + 5}`, class: "grip" }));
  const choose = (df) => set({ df: clamp(Math.round(df), LEAST, MOST) });
  draggable(handle, { name: "Degrees of freedom, in the chart", begin, to: (x) => choose(on.fromX(x)),
    by: (right, up) => choose(state().df + Math.sign(right + up) * (Math.abs(right + up) > 0.2 ? 5 : 1)) });
  return [handle, ({ df }) => {
    put(handle, { transform: `translate(${tidy(on.toX(df), 1)} 0)`, "aria-valuenow": df, "aria-valuemin": LEAST,
      "aria-valuemax": MOST, "aria-valuetext": `${df} degrees of freedom` });
  }];
}

/** The norm's panel, with a scale for every basis. Returns its node and what draws it. */
function buildNorms() {
  const node = svg("g"), named = text(0, NORMS.top - 11, "norm of the weights", { style: "font-size: 17px" });
  const panels = {};
  return [node, ({ basis, df }, { norm }) => {
    if (!panels[basis]) {
      const made = logarithmic(NORMS, NORM_POWERS[basis], "", true), [mark, draw] = buildCurves(made, 1);
      panels[basis] = { draw, nodes: [made.node, mark, named] };
    }
    if (node.firstChild !== panels[basis].nodes[0]) node.replaceChildren(...panels[basis].nodes);
    panels[basis].draw(df, [[norm, "norm", 2, ""]]);
    put(named, df > 31 ? { x: NORMS.left - 34, "text-anchor": "start" }  // beside the handle
      : { x: NORMS.left + NORMS.width, "text-anchor": "end" });
  }];
}

/** Both panels. Returns their nodes and what draws them. */
function buildCharts(stage) {
  const errors = logarithmic(ERRORS, ERROR_POWERS, "error", false), { on } = errors;
  const x = on.toX(COUNT), bottom = NORMS.top + NORMS.height, right = ERRORS.left + ERRORS.width;
  const threshold = svg("line", { x1: x, x2: x, y1: ERRORS.top, y2: bottom, "stroke-width": 2,
    "stroke-dasharray": "7 5", style: "stroke: var(--edge)" });
  const [errorMarks, drawErrors] = buildCurves(errors, 3), [norms, drawNorms] = buildNorms();
  const [chosen, drawChosen] = buildChosen(stage, on);
  const small = (place, y, words, more) => text(place, y, words, { class: "small halo", ...more });
  return [[errors.node, norms, threshold, small(x - 6, ERRORS.top - 11, "20 points", END),
    small(right, ERRORS.top - 11, "dotted: 11 other draws", { ...END, style: "fill: var(--lane3)" }),
    text(right, bottom + 40, "degrees of freedom", END), chosen, errorMarks], (now, numbers) => {
    drawErrors(now.df, SERIES[now.curves].map(([part, ...look]) => [numbers[part], ...look]));
    drawNorms(now, numbers);
    drawChosen(now);
  }];
}
