// The right half of the race: losses with their names, learning rates to drag, the factors of gradient descent.

const LANES = upTo(4), NUMERALS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const MARKS = ["M-8 0A8 8 0 1 0 8 0A8 8 0 1 0 -8 0Z", "M-7.5 -7.5H7.5V7.5H-7.5Z", "M0 -10.5L10.5 0L0 10.5L-10.5 0Z",
  "M0 -10L10 7.5H-10Z"];
const PLOT = { left: 545, top: 30, width: 245, height: 186 };
const RAIL = { left: 545, top: 282, low: -4, high: 1 }, RAIL_HEIGHT = 104;

const laneColor = (k) => `var(--lane${k})`;
/** The mark of racer number `k`: its own color and its own shape. */
const laneMark = (k, more = {}) => svg("path", { d: MARKS[k], "stroke-width": 2,
  style: `fill: ${laneColor(k)}; stroke: var(--ground)`, ...more });
const laneLine = (k, more = {}) => svg("polyline", { fill: "none", "stroke-width": 2.6, "stroke-linejoin": "round",
  style: `stroke: ${laneColor(k)}`, ...more });
const tenTo = (power) => `10${power < 0 ? "⁻" : ""}${[...String(Math.abs(power))].map((n) => NUMERALS[n]).join("")}`;
const decade = (value) => Math.log10(Math.max(value, 1e-30));
/** A number as short as it can be said to three digits: 0.0392, 12, 1.3e-8. */
const brief = (value) => minus(String(Number(value.toPrecision(3))));
const significant = (value, digits) => Number(value.toPrecision(digits));

/** What a handle on a logarithmic scale tells screen readers: powers of ten. */
const logarithm = (value, [low, high]) => ({ "aria-valuenow": tidy(decade(value)),
  "aria-valuemin": tidy(decade(low)), "aria-valuemax": tidy(decade(high)) });

/** Where a racer is in the drawing after `at` steps and `part` of the next; it stops at the last of its `places`. */
function headOf(places, at, part) {
  const k = Math.min(at, places.length - 1), [x, y] = places[k], [u, v] = places[k + 1] || places[k];
  return [x + part * (u - x), y + part * (v - y)];
}

/** Whole decades from the lowest to the highest loss that the chart shows. */
function decadesOf(racers, target) {
  const first = racers[0].losses[0], all = racers.flatMap(({ losses }) => losses);
  const high = Math.max(first, target, ...all.filter((loss) => loss < 1000 * first));
  const low = Math.min(target / 2, Math.max(Math.min(...all), 3e-7 * first));
  return [Math.floor(decade(low)), Math.max(Math.ceil(decade(high)), Math.floor(decade(low)) + 1)];
}

/** The goal: a line at the loss to reach, which can be dragged. Returns its handle and what draws it. */
function buildGoal({ set, begin, state }, chart) {
  const right = PLOT.left + PLOT.width;
  const line = svg("line", { x1: PLOT.left - right, x2: 0, y1: 0, y2: 0, "stroke-width": 2, "stroke-dasharray": "7 5",
    style: "stroke: var(--ink)" });
  const said = text(PLOT.left - right + 6, -7, "", { class: "small halo" });
  const handle = svg("g", {}, line, said, svg("circle", { r: 15, cx: -14, class: "ring" }),
    svg("circle", { r: 10, cx: -14, class: "knob" }), svg("path", { d: "M-18 -2L-14 -6L-10 -2M-18 2L-14 6L-10 2",
      class: "grip" }));
  const aim = (power) => set({ target: significant(clamp(10 ** power, ...limits.target), 1) });
  draggable(handle, { name: "Goal: the loss to reach", begin, to: (_, y) => aim(chart.on.fromY(y)),
    by: (across, up) => aim(decade(state().target) + 4 * (across + up)) });
  return [handle, ({ target }) => {
    write(said, `goal ${brief(target)}`);
    put(handle, { transform: `translate(${right} ${chart.on.toY(decade(target))})`, ...logarithm(target, limits.target),
      "aria-valuetext": brief(target) });
  }];
}

/** Losses over the steps, a label at the end of each. Returns its nodes and what draws it. */
function buildLosses(stage) {
  const frame = svg("g"), chart = {}, right = PLOT.left + PLOT.width;
  const parts = LANES.map((k) => ({
    curve: laneLine(k), head: laneMark(k),
    leader: svg("line", { x2: right + 10, "stroke-width": 1.5, "stroke-dasharray": "2 4",
      style: `stroke: ${laneColor(k)}` }),
    name: text(right + 28, -2, "", { style: `fill: ${laneColor(k)}; font-weight: 600; font-size: 17px` }),
    note: text(right + 28, 17, "", { class: "small" }), mark: laneMark(k, { transform: `translate(${right + 16} -7)` }),
  }));
  const labels = parts.map(({ mark, name, note }) => svg("g", {}, mark, name, note));
  const inside = svg("g"), above = svg("g");
  const [goal, drawGoal] = buildGoal(stage, chart);
  const drawFrame = ([low, high], last) => {
    const stride = Math.ceil((high - low) / 5), powers = upTo(high - low + 1).map((k) => low + k);
    const across = [5, 10, 20, 25, 50, 100].find((gap) => last / gap <= 4) ?? 200;
    chart.on = axes({ ...PLOT, x: [0, last], y: [low, high], yTicks: [],
      xTicks: upTo(Math.floor(last / across) + 1).map((k) => k * across) });
    put(chart.on.node, { class: "axes small" });
    chart.on.inside.append(inside);
    frame.replaceChildren(chart.on.node, svg("g", { class: "axes small" },
      ...powers.filter((power) => (power - low) % stride === 0).flatMap((power) => {
        const y = chart.on.toY(power);
        return [svg("line", { x1: PLOT.left, x2: right, y1: y, y2: y }), text(PLOT.left - 7, y + 6, tenTo(power), END)];
      }), text(PLOT.left, PLOT.top - 11, "loss", { style: "font-size: 17px" }),
      text(PLOT.left - 14, PLOT.top + PLOT.height + 20, "step", END)), chart.on.inside);
  };
  let framed = "", drawn = null;
  const note = ({ reached, diverged, losses }, at) => {
    if (diverged !== null && at >= diverged) return `diverged at ${diverged}`;
    return reached !== null && at >= reached ? `goal at step ${reached}` : `loss ${brief(losses[at])}`;
  };
  return [[frame, goal, above],
    (now, { racers, names, at }, part) => {
      const range = decadesOf(racers, now.target), frameKey = `${range} ${now.steps}`;
      if (framed !== frameKey) drawFrame(range, now.steps);
      if (framed !== frameKey || drawn !== racers) {
        chart.places = racers.map(({ losses }) => losses.map((loss, step) =>
          [chart.on.toX(step), chart.on.toY(clamp(decade(loss), range[0] - 1, range[1] + 1))]));
        inside.replaceChildren(...racers.map((_, k) => parts[k].curve));
        above.replaceChildren(...racers.flatMap((_, k) => [parts[k].leader, parts[k].head, labels[k]]));
        chart.points = chart.places.map((all) => all.map(([x, y]) => `${tidy(x, 1)},${tidy(y, 1)}`));
      }
      [framed, drawn] = [frameKey, racers];
      drawGoal(now);
      const { top, bottom } = chart.on.edges, heads = chart.places.map((places) => headOf(places, at, part));
      const heights = apart(heads.map(([, y]) => clamp(y, top, bottom)), 40, top + 6, bottom - 2);
      racers.forEach((racer, k) => {
        const { curve, head, leader, name, note: told } = parts[k];
        const [x, y] = heads[k], seen = clamp(y, top, bottom);
        put(curve, { points: chart.points[k].slice(0, at + 1).join(" ") });
        put(head, { transform: `translate(${tidy(x)} ${tidy(seen)})` });
        put(leader, { x1: tidy(x + 12), y1: tidy(seen), y2: tidy(heights[k] - 7),
          display: x > right - 4 ? "none" : "inline" });
        put(labels[k], { transform: `translate(0 ${tidy(heights[k])})` });
        write(name, names[k]);
        write(told, note(racer, at));
      });
    }];
}
