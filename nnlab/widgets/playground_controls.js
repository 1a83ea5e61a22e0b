// The controls of the playground: data, activation and learning rate at hand; the rest opens at Settings.

const row = (...nodes) => html("div", { class: "row" }, ...nodes);

const TIPS = {
  data: "The points that the network learns to separate.",
  activation: "The function after each hidden layer.",
  rate: "The learning rate: the factor of the gradient in each step.",
  optimizer: "How a step follows from the gradient.",
  init: "The distribution of the first random weights.",
  click: "What a click into the plane does to your own points.",
  noise: "Standard deviation of the noise that is added to each coordinate.",
  share: "Fraction of the points on which the network trains; the others are the test set.",
  batch: "Points in each step's mini-batch.",
  l1: "Factor of the sum of the weights' absolute values that is added to the loss.",
  l2: "Factor of half the sum of the squared weights that is added to the loss.",
  dropout: "Probability with which each hidden unit is set to 0 in a training step.",
  seed: "Another seed draws other points and another initialization.",
};

/** Choices and sliders, by the part of the state that they set. */
function buildPickers({ set, begin, tell }) {
  const names = { activation: "activation", rate: "learning rate", optimizer: "optimizer", init: "initialization",
    click: "a click" };
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
  for (const [part, { node }] of Object.entries({ ...pickers, ...dials })) explain(node, TIPS[part]);
  pickers.activation.node.querySelector("span").classList.add("short");  // its values say what it is
  return { pickers, dials };
}

/** A small picture of each data set, to press. Returns their node and what shows a state. */
function buildDataSets({ set, begin }) {
  const pictures = choices.data.map((name) => {
    const drawing = svg("svg", { viewBox: "-1.6 -1.6 3.2 3.2", "aria-hidden": "true" });
    const node = button("", () => { begin(); set({ data: name }); });
    node.append(drawing);
    put(node, { class: "data", "aria-label": `data: ${name}` });
    explain(node, name === "own points" ? "Points that you set yourself, by clicks into the plane."
      : `Data set: ${name}.`);
    return { name, node, drawing };
  });
  let drawn = "";
  const group = html("div", { class: "field", role: "group", "aria-label": "data" });
  group.append(...pictures.map((one) => one.node));
  return { node: group,
    show: ({ data, own: points, seed }) => {
      const key = JSON.stringify([points, seed]);
      for (const { name, node, drawing } of pictures) {
        put(node, { "aria-pressed": name === data });
        if (drawn === key) continue;
        const all = name === "own points" ? points.map(([x, y, label]) => [x, y, label > 0])
          : split({ data: name, noise: 0, seed, own: [], share: 1 }).train.slice(0, 90);
        drawing.replaceChildren(...all.map(([x, y, label]) => mark(label, x, -y, 0.15,
          { style: `fill: var(--lane${label ? 0 : 1})` })));
        if (name === "own points") drawing.append(svg("path", { d: "M-0.8 0H0.8M0 -0.8V0.8", class: "plus" }));
      }
      drawn = key;
    } };
}

/** A checkbox for each feature; one feature at least stays. */
function buildFeatures({ set, begin, state, tell }) {
  return choices.features.map((name) => {
    const { label } = FEATURES[name];
    const made = checkbox({ name: `feature ${label}, as an input`, change: (on, box) => {
      const features = choices.features.filter((one) => one === name ? on : state().features.includes(one));
      begin();
      if (features.length) { set({ features }); return; }
      tell("a network needs at least one feature");
      box.checked = true;
    } }, html("span", {}, label));
    explain(made.node, `Use the feature ${label} as an input of the network.`);
    return made;
  });
}

/** A parameter to choose and to type. */
function buildParameter({ begin, state, tell }, pick) {
  const placeOfName = (name) => name.split(".").map(Number);
  const weight = html("select", { "aria-label": "weight to change" });
  const number = html("input", { type: "number", step: 0.1, "aria-label": "value of this weight" });
  weight.addEventListener("change", () => { begin(); pick(placeOfName(weight.value)); });
  number.addEventListener("change", () => {
    const value = Number(number.value);
    if (number.value === "" || Math.abs(value) > 100) { tell("type a number from −100 to 100"); return; }
    begin();
    pick(placeOfName(weight.value), value);
  });
  const node = html("div", { class: "field weight" }, html("span", {}, "weight"), weight, number);
  return { node: explain(node, "One weight or bias, to choose and to type."), show: ({ net: { layers } }) => {
    const all = weightsOf(layers), option = (one) => html("option", { value: one.join(".") }, weightName(one));
    if (weight.children.length !== all.length) weight.replaceChildren(...all.map(option));
    if (weight.lastChild.value !== all.at(-1).join(".")) weight.replaceChildren(...all.map(option));
    const [k, j, i] = chosenIn(state(), layers), [values, place] = parameterAt(layers[k - 1], j, i);
    weight.value = `${k}.${j}.${i}`;
    if (!number.matches(":focus")) number.value = tidy(values[place], 4);
  } };
}

/** Own points as text, one a line. */
function buildOwnPoints({ set, begin, tell }) {
  const csv = html("div", {
    "aria-label": "own points as CSV", role: "textbox", "aria-multiline": true, contenteditable: "plaintext-only",
    tabindex: 0, class: "csv",
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
  const node = html("div", {}, row(explain(use, "Replace your own points by those typed here."),
    html("span", {}, "x, y, class in each line:")), csv);
  return { node, show: ({ data }) => { node.hidden = data !== "own points"; } };
}

/** All controls; `pick` chooses a weight, and sets it if it gets a value. Returns what stands below, and settings. */
function buildControls(stage, pick) {
  const { pickers, dials } = buildPickers(stage), features = buildFeatures(stage), data = buildDataSets(stage);
  const parameter = buildParameter(stage, pick), own = buildOwnPoints(stage);
  const settings = [row(dials.noise.node, dials.share.node, dials.seed.node, dials.batch.node),
    row(pickers.optimizer.node, pickers.init.node, parameter.node),
    row(dials.l1.node, dials.l2.node, dials.dropout.node),
    row(html("span", {}, "features"), ...features.map((one) => one.node)), own.node];
  const first = html("div", { class: "row first" }, data.node, pickers.click.node, pickers.activation.node,
    pickers.rate.node);
  return { first, settings, show: (now, numbers) => {
    for (const [part, one] of Object.entries({ ...pickers, ...dials })) one.show(now[part]);
    pickers.click.node.hidden = now.data !== "own points";
    features.forEach((one, k) => one.show(now.features.includes(choices.features[k])));
    data.show(now);
    own.show(now);
    parameter.show(numbers);
  } };
}
