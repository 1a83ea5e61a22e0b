// The explorer's controls: image, kernel, stride, padding and dilation at hand; sizes, numbers as text and the rest in
// the settings.

/** A choice of two numbers, [rows, columns], most often equal. Returns its node and what shows a state. */
function pairChoice({ set, begin }, part, options, words) {
  const parse = (written) => written.includes("×") ? written.split(" × ").map(Number) : [written, written].map(Number);
  const made = choice({ name: part, options, begin, change: (value) => set({ [part]: parse(value) }) });
  const select = made.node.querySelector("select");
  put(select, { "aria-label": part });
  explain(made.node, words).classList.add("pair");
  return { node: made.node, show: (pair) => {
    const written = pairOf(pair);
    for (const one of [...select.options].slice(options.length)) if (one.value !== written) one.remove();
    if (![...select.options].some(({ value }) => value === written)) {
      select.append(html("option", { value: written }, written));
    }
    made.show(written);
  } };
}

/** Choice of an image or a kernel by its name: "own" where its numbers are others. */
function namedChoice({ set, begin }, part, values, words) {
  const made = choice({ name: part, options: choices[part], begin, says: { own: "your own" }, change: (name) => set(
    name === "own" ? { [part]: name } : { [part]: name, [values]: defaultsOf(rules, { [part]: name })[values] }) });
  explain(made.node, words);
  return { node: made.node, show: (now) => made.show(same(defaultsOf(rules, { [part]: now[part] })[values], now[values])
    ? now[part] : "own") };
}

const line = (...nodes) => html("div", { class: "row" }, ...nodes);

/** What stands below the drawing. Returns rows and what shows a state. */
function buildFrontRow(stage) {
  const { set, begin } = stage, named = {
    image: namedChoice(stage, "image", "pixels", "A sample image; draw on the input to change it."),
    kernel: namedChoice(stage, "kernel", "weight", "A sample kernel; click a weight and type to change it.") };
  const pairs = {
    stride: pairChoice(stage, "stride", ["1", "2", "3", "1 × 2", "2 × 1"],
      "Pixels from one position of the kernel to the next: rows × columns."),
    padding: pairChoice(stage, "padding", ["0", "1", "2", "3", "0 × 1", "1 × 0"],
      "Pixels added on each side of the input: rows × columns."),
    dilation: pairChoice(stage, "dilation", ["1", "2", "3", "1 × 2", "2 × 1"],
      "Distance between neighboring weights, in pixels: rows × columns.") };
  const view = choice({ name: "view", options: choices.view, begin, change: (value) => set({ view: value }),
    says: Object.fromEntries(choices.view.map((one) => [one, `view: ${one}`])) });
  put(view.node.querySelector("select"), { "aria-label": "view" });
  explain(view.node, "The sum behind an output, how often each pixel is used, or the operation as a sparse matrix.");
  const node = html("div", { class: "row front" }, ...Object.values({ ...named, ...pairs }).map((one) => one.node));
  return { view: view.node, node, show: (now) => {
    for (const part in named) named[part].show(now);
    for (const part in pairs) pairs[part].show(now[part]);
    view.show(now.view);
  } };
}

/** `grid` cut, or filled with zeros, to `rows` × `columns`; a kernel (`middle`) around its middle. */
function resized(grid, rows, columns, middle = false) {
  const shift = (now, before) => middle ? Math.floor((now - before) / 2) : 0;
  const [down, across] = [shift(rows, grid.length), shift(columns, grid[0]?.length ?? 0)];
  return upTo(rows).map((r) => upTo(columns).map((s) => grid[r - down]?.[s - across] ?? 0));
}

/** Numbers as text: rows end with "/", channels with "|". Returns its node and what shows a state. */
function numbersAsText({ begin, tell }, name, words, [most, low, high], take) {
  const box = html("input", { type: "text", "aria-label": name, spellcheck: "false" });
  explain(box, words);
  const writtenRow = (row) => row.map((one) => tidy(one, 4)).join(" ");
  const written = (grids) => grids.map((grid) => grid.map(writtenRow).join(" / ")).join(" | ");
  let last = "";
  box.addEventListener("change", () => {
    const grids = box.value.trim().split("|").map((grid) => grid.trim().replace(/\/$/, "").split("/")
      .map((row) => row.trim().split(/[\s,;]+/).map((one) => one === "" ? NaN : Number(one.replace("\u2212", "-")))));
    const fits = grids.flat(2).every((one) => one >= low && one <= high), { even } = sidesOf(grids);
    const small = grids.length <= most[0] && grids[0].length <= most[1] && grids[0][0].length <= most[2];
    if (fits && even && small) { begin(); take(grids); return; }
    tell(`${name} not used: ${!fits ? `type numbers from ${plain(low)} to ${plain(high)}, rows separated by /`
      : !even ? "give each row as many numbers" : `at most ${most.join(" × ")} (channels, rows, columns)`}`);
    box.value = last;
  });
  return { node: html("label", { class: "field" }, html("span", {}, name), box), show: (grids) => {
    last = written(grids);
    if (!box.matches(":focus") || box.value !== last) box.value = last;
  } };
}

/** All that opens at the button Settings. Returns rows and what shows a state. */
function buildExplorerSettings(stage) {
  const { set, begin, tell, state } = stage, [, tallest, widest] = most.pixels, [, , tall, wide] = most.weight;
  const sides = (grids) => sidesOf(grids).sides;
  const images = (rows, columns, count = state().pixels.length) => set({ image: "own", pixels: upTo(count).map((c) =>
    resized(state().pixels[c] ?? state().pixels[0] ?? [], rows, columns)) });
  const kernels = (rows, columns, count = state().weight.length) => set({ kernel: "own", weight: upTo(count).map((o) =>
    (state().weight[o] ?? state().weight[0] ?? [[[0]]]).map((grid) => resized(grid, rows, columns, true))) });
  const side = (name, high, change) => slider({ name, low: 1, high, step: 1, digits: 0, begin, tell, change });
  const image = () => sides(state().pixels), kernel = () => sides(state().weight.flat());
  const dials = [side("image rows", tallest, (value) => images(value, image()[1])),
    side("image columns", widest, (value) => images(image()[0], value)),
    side("kernel rows", tall, (value) => kernels(value, kernel()[1])),
    side("kernel columns", wide, (value) => kernels(kernel()[0], value))];
  const channels = choice({ name: "input channels", options: ["1", "2", "3"], begin, change: (value) =>
    images(...image(), Number(value)) });
  const outputs = choice({ name: "output channels", options: ["1", "2"], begin, change: (value) =>
    kernels(...kernel(), Number(value)) });
  const picked = (part, name, words) => {
    const made = choice({ name, options: choices[part], begin, change: (value) => set({ [part]: value }) });
    explain(made.node, words);
    return made;
  };
  dials.slice(0, 2).forEach(({ node }) => explain(node, "Cuts the image, or fills it up with zeros."));
  dials.slice(2).forEach(({ node }) => explain(node, "Cuts the kernel, or fills it up with zeros, around its middle."));
  explain(channels.node, "The sums of the channels are added.");
  explain(outputs.node, "One kernel for each output channel.");
  const picks = {
    operation: picked("operation", "operation",
      "Cross-correlation, as torch computes it, or convolution, which rotates the kernel by 180° first."),
    padding_mode: picked("padding_mode", "padding with", "Around the image: zeros, or the image repeated."),
    activation: picked("activation", "activation", "Applied to each output.") };
  const bias = (o) => numberBox({ name: `bias ${o}`, low: limits.bias[0], high: limits.bias[1], begin, tell,
    change: (value) => set({ bias: upTo(Math.max(state().bias.length, o + 1)).map((k) =>
      k === o ? value : state().bias[k] ?? 0) }) });
  const biases = [bias(0), bias(1)];
  biases.forEach(({ node }, o) => explain(node, `Added to every value of output channel ${o}.`));
  const pixels = numbersAsText(stage, "pixels", "Rows are separated by /, channels by |.",
    [most.pixels, ...limits.pixels], (grids) => set({ image: "own", pixels: grids }));
  const weights = numbersAsText(stage, "weights", "Of kernel 0: rows are separated by /, input channels by |.",
    [most.weight.slice(1), ...limits.weight], (grids) => {
      const others = state().weight.slice(1).map((one) =>
        grids.map((grid, c) => resized(one[c % one.length], grid.length, grid[0].length, true)));
      set({ kernel: "own", weight: [grids, ...others] });
    });
  return [[html("div", {}, line(dials[0].node, dials[1].node, channels.node), line(dials[2].node, dials[3].node,
    outputs.node), line(picks.operation.node, picks.padding_mode.node), line(picks.activation.node, biases[0].node,
    biases[1].node)), html("div", { class: "typed" }, pixels.node, weights.node)], (now) => {
    [...sides(now.pixels), ...sides(now.weight.flat())].forEach((one, k) => dials[k].show(Math.max(1, one)));
    channels.show(String(now.pixels.length));
    outputs.show(String(now.weight.length));
    for (const part in picks) picks[part].show(now[part]);
    biases.forEach((one, o) => {
      one.node.hidden = o >= now.weight.length;
      one.show(now.bias[o] ?? 0);
    });
    pixels.show(now.pixels);
    weights.show(now.weight[0] ?? []);
  }];
}
