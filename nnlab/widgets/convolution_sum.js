// The sum behind one output pixel: the patch that glides over the input, the products, and all that is written.

const joined = (values) => values.map((value, k) => !k ? plain(value)
  : `${value < 0 ? "\u2212" : "+"} ${plain(Math.abs(value))}`).join(" ");
const product = ({ pixel, weight }) => `${signed(pixel)}·${signed(weight)}`;
const pairOf = ([rows, columns]) => rows === columns ? String(rows) : `${rows} × ${columns}`;

/** The patch in each input channel, with the weights that it meets. Returns its node and what draws it. */
function buildPatch() {
  const parts = CHANNELS.map(() => ({ under: svg("path", { class: "frame under" }), frame: svg("path",
    { class: "frame" }), words: svg("g", { class: "weights" }) }));
  const groups = parts.map(({ under, frame, words }) => svg("g", {}, under, frame, words));
  let made = "";
  const build = ({ weights }, { dilation }, shown, o) => parts.forEach(({ under, frame, words }, c) => {
    words.replaceChildren();
    for (const node of [under, frame]) put(node, { d: "", style: "" });
    if (!weights?.[o][c] || !shown[c]) return;
    const { x, y, cell } = shown[c], grid = weights[o][c], [down, across] = dilation, places = [];
    grid.forEach((row, i) => row.forEach((one, j) => places.push([i * down, j * across, one])));
    const apart = down > 1 || across > 1, d = apart
      ? places.map(([i, j]) => aroundCells({ x, y, cell }, i, j)).join("")
      : aroundCells({ x, y, cell }, 0, 0, grid.length, grid[0].length);
    put(under, { d });
    put(frame, { d, style: cell < 14 && apart ? "stroke-width: 2" : "" });
    if (cell < 50) return;
    words.append(...places.map(([i, j, one]) => {
      const said = fitted(one, Math.floor(cell / 9) - 1);
      const [right, bottom] = [x + (j + 1) * cell - 4, y + (i + 1) * cell - 4], width = 10 * (said.length + 1) + 4;
      return svg("g", { display: said ? "inline" : "none" },
        svg("rect", { x: tidy(right - width), y: tidy(bottom - 18), width: tidy(width), height: 18, rx: 4 }),
        text(tidy(right - 2), tidy(bottom - 3), `×${said}`, { "text-anchor": "end", "font-size": 16 }));
    }));
  });
  return { node: svg("g", { "aria-hidden": "true" }, ...groups), draw: (now, numbers, shown, part) => {
    const { sum, found, at, count, size } = numbers;
    const sides = shown.map((one) => one && [one.x, one.y, one.cell]);
    const [o, r, s] = sum ? sum.place : [0, 0, 0];
    if (found !== made.found || o !== made.o || !same(sides, made.sides)) build(found, now, shown, o);
    made = { found, o, sides };
    const [, v, u] = placeOfOutput({ size }, at + 1 < count ? at + 1 : at), glide = at + 1 < count ? part : 0;
    groups.forEach((group, c) => {
      const cell = sum && shown[c] ? shown[c].cell : 0, [down, across] = now.stride;
      if (!cell) { put(group, { transform: "" }); return; }
      put(group, { transform: `translate(${tidy((s + glide * (u - s)) * across * cell)} ${
        tidy((r + glide * (v - r)) * down * cell)})` });
    });
  } };
}

/** The products, a grid for each channel, their sums, and the bias. Returns its nodes and what draws it. */
function buildProducts() {
  const grids = CHANNELS.map(buildGrid), sums = CHANNELS.map(() => svg("text", { class: "sum" }));
  const total = svg("text", { class: "sum" });
  return { nodes: [...grids.map((one) => one.node), ...sums, total], draw: (now, { sum, kernel: [tall, wide] },
    layout) => {
    const { products, sum: at } = layout;
    CHANNELS.forEach((c) => {
      const there = sum && c < products.length;
      const told = there && layout.sums[c];
      put(sums[c], { x: told ? told[0] : 0, y: told ? told[1] : 0 });
      const sign = c ? sum?.sums[c] < 0 ? "\u2212" : "+" : "=";
      write(sums[c], told ? `${sign} ${fitted(c ? Math.abs(sum.sums[c]) : sum.sums[c], 5)}` : "");
      if (!there) { grids[c].clear(); return; }
      const most = Math.max(...sum.terms.flat(2).map((one) => Math.abs(one.product)));
      const grid = gridIn(products[c], tall, wide, 55, 84);
      const spelled = grid.cell >= 42 && sum.terms[c].flat().every((one) => product(one).length * 9 < grid.wide);
      grids[c].draw(grid, (i, j) => {
        const one = sum.terms[c][i][j], look = signedOf(one.product, most);
        return spelled ? { value: one.product, look, words: product(one), below: fitted(one.product, grid.wide / 12) }
          : { value: one.product, look };
      });
    });
    put(total, { x: at ? at[0] : 0, y: at ? at[1] : 0 });
    write(total, at && sum ? totalOf(now, sum) : "");
  } };
}

/** A bias as it is added to what stands before it; nothing where it is 0. */
const added = (bias) => bias ? ` ${bias < 0 ? "\u2212" : "+"} ${plain(Math.abs(bias))} (bias)` : "";

/** From the sums of the channels to the output, in words. */
function totalOf({ activation }, { sums, bias, z, y }) {
  const parts = sums.length > 1 || bias ? `${joined(sums)}${added(bias)}` : "sum of the products";
  return `${parts} = ${plain(z)}${activation === "ReLU" ? `, ReLU: ${plain(y)}` : ""}`;
}

/** The formula of the output's size with the numbers put in, as lines. */
function sizeInWords({ image, kernel, size, problem }, { padding, stride, dilation }) {
  if (problem) return [];
  const of = (k) => {
    const fraction = (image[k] + 2 * padding[k] - dilation[k] * (kernel[k] - 1) - 1) / stride[k];
    const above = `${image[k]} + 2·${padding[k]} \u2212 ${dilation[k]}·(${kernel[k]}\u22121) \u2212 1`;
    return [`⌊(${above})/${stride[k]}⌋ + 1`, `= ⌊${plain(fraction)}⌋ + 1 = ${size[k]}`];
  };
  const [down, across] = [of(0), of(1)], [rows, columns] = ["row", "column"].map((word, k) =>
    size[k] === 1 ? word : `${word}s`);
  if (same(down, across)) return [down[0], `${down[1]} ${rows} and ${columns}`];
  return [down[0], `${down[1]} ${rows}`, across[0], `${across[1]} ${columns}`];
}

/** The titles of the parts. */
function titlesOf(now, { image, kernel, channels, outputs, size, sum, problem }, { narrow, matrix }) {
  const times = (...sides) => sides.join(" × "), several = channels > 1, padded = now.padding.some(Boolean);
  const rotated = now.operation === "convolution", activated = now.activation === "ReLU" ? "ReLU(output)" : "output";
  const input = several ? `${narrow || matrix ? "" : "input "}${times(channels, ...image)}`
    : `input ${times(...image)}${padded && !narrow ? `, padding ${pairOf(now.padding)}` : ""}`;
  return {
    input: now.view !== "use counts" || problem ? input : narrow ? "use counts" : "how often each pixel is used",
    kernel: outputs > 1 && sum ? `kernel ${sum.place[0]}` : `kernel ${times(...kernel)}`,
    products: several ? `products${rotated ? ", rotated" : ""}` : `patch · ${rotated ? "rotated kernel" : "kernel"}`,
    output: problem ? "no output" : `${activated} ${outputs > 1 ? times(outputs, ...size) : times(...size)}`,
  };
}

/** Titles of the parts and the formula. Returns its node and what draws it. */
function buildWords() {
  const title = () => svg("text", { style: "font-size: 17px" }), titles = { input: title(), kernel: title(),
    products: title(), output: title() };
  const lines = upTo(4).map(() => svg("text", { class: "small formula" }));
  const at = (node, box, words) => {
    put(node, { x: box ? box.x : 0, y: box ? box.y - 10 : 0 });
    write(node, box ? words : "");
  };
  return { node: svg("g", {}, ...Object.values(titles), ...lines), draw: (now, numbers, layout) => {
    const boxes = { input: layout.inputs[0], kernel: layout.kernels[0],
      products: numbers.sum && layout.products[0], output: layout.outputs[0] };
    for (const [part, words] of Object.entries(titlesOf(now, numbers, layout))) at(titles[part], boxes[part], words);
    const said = layout.formula ? sizeInWords(numbers, now) : [];
    lines.forEach((line, k) => {
      const [x, y] = said[k] ? layout.formula : [0, 0];
      put(line, { x, y: y + 21 * k });
      write(line, said[k] || "");
    });
  } };
}

/** What the figure says of the highlighted output, of dropped pixels, of the view. */
function sentenceOf(now, numbers) {
  const { problem, sum, outputs, channels, unused, used, image, shape, nonzero, met } = numbers;
  if (problem) return problem;
  const [o, r, s] = sum.place, name = `output${outputs > 1 ? place(o, r, s) : place(r, s)}`;
  const dropped = unused ? ` Hatched: ${counted(unused, "pixel")} that no output uses.` : "";
  if (now.view === "matrix") {
    const few = `only ${counted(now.weight.flat(3).length, "weight")} are stored`;
    return `Row ${numbers.at} of the matrix, times x, is ${name} = ${plain(sum.z - sum.bias)}. ${nonzero} of ${
      shape[0] * shape[1]} entries are not 0; ${few}.${dropped}`;
  }
  if (now.view === "use counts") {
    const [a, b] = now.pixel.map((one, k) => Math.min(one, image[k] - 1)), all = used.flat();
    const by = met.map((axis, k) => axis.filter((one) => one.includes([a, b][k])).length);
    return `input${place(a, b)} is used by ${counted(by[0] * by[1], "output")} (green); the pixels by ${
      Math.min(...all)} to ${Math.max(...all)}.${dropped}`;
  }
  const products = sum.terms.flat(2), long = products.map(product).join(" + ");
  const spelled = channels === 1 && !unused && long.length < 80;
  const parts = spelled ? long : channels > 1 ? `${joined(sum.sums)} (one sum per channel)`
    : `${plain(sum.sums[0])} (${counted(products.length, "product")})`;
  const equals = spelled || channels > 1 || sum.bias ? ` = ${plain(sum.z)}` : "";
  const relu = now.activation === "ReLU" ? `; ReLU gives ${plain(sum.y)}` : "";
  return `${name} = ${parts}${added(sum.bias)}${equals}${relu}.${dropped}`;
}
