// The explorer's controls: new draws, images and presets at hand; all numbers of the transforms in the settings.

/** The transforms, probabilities and strengths of a preset. */
const broughtBy = (preset) => {
  const fresh = defaultsOf(rules, { preset }), parts = new Set(["transforms", "p", ...ROWS.map(({ part }) => part)]);
  return Object.fromEntries([...parts].filter(Boolean).map((part) => [part, fresh[part]]));
};

/** Whether a state has what a preset brings; the order in which transforms were switched on does not matter. */
const follows = (state, preset) => Object.entries(broughtBy(preset)).every(([part, value]) => part === "transforms"
  ? same([...value].sort(), [...state[part]].sort()) : same(value, state[part]));

/** A button that draws anew, and one that does so every second. Returns their nodes and what shows a state. */
function buildDraws({ root, says, set, begin, tell, state, atBegin }) {
  const next = () => set({ seed: (state().seed + 1) % (limits.seed[1] + 1) });
  const again = button("Draw again", () => { begin(); next(); });
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    write(play, "Play");
    put(says, { "aria-live": "polite" });
  };
  const play = button("Play", () => {
    const playing = timer;
    begin();
    if (playing) return;
    next();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    write(play, "Pause");
    put(says, { "aria-live": "off" });
    timer = setInterval(() => { if (root.isConnected) next(); else stop(); }, 1000);
  });
  atBegin(stop);
  again.classList.add("first");
  explain(again, "Draw new random numbers for all samples: the next seed.");
  explain(play, "Draw again every second; press again to pause.");
  const seed = numberBox({ name: "seed", low: limits.seed[0], high: limits.seed[1], begin, tell,
    change: (value) => set({ seed: Math.round(value) }) });
  seed.box.style.width = "3.2em";
  explain(seed.node, "Seed of the random numbers: the same number draws the same.");
  return [[again, play, seed.node], (now) => seed.show(now.seed)];
}

/** Buttons and choices below the drawing. Returns the row and what shows a state. */
function buildAtHand(stage) {
  const { set, begin, draw } = stage, changed = "changed";
  const [draws, showDraws] = buildDraws(stage);
  const image = choice({ name: "images", options: choices.image, begin, change: (value) => set({ image: value }),
    says: { drawing: "my drawing", "shirt and sneaker": "garments", "red and blue ball": "two balls" } });
  const preset = choice({ name: "preset", options: [...choices.preset, changed], begin,
    change: (value) => { if (value === changed) draw(); else set({ preset: value, ...broughtBy(value) }); } });
  const how = checkbox({ name: "one draw for the whole batch", change: (on) => {
    begin();
    set({ draw: choices.draw[Number(on)] });
  } }, "one draw for all");
  explain(image.node, "The images that are transformed.");
  explain(preset.node, "A set of transforms with their probabilities and strengths.");
  explain(how.node, "Use the same random numbers for the whole batch, as torchvision does; only the noise differs.");
  for (const { node } of [image, preset]) node.querySelector("select").style.maxWidth = "8em";
  return [html("div", { class: "row" }, ...draws, image.node, preset.node, how.node), (now) => {
    showDraws(now);
    image.show(now.image);
    preset.show([now.preset, ...choices.preset].find((one) => follows(now, one)) ?? changed);
    how.show(now.draw === choices.draw[1]);
  }];
}

/** A transform in the settings: switch, probability, strengths. Returns its row and what shows a state. */
function buildTransform({ set, begin, tell, state }, name) {
  const n = NAMES.indexOf(name), rows = ROWS.filter((row) => row.name === name && row.part);
  const box = checkbox({ name, change: (on) => { begin(); set(switched(state(), name, on)); } }, name);
  const probability = numberBox({ name: `probability of ${name}`, label: "p", low: 0, high: 1, begin, tell,
    change: (value) => set({ p: state().p.map((old, k) => k === n ? value : old) }) });
  const strengths = rows.map(({ part, step }) => numberBox({ name: `strength of ${name}: ${part}`,
    label: LETTERS[part] ?? "±", low: limits[part][0], high: limits[part][1], begin, tell,
    change: (value) => set({ [part]: step === 1 ? Math.round(value) : value }) }));
  for (const { box: { style } } of [probability, ...strengths]) {
    Object.assign(style, { width: "3em", appearance: "textfield" });
  }
  explain(box.node, `Switch the transform “${name}” on or off.`);
  explain(probability.node, `Probability that “${name}” is applied to a sample.`);
  strengths.forEach(({ node: one }) => explain(one, `Largest strength of “${name}”.`));
  put(box.node, { style: "flex: 0 0 7.3em" });
  const node = html("div", { class: "row racer", style: "flex-wrap: wrap; gap: 4px 5px" }, box.node, probability.node,
    ...strengths.map((one) => one.node));
  return [node, (now) => {
    box.show(now.transforms.includes(name));
    probability.show(now.p[n]);
    strengths.forEach((one, k) => one.show(now[rows[k].part]));
  }];
}
const LETTERS = { scale: "scale ±", sigma: "σ", area: "≤", alpha: "α" };

/** All that opens at the button Settings. Returns rows and what shows a state. */
function buildAugmentationSettings(stage) {
  const { set, begin, tell } = stage, made = NAMES.map((name) => buildTransform(stage, name));
  const grid = ["rows", "columns"].map((part) => numberBox({ name: part, low: limits[part][0], high: limits[part][1],
    begin, tell, change: (value) => set({ [part]: Math.round(value) }) }));
  for (const { box } of grid) box.style.width = "3.2em";
  const label = html("input", { type: "text", maxlength: longest.names, "aria-label": "label of own images",
    style: "flex: none; width: 5em; min-width: 0" });
  label.addEventListener("change", () => { begin(); set({ names: [label.value] }); });
  const named = html("div", { class: "field" }, html("span", { "aria-hidden": "true" }, "own label"), label);
  grid.forEach(({ node }, k) => explain(node, `Number of ${["rows", "columns"][k]} of samples.`));
  explain(named, "The label of images that you draw.");
  const column = (...nodes) => html("div", { style: "flex: 1 1 330px" }, ...nodes);
  const words = html("div", { style: "color: var(--gray); font-size: 0.85em; padding: 2px" }, RULES_IN_WORDS);
  return [[column(...made.slice(0, 6).map(([node]) => node)), column(...made.slice(6).map(([node]) => node),
    html("div", { class: "row" }, ...grid.map(({ node }) => node), named)), words], (now) => {
    made.forEach(([, show]) => show(now));
    grid.forEach((one, k) => one.show([now.rows, now.columns][k]));
    if (!label.matches(":focus")) label.value = now.names[0];
  }];
}
