// The drawing of the two losses: each over the weight with its ball, tangent and next step; the outputs over the steps.

const HILLS = { left: 46, width: 422, height: 136, x: [-8, 8], xTicks: steps(-8, 8, 8) };
const OUTPUTS = { left: 536, top: 30, width: 366, height: 326 };
const WORD = "font-size: 17px";

/** One loss over the weight, with its ball. `k` is its place; returns its nodes and what draws it. */
function buildHill({ set, begin, state }, k, on) {
  const { name, lane, of, formula } = LOSSES[k], color = `var(--${lane})`, { top } = on.edges;
  const curve = svg("path", { fill: "none", style: `stroke: ${color}`, "stroke-width": 3.5 }), trail = svg("path", {
    fill: "none", style: `stroke: ${color}`, "stroke-width": 7, "stroke-linecap": "round", opacity: 0.55 });
  const tangent = svg("line", { style: "stroke: var(--ink)", "stroke-width": 2.5, "stroke-dasharray": "6 4" });
  const arrow = svg("path", { fill: "none", style: "stroke: var(--ink)", "stroke-width": 3 });
  const words = text(0, 0, "", { ...BOLD, class: "halo", style: WORD });
  const ball = svg("g", {}, svg("circle", { r: 22, class: "ring" }), svg("circle", { r: 13, class: "knob",
    style: `fill: ${color}; stroke: var(--ground)` }), svg("path", { d: "M-4 -3.5L-8 0L-4 3.5M4 -3.5L8 0L4 3.5",
    class: "grip", style: "stroke: var(--on)" }));
  const restart = (w) => set({ start: tidy(clamp(w, ...limits.start)), step: 0 });
  draggable(ball, { name: `Ball on the ${name}`, begin, to: (x) => restart(on.fromX(x)),
    by: (right, up) => restart(lossNumbers(state()).balls[k].w + right + up) });
  explain(ball, `The weight that is trained by ${name}. Drag it: both begin at another weight.`);
  put(on.node, { class: "axes small" });
  on.inside.append(curve, trail, tangent);
  const heading = svg("g", {}, text(HILLS.left, top - 10, name, { ...BOLD, style: `fill: ${color}; font-size: 18px` }),
    text(HILLS.left + 150, top - 10, formula, { class: "small quiet" }));

  /** The path of an arrow above the ball, to where the next step leads. */
  const arrowTo = (x, [cx, cy]) => {
    if (Math.abs(x - cx) < 6) return "";
    const y = cy - 21, back = -Math.sign(x - cx) * Math.min(8, Math.abs(x - cx));
    return `M${tidy(cx)} ${y}H${tidy(x)}M${tidy(x + back)} ${y - 6}L${tidy(x)} ${y}L${tidy(x + back)} ${y + 6}`;
  };
  /** The weights of the trail that do not lie on each other, and every tenth. */
  const sparse = (weights) => weights.filter((w, j) => j % 10 === 0 || Math.abs(w - weights[j - 1]) > 0.02);
  let drawn = null;
  return [[on.node, heading, on.inside, arrow, words, ball], (rate, y, numbers, part) => {
    const { weights, w, output, loss, gradient } = numbers;
    if (drawn !== y) put(curve, { d: pathOf(on, steps(-8, 8, 160).map((at) => [at, of(at, y)])) });
    drawn = y;
    put(trail, { d: sparse(weights.slice(0, -1)).map((old) => `M${on.points([[old, of(old, y)]])}h0`).join("") });
    const next = clamp(w - rate * gradient, -8, 8), here = w + part * (next - w), run = 1.5;
    const at = [here, part ? of(here, y) : loss], slope = part ? LOSSES[k].gradient(here, y) : gradient;
    const place = [tidy(on.toX(at[0])), tidy(on.toY(at[1]))];
    put(ball, {
      transform: `translate(${place.join(" ")})`,
      "aria-valuenow": tidy(w, 4), "aria-valuemin": -8, "aria-valuemax": 8,
      "aria-valuetext": `weight ${shown(w)}, output ${shown(output, 4)}, loss ${shown(loss, 4)}, `
        + `gradient ${shown(gradient, 4)}`,
    });
    put(tangent, { x1: tidy(on.toX(at[0] - run)), x2: tidy(on.toX(at[0] + run)),
      y1: tidy(on.toY(at[1] - run * slope)), y2: tidy(on.toY(at[1] + run * slope)) });
    const target = part ? clamp(here - rate * slope, -8, 8) : next;
    put(arrow, { d: arrowTo(on.toX(target), place) });
    write(words, `gradient ${precise(slope)}`);
    const lift = Math.abs(on.toX(target) - place[0]) < 6 ? 22 : 33, way = slope > 0 ? -1 : 1;
    put(words, place[1] - lift - 14 > top - 8  // above ball and arrow, else beside the ball, above the curve
      ? { x: clamp(place[0], HILLS.left + 84, HILLS.left + HILLS.width - 84), y: place[1] - lift, ...MIDDLE }
      : { x: place[0] + 22 * way, y: place[1] + 6, "text-anchor": way < 0 ? "end" : "start" });
  }];
}

/** Both losses over the same weight, a ball on each. Returns the panel and what draws it. */
function buildHills(stage) {
  const squared = { ...HILLS, top: 30, y: [-0.05, 0.68], yTicks: [0, 0.2, 0.4, 0.6], xNumbers: false };
  const entropy = { ...HILLS, top: 216, y: [-0.6, 9], yTicks: [0, 2, 4, 6, 8] };
  const hills = [squared, entropy].map((one, k) => buildHill(stage, k, axes(one)));
  const drawing = panel({ width: 480, height: 400, label: "The two losses over the weight" },
    ...hills.flatMap(([nodes]) => nodes),
    text(HILLS.left + HILLS.width, 392, "weight w", { ...END, style: WORD }));
  return [drawing, ({ rate }, { y, balls }, part) => balls.forEach((ball, k) => hills[k][1](rate, y, ball, part))];
}

/** The outputs against the steps. Returns the panel and what draws it. */
function buildOutputs() {
  const graph = svg("g", { "aria-hidden": "true" }), frame = svg("g"), right = OUTPUTS.left + OUTPUTS.width;
  const aim = svg("path", { fill: "none", style: "stroke: var(--lane2)", "stroke-width": 2.5,
    "stroke-dasharray": "8 5" });
  const aimed = text(right, 0, "", { ...END, ...BOLD, class: "halo", style: `fill: var(--lane2); ${WORD}` });
  const parts = LOSSES.map(({ lane }) => ({
    line: svg("polyline", { fill: "none", style: `stroke: var(--${lane})`, "stroke-width": 3.5 }),
    dot: svg("circle", { r: 8, style: `fill: var(--${lane}); stroke: var(--ground)`, "stroke-width": 2 }),
    name: text(0, 0, "", { ...BOLD, class: "halo", style: `fill: var(--${lane}); ${WORD}` }) }));
  graph.append(frame, aim, aimed, ...parts.flatMap(({ line, dot, name }) => [line, dot, name]));
  const drawing = panel({ left: 480, width: 440, height: 400, label: "Output against steps" }, graph,
    text(OUTPUTS.left - 40, OUTPUTS.top - 11, "output a = σ(w)", { style: WORD }),
    text(right, 398, "steps", { ...END, style: WORD }));
  let scale = null, on = null;
  return [drawing, ({ step, rate }, { y, balls }, part) => {
    const far = [40, 160, 560].find((end) => step <= 0.55 * end);  // the names stand to the right of the curves' ends
    if (scale !== far) {
      on = axes({ ...OUTPUTS, x: [0, far], y: [-0.04, 1.04], xTicks: steps(0, far, 4),
        yTicks: [0, 0.2, 0.4, 0.6, 0.8, 1] });
      put(on.node, { class: "axes small" });
      frame.replaceChildren(on.node);
      scale = far;
    }
    const goal = on.toY(y), { top, bottom } = on.edges;
    put(aim, { d: `M${OUTPUTS.left} ${tidy(goal)}H${right}` });
    write(aimed, `target y = ${y}`);
    put(aimed, { y: tidy(goal) - 9 });
    const heads = balls.map(({ w, gradient }) => sigmoid(w - part * rate * gradient)), ends = heads.map(on.toY);
    const first = ends[0] <= ends[1] ? 0 : 1, [high, low] = y ? [goal + 12, bottom - 6] : [top + 12, goal - 34];
    const upper = clamp(ends[first], high, low - 23), lower = clamp(ends[1 - first], upper + 23, low);
    balls.forEach(({ weights }, k) => {
      const { line, dot, name } = parts[k], x = tidy(on.toX(step + part));
      put(line, { points: on.points([...weights.map((w, t) => [t, sigmoid(w)]), [step + part, heads[k]]]) });
      put(dot, { cx: x, cy: tidy(ends[k]) });
      write(name, `${LOSSES[k].name} ${shown(heads[k])}`);
      put(name, { x: x + 15, y: tidy((k === first ? upper : lower) + 6) });
    });
  }];
}
