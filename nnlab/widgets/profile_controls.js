// The profile's controls: depth, gain, what is chosen of a network, the pinned curve; sizes and seed in the settings.

/** A slider of logarithms, with its number, which can be typed. Returns its node and what shows a number. */
function logarithmSlider({ name, low, high, begin, change, tell }) {
  const range = html("input", { type: "range", min: Math.log2(low), max: Math.log2(high), step: 0.05,
    "aria-label": name });
  const typed = numberBox({ name: `${name}, typed`, label: "", low, high, begin, change,
    tell: (words) => tell(words.replace(", typed", "")) });
  range.addEventListener("pointerdown", begin);
  range.addEventListener("keydown", (event) => { if (/^(Arrow|Home|End|Page)/.test(event.key)) begin(); });
  range.addEventListener("input", () => change(Number((2 ** Number(range.value)).toPrecision(3))));
  return { node: html("div", { class: "gain" }, html("span", { "aria-hidden": "true" }, name), range, typed.node),
    show: (now) => { range.value = Math.log2(now); typed.show(now, ""); } };
}

const PROFILE_WORDS = {
  activation: "The function that each hidden layer applies.",
  initialization: "The distribution from which the weights are drawn.",
  normalization: "What normalizes the pre-activations z of each layer.",
};
const SPOKEN = {
  normalization: { none: "no norm", batch: "batch norm", layer: "layer norm" },
  initialization: { "torch default": "torch’s default", "normal 0.01": "normal σ=0.01", "normal 1": "normal σ=1" },
};

/** What stands below the drawing. Returns rows and what shows a state. */
function buildProfileRows({ set, begin, tell, state }) {
  const depth = slider({ name: "depth", low: limits.depth[0], high: limits.depth[1], step: 1, digits: 0, begin, tell,
    change: (value) => set({ depth: value }) });
  const gain = logarithmSlider({ name: "gain", low: limits.gain[0], high: limits.gain[1], begin, tell,
    change: (value) => set({ gain: value }) });
  explain(depth.node, "Number of hidden layers.");
  explain(gain.node, "Factor on the weights of all hidden layers.");
  const again = button("Draw again", () => { begin(); set({ seed: (state().seed + 1) % 1000 }); });
  explain(again, "Draw new inputs, labels and weights: the next seed.");
  const pin = button("Pin", () => { begin(); set({ pinned: pinOf(state()) }); });
  explain(pin, "Keep these curves in gray, to compare them with others.");
  const unpin = button("Unpin", () => { begin(); set({ pinned: "" }); });
  explain(unpin, "Remove the gray curves.");
  const picks = ["activation", "initialization", "normalization"].map((part) => [part, choice({ name: part, begin,
    options: choices[part], says: SPOKEN[part] ?? {}, change: (value) => set({ [part]: value }) })]);
  picks.forEach(([part, one]) => explain(one.node, PROFILE_WORDS[part]));
  const connect = (on) => { begin(); set({ residual: Number(on) }); };
  const residual = checkbox({ name: "residual connections", change: connect }, "residual");
  explain(residual.node, "Add each layer’s input to its output: x + f(x).");
  const dials = html("div", { class: "row dials" }, depth.node, gain.node, again, pin, unpin);
  const chosen = html("div", { class: "row choices" }, ...picks.map(([, one]) => one.node), residual.node);
  return [[dials, chosen], (now) => {
    depth.show(now.depth);
    gain.show(now.gain);
    picks.forEach(([part, one]) => one.show(now[part]));
    residual.show(now.residual === 1);
    enable(pin, now.pinned !== pinOf(now));
    enable(unpin, now.pinned !== "");
  }];
}

/** All that opens at the button Settings. Returns rows and what shows a state. */
function buildProfileSettings({ set, begin, tell }) {
  const dial = (part, name) => slider({ name, low: limits[part][0], high: limits[part][1], step: 1, digits: 0, begin,
    tell, change: (value) => set({ [part]: value }) });
  const dials = { width: dial("width", "width"), batch_size: dial("batch_size", "batch size"),
    seed: dial("seed", "seed") };
  const gradient = choice({ name: "gradient of", options: choices.gradient, begin,
    change: (value) => set({ gradient: value }) });
  explain(dials.width.node, "Number of units in each hidden layer.");
  explain(dials.batch_size.node, "Number of random inputs in the batch.");
  explain(dials.seed.node, "Seed of the inputs, labels and weights: the same number draws the same.");
  explain(gradient.node, "Whose gradients the lower curve shows: pre-activations z or weights W.");
  const row = html("div", { class: "row" }, ...Object.values(dials).map((one) => one.node), gradient.node);
  return [[row], (now) => {
    for (const [part, one] of Object.entries(dials)) one.show(now[part]);
    gradient.show(now.gradient);
  }];
}
