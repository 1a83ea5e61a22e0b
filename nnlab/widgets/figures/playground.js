// A network that trains in the browser: its data, its units, its decision boundary, its losses. What it computes
// stands in network.js and training.js, its controls in playground_controls.js.

const TILE = 34;

/** The network: a tile a unit, an edge a weight, to drag up and down. Returns the panel and what draws it. */
function buildNetwork({ begin }, look, pick) {
  const edges = svg("g"), tiles = svg("g");
  const drawing = panel({ width: 560, height: 328, label: "The network" }, edges, tiles);
  let pulled = null;
  drawing.addEventListener("pointermove", (event) => {
    if (!pulled) return;
    const [, y] = placeOf(event, drawing);
    pick(pulled.at, tidy(pulled.value + (pulled.y - y) / 40));
  });
  for (const end of ["pointerup", "pointercancel"]) drawing.addEventListener(end, () => { pulled = null; });

  /** The edge of the weight `value` at [layer, unit, input], between two places. */
  const edge = (at, value, ends) => {
    const line = svg("line", { ...ends, stroke: value < 0 ? ORANGE : BLUE,
      "stroke-width": 0.6 + Math.min(6, 2 * Math.abs(value)), "stroke-opacity": 0.7 });
    const hit = svg("line", { ...ends, stroke: "transparent", "stroke-width": 9, style: "cursor: ns-resize" },
      svg("title", {}, `weight ${plain(value)}`));
    hit.addEventListener("pointerdown", (event) => {
      begin();
      pulled = { at, value, y: placeOf(event, drawing)[1] };
      pick(at);
      event.preventDefault();
      event.stopPropagation();
    });
    return svg("g", {}, line, hit);
  };
  return [drawing, (now, { net: { layers }, a, z }, images) => {
    const sizes = images.map((all) => all.length), across = (k) => 48 + k * 452 / (sizes.length - 1);
    const down = (k, j) => 164 + (j - (sizes[k] - 1) / 2) * Math.min(46, 308 / sizes[k]);
    edges.replaceChildren(...layers.flatMap(({ W, n, m }, k) => upTo(n * m).map((p) => {
      const i = p % n, j = Math.floor(p / n);
      const x1 = across(k) + TILE / 2, x2 = across(k + 1) - TILE / 2;
      return edge([k + 1, j + 1, i + 1], W[p], { x1, y1: down(k, i), x2, y2: down(k + 1, j) });
    })));
    const tile = (k, j) => {
      const side = Math.min(TILE, 308 / sizes[k] - 3);
      const box = { x: across(k) - TILE / 2, y: down(k, j) - side / 2, width: TILE, height: side };
      const said = k ? `unit ${j + 1} of layer ${k}: z = ${shown(z[k - 1][j], 4)}, output ${shown(a[k][j], 4)}`
        : FEATURES[now.features[j]].label;
      const node = svg("g", {}, svg("image", { ...box, href: images[k][j], preserveAspectRatio: "none" }),
        svg("rect", { ...box, fill: "none", stroke: INK, "stroke-width": look() === `${k}.${j}` ? 3 : 1 }),
        svg("title", {}, said));
      node.addEventListener("pointerenter", () => { look(`${k}.${j}`); });
      return node;
    };
    tiles.replaceChildren(...sizes.flatMap((size, k) => upTo(size).map((j) => tile(k, j))),
      ...now.features.map((name, j) => text(across(0) - TILE / 2 - 4, down(0, j) + 6, FEATURES[name].label, END)));
  }];
}

/** Let a click into the plane add or remove a point of one's own. */
function editPoints({ set, begin, state, tell }, drawing, on, near) {
  drawing.addEventListener("click", (event) => {
    const [px, py] = placeOf(event, drawing), { data, own, click } = state();
    if (data !== "own points" || event.target.closest(".handle")) return;
    if (px < 610 || px > 834 || py < 26 || py > 250) return;
    const [x, y] = near(on.fromX(px), on.fromY(py)), distance = ([a, b]) => Math.hypot(a - x, b - y);
    begin();
    if (click === "removes") {
      const nearest = own.length && own.reduce((one, other) => distance(one) <= distance(other) ? one : other);
      set({ own: own.filter((one) => one !== nearest || distance(one) > 0.15) });
    } else if (own.length >= most.own) {
      tell(`${most.own} points are enough`);
    } else {
      set({ own: [...own, [x, y, click === "adds +1" ? 1 : -1]] });
    }
  });
}

/** The plane with data, decision boundary and probe, and the losses below. Returns the panel and what draws it. */
function buildPlane(stage) {
  const { set, begin, state } = stage, square = { x: 610, y: 26, width: 224, height: 224 }, ticks = [-1, 0, 1];
  const on = axes({ left: 610, top: 26, width: 224, height: 224, x: [-1.5, 1.5], y: [-1.5, 1.5],
    xTicks: ticks, yTicks: ticks });
  const ground = svg("image", { ...square, preserveAspectRatio: "none" });
  const dots = svg("g"), losses = svg("g", { "aria-hidden": "true" });
  const probe = svg("g", {}, svg("circle", { r: 22, fill: "transparent", class: "ring" }),
    svg("path", { d: "M0 -11L11 0L0 11L-11 0Z", fill: GREEN, stroke: "white", "stroke-width": 2 }));
  const near = (x, y) => [x, y].map((one) => tidy(clamp(one, -1.5, 1.5)));
  draggable(probe, { name: "Point of the plane", begin,
    to: (x, y) => set({ probe: near(on.fromX(x), on.fromY(y)) }),
    by: (right, up) => set({ probe: near(state().probe[0] + right, state().probe[1] + up) }) });
  const drawing = panel({ left: 570, width: 410, height: 328, label: "Data, decision boundary and losses" },
    ground, on.node, dots, losses, probe);
  editPoints(stage, drawing, on, near);

  const drawLosses = (history) => {
    const all = history.flatMap(([, train, test]) => [train, test].filter(Boolean).map(({ loss }) => loss));
    const high = Math.max(0.75, ...all.map((loss) => Math.min(loss, 3)));
    const end = Math.max(10, history.length ? history.at(-1)[0] : 0);
    const chart = axes({ left: 610, top: 280, width: 224, height: 40, x: [0, end], y: [0, high],
      xTicks: [], yTicks: [0, tidy(high, 1)] });
    const curve = (k, stroke) => svg("polyline", { fill: "none", stroke, "stroke-width": 2.2,
      points: chart.points(history.filter((epoch) => epoch[k]).map((epoch) => [epoch[0], epoch[k].loss])) });
    chart.inside.append(curve(2, GREEN), curve(1, INK));
    losses.replaceChildren(chart.node, chart.inside, text(842, 282, "loss"), text(842, 302, "train"),
      text(842, 322, "test", { style: `fill: ${GREEN}` }));
  };
  const drawDots = (train, test) => {
    const point = ([u, v, label], more) => mark(label > 0, on.toX(u), on.toY(v), 4.5, more);
    const hollow = (one) => point(one, { "fill-opacity": 0.25, stroke: one[2] ? BLUE : ORANGE });
    dots.replaceChildren(...test.map(hollow), ...train.map((one) => point(one, { stroke: "white" })));
  };
  let drawn = {};  // data and losses are drawn anew when they change
  return [drawing, ({ probe: [x, y] }, { train, test, history }, image) => {
    put(ground, { href: image });
    if (drawn.train !== train) drawDots(train, test);
    if (drawn.history !== history || drawn.epochs !== history.length) drawLosses(history);
    drawn = { train, history, epochs: history.length };
    put(probe, { transform: `translate(${on.toX(x)} ${on.toY(y)})`, "aria-valuenow": x, "aria-valuemin": -1.5,
      "aria-valuemax": 1.5, "aria-valuetext": `x1 ${plain(x)}, x2 ${plain(y)}` });
  }];
}

/** For every unit, features and output too, an image of its output over the plane, in its own scale. */
function imagesOf(net, features) {
  const grid = centers.map((at) => forward(net, features.map((name) => FEATURES[name].of(at))).a);
  const sizes = [features.length, ...net.layers.map(({ m }) => m)];
  return sizes.map((size, k) => upTo(size).map((j) => {
    if (k === sizes.length - 1) return imageOf(grid.map((a) => 2 * sigmoid(a[k][j]) - 1));
    const values = grid.map((a) => a[k][j]), scale = Math.max(...values.map(Math.abs)) || 1;
    return imageOf(values.map((one) => one / scale));
  }));
}

/** The numbers of a run: its losses and accuracies, and the sum of unit `j` of layer `k` at the probe, as two lines. */
function sentences({ activation }, { net, z, a, epoch, done, over, onTrain, onTest, parameters }, [k, j]) {
  const part = (name, on) => on
    ? `${name} loss ${shown(on.loss, 4)}, accuracy ${shown(100 * on.accuracy, 0)} %`
    : `no ${name} set`;
  const diverged = over ? `Diverged after step ${done}: take a smaller learning rate. ` : "";
  const run = `${diverged}Epoch ${shown(epoch, 1)}: ${part("training", onTrain)}; ${part("test", onTest)}. `
    + `${parameters} parameters.`;
  const layer = net.layers[k - 1];
  if (!layer || j >= layer.m) return [run, ""];
  const terms = a[k - 1].map((one, i) => `${shown(layer.W[j * layer.n + i])}·${shown(one)}`);
  const sum = `${shown(layer.b[j])} + ${terms.join(" + ")} = ${shown(z[k - 1][j])}`, last = k === net.layers.length;
  const [name, function_, output] = last
    ? ["The output", "σ", sigmoid(z[k - 1][j])]
    : [`Unit ${j + 1} of layer ${k}`, activation, a[k][j]];
  return [run, `${name} at the diamond: ${sum}; ${function_} gives ${shown(output, 4)}.`];
}

function buildPlayground(stage) {
  const { root, says, set, begin, state } = stage;
  let looked = "", chosen = [1, 1, 1];  // the tile under the pointer, "layer.unit"; the parameter to change
  const look = (at) => {
    const moved = at !== undefined && at !== looked;
    if (moved) { looked = at; stage.draw(); }
    return looked;
  };
  const pick = (at, value) => {
    chosen = at;
    if (value === undefined) { stage.draw(); return; }
    const { step, edits } = state(), others = edits.filter((edit) => edit[1] && !same(edit.slice(0, 4), [step, ...at]));
    const allowed = clamp(value, ...limits.edits);
    set({ edits: [[0, 0, 0, 0, 0], ...others, [step, ...at, allowed]].slice(-most.edits) });
  };
  const [drawing, drawNetwork] = buildNetwork(stage, look, pick), [plane, drawPlane] = buildPlane(stage);
  const stride = () => trained(state()).stepsPerEpoch, end = () => limits.step[1];
  const epoch = button("Epoch", () => {
    begin();
    set({ step: Math.min(end(), (Math.floor(state().step / stride()) + 1) * stride()) });
  });
  const steer = player(stage, { end, wait: 30, more: [epoch], stride });
  const controls = buildControls(stage, pick, () => chosen);
  root.append(html("div", { class: "panels" }, drawing, plane), steer.node, ...controls.rows);
  controls.rest.open = !document.querySelector(".reveal");  // on a slide the rest is behind a click
  return (now, numbers) => {
    const images = imagesOf(numbers.net, now.features);
    drawNetwork(now, numbers, images);
    drawPlane(now, numbers, images.at(-1)[0]);
    steer.show(now);
    controls.show(now, numbers);
    const [run, unit] = sentences(now, numbers, looked ? looked.split(".").map(Number) : [images.length - 1, 0]);
    says.replaceChildren(run, html("br", {}), unit);
  };
}

export default figure({ title: "A network that trains", rules, numbers: playgroundNumbers,
  build: buildPlayground, torch: torchPlayground });
