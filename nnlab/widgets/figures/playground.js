// A network that trains in the browser: its data, its units, its decision boundary, its losses. What it computes
// stands in network.js and training.js, what it draws in the files playground_*.js.

/** Loss and accuracy on both sets, as a sentence. */
function runSentence({ epoch, done, over, onTrain, onTest, parameters }) {
  const part = (name, on) => on
    ? `${name} loss ${shown(on.loss, 4)}, accuracy ${shown(100 * on.accuracy, 0)} %`
    : `no ${name} set`;
  const diverged = over ? `Diverged after step ${done}: take a smaller learning rate. ` : "";
  return `${diverged}Epoch ${shown(epoch, 1)}: ${part("training", onTrain)}; ${part("test", onTest)}. `
    + `${parameters} parameters.`;
}

/** What unit `j` of layer `k` computes at the place of the diamond: lines of its sum, its output, and its name. */
function unitWords({ activation }, { net, z, a }, [k, j], feature, { letters }) {
  if (feature) return { title: `Feature ${FEATURES[feature].label}`, lines: [], value: "" };
  const layer = net.layers[k - 1], last = k === net.layers.length, sum = z[k - 1][j - 1];
  const output = last ? sigmoid(sum) : a[k][j - 1], inner = (value) => value < 0 ? `(${shown(value)})` : shown(value);
  const terms = [...a[k - 1]].map((one, i) => {
    const weight = layer.W[(j - 1) * layer.n + i];
    return `${weight < 0 ? "−" : "+"} ${shown(Math.abs(weight))}·${inner(one)}`;
  });
  const lines = [`at ◆: z = ${shown(layer.b[j - 1])}`];
  const name = last ? "σ" : activation, result = `, ${name}(z) = ${shown(output, 4)}`;
  for (const term of [...terms, `= ${shown(sum)}`]) {
    if (lines.at(-1).length + term.length < letters) lines[lines.length - 1] += ` ${term}`;
    else lines.push(term);
  }
  if (name !== "linear") {
    if (lines.at(-1).length + result.length < letters) lines[lines.length - 1] += result;
    else if (lines.length < 2) lines.push(result.slice(2));
  }
  return { title: last ? "Output σ(z)" : `Unit ${j} of layer ${k}`, lines, value: shown(output, 3) };
}

const PACE = 40;  // epochs a second, at most one in an image

/** Play, restart, steps, an epoch; a slider for the step. */
function buildSteer(stage) {
  const { set, begin, state } = stage, perEpoch = () => trained(state()).stepsPerEpoch, end = () => limits.step[1];
  const restart = button("Restart", () => { begin(); set({ step: 0 }); });
  const epoch = button("Epoch", () => {
    begin();
    set({ step: Math.min(end(), (Math.floor(state().step / perEpoch()) + 1) * perEpoch()) });
  });
  let due = 0, ticked = 0;
  const stride = () => {  // steps due in this image; a machine that is slower goes from one epoch's end to the next
    const now = performance.now(), most = perEpoch(), since = now - ticked;
    ticked = now;
    due = since > 500 ? 1 : due + PACE * most * since / 1000;
    const whole = due < most ? Math.floor(due) : most - state().step % most;
    due = due < most ? due - whole : 0;
    return whole;
  };
  const steer = player(stage, { end, wait: 0, more: [restart, epoch], stride });
  const [back, forth, , , play] = steer.node.querySelectorAll("button");
  [restart, back, forth].forEach(asIcon);
  play.classList.add("first");
  steer.node.prepend(play, restart);
  steer.node.classList.add("steer");
  explain(play, "Train, at most an epoch in each image; press again to pause.");
  explain(restart, "Back to the initialization.");
  explain(back, "One step back.");
  explain(forth, "One step: one update of the parameters, on one mini-batch.");
  explain(epoch, "On to the end of this epoch.");
  explain(steer.node.querySelector(".field"), "The number of steps: drag, or type a number.");
  return { ...steer, playing: () => play.textContent === "Pause" };
}

/** Let the pointer look at units and weights, and drag weights. `point` gets what is under it. */
function followPointer({ begin, set, state }, drawing, find, { point, gentle, pick }) {
  let pulled = null;
  drawing.addEventListener("pointermove", (event) => {
    const [x, y] = placeOf(event, drawing);
    if (pulled) { pick(pulled.weight, tidy(pulled.value + (pulled.y - y) / 40)); return; }
    if (event.pointerType !== "touch") point(event.target.closest(".handle") ? {} : find([x, y]));
  });
  drawing.addEventListener("pointerleave", () => { if (!pulled) point({}); });
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary || event.target.closest(".handle")) return;
    const { weight, value } = find(placeOf(event, drawing));
    if (!weight) return;
    begin();
    pick(weight);
    if (event.pointerType === "touch") return;  // a finger drags its handle; elsewhere it scrolls the page
    pulled = { weight, value, y: placeOf(event, drawing)[1] };
    drawing.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  for (const end of ["pointerup", "pointercancel"]) drawing.addEventListener(end, () => { pulled = null; });
  drawing.addEventListener("click", (event) => {
    if (event.target.closest(".handle")) return;
    const { unit } = find(placeOf(event, drawing)), { look } = state();
    if (!unit) return;
    gentle();
    set({ look: same(unit, look) ? [0, 0] : unit });
  });
}

function buildPlayground(stage) {
  const { root, says, set, begin, state } = stage;
  let kind = "page", places = null, layers = [], pointed = {}, drawn = "", moving = false;
  const steer = buildSteer(stage), gentle = () => { if (!steer.playing()) begin(); };
  const point = (at) => { if (!same(at, pointed)) { pointed = at; stage.draw(); } };
  const pick = (weight, value) => {
    if (value === undefined) { set({ weight }); return; }
    const { step, edits } = state(), again = (one) => same(one.slice(0, 4), [step, ...weight]);
    const others = edits.filter((one) => one[1] && !again(one));
    const allowed = clamp(value, ...limits.edits);
    set({ weight, edits: [[0, 0, 0, 0, 0], ...others, [step, ...weight, allowed]].slice(-most.edits) });
  };
  root.classList.add("playground");
  root.append(html("style", {}, PLAYGROUND));

  const drawing = panel({ width: 984, height: 508, label: "Network, decision boundary and losses" });
  const [canvas, drawCanvas] = buildCanvas(root), glide = buildGlide(() => stage.draw());
  const [counts, countButtons, drawCounts] = buildCounts(stage, glide.begin);
  const [names, featureButtons, drawFeatures] = buildFeatureTiles(stage, point);
  const [units, drawUnits] = buildUnits(stage, gentle), [knob, drawKnob] = buildKnob(stage, pick);
  const [plane, drawPlane] = buildPlane(stage, drawing), [losses, drawLosses] = buildLossChart();
  const counter = svg("g", {}, text(0, 0, "Epoch", { class: "small" }), text(56, 0, "", { class: "number" }));
  const hint = text(0, 0, "", { class: "small halo", ...BOLD });
  const sums = upTo(4).map(() => text(0, 0, "", { class: "small" })), key = buildKey(), sum = svg("g", {}, ...sums);
  explain(sum, "The sum z of the unit shown large, at the point ◆: its bias plus each weight times its input.");
  drawing.append(counter, counts, names, key, units, sum, losses, ...plane.slice(0, -1), hint, knob, plane.at(-1));
  const controls = buildControls(stage, pick);
  const panels = html("div", { class: "panels" }, canvas, drawing, featureButtons, countButtons);
  root.append(panels, steer.node, controls.first, ...settingsOf(...controls.settings));
  followPointer(stage, drawing, (at) => {
    const found = under(places, layers, at);
    if (!found.weight) return found.unit ? { unit: found.unit } : {};
    const [k, j, i] = found.weight, [values, p] = parameterAt(layers[k - 1], j, i);
    return { weight: found.weight, value: values[p] };
  }, { point, gentle, pick });
  new ResizeObserver(() => { if (root.isConnected) stage.draw(); }).observe(drawing);
  new MutationObserver(() => stage.draw()).observe(root, { attributes: true, attributeFilter: ["data-theme"] });

  /** What is drawn anew only when the network or the layout changes. */
  const lay = (now) => {
    const width = root.isConnected ? root.clientWidth : 0;
    kind = width && width < 700 ? "phone" : root.classList.contains("deck") ? "deck" : "page";
    places = placesOf(kind, now.layers, now.features);
    root.classList.toggle("phone", kind === "phone");
    put(drawing, { viewBox: `0 0 ${places.width} ${places.height}` });
    put(counter, { transform: `translate(${places.epoch.join(" ")})` });
    put(counter.lastChild, { x: kind === "deck" ? 66 : 56 });
    put(key, { transform: `translate(${places.key.join(" ")})` });
    sums.forEach((node, k) => put(node, { x: places.sums.x, y: places.sums.y + k * places.sums.line }));
  };
  return (now, numbers) => {
    ({ layers } = numbers.net);
    lay(now);
    const sizes = layers.map(({ m }) => m), looked = pointed.unit && pointed.unit[1] <= sizes[pointed.unit[0] - 1]
      ? pointed.unit : lookedAt(now, sizes);
    const loud = looked[0] < sizes.length, { feature, weight } = pointed;
    const said = unitWords(now, numbers, looked, feature, places.sums);
    const there = glide.at(places, steer.playing());  // places on the way to where they will be
    said.scale = drawCanvas({ places: there, now, net: numbers.net, large: looked, loud, feature, hovered: weight,
      step: numbers.done, chosen: chosenIn(now, layers), playing: steer.playing() });
    const key = JSON.stringify([{ ...now, step: 0 }, kind, root.clientWidth]);
    if (key !== drawn || there !== places || moving) drawCounts(now, there);
    moving = there !== places;
    if (key !== drawn) {  // from step to step these stay
      drawFeatures(now, places);
      drawUnits(now, places, layers);
    }
    drawKnob(there, numbers);
    drawPlane(now, numbers, places, said);
    drawLosses(numbers, places);
    write(counter.lastChild, shown(numbers.epoch, 1));
    sums.forEach((node, k) => write(node, said.lines[k] || ""));
    const hinted = weight && weightsOf(layers).some((one) => same(one, weight));
    const [x, y] = !hinted ? [0, 0] : weight[2] ? alongEdge(endsOf(places, weight), 0.5) : biasAt(places, weight);
    write(hint, hinted ? `${weight[2] ? "w" : "b"} = ${shown(pointed.value, 3)}` : "");
    put(hint, { x: x + 14, y: y - 10 });
    steer.show(now);
    if (key !== drawn || !steer.playing()) controls.show(now, numbers);
    drawn = key;
    write(says, runSentence(numbers));
  };
}

/** What the colors and the dashes of edges mean. */
function buildKey() {
  const item = (y, words, style) => [svg("line", { x1: 0, x2: 34, y1: y - 5, y2: y - 5, "stroke-width": 4, ...style }),
    text(42, y, words, { class: "small" })];
  return svg("g", {}, ...item(4, "positive", { "stroke-dasharray": "14 2", style: "stroke: var(--lane0)" }),
    ...item(24, "negative", { "stroke-dasharray": "5 4", style: "stroke: var(--lane1)" }));
}

export default figure({ title: "A network that trains", rules, numbers: playgroundNumbers,
  build: buildPlayground, torch: torchPlayground });
