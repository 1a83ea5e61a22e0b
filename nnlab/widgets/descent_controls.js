// The controls of the double-descent figure: degrees of freedom, a new draw, the basis; the rest in the settings.

/** The rows below the drawing, the settings' rows, and what shows a state in them. */
function buildDescentControls(stage) {
  const { set, begin, state, tell } = stage;
  const part = (name, key, more) => {
    const [low, high, whole] = limits[key];
    return slider({ name, low, high, begin, tell, change: (value) => set({ [key]: value }),
      ...(whole ? { step: 1, digits: 0 } : {}), ...more });
  };
  const df = part("degrees of freedom", "df"), noise = part("noise", "noise"), seed = part("draw", "seed");
  const ridge = part("ridge λ", "ridge", { step: 0.01 });
  const again = button("Draw again", () => {
    begin();
    set({ seed: (state().seed + 1) % (limits.seed[1] + 1), pulls: defaults.pulls });
  });
  again.classList.add("first");
  const basis = choice({ name: "basis", options: choices.basis, begin, change: (value) => set({ basis: value }) });
  const curves = choice({ name: "curves", options: choices.curves, begin, change: (value) => set({ curves: value }) });
  explain(df.node, "Number of functions in the fit, which is its number of weights.");
  explain(again, "Draw 20 new points: other inputs and other noise.");
  explain(basis.node, "The functions whose weighted sum is the fit.");
  explain(noise.node, "Standard deviation of the noise of the targets.");
  explain(ridge.node, "Weight λ of the penalty on the squared norm of the weights.");
  explain(curves.node, "What the upper chart shows: training and test error, or squared bias and variance.");
  explain(seed.node, "Seed of the points: the same number draws the same points.");
  const row = (...nodes) => html("div", { class: "row" }, ...nodes);
  const steer = row(again, df.node);
  steer.classList.add("steer");
  return [[steer, row(basis.node)], [row(noise.node, ridge.node), row(curves.node, seed.node)], (now) => {
    for (const [key, one] of Object.entries({ df, noise, seed, ridge, basis, curves })) one.show(now[key]);
  }];
}
