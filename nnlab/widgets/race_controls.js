// The race's controls: the surface and the best learning rate at hand; methods, their hyperparameters and the rest in
// the settings.

const RACE_WORDS = {
  steps: "Number of updates in the race.", noise: "Standard deviation of the noise added to each gradient.",
  seed: "Seed of the noise: another number, other noise.", kappa: "Condition number: the larger eigenvalue over 1.",
  angle: "Rotation of the bowl against the axes, in degrees.",
};

/** The surface, and the button for gradient descent's best learning rate. Returns the row and what draws it. */
function buildSurfaceRow({ set, begin, state }) {
  const brought = ["start", "kappa", "angle", "noise", "steps", "target", "rates", "step"];
  const surface = choice({ name: "surface", options: choices.surface, begin, change: (value) => {
    const fresh = defaultsOf(rules, { surface: value });
    set({ surface: value, ...Object.fromEntries(brought.map((part) => [part, fresh[part]])) });
  } });
  const best = button("", () => {
    const { methods } = state(), rate = significant(bestRate(eigenvalues(state())), 4);
    begin();
    set({ rates: LANES.map((k) => methods[k] === "gradient descent" ? rate : state().rates[k] ?? 0) });
  });
  explain(surface.node, "The loss as a function of the two weights w₁ and w₂.");
  explain(best, "Set gradient descent to 2/(λmin + λmax), its best learning rate on this bowl.");
  return [html("div", { class: "row" }, surface.node, best), (now, numbers) => {
    surface.show(now.surface);
    const able = numbers.best && now.methods.includes("gradient descent");
    enable(best, Boolean(able));
    write(best, `Best η = ${able ? brief(numbers.best) : "?"}`);
  }];
}

/** A racer's method, learning rate and beta. Returns its row and what shows a state. */
function buildRacer({ set, begin, tell, state }, k) {
  const padded = (part) => LANES.map((lane) => state()[part][lane] ?? defaults[part][lane]);
  const change = (part, value) => set({ [part]: padded(part).map((old, lane) => lane === k ? value : old) });
  const method = html("select", { "aria-label": `method ${k + 1}` },
    ...choices.methods.map((name) => html("option", { value: name }, name)));
  method.addEventListener("change", () => {
    begin();
    set({ methods: state().methods.map((old, lane) => lane === k ? method.value : old),
      rates: padded("rates").map((old, lane) => lane === k ? 0 : old),
      betas: padded("betas").map((old, lane) => lane === k ? -1 : old) });
  });
  const rate = numberBox({ name: `learning rate ${k + 1}`, label: "η", low: 0, high: limits.rates[1], begin, tell,
    change: (value) => change("rates", value) });
  const beta = numberBox({ name: `momentum or decay ${k + 1}`, label: "β", low: 0, high: limits.betas[1],
    begin, tell, change: (value) => change("betas", value) });
  const remove = button("Remove", () => {
    const without = (list) => list.filter((_, lane) => lane !== k);
    begin();
    set({ methods: without(state().methods), rates: [...without(padded("rates")), 0],
      betas: [...without(padded("betas")), -1] });
  });
  const sign = svg("svg", { viewBox: "-12 -12 24 24", width: 22, height: 22, "aria-hidden": "true" }, laneMark(k));
  asIcon(remove);
  put(remove, { "aria-label": `Remove method ${k + 1}` });
  explain(method, "The update rule of this path.");
  explain(rate.node, "The learning rate η: it scales each update.");
  explain(beta.node, "How much of the past the averages keep: momentum β, or the decay of squared gradients.");
  explain(remove, "Take this method out of the race.");
  const node = html("div", { class: "row racer" }, sign, method, rate.node, beta.node, remove);
  return { node, show: (now, racer) => {
    const letter = OPTIMIZERS[racer.method].beta;
    method.value = racer.method;
    rate.show(racer.rate);
    beta.show(racer.beta, letter || "β");
    beta.node.hidden = !letter;
    enable(remove, now.methods.length > 1);
  } };
}

/** All that opens at the button Settings. Returns rows and what shows a state. */
function buildRaceSettings(stage) {
  const { set, begin, tell, state } = stage, racers = html("div", {});
  const add = button("Add a method", () => {
    const unused = choices.methods.find((one) => !state().methods.includes(one)) ?? choices.methods[0];
    begin();
    set({ methods: [...state().methods, unused] });
  });
  const dial = (part, name, step, digits) => slider({ name, low: limits[part][0], high: limits[part][1], step, digits,
    begin, tell, change: (value) => set({ [part]: value }) });
  const dials = { steps: dial("steps", "steps", 10, 0), noise: dial("noise", "noise", 0.1, 2),
    seed: dial("seed", "seed", 1, 0), kappa: dial("kappa", "κ", 1, 2), angle: dial("angle", "angle °", 1, 2) };
  const goal = numberBox({ name: "goal: the loss to reach", label: "goal", low: limits.target[0],
    high: limits.target[1], begin, tell, change: (target) => set({ target }) });
  explain(add, "Let another method start at the same place; at most four.");
  explain(goal.node, "The loss to reach: who gets there first wins.");
  for (const [part, words] of Object.entries(RACE_WORDS)) explain(dials[part].node, words);
  const row = (...nodes) => html("div", { class: "row" }, ...nodes), lanes = [];
  const bowl = row(dials.kappa.node, dials.angle.node);
  const rows = [racers, html("div", {}, row(add, goal.node), row(dials.steps.node, dials.noise.node, dials.seed.node),
    bowl)];
  return [rows, (now, numbers) => {
    while (lanes.length < numbers.racers.length) lanes.push(buildRacer(stage, lanes.length));
    lanes.length = numbers.racers.length;
    while (racers.children.length > lanes.length) racers.lastChild.remove();
    racers.append(...lanes.slice(racers.children.length).map(({ node }) => node));
    lanes.forEach(({ show }, k) => show(now, numbers.racers[k]));
    enable(add, lanes.length < LANES.length);
    bowl.hidden = !numbers.lambdas;
    goal.show(now.target);
    for (const [part, one] of Object.entries(dials)) one.show(now[part]);
  }];
}
