// What the figure of feature maps computes: the image, shifted and covered, every layer's output, one pixel's sum.

const SIDE = 28, PEN = 2.4;  // sides of an image, width of the pen, in pixels
const OWN_NAMES = [  // of the figure's own images: Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, MIT license)
  "Sneaker", "Bag", "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Ankle boot"];
const RING = [[0, 0], [0, 1], [0, 2], [1, 2], [2, 2], [2, 1], [2, 0], [1, 0]], SOBEL = [-1, 0, 1, 2, 1, 0, -1, -2];
const STROKES = [[1, 5], [6, 2], [7, 3], [0, 4]];  // the cells of a vertical, rising, horizontal, falling line in RING

/** A network that needs no training: edges in eight directions, then lines in four, whose mean decides. */
function edgeNetwork() {
  const edges = new Float64Array(8 * 9), lines = new Float64Array(4 * 8 * 9), decides = new Float64Array(4 * 4);
  const at = ([row, column]) => 3 * row + column;
  for (let k = 0; k < 8; k++) SOBEL.forEach((value, j) => { edges[9 * k + at(RING[(j + k) % 8])] = value / 4; });
  STROKES.forEach((ends, line) => {
    for (let k = 0; k < 8; k++) {
      const cells = k % 4 === line ? [4, ...ends.map((end) => at(RING[end]))] : [4];
      cells.forEach((cell) => { lines[9 * (8 * line + k) + cell] = k % 4 === line ? 0.25 : -0.0625; });
    }
    for (let k = 0; k < 4; k++) decides[4 * line + k] = k === line ? 24 : -8;
  });
  const square = (size, padding) => ({ kernel_size: [size, size], stride: [1, 1], padding: [padding, padding],
    dilation: [1, 1] });
  const convolution = (inputs, weights, bias) => ({ kind: "convolution", in_channels: inputs, groups: 1, weights,
    columns: 9 * inputs, bias, ...square(3, 1) });
  return { shape: [1, SIDE, SIDE], outputs: 4, classes: ["vertical", "rising", "horizontal", "falling"], layers: [
    convolution(1, edges, new Array(8).fill(-0.125)), { kind: "relu" },
    { kind: "max", ...square(2, 0), stride: [2, 2] },
    convolution(8, lines, new Array(4).fill(-0.125)), { kind: "relu" },
    { kind: "mean" }, { kind: "flatten" },
    { kind: "linear", weights: decides, columns: 4, bias: [0, 0, 0, 0] },
  ] };
}

const EDGES = edgeNetwork(), columnsKnown = new WeakMap();

/** What runs: the network that came along, or the edge network; the images and the names of the classes. */
function setOf(network = {}) {
  const net = network.layers ? network : EDGES, own = !network.layers, { pixels } = network.images || {};
  const images = pixels ? network.images : { pixels: rules.own.image, names: OWN_NAMES, low: 0, high: 1 };
  const classes = network.classes?.length === net.outputs ? network.classes : net.classes;
  return { net, own, images, classes: classes || upTo(net.outputs).map(String) };
}

/** The columns of the figure: the input, then each convolution, pooling and linear layer with what follows it. */
function columnsOf(net) {
  if (columnsKnown.has(net)) return columnsKnown.get(net);
  const outputs = outputsOf(net, new Float64Array(SIDE * SIDE * net.shape[0]));
  const columns = [{ kind: "input", first: -1, last: -1, then: [], ...outputs[0] }];
  chainOf(net).forEach((layer, k) => {
    const single = layer.kind === "convolution" && layer.columns === 1 && layer.groups === layer.in_channels
      && layer.bias.length === layer.groups;
    const open = columns.length > 1 && columns.at(-1).kind !== "linear";
    if (layer.kind === "flatten") return;
    if (layer.kind === "relu" || single && open) {
      columns.at(-1).last = k;
      columns.at(-1).then.push(layer.kind === "relu" ? "ReLU" : "batch norm");
    } else {
      columns.push({ kind: layer.kind, layer, first: k, last: k, then: [], ...outputs[k + 1] });
    }
  });
  if (columns.at(-1).kind === "linear") columns.pop();  // its outputs are the logits
  columns.forEach((column) => { column.spatial = column.kind !== "linear"; });
  columnsKnown.set(net, columns);
  return columns;
}

const bytesOf = (words) => Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0));

/** The image's pixels as bytes, before it is shifted: one of the set, or what is drawn. */
function pixelsOf({ image, strokes }, { pixels }) {
  if (image >= 0) return bytesOf(pixels[Math.min(image, pixels.length - 1)]);
  const ink = inked(strokes.filter((stroke) => stroke.length), PEN, SIDE);
  return Uint8Array.from(ink.flat(), (one) => Math.round(255 * one));
}

/** The values of the image that the network gets: shifted, and covered by the gray square. */
function valuesOf(bytes, { shift: [right, down], square: [top, left], side }, { low, high }) {
  return Float64Array.from({ length: SIDE * SIDE }, (_, k) => {
    const row = Math.floor(k / SIDE), column = k % SIDE, y = row - down, x = column - right;
    if (row >= top && row < top + side && column >= left && column < left + side) return (low + high) / 2;
    const inside = y >= 0 && y < SIDE && x >= 0 && x < SIDE;
    return low + (inside ? bytes[SIDE * y + x] : 0) / 255 * (high - low);
  });
}

/** Channels that are switched off, by column: rows of the state that name one which there is. */
const offIn = (off, columns, c) => off.filter(([column]) => column === c && columns[c].spatial && c)
  .map(([, channel]) => channel).filter((channel) => channel < columns[c].channels);

/** The outputs of all layers, and the class probabilities. */
function runOf(net, values, off) {
  const columns = columnsOf(net);
  const outputs = outputsOf(net, values, (x, k) => {
    const c = columns.findIndex(({ last }) => last === k), dark = c > 0 ? offIn(off, columns, c) : [];
    if (!dark.length) return x;
    const copy = x.values.slice(), area = copy.length / columns[c].channels;
    dark.forEach((channel) => copy.fill(0, channel * area, (channel + 1) * area));
    return { ...x, values: copy };
  });
  return { outputs, probabilities: softmax([...outputs.at(-1).values]) };
}

/** The rectangle of rows and columns that a layer reads for the rectangle [top, left, bottom, right] of its output. */
function readBy(layer, [top, left, bottom, right], { height, width }) {
  if (layer.kind === "mean") return [0, 0, height - 1, width - 1];
  const { kernel_size: size, stride, padding, dilation = [1, 1] } = layer;
  const first = (place, axis) => place * stride[axis] - padding[axis];
  const last = (place, axis) => first(place, axis) + dilation[axis] * (size[axis] - 1);
  return [first(top, 0), first(left, 1), last(bottom, 0), last(right, 1)];
}

/** Of each column up to the number `c`: the rectangle that the pixel of that column depends on. */
function fieldsOf(columns, c, [row, column]) {
  const fields = [];
  fields[c] = [row, column, row, column];
  for (let k = c; k > 0; k--) fields[k - 1] = readBy(columns[k].layer, fields[k], columns[k - 1]);
  return fields;
}

/** Height and width of the part of a rectangle that lies in the image. */
const sizeOf = ([top, left, bottom, right]) => [[top, bottom], [left, right]].map(([first, last]) =>
  Math.min(last, SIDE - 1) - Math.max(first, 0) + 1);

/** Indices of the pixels that the layer reads for one pixel, row by row; -1 for padding. */
function patchOf(layer, { height, width }, [row, column]) {
  const [top, left] = readBy(layer, [row, column, row, column], { height, width });
  const [rows, columns] = layer.kind === "mean" ? [height, width] : layer.kernel_size;
  const { dilation = [1, 1] } = layer, places = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const y = top + i * dilation[0], x = left + j * dilation[1];
      places.push(y >= 0 && y < height && x >= 0 && x < width ? y * width + x : -1);
    }
  }
  return { rows, columns, places };
}

/** The chosen cell [k, row, column] of the kernels of one map, where there are as many. */
const cellIn = ([k, row, column], count, rows, across) => [Math.min(k, count - 1), Math.min(row, rows - 1),
  Math.min(column, across - 1)];

const editedKnown = { net: null, key: "", made: null };

/** The edits of the state that fit the network: [column, channel, input of the kernel, row, column of it, weight]. */
const editsOf = (edits, columns) => edits.filter(([c, channel, k, row, place]) => {
  const { kind, channels, layer } = columns[c] || {};
  return kind === "convolution" && channel < channels && k < layer.in_channels / layer.groups
    && row < layer.kernel_size[0] && place < layer.kernel_size[1];
});

/** The network with other weights, as the state has them; the network itself where it has none. */
function editedNet(net, edits) {
  const columns = columnsOf(net), all = editsOf(edits, columns), key = JSON.stringify(all);
  if (!all.length) return net;
  if (editedKnown.net === net && editedKnown.key === key) return editedKnown.made;
  const layers = chainOf(net).map((layer) => layer.weights ? { ...layer, weight: null, weights: layer.weights.slice() }
    : layer);
  all.forEach(([c, channel, k, row, place, weight]) => {
    const { weights, columns: width, kernel_size: [rows, across] } = layers[columns[c].first];
    weights[channel * width + k * rows * across + row * across + place] = weight;
  });
  Object.assign(editedKnown, { net, key, made: { ...net, layers } });
  return editedKnown.made;
}

/** One pixel of a map written out: patches, kernels and their sums, the bias, what follows (ReLU), the value. */
function explained(net, columns, outputs, { column: c, channel, pixel }, at) {
  const { layer, first, last, kind } = columns[c], before = columns[c - 1], x = outputs[first];
  const { rows, columns: across, places } = patchOf(layer, before, pixel), area = before.height * before.width;
  const from = (source) => places.map((place) => place < 0 ? null : x.values[source * area + place]);
  let terms = [{ source: channel, patch: from(channel) }], bias = null;
  const there = terms[0].patch.filter((one) => one !== null), total = there.reduce((all, one) => all + one, 0);
  let sum = kind === "max" ? Math.max(...there) : total / (layer.count_include_pad ? places.length : there.length);
  if (kind === "convolution") {
    const share = layer.in_channels / layer.groups, size = rows * across;
    const group = Math.floor(channel / (layer.bias.length / layer.groups));
    bias = layer.bias[channel];
    terms = upTo(share).map((k) => {
      const begins = channel * layer.columns + k * size, patch = from(group * share + k);
      const kernel = [...layer.weights.subarray(begins, begins + size)];
      return { source: group * share + k, patch, kernel,
        sum: kernel.reduce((total, weight, j) => total + weight * (patch[j] ?? 0), 0) };
    });
    sum = terms.reduce((total, term) => total + term.sum, bias);
  }
  let value = sum;
  chainOf(net).slice(first + 1, last + 1).forEach(({ kind: then, weights, bias: added }) => {
    if (then === "convolution") value = weights[channel] * value + added[channel];
    if (then === "relu") value = Math.max(0, value);
  });
  const cell = cellIn(at, terms.length, rows, across);
  return { rows, across, terms, bias, sum, value, cell };
}

const lastRun = {}, lastUsual = {};  // asked for again when only another pixel is chosen, or only the square moves

/** What `make()` returned for these `parts` the last time, if they are the same; else what it returns now. */
function kept(last, parts, make) {
  if (!last.parts || parts.some((part, k) => part !== last.parts[k])) Object.assign(last, { parts, made: make() });
  return last.made;
}

/** All that the figure shows. `mapsOf(c)` are the values of the column number `c`, channel by channel. */
function featureNumbers(state, network) {
  const { net: trained, own, images, classes } = setOf(network), net = editedNet(trained, state.edits);
  const columns = columnsOf(net);
  const { image, strokes, shift, square, side, off } = state, drawn = JSON.stringify(image < 0 ? strokes : image);
  const changes = JSON.stringify([shift, side ? square : 0, side, off]), given = [trained, images.pixels, drawn];
  const still = { shift: [0, 0], square, side: 0 };
  const { bytes, usual } = kept(lastUsual, given, () => {
    const pixels = pixelsOf(state, images);
    return { bytes: pixels, usual: runOf(trained, valuesOf(pixels, still, images), []).probabilities };
  });
  const run = kept(lastRun, [net, ...given, changes], () => runOf(net, valuesOf(bytes, state, images), off));
  const { outputs, probabilities } = run, edits = editsOf(state.edits, columns);
  const changed = shift.some(Boolean) || side || off.some(([c]) => c) || edits.length;
  const last = columns.findLastIndex(({ spatial }) => spatial), c = clamp(state.column, 1, last);
  const { channels, height, width } = columns[c], channel = Math.min(state.channel, channels - 1);
  const pixel = state.pixel.map((place, axis) => Math.min(place, [height, width][axis] - 1));
  const explain = (place) => ({ ...place, field: fieldsOf(columns, place.column, place.pixel)[0],
    ...explained(net, columns, outputs, place, state.cell) });
  return {
    chosen: explain({ column: c, channel, pixel }), probabilities, usual,
    changed: Boolean(changed), edits, classes, own,
    predicted: probabilities.indexOf(Math.max(...probabilities)), low: images.low, high: images.high,
    off: columns.map((_, k) => offIn(off, columns, k)), names: images.names, count: images.pixels.length,
    label: state.image < 0 ? null : images.names?.[Math.min(state.image, images.pixels.length - 1)] ?? null,
    pixels: () => bytes, columns: () => columns, mapsOf: (k) => outputs[columns[k].last + 1].values,
    thumbnails: () => images.pixels, explain,
  };
}
