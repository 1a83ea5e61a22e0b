// The convolution explorer: an input to draw on, a kernel to edit, an output to point at, and the sum in between.
// What is computed stands in convolution_run.js; the parts of the drawing in the other files convolution_*.js.

function buildConvolution(given) {
  const count = (now) => convolutionNumbers(now).count, state = () => {
    const now = given.state();
    return { ...now, step: clamp(now.step, 0, Math.max(0, count(now) - 1)) };
  };
  const stage = { ...given, state }, { root, says } = stage;
  root.append(html("style", {}, GRIDS));
  const steer = glider(stage, { end: (now) => Math.max(0, count(now) - 1), seconds: 24, slowest: 900 });
  const play = steer.node.querySelector("button.first"), playing = () => play.textContent === "Pause";
  const inputs = buildInputs(stage), kernels = buildKernels(stage), matrix = buildMatrix(), patch = buildPatch();
  const outputs = buildOutputs(stage, matrix, playing), products = buildProducts(), words = buildWords();
  const front = buildFrontRow(stage), [settings, showSettings] = buildExplorerSettings(stage);
  const drawing = panel({ ...WIDE, label: "Input, kernel and output" }, words.node, ...inputs.nodes, ...kernels.nodes,
    ...products.nodes, ...outputs.nodes, matrix.node, patch.node, outputs.cover, ...inputs.covers, kernels.covers);
  steer.node.append(front.view);
  root.append(html("div", { class: "panels" }, drawing), steer.node, front.node, ...settingsOf(...settings));
  let narrow = false, drawn = "", step = -1, shown = [];
  new ResizeObserver(() => {
    const now = root.clientWidth > 0 && root.clientWidth < 780;
    if (now === narrow) return;
    narrow = now;
    root.classList.toggle("narrow", narrow);
    stage.draw();
  }).observe(root);
  return (now, numbers) => {
    const layout = layoutOf(numbers, now.view, narrow, sizeInWords(numbers, now).length);
    const scale = scalesOf(now, numbers), part = steer.part(), { width, height } = layout;
    const key = JSON.stringify([{ ...now, step: 0 }, narrow, numbers.sum?.place[0]]), still = drawn === key;
    drawn = key;
    steer.show({ ...now, step: numbers.at });
    if (!still) shown = inputs.draw(now, numbers, layout, scale);
    patch.draw(now, numbers, shown, part);
    if (layout.matrix && numbers.count) matrix.draw(now, numbers, layout, scale); else matrix.clear();
    outputs.draw(now, numbers, layout, scale, { still, cell: numbers.channels > 1 ? 60 : shown[0]?.cell });
    if (still && step === numbers.at) return;  // between the steps only the patch moves
    step = numbers.at;
    products.draw(now, numbers, layout);
    write(says, sentenceOf(now, numbers));
    if (still) return;  // from step to step the rest stays
    put(drawing, { viewBox: `0 0 ${width} ${height}` });
    kernels.draw(now, numbers, layout);
    words.draw(now, numbers, layout);
    front.show(now);
    showSettings(now);
  };
}

export default figure({ title: "The convolution explorer", rules, numbers: convolutionNumbers, build: buildConvolution,
  torch: torchConvolution });
