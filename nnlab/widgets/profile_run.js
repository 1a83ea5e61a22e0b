// What the profile computes: one pass forward and one backward through the network, in doubles, and statistics of every
// layer. Matrices are Float64Arrays, row by row; a test holds all numbers equal to torch's.

const EPSILON = 1e-5;  // as in torch's BatchNorm1d and LayerNorm

/**
 * The products of all `rows` of `left` with all `columns` rows of `right`, each of `inner` numbers: left · rightᵀ. In
 * blocks of 2 × 4; what is beyond the last row is computed again.
 */
function products(left, right, rows, columns, inner) {
  const out = new Float64Array(rows * columns), end = columns - 1;
  for (let r = 0; r < rows; r += 2) {
    const below = Math.min(r + 1, rows - 1), one = r * inner, two = below * inner;
    for (let c = 0; c < columns; c += 4) {
      const c1 = Math.min(c + 1, end), c2 = Math.min(c + 2, end), c3 = Math.min(c + 3, end);
      const at0 = c * inner, at1 = c1 * inner, at2 = c2 * inner, at3 = c3 * inner;
      let p0 = 0, p1 = 0, p2 = 0, p3 = 0, q0 = 0, q1 = 0, q2 = 0, q3 = 0;
      for (let k = 0; k < inner; k++) {
        const p = left[one + k], q = left[two + k];
        const x0 = right[at0 + k], x1 = right[at1 + k], x2 = right[at2 + k], x3 = right[at3 + k];
        p0 += p * x0; p1 += p * x1; p2 += p * x2; p3 += p * x3;
        q0 += q * x0; q1 += q * x1; q2 += q * x2; q3 += q * x3;
      }
      const up = r * columns, down = below * columns;
      out[up + c] = p0; out[up + c1] = p1; out[up + c2] = p2; out[up + c3] = p3;
      out[down + c] = q0; out[down + c1] = q1; out[down + c2] = q2; out[down + c3] = q3;
    }
  }
  return out;
}

/** The transpose of a matrix of so many rows and columns. */
function transposed(matrix, rows, columns) {
  const out = new Float64Array(matrix.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = matrix[r * columns + c];
  return out;
}

/** The groups that are normalized together: of each, its first number, its stride and its length. */
const groupsOf = (normalization, count, n) => normalization === "batch"
  ? { groups: n, size: count, jump: 1, stride: n } : { groups: count, size: n, jump: n, stride: 1 };

/** `z` with mean 0 and variance 1 in each unit (batch) or sample (layer), and 1/√(variance + ε) of each group. */
function normalized(z, normalization, count, n) {
  const { groups, size, jump, stride } = groupsOf(normalization, count, n);
  const out = new Float64Array(z.length), inverse = new Float64Array(groups);
  for (let group = 0; group < groups; group++) {
    const first = group * jump, end = first + size * stride;
    let mean = 0, variance = 0;
    for (let k = first; k < end; k += stride) mean += z[k] / size;
    for (let k = first; k < end; k += stride) variance += (z[k] - mean) ** 2 / size;
    if (variance < 1e-26 * mean ** 2) variance = 0;  // equal but for rounding errors
    inverse[group] = 1 / Math.sqrt(variance + EPSILON);
    for (let k = first; k < end; k += stride) out[k] = variance && (z[k] - mean) * inverse[group];
  }
  return { out, inverse };
}

/** The gradient with respect to z from the `upstream` one with respect to the normalized z, `out`. */
function throughNorm(upstream, { out, inverse }, normalization, count, n) {
  const { groups, size, jump, stride } = groupsOf(normalization, count, n), gradient = new Float64Array(out.length);
  for (let group = 0; group < groups; group++) {
    const first = group * jump, end = first + size * stride;
    let mean = 0, along = 0;
    for (let k = first; k < end; k += stride) {
      mean += upstream[k] / size;
      along += upstream[k] * out[k] / size;
    }
    for (let k = first; k < end; k += stride) gradient[k] = inverse[group] * (upstream[k] - mean - out[k] * along);
  }
  return gradient;
}

/** Root mean square; the largest number is taken out first, so that no square under- or overflows. */
function rms(values) {
  let largest = 0, sum = 0;
  for (let k = 0; k < values.length; k++) if (!(Math.abs(values[k]) <= largest)) largest = Math.abs(values[k]);
  if (!(largest > 0 && largest < Infinity)) return largest;
  for (let k = 0; k < values.length; k++) sum += (values[k] / largest) ** 2;
  return largest * Math.sqrt(sum / values.length);
}

/** `values` without the mean of each unit over the batch: what differs from sample to sample. */
function centered(values, count, n) {
  const out = new Float64Array(values.length);
  for (let unit = 0; unit < n; unit++) {
    let mean = 0;
    for (let k = unit; k < values.length; k += n) mean += values[k] / count;
    for (let k = unit; k < values.length; k += n) out[k] = values[k] - mean;
  }
  return out;
}

/** Share of outputs that are 0, or whose derivative is small, and of units that are 0 for all samples (null: none). */
function idleOf({ flat, dies, derivative }, z, a, count, n) {
  if (!flat && !dies) return null;
  let idle = 0, dead = 0;
  for (let unit = 0; unit < n; unit++) {
    let here = 0;
    for (let k = unit; k < z.length; k += n) here += dies ? a[k] === 0 : derivative(z[k], a[k]) < flat;
    idle += here / z.length;
    dead += dies && here === count ? 1 / n : 0;
  }
  return { idle, dead };
}

/** Gradient of the mean cross-entropy with respect to the logits (count, 10). */
function lossGradient(logits, labels) {
  const gradient = new Float64Array(logits.length);
  labels.forEach((label, sample) => {
    const at = sample * CLASSES, row = logits.subarray(at, at + CLASSES), largest = Math.max(...row);
    const exponentials = row.map((z) => Math.exp(z - largest)), sum = exponentials.reduce((one, two) => one + two, 0);
    exponentials.forEach((one, k) => { gradient[at + k] = (one / sum - (k === label)) / labels.length; });
  });
  return gradient;
}

/** The whole pass: activations `h` of layers 0 to depth, gradients `dz` and `dW` of layers 1 to depth. */
function passed(state) {
  const { depth, width: n, batch_size: count, normalization, residual } = state, { x, labels, output } = dataOf(state);
  const { of, derivative } = PROFILE_ACTIVATIONS[state.activation], norm = normalization !== "none";
  const layers = upTo(depth).map((k) => layerOf(state, k + 1)), h = [x], steps = [];
  layers.forEach(({ W, b }, layer) => {
    const sums = products(h[layer], W, count, n, n);
    for (let k = 0; k < sums.length; k++) sums[k] += b[k % n];
    const scaled = norm ? normalized(sums, normalization, count, n) : { out: sums }, a = new Float64Array(sums.length);
    for (let k = 0; k < a.length; k++) a[k] = of(scaled.out[k]);
    h.push(residual ? a.map((one, k) => h[layer][k] + one) : a);
    steps.push({ ...scaled, a });
  });
  const logits = products(h[depth], output, count, CLASSES, n), dLogits = lossGradient(logits, labels);
  let dh = products(dLogits, transposed(output, CLASSES, n), count, n, CLASSES);
  const dz = [], dW = [];
  for (let layer = depth - 1; layer >= 0; layer--) {
    const { W } = layers[layer], step = steps[layer], local = new Float64Array(dh.length);
    for (let k = 0; k < dh.length; k++) local[k] = dh[k] * derivative(step.out[k], step.a[k]);
    dz[layer] = norm ? throughNorm(local, step, normalization, count, n) : local;
    if (state.gradient === "weights") {
      dW[layer] = products(transposed(dz[layer], count, n), transposed(h[layer], count, n), n, n, count);
      const rounding = 1e-14 * count * rms(dz[layer]) * rms(h[layer]);
      if (rms(dW[layer]) < rounding) dW[layer].fill(0);  // the samples' gradients cancel
    }
    const down = products(dz[layer], transposed(W, n, n), count, n, n);
    if (residual) for (let k = 0; k < down.length; k++) down[k] += dh[k];
    dh = down;
  }
  return { h, dz, dW, steps, dLogits };
}

/** Statistics of one pass: root mean squares forward (layers 0 to depth) and backward (1 to depth), idle units. */
function statistics(state) {
  const { h, dz, dW, steps } = passed(state), { width: n, batch_size: count } = state;
  const activation = PROFILE_ACTIVATIONS[state.activation], gradients = state.gradient === "weights" ? dW : dz;
  const forward = h.map(rms), spread = h.map((one) => rms(centered(one, count, n)));
  return {
    h, gradients, forward, spread: spread.map((one, k) => one > 1e-14 * forward[k] ? one : 0),
    backward: gradients.map(rms), idle: steps.map(({ out, a }) => idleOf(activation, out, a, count, n)),
    theory: theoryOf(state, rms(dz.at(-1))),
  };
}

const passes = new Map();  // the statistics of the last two settings: those that are shown, and the pinned ones

/** The statistics of `state`, computed unless they are known. */
function passOf(state) {
  const { layer, pinned, ...settings } = state, key = JSON.stringify(settings);
  const pass = passes.get(key) ?? statistics(settings);
  passes.delete(key);
  passes.set(key, pass);
  if (passes.size > 2) passes.delete(passes.keys().next().value);
  return pass;
}

const PINNED = ["depth", "width", "activation", "initialization", "gain", "normalization", "residual", "batch_size",
  "seed"];

/** The settings of `state` as text, "depth=20, width=64, ...". */
const pinOf = (state) => PINNED.map((part) => `${part}=${state[part]}`).join(", ");

/** The state of the pinned text, with what it does not name as by default; null where there is none or it is wrong. */
function pinnedOf({ pinned, gradient }) {
  if (!pinned.trim()) return null;
  const pairs = pinned.split(",").map((pair) => pair.split("=").map((word) => word.trim()));
  const typed = pairs.map(([part, value = ""]) => [part, typeof own(defaults, part) === "number" && value !== ""
    ? Number(value) : value]);
  if (!pairs.every(([part]) => PINNED.includes(part))) return null;
  try { return { ...whole(rules, Object.fromEntries(typed)), gradient }; } catch { return null; }
}

const selected = new WeakMap();  // histograms of a pass, by layer

/** Shares of `values` in `bins` equal bins from -range to range; zeros, where they are many, are counted apart. */
function histogramOf(values, bins = 31) {
  const shares = new Array(bins).fill(0);
  let range = 0, zeros = 0;
  for (const value of values) {
    if (Math.abs(value) > range) range = Math.abs(value);
    zeros += value === 0;
  }
  const apart = zeros > 0.1 * values.length;
  for (const value of values) {
    if (!range || !Number.isFinite(range) || (apart && value === 0)) continue;
    shares[Math.min(bins - 1, Math.floor((value / range + 1) / 2 * bins))] += 1 / values.length;
  }
  return { range, zeros: apart ? zeros / values.length : 0, shares };
}

/** Whether in each sample all `n` units have the same activation, but for rounding errors. */
const equalUnits = (values, n) => n > 1 && values.every((value, k) =>
  Math.abs(value - values[k - k % n]) <= 1e-9 * Math.abs(value));

/** All that the figure shows: statistics of every layer, histograms of the selected one, and the pinned statistics. */
function profileNumbers(state) {
  const pass = passOf(state), layer = Math.min(state.layer, state.depth), pin = pinnedOf(state);
  if (!selected.has(pass)) selected.set(pass, []);
  const { h, gradients, ...shown } = pass, known = selected.get(pass);
  known[layer] ??= [histogramOf(h[layer]), histogramOf(gradients[layer - 1])];
  known[layer].equal ??= equalUnits(h[layer], state.width);
  const { forward, backward } = pin ? passOf(pin) : {};
  passOf(state);  // the last of the two that is forgotten
  return { ...shown, layer, histograms: [...known[layer]], equal: known[layer].equal, pin,
    pinned: pin && { forward, backward } };
}
