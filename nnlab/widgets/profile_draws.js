// What the profile draws at random: inputs, labels, the weights of every layer. A layer has a generator of its own, so
// that layer 5 has the same weights in a network of 10 and of 60 layers.

const CLASSES = 10;

/** The generator of layer `layer`; 0 is for the inputs, 999 for the output layer. */
const generatorOf = (seed, layer) => random(1000 * seed + layer);

const drawn = new Map();  // raw weights by kind, seed, width and layer: most changes need the same again

/** `count` numbers of the kind "normal" (0, 1) or "uniform" (-1, 1). */
function filled(kind, count, draw) {
  const values = new Float64Array(count);
  for (let k = 0; k < count; k++) values[k] = kind === "uniform" ? 2 * draw.next() - 1 : draw.normal();
  return values;
}

/** Make the rows of the square matrix `values` orthonormal, in place (Gram and Schmidt, twice for accuracy). */
function orthonormal(values, n) {
  for (let row = 0; row < n; row++) {
    const at = row * n;
    for (let round = 0; round < 2; round++) {
      for (let other = 0; other < at; other += n) {
        let product = 0;
        for (let k = 0; k < n; k++) product += values[at + k] * values[other + k];
        for (let k = 0; k < n; k++) values[at + k] -= product * values[other + k];
      }
    }
    let square = 0;
    for (let k = 0; k < n; k++) square += values[at + k] ** 2;
    for (let k = 0; k < n; k++) values[at + k] /= Math.sqrt(square);
  }
  return values;
}

/** Raw weights and biases of a hidden layer, before they are scaled. */
function rawLayer(kind, seed, n, layer) {
  const key = `${kind} ${seed} ${n} ${layer}`;
  if (!drawn.has(key)) {
    if (drawn.size > 400) drawn.clear();
    const draw = generatorOf(seed, layer), W = filled(kind === "uniform" ? "uniform" : "normal", n * n, draw);
    const b = kind === "uniform" ? filled("uniform", n, draw) : new Float64Array(n);
    drawn.set(key, { W: kind === "orthogonal" ? orthonormal(W, n) : W, b });
  }
  return drawn.get(key);
}

/** Of each initialization: the kind of raw numbers, their factor, and n times the variance of a weight, for width n. */
const INITIALIZATIONS = {
  Xavier: { kind: "normal", factor: (n) => Math.sqrt(1 / n), variance: () => 1 },
  He: { kind: "normal", factor: (n) => Math.sqrt(2 / n), variance: () => 2 },
  "torch default": {
    kind: "uniform", factor: (n) => 1 / Math.sqrt(n), variance: () => 1 / 3, bias: (n) => 1 / (3 * n),
  },
  orthogonal: { kind: "orthogonal", factor: () => 1, variance: () => 1 },
  "normal 0.01": { kind: "normal", factor: () => 0.01, variance: (n) => 1e-4 * n },
  "normal 1": { kind: "normal", factor: () => 1, variance: (n) => n },
  constant: { factor: (n) => 1 / n },
  zeros: { factor: () => 0 },
};

/** Weights W (n, n), row by row, and biases b of hidden layer number `layer` of the network of `state`. */
function layerOf({ initialization, seed, width: n, gain }, layer) {
  const { kind, factor } = INITIALIZATIONS[initialization], scale = factor(n);
  if (!kind) return { W: new Float64Array(n * n).fill(gain * scale), b: new Float64Array(n) };
  const { W, b } = rawLayer(kind, seed, n, layer);
  return { W: W.map((one) => gain * scale * one), b: b.map((one) => scale * one) };
}

/** Inputs (batch_size, n), a label for each, and the weights of the output layer (10, n). */
function dataOf({ seed, width: n, batch_size: count }) {
  const draw = generatorOf(seed, 0), x = filled("normal", count * n, draw);
  const labels = upTo(count).map(() => Math.floor(CLASSES * draw.next()));
  const output = filled("normal", CLASSES * n, generatorOf(seed, 999)).map((one) => one / Math.sqrt(n));
  return { x, labels, output };
}
