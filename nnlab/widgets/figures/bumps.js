// Any curve from bumps: pairs of sigmoid units, one up and one down, as high as the curve is in the middle of the pair.

const GRID = steps(0, 1, 400), COUNTS = [1, 2, 4, 8, 15, 30, 60];

/** The target at `x` in [0, 1]: straight lines between the heights. */
function target(heights, x) {
  const place = clamp(x, 0, 1) * (heights.length - 1), k = Math.min(heights.length - 2, Math.floor(place));
  return heights[k] + (place - k) * (heights[k + 1] - heights[k]);
}

/** The bumps: from where to where, and how high. */
const pairs = (heights, bumps) => upTo(bumps).map((k) =>
  ({ from: k / bumps, to: (k + 1) / bumps, height: target(heights, (k + 0.5) / bumps) }));
const bump = (x, { from, to, height }, steepness) =>
  height * (sigmoid(steepness * (x - from)) - sigmoid(steepness * (x - to)));
const summed = (x, all, steepness) => all.reduce((sum, one) => sum + bump(x, one, steepness), 0);

/** The largest distance between the target and the sum of the bumps, away from both ends, on a grid. */
function largestError(heights, bumps, steepness) {
  const all = pairs(heights, bumps), inner = GRID.filter((x) => x >= 0.02 && x <= 0.98);
  return Math.max(...inner.map((x) => Math.abs(target(heights, x) - summed(x, all, steepness))));
}

/**
 * Bumps, their largest error, and its bound in the limit of steep sigmoids: half a bump's width times the steepest
 * slope of the target.
 */
function bumpNumbers({ heights, bumps, steepness }) {
  const rises = heights.slice(1).map((one, k) => Math.abs(one - heights[k]));
  const slope = Math.max(...rises) * (heights.length - 1);
  return {
    pairs: pairs(heights, bumps), units: 2 * bumps, slope, bound: slope / (2 * bumps),
    error: largestError(heights, bumps, steepness),
  };
}

/** The target, which can be dragged at its corners, the bumps and their sum. Returns the panel and what draws it. */
function buildCurve({ set, begin, state }) {
  const on = axes({ left: 50, top: 36, width: 520, height: 330, x: [0, 1], y: [-1.1, 1.1], xName: "x",
    xTicks: steps(0, 1, 5), yTicks: [-1, 0, 1] });
  const curve = (look) => svg("polyline", { fill: "none", ...look });
  const wanted = curve({ stroke: GRAY, "stroke-width": 7, "stroke-opacity": 0.45, "stroke-linejoin": "round" });
  const single = svg("g"), sum = curve({ stroke: BLUE, "stroke-width": 3 });
  on.inside.append(wanted, single, sum);
  const drawing = panel({ width: 600, height: 420, label: "Target, bumps and their sum" }, on.node, on.inside,
    text(570, 26, "their sum", { ...END, ...BOLD, style: `fill: ${BLUE}` }),
    text(300, 26, "bumps", { ...MIDDLE, style: `fill: ${ORANGE}` }),
    text(110, 26, "target", { ...BOLD, style: `fill: ${GRAY}` }));
  const change = (k, value) =>
    set({ heights: state().heights.map((one, j) => j === k ? tidy(clamp(value, -1, 1)) : one) });
  const handles = defaults.heights.map((_, k) => {
    const node = svg("g", {}, svg("circle", { r: 22, fill: "transparent", class: "ring" }),
      svg("circle", { r: 9, fill: GRAY, stroke: "white", "stroke-width": 2 }));
    draggable(node, { name: `Height ${k + 1} of the target`, begin,
      to: (x, y) => change(k, on.fromY(y)), by: (right, up) => change(k, state().heights[k] + up + right) });
    drawing.append(node);
    return node;
  });
  return [drawing, ({ heights, steepness }, { pairs: all }) => {
    const corners = heights.map((height, k) => [k / (heights.length - 1), height]);
    put(wanted, { points: on.points(corners) });
    single.replaceChildren(...all.map((one) => curve({ stroke: ORANGE, "stroke-width": 1.4,
      points: on.points(steps(one.from - 0.04, one.to + 0.04, 40).map((x) => [x, bump(x, one, steepness)])) })));
    put(sum, { points: on.points(GRID.map((x) => [x, summed(x, all, steepness)])) });
    corners.forEach(([x, height], k) => put(handles[k], {
      transform: `translate(${on.toX(x)} ${on.toY(height)})`,
      "aria-valuenow": height, "aria-valuemin": -1, "aria-valuemax": 1, "aria-valuetext": `height ${shown(height)}`,
    }));
  }];
}

/** The largest error and its bound against the number of bumps, both on logarithmic scales. */
function buildErrors() {
  const graph = svg("g", { "aria-hidden": "true" }), label = "Largest error against the number of bumps";
  const drawing = panel({ left: 600, width: 380, height: 420, label }, graph);
  const level = (value) => Math.log2(Math.max(value, 2 ** -7));
  return [drawing, ({ heights, bumps, steepness }, { slope, error }) => {
    const on = axes({ left: 670, top: 36, width: 290, height: 330, x: [0, 6], y: [-7, 2], xName: "bumps",
      xTicks: [], yTicks: [] });
    for (const count of [1, 4, 15, 60]) on.node.append(text(on.toX(Math.log2(count)), 386, count, MIDDLE));
    for (const value of [2, 0.5, 0.1, 0.01]) {
      const y = on.toY(level(value));
      on.node.append(text(662, y + 6, value, END), svg("line", { x1: 670, x2: 960, y1: y, y2: y, stroke: PALE }));
    }
    const curve = (of, stroke, more = {}) => svg("polyline", { fill: "none", stroke, "stroke-width": 3, ...more,
      points: on.points(COUNTS.map((count) => [Math.log2(count), level(of(count))])) });
    on.inside.append(curve((count) => slope / (2 * count), ORANGE, { "stroke-dasharray": "7 5" }),
      curve((count) => largestError(heights, count, steepness), BLUE));
    const here = { cx: on.toX(Math.log2(bumps)), cy: on.toY(level(error)), r: 8, fill: BLUE, stroke: "white" };
    graph.replaceChildren(on.node, on.inside, svg("circle", here),
      text(960, 60, "bound: slope / (2 · bumps)", { ...END, ...HALO, style: `fill: ${ORANGE}` }),
      text(680, 350, "largest error", { ...HALO, style: `fill: ${BLUE}` }));
  }];
}

function buildBumps(stage) {
  const { root, says, set, begin, tell } = stage;
  const [curve, drawCurve] = buildCurve(stage), [errors, drawErrors] = buildErrors();
  const sliders = ["bumps", "steepness"].map((name) => {
    const [low, high] = limits[name];
    return slider({ name, low, high, step: 1, digits: 0, begin, tell, change: (value) => set({ [name]: value }) });
  });
  root.append(html("div", { class: "panels" }, curve, errors),
    html("div", { class: "row" }, ...sliders.map((one) => one.node)));
  return (now, numbers) => {
    drawCurve(now, numbers);
    drawErrors(now, numbers);
    [now.bumps, now.steepness].forEach((value, k) => sliders[k].show(value));
    says.textContent = `${counted(now.bumps, "bump")}, ${numbers.units} sigmoid units: largest error `
      + `${shown(numbers.error, 4)} between 0.02 and 0.98. In the limit of steep sigmoids its bound is `
      + `${shown(numbers.bound, 4)}.`;
  };
}

const torchBumps = ({ heights, bumps, steepness }) => `import torch

heights = torch.tensor([${heights.join(", ")}], dtype=torch.float64)

def target(x):
    place = x.clamp(0, 1) * ${heights.length - 1}
    k = place.floor().long().clamp(max=${heights.length - 2})
    return heights[k] + (place - k) * (heights[k + 1] - heights[k])

n, steepness = ${bumps}, ${steepness}
edges = torch.arange(n + 1, dtype=torch.float64) / n
top = target((edges[1:] + edges[:-1]) / 2)
x = torch.linspace(0, 1, 401, dtype=torch.float64)
x = x[(x >= 0.02) & (x <= 0.98)]
up, down = (torch.sigmoid(steepness * (x[:, None] - side)) for side in (edges[:-1], edges[1:]))  # 2 n hidden units
total = (up - down) @ top
print("units:", 2 * n, f"largest error: {(total - target(x)).abs().max():.4f}")`;

export default figure({ title: "Any curve from bumps", rules, numbers: bumpNumbers,
  build: buildBumps, torch: torchBumps });
