// The right half of the neuron's figure: inputs, edges as thick as their weights, the sum, the activation's curve, the
// output; and the picks that choose the activation.

const WORD = "font-size: 17.5px";  // as small as words here may be: the panel is wide on a phone
const CURVE = { left: 690, top: 76, width: 152, height: 242 };

/** The activation's curve with the neuron's point on it. Returns its node and what draws it. */
function buildCurve() {
  const node = svg("g"), frame = svg("g"), bounds = CURVE.left + CURVE.width;
  const curve = svg("path", { fill: "none", style: "stroke: var(--ink)", "stroke-width": 3.2 });
  const drop = svg("path", { fill: "none", "stroke-width": 2.2, "stroke-dasharray": "5 4",
    style: "stroke: var(--lane2)" });
  const dot = svg("path", { d: "M0 -11L11 0L0 11L-11 0Z", "stroke-width": 2,
    style: "fill: var(--lane2); stroke: var(--ground)" });
  const onAxis = svg("circle", { r: 5, style: "fill: var(--lane2)" });
  const title = text(CURVE.left + CURVE.width / 2, CURVE.top - 14, "", { ...MIDDLE, style: WORD });
  const wire = svg("path", { d: "M0 0H13M13 0L5 -5.5M13 0L5 5.5", fill: "none", "stroke-width": 2.5,
    style: "stroke: var(--ink)" });
  const chip = svg("rect", { x: 17, y: -18, width: 59, height: 36, rx: 8, "stroke-width": 2 });
  const value = text(46.5, 6, "", { ...MIDDLE, ...BOLD, style: "font-size: 18px" });
  const out = svg("g", {}, wire, chip, value);
  node.append(frame, curve, drop, dot, onAxis, title, out);
  let drawn = null, on = null;
  return [node, ({ activation }, z, output) => {
    const { of, y: [low, high], ticks } = ACTIVATIONS[activation], far = Math.abs(z) > 6 ? 24 : 6;
    const scale = high > 2 ? far / 6 : 1, y = [low * scale, high * scale];
    if (drawn !== activation + far) {  // its axes are drawn anew when the activation changes, or z leaves them
      on = axes({ ...CURVE, x: [-far, far], y, xTicks: [-far, 0, far], yTicks: ticks.map((tick) => tick * scale) });
      put(on.node, { class: "axes", style: WORD });
      put(curve, { d: pathOf(on, steps(-far, far, 480).map((at) => [at, clamp(of(at), ...y)])) });
      frame.replaceChildren(on.node);
      write(title, `output φ(z): ${activation}`);
      drawn = activation + far;
    }
    const place = [on.toX(z), on.toY(clamp(output, ...y))].map((one) => tidy(one));
    put(dot, { transform: `translate(${place.join(" ")})` });
    put(onAxis, { transform: `translate(${place[0]} ${on.edges.bottom})` });
    put(drop, { d: `M${place[0]} ${on.edges.bottom}V${place[1]}H${bounds}` });
    put(out, { transform: `translate(${bounds} ${clamp(place[1], CURVE.top + 8, on.edges.bottom - 8)})` });
    put(chip, { style: `fill: ${colorOf(output)}; stroke: var(--ink)` });
    write(value, shown(output, Math.abs(output) < 9.995 ? 2 : 1));
  }];
}

/** Inputs, edges, sum, activation and output: the panel and what draws it. */
function buildCell() {
  const left = 380, middle = (x, y, words = "", more = {}) => text(x, y, words, { ...MIDDLE, ...more });
  const disc = (cx, cy, r, color, width = 2.5) => svg("circle", { cx, cy, r, "stroke-width": width,
    style: `fill: var(--ground); stroke: var(--${color})` });
  const inX = left + 44, sumX = left + 214, rows = [100, 200, 300];
  const inputs = rows.map((y) => middle(inX, y + 6, "", BOLD));
  const names = ["x₁", "x₂", "bias"].map((name, k) => middle(inX, rows[k] - 34, name, { style: WORD }));
  const edges = rows.map((y) => svg("path", { d: `M${inX + 26} ${y}L${sumX} 200`, fill: "none",
    "stroke-linecap": "round" }));
  const places = [[138, 118], [119, 190], [138, 296]];
  const weights = places.map(([x, y]) => middle(left + x, y, "", { class: "halo", style: WORD }));
  const total = middle(sumX, 212, "", { ...BOLD, style: "font-size: 21px" });
  const bridge = svg("path", { d: `M${sumX + 42} 200H${sumX + 54}l-10 -5.5m10 5.5l-10 5.5`, fill: "none",
    style: "stroke: var(--ink)", "stroke-width": 2.5 });
  const [curve, drawCurve] = buildCurve();
  const small = (x, y, words, more = {}) => text(x, y, words, { style: WORD, ...more });
  const legend = [classMark(true, left + 28, 15, 9), small(left + 43, 21, "went"),
    classMark(false, left + 106, 15, 9), small(left + 121, 21, "stayed at home"),
    svg("circle", { cx: left + 276, cy: 15, r: 10, fill: "none", style: "stroke: var(--ink)", "stroke-width": 2.5 }),
    small(left + 292, 21, "misclassified")];
  const went = svg("g", {}, classMark(true, 0, 0, 9), small(15, 6, "went"));
  const stayed = svg("g", {}, classMark(false, 0, 0, 9), small(15, 6, "stayed at home"));
  const predicted = svg("g", { transform: `translate(${CURVE.left - 84} 384)` },
    small(0, 6, "predicted class:"), ...[went, stayed]);
  for (const one of [went, stayed]) put(one, { transform: "translate(150 0)" });
  const drawing = panel({ left, width: 540, height: 400, label: "The neuron, and its activation" },
    svg("g", { "aria-hidden": "true" }, ...legend, ...edges, disc(inX, 100, 26, "lane2"), disc(inX, 200, 26, "lane2"),
      disc(inX, 300, 26, "edge"), disc(sumX, 200, 40, "ink", 3),
      middle(sumX, 186, "Σ", { class: "quiet", style: WORD }), middle(sumX, 266, "sum z", { style: WORD }),
      bridge, ...names, ...inputs, ...weights, total, curve,
      text(CURVE.left + CURVE.width / 2, CURVE.top + CURVE.height + 40, "z", MIDDLE), predicted));
  return [drawing, (now, { z, output }) => {
    const { weights: values, bias, probe } = now;
    [plain(probe[0]), plain(probe[1]), "1"].forEach((value, k) => write(inputs[k], value));
    [...values, bias].forEach((weight, k) => {
      write(weights[k], `${["w₁", "w₂", "c"][k]} = ${shown(weight)}`);
      put(edges[k], { style: `stroke: var(--lane${weight < 0 ? 1 : 0})`,
        "stroke-width": tidy(1 + 4.5 * Math.abs(weight)), "stroke-dasharray": weight ? "none" : "2 6" });
    });
    write(total, shown(z, Math.abs(z) < 9.995 ? 2 : 1));
    put(went, { display: z >= 0 ? "inline" : "none" });
    put(stayed, { display: z >= 0 ? "none" : "inline" });
    drawCurve(now, z, output);
  }];
}

/** A pick for each activation, with its curve on it. Returns the row and what shows a state. */
function buildActivationPicks(stage) {
  const { begin, set } = stage, ease = easing(stage);
  const picks = choices.activation.map((name) => {
    const { of, y: [low, high], tip } = ACTIVATIONS[name], far = high > 2 ? 4 : 6;
    const [bottom, top] = high > 2 ? [-4, 4] : [low, high];
    const points = steps(-far, far, 96).map((z) =>
      `${tidy(2 + (z + far) / (2 * far) * 34)},${tidy(22 - (of(z) - bottom) / (top - bottom) * 20)}`).join(" ");
    const line = svg("polyline", { points, fill: "none", style: "stroke: var(--ink)", "stroke-width": 2.4 });
    const press = () => { ease(); begin(); set({ activation: name }); };
    return [name, pick({ name, tip, press }, sample(38, 24, line))];
  });
  return [html("div", { class: "row picks", role: "group", "aria-label": "Activation function φ" },
    html("span", { "aria-hidden": "true" }, "φ"), ...picks.map(([, { node }]) => node)),
  ({ activation }) => picks.forEach(([name, { show }]) => show(name === activation))];
}
