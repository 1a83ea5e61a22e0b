// Double descent: 20 noisy points and their minimum-norm least-squares fit with as many functions as one likes; errors
// and the norm of the weights for every number of functions. What is computed stands in descent_run.js.

const PLANE = { left: 40, top: 30, width: 436, height: 330 };

/** Points to drag up and down. Returns their node and what draws them. */
function buildPoints({ set, begin, state }, on) {
  let values = [];
  const pull = (k, y) => {
    const { pulls } = state(), moved = tidy(clamp(y - values[k] + pulls[k], ...limits.pulls));
    set({ pulls: pulls.map((old, j) => j === k ? moved : old) });
  };
  const points = upTo(COUNT).map((k) => {
    const node = svg("g", {}, svg("circle", { r: 13, class: "ring" }),
      svg("circle", { r: 6.5, "stroke-width": 2, style: "fill: var(--lane0); stroke: var(--ground)" }));
    draggable(node, { name: `Point ${k + 1} of ${COUNT}`, begin, to: (_, y) => pull(k, on.fromY(y)),
      by: (right, up) => pull(k, values[k] + 2 * (right + up)) });
    return node;
  });
  return [svg("g", {}, ...points), ({ x, y }) => {
    values = y;
    points.forEach((node, k) => put(node, {
      transform: `translate(${tidy(on.toX(x[k]), 1)} ${tidy(on.toY(clamp(y[k], -3, 3)), 1)})`,
      "aria-valuenow": tidy(y[k]), "aria-valuemin": -9, "aria-valuemax": 9,
      "aria-valuetext": `x = ${shown(x[k])}, y = ${shown(y[k])}` }));
  }];
}

/** The plane with the true function and the fit. Returns its nodes and what draws them. */
function buildPlane(stage) {
  const on = axes({ ...PLANE, x: [-HALF, HALF], y: [-3, 3], xTicks: [-4, -2, 0, 2, 4], yTicks: [-2, 0, 2] });
  put(on.node, { class: "axes small" });
  const right = svg("polyline", { fill: "none", "stroke-width": 2.2, "stroke-dasharray": "7 5",
    style: "stroke: var(--gray)", points: on.points(FINE.map((x) => [x, truth(x)])) });
  const fit = lineOf(1, { "stroke-width": 3 });
  on.inside.append(right, fit);
  const small = (x, y, words, lane) => text(x, y, words, { class: "small halo", style: `fill: var(--${lane})` });
  const [points, drawPoints] = buildPoints(stage, on);
  const legend = svg("g", {}, small(PLANE.left + 8, PLANE.top + 20, "true function sin x", "gray"),
    small(PLANE.left + 8, PLANE.top + 41, "minimum-norm fit", "lane1"));
  const said = legend.lastChild;
  return [[on.node, on.inside, legend, points], (now, numbers) => {
    put(fit, { points: on.points(numbers.curve.map((y, k) => [FINE[k], y])) });
    const kind = now.df < COUNT ? "least-squares fit" : "minimum-norm fit";
    write(said, now.ridge ? "ridge fit" : kind);
    drawPoints(numbers);
  }];
}

/** The figure's sentence: the kind of fit, and its numbers. */
function sentence({ df, ridge, basis }, { train, test, norm }) {
  const k = df - LEAST, kind = ridge ? `Ridge regression, λ = ${plain(ridge)}` : df < COUNT ? "Least squares"
    : df === COUNT ? "The one interpolating fit" : "The interpolating fit of minimum norm";
  return `${kind}: ${df} degrees of freedom (${basis}), training error ${brief(train[k])}, `
    + `test error ${brief(test[k])}, norm ${brief(norm[k])}.`;
}

function buildDescent(stage) {
  const { root, says } = stage;
  const [plane, drawPlane] = buildPlane(stage), [charts, drawCharts] = buildCharts(stage);
  const [rows, settings, showControls] = buildDescentControls(stage);
  const left = panel({ width: 500, height: 410, label: "The points and the fit" }, ...plane);
  const right = panel({ left: 503, width: 498, height: 410, label: "Errors and norm" }, ...charts);
  root.append(html("div", { class: "panels" }, left, right), ...rows, ...settingsOf(...settings));
  return (now, numbers) => {
    drawPlane(now, numbers);
    drawCharts(now, numbers);
    showControls(now);
    write(says, sentence(now, numbers));
  };
}

export default figure({
  title: "Double descent", rules, numbers: descentNumbers, build: buildDescent, torch: torchDescent,
});
