// A network that trains before your eyes: its data, its units, its border, its losses. What it computes stands in network.js and training.js.

const TILE = 34;

/** The network: a tile a unit, an edge a weight, which can be pulled up and down. Returns the panel and what draws it. */
function buildNetwork({ set, begin, state }, look, pick) {
  const edges = svg("g"), tiles = svg("g"), drawing = panel({ width: 560, height: 328, label: "The network" }, edges, tiles);
  let pulled = null;
  drawing.addEventListener("pointermove", (event) => {
    if (!pulled) return;
    const [, y] = placeOf(event, drawing);
    pick(pulled.at, tidy(pulled.value + (pulled.y - y) / 40));
  });
  for (const end of ["pointerup", "pointercancel"]) drawing.addEventListener(end, () => { pulled = null; });
  return [drawing, (now, { net: { layers }, a, z }, pictures) => {
    const sizes = [now.features.length, ...now.layers.flat(), 1], across = (k) => 48 + k * 452 / (sizes.length - 1);
    const down = (k, j) => 164 + (j - (sizes[k] - 1) / 2) * Math.min(46, 308 / sizes[k]);
    edges.replaceChildren(...layers.flatMap(({ W, n, m }, k) => Array.from({ length: n * m }, (_, p) => {
      const i = p % n, j = Math.floor(p / n), w = W[p];
      const place = { x1: across(k) + TILE / 2, y1: down(k, i), x2: across(k + 1) - TILE / 2, y2: down(k + 1, j) };
      const stroke = { stroke: w < 0 ? ORANGE : BLUE, "stroke-width": 0.6 + Math.min(6, 2 * Math.abs(w)), "stroke-opacity": 0.7 };
      const line = svg("line", { ...place, ...stroke });
      const hit = svg("line", { ...place, stroke: "transparent", "stroke-width": 9, style: "cursor: ns-resize" });
      hit.append(svg("title", {}, `weight ${plain(w)}`));
      hit.addEventListener("pointerdown", (event) => {
        begin(); pulled = { at: [k + 1, j + 1, i + 1], value: w, y: placeOf(event, drawing)[1] };
        pick(pulled.at); event.preventDefault(); event.stopPropagation();
      });
      return svg("g", {}, line, hit);
    })));
    tiles.replaceChildren(...sizes.flatMap((size, k) => Array.from({ length: size }, (_, j) => {
      const side = Math.min(TILE, 308 / size - 3), box = { x: across(k) - TILE / 2, y: down(k, j) - side / 2, width: TILE, height: side };
      const node = svg("g", {}, svg("image", { ...box, href: pictures[k][j], preserveAspectRatio: "none" }),
        svg("rect", { ...box, fill: "none", stroke: INK, "stroke-width": look() === `${k}.${j}` ? 3 : 1 }));
      const told = k ? `unit ${j + 1} of layer ${k}: z = ${shown(z[k - 1][j], 4)}, output ${shown(a[k][j], 4)}` : FEATURES[now.features[j]].label;
      node.append(svg("title", {}, told));
      node.addEventListener("pointerenter", () => { look(`${k}.${j}`); });
      return node;
    })), ...now.features.map((name, j) => text(across(0) - TILE / 2 - 4, down(0, j) + 6, FEATURES[name].label, END)));
  }];
}

/** The plane with points, border and probe, and the losses below. Returns the panel and what draws it. */
function buildPlane({ set, begin, state, tell }) {
  const on = axes({ left: 610, top: 26, width: 224, height: 224, x: [-1.5, 1.5], y: [-1.5, 1.5], xTicks: [-1, 0, 1], yTicks: [-1, 0, 1] });
  const ground = svg("image", { x: 610, y: 26, width: 224, height: 224, preserveAspectRatio: "none" });
  const dots = svg("g"), losses = svg("g", { "aria-hidden": "true" });
  const probe = svg("g", {}, svg("circle", { r: 22, fill: "transparent", class: "ring" }),
    svg("path", { d: "M0 -11L11 0L0 11L-11 0Z", fill: GREEN, stroke: "white", "stroke-width": 2 }));
  const near = (x, y) => [x, y].map((one) => tidy(clamp(one, -1.5, 1.5)));
  draggable(probe, { name: "Point of the plane", begin, to: (x, y) => set({ probe: near(on.fromX(x), on.fromY(y)) }),
    by: (right, up) => set({ probe: near(state().probe[0] + right, state().probe[1] + up) }) });
  const drawing = panel({ left: 570, width: 410, height: 328, label: "Data, border and losses" }, ground, on.node, dots, losses, probe);
  drawing.addEventListener("click", (event) => {
    const [px, py] = placeOf(event, drawing), { data, own, click } = state();
    if (data !== "own points" || event.target.closest(".handle") || px < 610 || px > 834 || py < 26 || py > 250) return;
    const [x, y] = near(on.fromX(px), on.fromY(py)), far = ([a, b]) => Math.hypot(a - x, b - y);
    begin();
    if (click === "removes") set({ own: own.filter((one) => one !== own.reduce((p, q) => far(p) <= far(q) ? p : q) || far(one) > 0.15) });
    else if (own.length >= most.own) tell(`${most.own} points are enough`);
    else set({ own: [...own, [x, y, click === "adds +1" ? 1 : -1]] });
  });
  return [drawing, (now, { train, test, past }, picture) => {
    put(ground, { href: picture });
    const dot = ([x, y, label], more) => mark(label > 0, on.toX(x), on.toY(y), 4.5, more);
    const hollow = (one) => dot(one, { "fill-opacity": 0.25, stroke: one[2] ? BLUE : ORANGE });
    dots.replaceChildren(...test.map(hollow), ...train.map((one) => dot(one, { stroke: "white" })));
    put(probe, { transform: `translate(${on.toX(now.probe[0])} ${on.toY(now.probe[1])})`, "aria-valuenow": now.probe[0], "aria-valuemin": -1.5,
      "aria-valuemax": 1.5, "aria-valuetext": `x1 ${plain(now.probe[0])}, x2 ${plain(now.probe[1])}` });
    const top = Math.max(0.75, ...past.flatMap(([, one, other]) => [one, other].filter(Boolean).map(({ loss }) => Math.min(loss, 3))));
    const end = Math.max(10, past.length ? past.at(-1)[0] : 0);
    const chart = axes({ left: 610, top: 280, width: 224, height: 40, x: [0, end], y: [0, top], xTicks: [], yTicks: [0, tidy(top, 1)] });
    const curve = (k, stroke) => svg("polyline", { fill: "none", stroke, "stroke-width": 2.2,
      points: chart.points(past.filter((row) => row[k]).map((row) => [row[0], row[k].loss])) });
    chart.inside.append(curve(2, GREEN), curve(1, INK));
    losses.replaceChildren(chart.node, chart.inside, text(842, 282, "loss"), text(842, 302, "train"),
      text(842, 322, "test", { style: `fill: ${GREEN}` }));
  }];
}

/** Features to tick, layers to add and take away, the weight to type: rows of controls. */
function buildControls({ set, begin, state, tell }, pick, picked) {
  const pickers = Object.fromEntries([["data", "data"], ["activation", "activation"], ["rate", "learning rate"], ["optimizer", "optimizer"],
    ["init", "start"], ["click", "a click"]].map(([part, name]) => [part,
    choice({ name, options: choices[part], begin, change: (value) => set({ [part]: value }) })]));
  const dial = (part, name, digits = 2) => slider({ name, low: limits[part][0], high: limits[part][1], digits, begin, tell,
    step: digits ? (limits[part][1] > 0.1 ? 0.01 : 0.001) : 1, change: (value) => set({ [part]: tidy(value, 4) }) });
  const dials = { noise: dial("noise", "noise"), share: dial("share", "share for training"), batch: dial("batch", "batch", 0),
    l1: dial("l1", "L1"), l2: dial("l2", "L2"), dropout: dial("dropout", "dropout"), seed: dial("seed", "seed", 0) };
  const boxes = choices.features.map((name) => {
    const box = html("input", { type: "checkbox", "aria-label": `feature ${FEATURES[name].label}` });
    box.addEventListener("change", () => {
      const features = choices.features.filter((one) => one === name ? box.checked : state().features.includes(one));
      begin();
      if (features.length) set({ features }); else { tell("a network needs at least one feature"); box.checked = true; }
    });
    return { node: html("label", { class: "field" }, box, html("span", {}, FEATURES[name].label)), show: (on) => { box.checked = on; } };
  });
  const units = html("div", { class: "field" });
  const more = button("Add a layer", () => { begin(); set({ layers: [...state().layers, [2]] }); });
  const less = button("Take a layer away", () => { begin(); set({ layers: state().layers.slice(0, -1) }); });
  const places = (name) => name.split(".").map(Number);
  const weight = html("select", { "aria-label": "weight to change" });
  const number = html("input", { type: "number", step: 0.1, "aria-label": "value of this weight" });
  weight.addEventListener("change", () => pick(places(weight.value)));
  number.addEventListener("change", () => {
    const value = Number(number.value);
    if (number.value !== "" && Math.abs(value) <= 100) { begin(); pick(places(weight.value), value); } else tell("type a number from −100 to 100");
  });
  const csv = html("div", { "aria-label": "own points as CSV", role: "textbox", "aria-multiline": true, contenteditable: "plaintext-only",
    tabindex: 0, style: "min-height: 3em; white-space: pre; border: 1px solid #767676; padding: 2px 6px; margin: 4px" });
  const use = button("Use these points", () => {
    const rows = csv.innerText.trim().split(/\n+/).map((row) => row.split(/[,;\s]+/).map(Number));
    const fits = (row) => row.length === 3 && row.every(Number.isFinite) && Math.abs(row[0]) <= 1.5 && Math.abs(row[1]) <= 1.5;
    const bad = rows.findIndex((row) => !fits(row));
    if (bad >= 0) tell(`row ${bad + 1} is not x, y, class with x and y from −1.5 to 1.5`);
    else if (rows.length > most.own) tell(`at most ${most.own} points`);
    else { begin(); set({ data: "own points", own: rows.map(([x, y, label]) => [x, y, label > 0 ? 1 : -1]) }); }
  });
  const row = (...nodes) => html("div", { class: "row" }, ...nodes);
  const own = html("div", {}, row(pickers.click.node, use, html("span", {}, "x, y, class in each line:")), csv);
  const rest = html("details", {}, html("summary", {}, "Data, features, training, weights"),
    row(dials.noise.node, dials.share.node, dials.seed.node), row(html("span", {}, "features"), ...boxes.map((one) => one.node)),
    row(pickers.optimizer.node, pickers.init.node, dials.batch.node), row(dials.l1.node, dials.l2.node, dials.dropout.node),
    row(html("span", {}, "weight"), weight, number), own);
  const first = row(pickers.data.node, pickers.activation.node, pickers.rate.node);
  return { rows: [first, row(html("span", {}, "units"), units, more, less), rest], rest, show: (now, { net: { layers } }) => {
    Object.entries(pickers).forEach(([part, one]) => one.show(now[part]));
    Object.entries(dials).forEach(([part, one]) => one.show(now[part]));
    boxes.forEach((one, k) => one.show(now.features.includes(choices.features[k])));
    own.hidden = now.data !== "own points";
    enable(more, now.layers.length < most.layers); enable(less, now.layers.length > 0);
    while (units.children.length < now.layers.length) {
      const k = units.children.length, named = { "aria-label": `units of layer ${k + 1}`, style: "width: 3em" };
      const box = html("input", { type: "number", min: 1, max: 8, ...named });
      box.addEventListener("change", () => {
        const value = Number(box.value), whole = Number.isInteger(value) && value >= 1 && value <= 8;
        if (whole) { begin(); set({ layers: state().layers.map((one, j) => j === k ? [value] : one) }); return; }
        tell("a layer has 1 to 8 units"); box.value = state().layers[k][0];
      });
      units.append(box);
    }
    while (units.children.length > now.layers.length) units.lastChild.remove();
    now.layers.forEach(([count], k) => { if (!units.children[k].matches(":focus")) units.children[k].value = count; });
    const numbered = ({ n, m }, k) => Array.from({ length: m * (n + 1) }, (_, p) => [k + 1, Math.floor(p / (n + 1)) + 1, p % (n + 1)]);
    const all = layers.flatMap(numbered);
    if (weight.children.length !== all.length) weight.replaceChildren(...all.map(([k, j, i]) =>
      html("option", { value: `${k}.${j}.${i}` }, `layer ${k}, unit ${j}: ${i ? `from ${i}` : "bias"}`)));
    const [k, j, i] = all.find((one) => same(one, picked())) || all[0];
    weight.value = `${k}.${j}.${i}`;
    const [values, place] = kept(layers[k - 1], j, i);
    if (!number.matches(":focus")) number.value = tidy(values[place], 4);
  } };
}

function buildPlayground(stage) {
  const { root, says, set, begin, state } = stage;
  let looked = "", chosen = [1, 1, 1];
  const look = (at) => { if (at !== undefined && at !== looked) { looked = at; stage.draw(); } return looked; };
  const pick = (at, value) => {
    chosen = at;
    const { step, edits } = state(), others = edits.filter((row) => row[1] && !same(row.slice(0, 4), [step, ...at]));
    if (value !== undefined) set({ edits: [[0, 0, 0, 0, 0], ...others, [step, ...at, value]].slice(-most.edits) });
    else stage.draw();
  };
  const [drawing, drawNetwork] = buildNetwork(stage, look, pick), [plane, drawPlane] = buildPlane(stage);
  const each = () => Math.max(1, trained(state()).each), end = () => limits.step[1];
  const epoch = button("Epoch", () => { begin(); set({ step: Math.min(end(), (Math.floor(state().step / each()) + 1) * each()) }); });
  const steer = player(stage, { end, wait: 30, more: [epoch], stride: each });
  const controls = buildControls(stage, pick, () => chosen);
  root.append(html("div", { class: "panels" }, drawing, plane), steer.node, ...controls.rows);
  controls.rest.open = !document.querySelector(".reveal");
  return (now, numbers) => {
    const { net } = numbers, inputs = (at) => now.features.map((name) => FEATURES[name].of(at));
    const grid = cells.map((at) => forward(net, inputs(at)));
    const pictures = [now.features.length, ...now.layers.flat(), 1].map((size, k, all) => Array.from({ length: size }, (_, j) => {
      const values = grid.map(({ a }) => k === all.length - 1 ? 2 * sigmoid(a[k][j]) - 1 : a[k][j]);
      const scale = k === all.length - 1 ? 1 : Math.max(...values.map(Math.abs)) || 1;
      return pictured(values.map((one) => one / scale));
    }));
    drawNetwork(now, numbers, pictures);
    drawPlane(now, numbers, pictures.at(-1)[0]);
    steer.show(now); controls.show(now, numbers);
    const part = (name, one) => one ? `${name} loss ${shown(one.loss, 4)}, ${shown(100 * one.right, 0)} % right` : `no ${name} points`;
    const [k, j] = looked ? looked.split(".").map(Number) : [numbers.a.length - 1, 0], { z, a } = numbers;
    const at = net.layers[k - 1], times = (one, i) => `${shown(at.W[j * at.n + i])}·${shown(one)}`;
    const sum = at && j < at.m ? `${shown(at.b[j])} + ${a[k - 1].map(times).join(" + ")} = ${shown(z[k - 1][j])}` : "";
    const last = k === a.length - 1, name = last ? "The output" : `Unit ${j + 1} of layer ${k}`;
    says.replaceChildren(numbers.over ? `Diverged after step ${numbers.done}: take a smaller learning rate. ` : "",
      `Epoch ${shown(numbers.epoch, 1)}: ${part("train", numbers.onTrain)}; ${part("test", numbers.onTest)}. `
      + `${numbers.parameters} numbers are learned.`, html("br", {}),
    sum && `${name} at the diamond: ${sum}; ${last ? "σ" : now.activation} gives ${shown(last ? sigmoid(z[k - 1][j]) : a[k][j], 4)}.`);
  };
}

export default figure({ title: "A network that trains", rules, numbers: playgroundNumbers,
  build: buildPlayground, torch: torchPlayground });
