// The network's part of the playground's drawing: what is clicked, dragged and read there. The canvas holds its colors.

/** Put the HTML node `node` with its middle at (x, y) of a drawing of `width` × `height`. */
const float = (node, { width, height }, x, y) => Object.assign(node.style,
  { left: `${tidy(100 * x / width, 3)}%`, top: `${tidy(100 * y / height, 3)}%` });

/** A round button over the drawing. */
function roundButton(sign, name, tip, press) {
  const node = button(sign, press);
  put(node, { class: "over round", "aria-label": name });
  return explain(node, tip);
}

/**
 * Buttons for more and fewer layers and units above the network; `moves` is called before a change. Returns their nodes
 * and what shows a state.
 */
function buildCounts({ set, begin, state }, moves) {
  const change = (layers) => { begin(); moves(); set({ layers }); };
  const more = roundButton("+", "Add a layer", "Add a hidden layer of two units before the output.",
    () => change([...state().layers, [2]]));
  const less = roundButton("−", "Remove a layer", "Remove the last hidden layer.",
    () => change(state().layers.slice(0, -1)));
  const words = text(0, 0, "", { ...MIDDLE, class: "small" }), over = html("div", {}), numbers = svg("g");
  const resize = (k, by) => change(state().layers.map(([count], j) => [count + (j === k ? by : 0)]));
  const column = (k) => ({
    fewer: roundButton("−", `One unit less in layer ${k + 1}`, `Remove the last unit of hidden layer ${k + 1}.`,
      () => resize(k, -1)),
    extra: roundButton("+", `One unit more in layer ${k + 1}`, `Add a unit to hidden layer ${k + 1}.`,
      () => resize(k, 1)),
    count: text(0, 0, "", { ...MIDDLE, class: "small" }),
  });
  const columns = upTo(most.layers).map(column);
  over.append(less, more, ...columns.flatMap(({ fewer, extra }) => [fewer, extra]));
  numbers.append(words, ...columns.map(({ count }) => count));
  return [numbers, over, ({ layers }, places) => {
    const [x, y] = places.layers, stacked = places.kind === "phone", apart = places.kind === "deck" ? 92 : 82;
    write(words, `${layers.length} hidden layer${layers.length === 1 ? "" : "s"}`);
    put(words, { x, y: y + 6 });
    float(less, places, x - apart, y);
    float(more, places, x + apart, y);
    enable(more, layers.length < most.layers);
    enable(less, layers.length > 0);
    columns.forEach(({ fewer, extra, count }, k) => {
      for (const one of [fewer, extra]) one.hidden = k >= layers.length;
      put(count, { display: k < layers.length ? "inline" : "none" });
      if (k >= layers.length) return;
      const across = places.across[k + 1], [dx, dy] = stacked ? [0, 26] : [places.apart < 86 ? 20 : 25, 0];
      write(count, `${layers[k][0]}`);
      put(count, { x: across, y: places.counts + 6 });
      float(fewer, places, across - dx, places.counts + dy);
      float(extra, places, across + dx, places.counts - dy);
      enable(fewer, layers[k][0] > 1);
      enable(extra, layers[k][0] < limits.layers[1]);
    });
  }];
}

/** A button over each feature's tile, that is pressed where the feature is used; and the features' names. */
function buildFeatureTiles({ set, begin, state, tell }, point) {
  const over = html("div", {}), names = svg("g", { "aria-hidden": "true" });
  const parts = choices.features.map((name) => {
    const node = button("", () => {
      const features = choices.features.filter((one) => state().features.includes(one) !== (one === name));
      if (!features.length) { tell("a network needs at least one feature"); return; }
      begin();
      set({ features });
    });
    put(node, { class: "over feature", "aria-label": `feature ${FEATURES[name].label}` });
    explain(node, `Use the feature ${FEATURES[name].label} as an input, or leave it out.`);
    for (const kind of ["pointerenter", "focus"]) node.addEventListener(kind, () => point({ feature: name }));
    for (const kind of ["pointerleave", "blur"]) node.addEventListener(kind, () => point({}));
    return { name, node, label: text(0, 0, FEATURES[name].label, { ...END, class: "small" }) };
  });
  over.append(...parts.map(({ node }) => node));
  names.append(...parts.map(({ label }) => label));
  return [names, over, ({ features }, places) => parts.forEach(({ name, node, label }, k) => {
    const { x, y, width, height } = places.features[k], on = features.includes(name);
    float(node, places, x + width / 2, y + height / 2);
    Object.assign(node.style, { width: `${tidy(100 * width / places.width, 3)}%`,
      height: `${tidy(100 * height / places.height, 3)}%` });
    put(node, { "aria-pressed": on });
    put(label, { x: x - 6, y: y + height / 2 + 6, class: on ? "small" : "small quiet" });
  })];
}

/** The units as a list in which arrow keys choose the one that is shown large. */
function buildUnits({ set, state }, gentle) {
  const ring = svg("rect", { class: "ring", rx: 4, fill: "none" });
  const node = svg("g", { class: "units", role: "listbox", tabindex: 0,
    "aria-label": "Units; arrow keys choose which one is shown large" });
  const named = ([k, j], count) => k === count ? "output" : `unit ${j} of layer ${k}`;
  let drawn = "", sizes = [];
  node.addEventListener("keydown", (event) => {
    const way = own(ARROWS, event.key);
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [k, j] = lookedAt(state(), sizes), layer = clamp(k + way[0], 1, sizes.length);
    const unit = clamp(j - way[1], 1, sizes[layer - 1]);
    gentle();
    set({ look: layer === sizes.length ? [0, 0] : [layer, unit] });
  });
  return [node, (now, places, layers) => {
    sizes = layers.map(({ m }) => m);
    const key = JSON.stringify([sizes, places.kind]);
    if (drawn !== key) {
      node.replaceChildren(ring, ...sizes.flatMap((size, k) => upTo(size).map((j) => {
        const { x, y, width, height } = places.tiles[k + 1][j], at = [k + 1, j + 1];
        return svg("g", { role: "option", id: `unit-${at.join("-")}`, "aria-label": named(at, sizes.length) },
          svg("rect", { x, y, width, height, fill: "transparent" }));
      })));
    }
    drawn = key;
    const [k, j] = lookedAt(now, sizes), { x, y, width, height } = places.tiles[k][j - 1], rim = width ? 4 : 13;
    for (const one of node.querySelectorAll("[role=option]")) {
      put(one, { "aria-selected": one.id === `unit-${k}-${j}` });
    }
    put(node, { "aria-activedescendant": `unit-${k}-${j}` });
    put(ring, { x: x - rim, y: y - rim, width: width + 2 * rim, height: height + 2 * rim });
  }];
}

/** The unit of the state that is shown large, as [layer, unit]: the output where the network has no other. */
const lookedAt = ({ look: [k, j] }, sizes) => k > 0 && k < sizes.length && j > 0 && j <= sizes[k - 1]
  ? [k, j] : [sizes.length, 1];

/** The parameter of the state that is chosen, as [layer, unit, input]: the first where the network has no other. */
const chosenIn = ({ weight }, layers) => weightsOf(layers).find((one) => same(one, weight)) || [1, 1, 1];

/** The chosen weight: a handle on its edge, with its value, to drag up and down. `pick` sets a weight. */
function buildKnob({ begin, state }, pick) {
  const said = text(0, -17, "", { ...MIDDLE, class: "small halo", "font-weight": 600 });
  const node = svg("g", {}, svg("circle", { r: 20, class: "ring" }), svg("circle", { r: 10.5, class: "knob" }),
    svg("path", { d: "M0 -6.5V6.5M-3.5 -3L0 -6.5L3.5 -3M-3.5 3L0 6.5L3.5 3", class: "grip" }), said);
  let now = { weight: [1, 1, 1], value: 0, all: [] }, from = null;
  const next = (by) => {
    const k = now.all.findIndex((one) => same(one, now.weight));
    pick(now.all[(k + by + now.all.length) % now.all.length]);
  };
  draggable(node, { name: "Weight", begin: (event) => { begin(); from = event ? [event.clientY, now.value] : null; },
    to: (_, y) => {
      const { top, height } = node.ownerSVGElement.getBoundingClientRect();
      const unit = node.ownerSVGElement.viewBox.baseVal.height / height;
      pick(now.weight, tidy(from[1] + ((from[0] - top) * unit - y) / 40));
    },
    by: (right, up) => pick(now.weight, tidy(now.value + right + up, 4)),
    keys: { n: () => next(1), p: () => next(-1) } });
  explain(node, "Weight: drag up or down, or use the arrow keys. N and P choose the next and the previous.");
  return [node, (places, { net: { layers } }) => {
    const weight = chosenIn(state(), layers), [k, j, i] = weight, [values, p] = parameterAt(layers[k - 1], j, i);
    const [x, y] = i ? alongEdge(endsOf(places, weight), 0.5) : biasAt(places, weight);
    now = { weight, value: values[p], all: weightsOf(layers) };
    put(node, { transform: `translate(${tidy(x)} ${tidy(y)})`, "aria-valuenow": tidy(values[p], 4),
      "aria-valuemin": limits.edits[0], "aria-valuemax": limits.edits[1],
      "aria-valuetext": `${weightName(weight)}: ${plain(values[p])}` });
    write(said, shown(values[p]));
  }];
}

const weightName = ([k, j, i]) => `layer ${k}, unit ${j}: ${i ? `from ${i}` : "bias"}`;
