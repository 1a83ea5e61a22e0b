// What the drawing pad computes: ink from strokes, the steps by which MNIST was made, a network's class probabilities.

const PAD = 100, BOX = 20, FIELD = 28;  // sides in pixels: of the pad, of the box a digit is scaled to, of an image

const SAMPLES = [  // one hand, in the order of the digits: strokes of x,y
  "50,14 38,18 30,30 27,48 29,66 36,80 48,86 60,83 69,71 72,53 70,33 63,19 52,14",
  "38,30 47,22 54,14 53,38 52,62 51,86",
  "30,32 33,21 43,15 55,15 65,22 67,34 61,46 50,57 39,69 29,83 44,84 58,83 72,84",
  "32,20 44,14 57,15 66,23 64,35 55,44 44,47 57,49 67,57 69,69 62,80 49,86 37,84 29,77",
  "58,14 48,30 38,46 28,62 45,62 60,61 74,61|60,40 60,56 59,72 58,88",
  "66,16 52,16 37,17 35,31 33,46 44,42 56,43 66,51 69,64 64,77 53,85 41,85 30,79",
  "62,15 50,23 40,36 33,52 32,68 38,81 50,86 61,81 66,70 62,58 52,53 41,57 34,67",
  "28,18 43,17 58,17 71,16 63,33 55,51 48,69 43,87",
  "62,25 52,16 40,18 35,29 42,40 53,48 64,58 67,72 59,83 46,86 35,80 32,67 40,55 52,46 62,36 62,25",
  "65,32 58,20 46,17 36,24 34,37 40,48 52,49 62,42 66,30 66,45 64,60 60,74 53,87",
].map((digit) => digit.split("|").map(strokeOf));

/** A smooth stroke from points written "x,y x,y ...": corners are cut at a quarter of each segment (Chaikin 1974). */
function strokeOf(words) {
  const line = words.split(" ").map((point) => point.split(",").map(Number));
  const between = ([x, y], [u, v], t) => [tidy(x + t * (u - x), 0), tidy(y + t * (v - y), 0)];
  const cut = line.slice(1).flatMap((point, k) => [between(line[k], point, 0.25), between(line[k], point, 0.75)]);
  return [line[0], ...cut, line.at(-1)];
}

const ends = (values) => [Math.min(...values), Math.max(...values)];

/** Lowest and highest x, and lowest and highest y, of the strokes' points. */
const bounds = (strokes) => [0, 1].map((axis) => ends(strokes.flat().map((point) => point[axis])));

/** The strokes as they are seen: scaled by `size` and rotated clockwise by `turn` degrees, about their box's middle. */
function seen({ strokes: all, size, turn }) {
  const strokes = all.filter((stroke) => stroke.length);
  if (!strokes.length || (size === 1 && turn === 0)) return strokes;
  const [u, v] = bounds(strokes).map(([low, high]) => (low + high) / 2);
  const cos = size * Math.cos(turn * Math.PI / 180), sin = size * Math.sin(turn * Math.PI / 180);
  const moved = ([x, y]) => [u + cos * (x - u) - sin * (y - v), v + sin * (x - u) + cos * (y - v)];
  return strokes.map((stroke) => stroke.map((point) => moved(point).map((one) => tidy(one, 6))));
}

/** Ink of a square of `side` pixels, rows of 0 to 1: 1 within half a pen's width of a line, 0 a pixel further out. */
function inked(strokes, pen, side = PAD) {
  const ink = upTo(side).map(() => new Array(side).fill(0)), reach = pen / 2 + 1;
  const first = (place) => Math.max(0, Math.floor(place - reach));
  const last = (place) => Math.min(side - 1, Math.ceil(place + reach));
  for (const stroke of strokes) {
    for (const [k, [x, y]] of stroke.entries()) {
      const [u, v] = stroke[k + 1] || [x, y];  // the last point is a line to itself, so that a dot leaves ink
      const [left, right] = ends([x, u]), [top, bottom] = ends([y, v]), square = (u - x) ** 2 + (v - y) ** 2;
      for (let row = first(top); row <= last(bottom); row++) {
        for (let column = first(left); column <= last(right); column++) {
          const a = column + 0.5 - x, b = row + 0.5 - y;
          const t = square ? clamp((a * (u - x) + b * (v - y)) / square, 0, 1) : 0;
          const distance = Math.hypot(a - t * (u - x), b - t * (v - y));
          ink[row][column] = Math.max(ink[row][column], clamp(pen / 2 + 0.5 - distance, 0, 1));
        }
      }
    }
  }
  return ink;
}

/** `image` averaged over `rows` × `columns` parts of it, which may share pixels (torch's adaptive_avg_pool2d). */
function averaged(image, rows, columns) {
  const parts = (size, count) => upTo(count).map((k) =>
    [Math.floor(k * size / count), Math.ceil((k + 1) * size / count)]);
  const across = parts(image[0].length, columns);
  return parts(image.length, rows).map(([top, bottom]) => across.map(([left, right]) => {
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) sum += image[row][column];
    }
    return sum / ((bottom - top) * (right - left));
  }));
}

/** Row and column of the center of mass of the ink of `image`. */
function centerOfMass(image) {
  const total = image.flat().reduce((sum, one) => sum + one, 0);
  const mean = (weigh) => image.reduce((sum, line, row) =>
    sum + line.reduce((part, one, column) => part + one * weigh(row, column), 0), 0) / total;
  return [mean((row) => row), mean((_, column) => column)];
}

/**
 * The steps by which MNIST was made from scanned digits: cut out, scaled so that the longer side is 20 pixels, and
 * centered by its center of mass in 28 × 28 pixels; null without ink.
 */
function prepared(ink) {
  const rows = upTo(PAD).filter((row) => ink[row].some((one) => one > 1e-6));
  const columns = upTo(PAD).filter((column) => ink.some((line) => line[column] > 1e-6));
  if (!rows.length) return null;
  const [top, bottom] = ends(rows), [left, right] = ends(columns);
  const height = bottom - top + 1, width = right - left + 1;
  const scaledTo = (side) => Math.max(1, Math.floor(BOX * side / Math.max(height, width) + 0.5));
  const cut = ink.slice(top, bottom + 1).map((line) => line.slice(left, right + 1));
  const scaled = averaged(cut, scaledTo(height), scaledTo(width)), mass = centerOfMass(scaled);
  const begins = [scaled.length, scaled[0].length].map((side, axis) =>
    clamp(Math.floor(FIELD / 2 - tidy(mass[axis], 6) + 0.5), 0, FIELD - side));
  const image = upTo(FIELD).map((row) =>
    upTo(FIELD).map((column) => scaled[row - begins[0]]?.[column - begins[1]] ?? 0));
  return { box: [left, top, width, height], scaled, mass, begins, image };
}

const unpacked = new WeakMap();  // the layers of a network, read once

/** Layers of a network as packing.py packs them: rows of weights in base64, each row with its scale; and biases. */
function layersOf(network) {
  if (!unpacked.has(network)) {
    unpacked.set(network, network.layers.map(({ weight, scale, bias }) => {
      const bytes = Int8Array.from(atob(weight), (letter) => letter.charCodeAt(0) << 24 >> 24);
      return { bytes, scale, bias, inputs: bytes.length / bias.length };
    }));
  }
  return unpacked.get(network);
}

const softmax = (logits) => {
  const largest = Math.max(...logits), exponentials = logits.map((z) => Math.exp(z - largest));
  const sum = exponentials.reduce((one, other) => one + other, 0);
  return exponentials.map((one) => one / sum);
};

/** The network's ten class probabilities for an image: linear layers with ReLU between them, or a chain of layers. */
function probabilitiesOf(network, image) {
  if (network.shape) return softmax([...outputsOf(network, Float64Array.from(image.flat())).at(-1).values]);
  let x = image.flat();
  for (const [k, { bytes, scale, bias, inputs }] of layersOf(network).entries()) {
    const before = x;
    x = bias.map((b, unit) => {
      let sum = 0;
      for (let input = 0; input < inputs; input++) sum += bytes[unit * inputs + input] * before[input];
      const z = b + scale[unit] * sum;
      return k === network.layers.length - 1 ? z : Math.max(0, z);
    });
  }
  return softmax(x);
}

/** All that the pad shows: strokes, steps, and, where there is a network, class probabilities and predicted class. */
function digitNumbers(state, network) {
  const strokes = seen(state), steps = strokes.length ? prepared(inked(strokes, state.pen)) : null;
  const probabilities = steps && network?.layers ? probabilitiesOf(network, steps.image) : null;
  const predicted = probabilities && probabilities.indexOf(Math.max(...probabilities));
  return { strokes, steps, probabilities, predicted, flat: !network?.shape };
}
