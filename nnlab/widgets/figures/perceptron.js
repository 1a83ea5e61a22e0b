// Rosenblatt's perceptron, one point after the other, and Novikoff's theorem that bounds its mistakes. The plane stands
// in perceptron_plane.js, the norm with its bounds and the strip of steps in perceptron_bounds.js.

/** What happened at the last step, in words. */
function story({ points }, { trace, done, converged, margin, bound, mistakes }) {
  if (!points.length) return "Click into the plane: the perceptron needs points.";
  const most = margin && Math.floor(bound + 1e-9), never = "No line separates these points: training never converges.";
  if (!done) {
    const promise = margin ? `At most ${counted(most, "mistake")} will be made.` : never;
    return `All weights are 0, and so is every sum. ${promise}`;
  }
  const { k, total, mistake, weights: [b, w, v] } = trace[done - 1], [x, y, label] = points[k];
  const [named, update] = sign(label) > 0 ? ["+1", "Add"] : ["−1", "Subtract"];
  const sum = `Point ${k + 1}, class ${named}: b + w·x = ${shown(total)}, `;
  const then = mistake
    ? `misclassified. ${update} (1, ${shown(x, 1)}, ${shown(y, 1)}): `
      + `b\u00a0=\u00a0${shown(b, 0)}, w\u00a0=\u00a0(${shown(w, 1)},\u00a0${shown(v, 1)}). `
    : "classified correctly: no update. ", outcome = mistake ? "misclassified. " : "correct. ";
  if (done < trace.length) return sum + then + (margin ? "" : never);
  if (converged) {
    const tally = `${counted(mistakes, "mistake")}, of at most ${most}`;
    return `${sum}${outcome}All points are classified correctly: converged after ${tally}.`;
  }
  const stops = `The figure stops here, after ${trace.length} steps`;
  const why = margin ? `: a line exists, and at most ${most} mistakes will find it.` : `. ${never}`;
  return sum + outcome + stops + why;
}

const CLICKS = {  // what a click into the plane does, as it stands on its pick
  "adds +1": "A click adds a point of class +1, or makes a point one.",
  "adds −1": "A click adds a point of class −1, or makes a point one.",
  removes: "A click on a point removes it.",
};

/** Picks for what a click does. Returns their node and what shows a state. */
function buildClicks({ set, begin }) {
  const cross = () => svg("path", { d: "M-6 -6L6 6M-6 6L6 -6", "stroke-width": 3, style: "stroke: var(--ink)" });
  const signs = { "adds +1": classMark(true, 9), "adds −1": classMark(false, 9), removes: cross() };
  const picks = choices.click.map((name) => {
    const at = svg("g", { transform: "translate(11 11)" }, signs[name]);
    const words = name.startsWith("adds") ? [html("span", {}, name.slice(5))] : [];
    return [name, pick({ name: `a click ${name}`, tip: CLICKS[name], press: () => { begin(); set({ click: name }); } },
      sample(22, 22, at), ...words)];
  });
  const group = html("div", { class: "picks", role: "group", "aria-label": "What a click does" },
    ...picks.map(([, { node }]) => node));
  return [group, ({ click }) => picks.forEach(([name, { show }]) => show(name === click))];
}

function buildPerceptron(stage) {
  dressPicks(stage);
  const { root, says, set, begin, state } = stage;
  const [plane, drawPlane, addWhereFree] = buildPlane(stage), [bounds, drawBounds] = buildBounds();
  const [strip, drawStrip] = buildStrip();
  const right = panel({ left: 380, width: 540, height: 400, label: "Norm of the weights, and the steps" },
    bounds, strip);
  const ease = easing(stage);
  const next = explain(button("Next mistake", () => {
    ease();
    begin();
    const { trace, done } = perceptronNumbers(state());
    const at = trace.findIndex((step, k) => k >= done && step.mistake);
    set({ step: at < 0 ? trace.length : at + 1 });
  }), "Go on to the next misclassified point: the weights change there.");
  const steer = glider(stage, { end: (now) => perceptronNumbers(now).trace.length, seconds: 15, slowest: 600 });
  steer.node.addEventListener("click", ({ target }) => { if (target.matches(".icon")) ease(); }, true);
  const shuffle = explain(button("Another order", () => {
    begin();
    set({ seed: (state().seed + 1) % 1000, step: 0 });
  }), "Visit the points in another random order, from the first step.");
  const add = explain(button("+", addWhereFree), "Add a point of the chosen class where there is room.");
  put(add, { "aria-label": "Add a point" });
  const [clicks, showClick] = buildClicks(stage);
  root.append(html("div", { class: "panels" }, plane, right), steer.node,
    html("div", { class: "row" }, next, shuffle, clicks, add));
  return (now, numbers) => {
    const { trace, done, weights } = numbers, part = clamp(3 * steer.part() - 2, 0, 1), after = trace[done]?.weights;
    const glides = weights.map((one, k) => one + part * ((after?.[k] ?? one) - one));
    drawPlane(now, numbers, glides);
    drawBounds(now, numbers);
    drawStrip(now, numbers);
    steer.show(now);
    enable(next, done < trace.length);
    showClick(now);
    write(says, story(now, numbers));
  };
}

export default figure({ title: "The perceptron, step by step", rules, numbers: perceptronNumbers,
  build: buildPerceptron, torch: torchPerceptron });
