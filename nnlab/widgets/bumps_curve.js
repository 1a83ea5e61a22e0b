// The left half of the bumps: the target with its corners to drag, the bumps, their sum, the largest error.

const BUMPS_STYLE = `
  .target { fill: none; stroke: var(--edge); stroke-width: 8; stroke-opacity: 0.5; stroke-linejoin: round; }
  .bump { fill: var(--lane1); fill-opacity: 0.13; stroke: var(--lane1); stroke-width: 1.6; }
  .bump:hover { fill-opacity: 0.4; stroke-width: 3; }
  .sum { fill: none; stroke: var(--lane0); stroke-width: 3.5; stroke-linejoin: round; }
  .gap { stroke: var(--lane3); stroke-width: 4; }
  .bound { fill: none; stroke: var(--lane1); stroke-width: 3; stroke-dasharray: 9 6; }
  .figure svg .label { font-weight: 600; transition: transform 200ms ease; }
  .figure .steer .field { flex-wrap: nowrap; }
  .figure .steer .field span { display: inline; }
  .figure .axes text, .figure svg .small { font-size: 17px; }
  @media (prefers-reduced-motion: reduce) { .figure svg .label { transition: none; } }`;

/** The label `words` in the color `lane`, beside a curve. */
const curveLabel = (words, lane) =>
  text(0, 0, words, { ...MIDDLE, class: "halo label", style: `font-size: 18px; fill: var(--${lane})` });

/**
 * Of the `places` of a label of the width `wide` the best: inside the `edges`, far from all `curves` (functions from x
 * in the drawing to y in it), at little cost. A place has the label's middle x, its base line y, and a cost.
 */
function freest(places, curves, wide, { left, right, top, bottom }) {
  const scored = places.map((place) => {
    const { x, y, cost } = place, along = steps(x - wide / 2, x + wide / 2, 8);
    const rooms = curves.flatMap((curve) => along.map((at) => Math.abs(curve(at) - y + 6)));
    const inside = x - wide / 2 > left && x + wide / 2 < right && y - 16 > top && y + 6 < bottom;
    return { ...place, score: (inside ? 0 : -1000) + Math.min(40, ...rooms) - cost };
  });
  return scored.reduce((best, one) => one.score > best.score + 1e-9 ? one : best);
}

/** Places above and below the curve `of` for a label of the width `wide`. */
const alongside = (of, wide, { left, right }) => steps(left + wide / 2 + 4, right - wide / 2 - 4, 30).flatMap((x) => {
  const own = steps(x - wide / 2, x + wide / 2, 6).map(of);
  return [Math.min(...own) - 13, Math.max(...own) + 26].map((y) => ({ x, y, cost: 0.6 * Math.abs(of(x) - y + 6) }));
});

/** A curve that only what comes near the middle (x, y) of something `wide` wide meets. */
const around = (x, y, wide) => (at) => Math.abs(at - x) < wide / 2 + 16 ? y : 1e4;

/** The target, which can be dragged at its corners, the bumps and their sum. Returns the panel and what draws it. */
function buildCurve({ set, begin, state }) {
  const edges = { left: 40, right: 508, top: 14, bottom: 374 };
  const on = axes({ left: 40, top: 26, width: 468, height: 348, x: [0, 1], y: [-1.1, 1.1],
    xTicks: steps(0, 1, 5), yTicks: [-1, 0, 1] });
  put(on.node, { class: "axes small" });
  const curve = (kind) => svg("polyline", { class: kind });
  const [wanted, sum] = [curve("target"), curve("sum")], single = svg("g"), gap = svg("line", { class: "gap" });
  on.inside.append(wanted, single, sum);
  const leader = svg("line", { "stroke-width": 1.5, style: "stroke: var(--lane3)" });
  const labels = { target: curveLabel("target", "gray"), sum: curveLabel("sum of the bumps", "lane0"),
    gap: curveLabel("", "lane3"), bump: curveLabel("", "lane1") };
  const drawing = panel({ width: 520, height: 404, label: "Target, bumps and their sum" }, on.node, on.inside, gap,
    leader, ...Object.values(labels));
  const change = (k, value) =>
    set({ heights: state().heights.map((one, j) => j === k ? tidy(clamp(value, -1, 1)) : one) });
  const handles = defaults.heights.map((_, k) => {
    const node = svg("g", {}, svg("circle", { r: 20, class: "ring" }), svg("circle", { r: 11, class: "knob" }),
      svg("path", { d: "M0 -6V6M-3 -3L0 -6L3 -3M-3 3L0 6L3 3", class: "grip" }));
    draggable(node, { name: `Height ${k + 1} of the target`, begin,
      to: (x, y) => change(k, on.fromY(y)), by: (right, up) => change(k, state().heights[k] + up + right) });
    drawing.append(node);
    return node;
  });
  const move = (node, x, y) => { node.style.transform = `translate(${tidy(x, 1)}px, ${tidy(y, 1)}px)`; };

  /** Each label beside what it names. */
  const drawLabels = ({ heights, steepness }, { pairs: all, error, at }) => {
    const goal = (x) => on.toY(target(heights, on.fromX(x)));
    const total = (x) => on.toY(summed(on.fromX(x), all, steepness));
    const knobs = heights.map((height, k) => around(on.toX(k / (heights.length - 1)), on.toY(height), 24));
    const x = on.toX(at), middle = (goal(x) + total(x)) / 2 + 6;
    const nearby = [0, -26, 26, -52, 52, -90, 90, -130, 130].flatMap((down) => [1, -1].map((side) =>
      ({ x: x + side * 108, y: middle + down, cost: 0.2 * Math.abs(down) })));
    const worst = freest(nearby, [goal, total, ...knobs], 196, edges);
    const one = all.reduce((best, each) => Math.abs(each.height) > Math.abs(best.height) ? each : best);
    const bumped = [on.toX((one.from + one.to) / 2), on.toY(one.height / 2) + 6];
    const taken = [around(worst.x, worst.y - 6, 196), around(bumped[0], bumped[1] - 6, 50)];
    const named = freest(alongside(goal, 60, edges), [total, ...taken, ...knobs], 60, edges);
    taken.push(around(named.x, named.y - 6, 60));
    const summing = freest(alongside(total, 158, edges), [goal, ...taken, ...knobs], 158, edges);
    write(labels.gap, `largest error ${precise(error)}`);
    write(labels.bump, all.length > 8 ? "" : "bump");
    move(labels.bump, ...bumped);
    move(labels.gap, worst.x, worst.y);
    put(leader, { x1: x, y1: middle - 6, x2: clamp(x, worst.x - 92, worst.x + 92),
      y2: worst.y + (worst.y > middle ? -18 : 6), visibility: worst.y === middle ? "hidden" : "visible" });
    move(labels.target, named.x, named.y);
    move(labels.sum, summing.x, summing.y);
  };
  return [drawing, (now, numbers) => {
    const { heights, steepness } = now, { pairs: all, at } = numbers;
    const corners = heights.map((height, k) => [k / (heights.length - 1), height]);
    put(wanted, { points: on.points(corners) });
    single.replaceChildren(...all.map((one, k) => {
      const beyond = Math.max(0.04, 7 / steepness), ends = [one.from - beyond, one.to + beyond];
      const points = [[ends[0], 0], ...steps(...ends, 48).map((x) => [x, bump(x, one, steepness)]), [ends[1], 0]];
      const words = `bump ${k + 1} from ${shown(one.from)} to ${shown(one.to)}: ${shown(one.height)} · (σ(${steepness}`
        + `(x − ${shown(one.from)})) − σ(${steepness}(x − ${shown(one.to)})))`;
      return svg("polyline", { class: "bump", points: on.points(points) }, svg("title", {}, words));
    }));
    put(sum, { points: on.points(GRID.map((x) => [x, summed(x, all, steepness)])) });
    const x = on.toX(at);
    put(gap, { x1: x, x2: x, y1: on.toY(target(heights, at)), y2: on.toY(summed(at, all, steepness)) });
    corners.forEach(([place, height], k) => put(handles[k], {
      transform: `translate(${tidy(on.toX(place), 1)} ${tidy(on.toY(height), 1)})`,
      "aria-valuenow": height, "aria-valuemin": -1, "aria-valuemax": 1, "aria-valuetext": `height ${shown(height)}`,
    }));
    drawLabels(now, numbers);
  }];
}
