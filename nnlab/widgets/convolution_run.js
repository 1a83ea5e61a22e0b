// What the convolution explorer computes: sizes, outputs, the sum behind one of them, how often pixels are used, the
// matrix. Grids are lists of rows, as in the state.

const AXES = ["rows", "columns"];
const CHOOSE = "choose a smaller kernel or dilation, or more padding";

/** Largest number of rows and columns of the `grids`, and whether all are rectangles of that size. */
function sidesOf(grids) {
  const tall = Math.max(0, ...grids.map((grid) => grid.length));
  const wide = Math.max(0, ...grids.flatMap((grid) => grid.map((row) => row.length)));
  const even = grids.every((grid) => grid.length === tall && grid.every((row) => row.length === wide));
  return { sides: [tall, wide], even: even && tall * wide > 0 };
}

/** Why there is no output, as a sentence; "" where there is one. */
function problemWith({ pixels, weight, padding, padding_mode: mode }, image, kernel, spans) {
  if (!image.even) return "The image is no grid: give every channel as many rows, and every row as many pixels.";
  if (!kernel.even || weight.some((one) => one.length !== weight[0].length)) {
    return "The kernel is no grid: give every channel as many rows, and every row as many weights.";
  }
  for (const axis of [0, 1]) {
    const side = image.sides[axis], padded = side + 2 * padding[axis];
    if (mode === "circular" && padding[axis] > side) {
      const more = `${padding[axis]} ${AXES[axis]} are more than its ${side}`;
      return `Circular padding repeats the image at most once: ${more}.`;
    }
    if (spans[axis] > padded) {
      return `No output: the kernel spans ${spans[axis]} ${AXES[axis]}, the padded input has ${padded}; ${CHOOSE}.`;
    }
  }
  return pixels.length ? "" : "The image has no channel.";
}

/** For each output along one axis, and each weight, the input that it meets; −1 is a zero of the padding. */
function metBy(outputs, weights, side, { stride, padding, dilation, circular }) {
  return upTo(outputs).map((o) => upTo(weights).map((k) => {
    const at = o * stride - padding + k * dilation;
    return circular ? (at + side) % side : at >= 0 && at < side ? at : -1;
  }));
}

/** The weights as they are used: as many channels as the image has, rotated by 180° for a convolution. */
function usedWeights({ pixels, weight, operation }) {
  const turned = (grid) => operation === "convolution" ? [...grid].reverse().map((row) => [...row].reverse()) : grid;
  return weight.map((one) => pixels.map((_, c) => turned(one[c % one.length])));
}

/** Number of entries of the matrix that are not 0; weights that meet at one pixel (circular padding) are added. */
function nonzeroOf(weights, [rows, columns]) {
  const alone = [rows, columns].every((met) => met.every((all) => new Set(all.filter((at) => at >= 0)).size
    === all.filter((at) => at >= 0).length));
  const hits = ([rows, columns]).map((met) => met[0].map((_, k) => met.filter((all) => all[k] >= 0).length));
  const grids = weights.flat();
  if (alone) {
    return grids.reduce((sum, grid) => sum + grid.reduce((part, row, i) =>
      part + row.reduce((few, one, j) => few + (one ? hits[0][i] * hits[1][j] : 0), 0), 0), 0);
  }
  let count = 0;
  for (const grid of grids) {
    for (const down of rows) {
      for (const across of columns) {
        const found = new Map();
        down.forEach((r, i) => across.forEach((c, j) => {
          if (r >= 0 && c >= 0) found.set(`${r} ${c}`, (found.get(`${r} ${c}`) || 0) + grid[i][j]);
        }));
        count += [...found.values()].filter((one) => Math.abs(one) > 1e-12).length;
      }
    }
  }
  return count;
}

/** All but the sum of one output pixel, from a whole state. */
function convolved(state) {
  const { pixels, weight, stride, padding, dilation, padding_mode: mode, activation } = state;
  const image = sidesOf(pixels), kernel = sidesOf(weight.flat());
  const spans = kernel.sides.map((side, axis) => dilation[axis] * (side - 1) + 1);
  const problem = problemWith(state, image, kernel, spans), circular = mode === "circular";
  const common = { problem, image: image.sides, kernel: kernel.sides, spans, channels: pixels.length,
    outputs: weight.length, biases: weight.map((_, o) => state.bias[o] ?? 0) };
  const nothing = { size: [0, 0], count: 0, z: [], y: [], used: [], unused: 0, nonzero: 0, shape: [0, 0] };
  if (problem) return { ...common, ...nothing };
  const size = spans.map((span, k) => Math.floor((image.sides[k] + 2 * padding[k] - span) / stride[k]) + 1);
  const met = size.map((outputs, k) => metBy(outputs, kernel.sides[k], image.sides[k],
    { stride: stride[k], padding: padding[k], dilation: dilation[k], circular }));
  const weights = usedWeights(state), [rows, columns] = met;
  const z = weights.map((all, o) => rows.map((down) => columns.map((across) => {
    let sum = common.biases[o];
    for (let c = 0; c < all.length; c++) {
      for (let i = 0; i < down.length; i++) {
        if (down[i] < 0) continue;
        const line = pixels[c][down[i]], row = all[c][i];
        for (let j = 0; j < across.length; j++) if (across[j] >= 0) sum += row[j] * line[across[j]];
      }
    }
    return sum;
  })));
  const times = met.map((all, k) => upTo(image.sides[k]).map((at) => all.flat().filter((one) => one === at).length));
  const used = times[0].map((down) => times[1].map((across) => down * across));
  return { ...common, size, count: weight.length * size[0] * size[1], met, weights, z, used,
    y: activation === "ReLU" ? z.map((grid) => grid.map((row) => row.map((one) => Math.max(0, one)))) : z,
    unused: used.flat().filter((one) => !one).length, nonzero: nonzeroOf(weights, met),
    shape: [weight.length * size[0] * size[1], pixels.length * image.sides[0] * image.sides[1]] };
}

/** Output channel, row and column of output pixel number `at`. */
const placeOfOutput = ({ size: [rows, columns] }, at) =>
  [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];

/** The products behind output pixel number `at`, a grid for each input channel, and their sums. */
function sumAt({ pixels }, found, at) {
  const { met: [rows, columns], weights, biases, z, y } = found, [o, row, column] = placeOfOutput(found, at);
  const terms = weights[o].map((grid, c) => grid.map((line, i) => line.map((weight, j) => {
    const [r, s] = [rows[row][i], columns[column][j]], pixel = r < 0 || s < 0 ? 0 : pixels[c][r][s];
    return { pixel, weight, product: pixel * weight || 0 };
  })));
  const sums = terms.map((grid) => grid.flat().reduce((sum, { product }) => sum + product, 0));
  return { place: [o, row, column], terms, sums, bias: biases[o], z: z[o][row][column], y: y[o][row][column] };
}

const lastConvolution = { key: "", found: null };  // it is asked for again at every step

/** All that the explorer shows: the outputs, and the sum behind the one that is highlighted, number `at`. */
function convolutionNumbers(state) {
  const { step, view, pixel, image, kernel, ...rest } = state, key = JSON.stringify(rest);
  if (lastConvolution.key !== key) Object.assign(lastConvolution, { key, found: convolved(state) });
  const { found } = lastConvolution, at = clamp(step, 0, Math.max(0, found.count - 1));
  return { ...found, found, at, sum: found.count ? sumAt(state, found, at) : null };
}
