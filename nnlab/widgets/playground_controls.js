// The controls of the playground: data, features, layers, optimizer, and single parameters to set by hand.

const row = (...nodes) => html("div", { class: "row" }, ...nodes);

/** Choices and sliders, by the part of the state that they set. */
function buildPickers({ set, begin, tell }) {
  const names = { data: "data", activation: "activation", rate: "learning rate", optimizer: "optimizer",
    init: "initialization", click: "a click" };
  const pickers = Object.fromEntries(Object.entries(names).map(([part, name]) =>
    [part, choice({ name, options: choices[part], begin, change: (value) => set({ [part]: value }) })]));
  const dial = (part, name, digits = 2) => {
    const [low, high] = limits[part], step = digits ? (high > 0.1 ? 0.01 : 0.001) : 1;
    return slider({ name, low, high, digits, step, begin, tell, change: (value) => set({ [part]: tidy(value, 4) }) });
  };
  const dials = {
    noise: dial("noise", "noise"), share: dial("share", "training fraction"), batch: dial("batch", "batch size", 0),
    l1: dial("l1", "L1"), l2: dial("l2", "L2"), dropout: dial("dropout", "dropout"), seed: dial("seed", "seed", 0),
  };
  return { pickers, dials };
}

/** A checkbox for each feature; one feature at least stays. */
function buildFeatures({ set, begin, state, tell }) {
  return choices.features.map((name) => {
    const { label } = FEATURES[name];
    return checkbox({ name: `feature ${label}`, change: (on, box) => {
      const features = choices.features.filter((one) => one === name ? on : state().features.includes(one));
      begin();
      if (features.length) { set({ features }); return; }
      tell("a network needs at least one feature");
      box.checked = true;
    } }, html("span", {}, label));
  });
}

/** The number of units of each hidden layer, and buttons for more and fewer layers. */
function buildLayers({ set, begin, state, tell }) {
  const units = html("div", { class: "field" });
  const more = button("Add a layer", () => { begin(); set({ layers: [...state().layers, [2]] }); });
  const less = button("Remove a layer", () => { begin(); set({ layers: state().layers.slice(0, -1) }); });
  const field = (k) => {
    const box = html("input", { type: "number", min: 1, max: 8, "aria-label": `units of layer ${k + 1}`,
      style: "width: 3em" });
    box.addEventListener("change", () => {
      const value = Number(box.value);
      if (Number.isInteger(value) && value >= 1 && value <= 8) {
        begin();
        set({ layers: state().layers.map((one, j) => j === k ? [value] : one) });
        return;
      }
      tell("a layer has 1 to 8 units");
      box.value = state().layers[k][0];
    });
    return box;
  };
  return { node: row(html("span", {}, "units"), units, more, less), show: ({ layers }) => {
    enable(more, layers.length < most.layers);
    enable(less, layers.length > 0);
    while (units.children.length < layers.length) units.append(field(units.children.length));
    while (units.children.length > layers.length) units.lastChild.remove();
    layers.forEach(([count], k) => { if (!units.children[k].matches(":focus")) units.children[k].value = count; });
  } };
}

/** A parameter to choose and to type: [layer, unit, input], input 0 for the bias. */
function buildParameter({ begin, tell }, pick, picked) {
  const placeOfName = (name) => name.split(".").map(Number);
  const weight = html("select", { "aria-label": "weight to change" });
  const number = html("input", { type: "number", step: 0.1, "aria-label": "value of this weight" });
  weight.addEventListener("change", () => pick(placeOfName(weight.value)));
  number.addEventListener("change", () => {
    const value = Number(number.value);
    if (number.value === "" || Math.abs(value) > 100) { tell("type a number from −100 to 100"); return; }
    begin();
    pick(placeOfName(weight.value), value);
  });
  const placesOf = ({ n, m }, k) => upTo(m * (n + 1)).map((p) => [k + 1, Math.floor(p / (n + 1)) + 1, p % (n + 1)]);
  const option = ([k, j, i]) =>
    html("option", { value: `${k}.${j}.${i}` }, `layer ${k}, unit ${j}: ${i ? `from ${i}` : "bias"}`);
  return { node: row(html("span", {}, "weight"), weight, number), show: ({ net: { layers } }) => {
    const all = layers.flatMap(placesOf);
    if (weight.children.length !== all.length) weight.replaceChildren(...all.map(option));
    const [k, j, i] = all.find((one) => same(one, picked())) || all[0];
    weight.value = `${k}.${j}.${i}`;
    const [values, place] = parameterAt(layers[k - 1], j, i);
    if (!number.matches(":focus")) number.value = tidy(values[place], 4);
  } };
}

/** Own points as text, one a line. */
function buildOwnPoints({ set, begin, tell }, click) {
  const csv = html("div", {
    "aria-label": "own points as CSV", role: "textbox", "aria-multiline": true, contenteditable: "plaintext-only",
    tabindex: 0, style: "min-height: 3em; white-space: pre; border: 1px solid #767676; padding: 2px 6px; margin: 4px",
  });
  const fits = (values) => values.length === 3 && values.every(Number.isFinite)
    && Math.abs(values[0]) <= 1.5 && Math.abs(values[1]) <= 1.5;
  const use = button("Use these points", () => {
    const rows = csv.innerText.trim().split(/\n+/).map((line) => line.split(/[,;\s]+/).map(Number));
    const bad = rows.findIndex((values) => !fits(values));
    if (bad >= 0) { tell(`row ${bad + 1} is not x, y, class with x and y from −1.5 to 1.5`); return; }
    if (rows.length > most.own) { tell(`at most ${most.own} points`); return; }
    begin();
    set({ data: "own points", own: rows.map(([x, y, label]) => [x, y, label > 0 ? 1 : -1]) });
  });
  const node = html("div", {}, row(click.node, use, html("span", {}, "x, y, class in each line:")), csv);
  return { node, show: ({ data }) => { node.hidden = data !== "own points"; } };
}

/**
 * All controls. `pick` chooses a parameter, and sets it if it gets a value; `picked` is the chosen one. Returns their
 * rows, the last of which, `rest`, opens and closes, and what shows a state.
 */
function buildControls(stage, pick, picked) {
  const { pickers, dials } = buildPickers(stage), features = buildFeatures(stage), layers = buildLayers(stage);
  const parameter = buildParameter(stage, pick, picked), own = buildOwnPoints(stage, pickers.click);
  const rest = html("details", {}, html("summary", {}, "Data, features, training, weights"),
    row(dials.noise.node, dials.share.node, dials.seed.node),
    row(html("span", {}, "features"), ...features.map((one) => one.node)),
    row(pickers.optimizer.node, pickers.init.node, dials.batch.node),
    row(dials.l1.node, dials.l2.node, dials.dropout.node), parameter.node, own.node);
  const first = row(pickers.data.node, pickers.activation.node, pickers.rate.node);
  return { rows: [first, layers.node, rest], rest, show: (now, numbers) => {
    for (const [part, one] of Object.entries({ ...pickers, ...dials })) one.show(now[part]);
    features.forEach((one, k) => one.show(now.features.includes(choices.features[k])));
    own.show(now);
    layers.show(now);
    parameter.show(numbers);
  } };
}
