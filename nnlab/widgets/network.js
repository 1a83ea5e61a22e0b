// A multilayer perceptron that trains in the browser, in doubles: forward pass, backward pass, optimizers.
// A test holds its steps equal to torch's.

const ACTIVATIONS = {  // the function of z, its derivative from z and the output a, its name in torch
  ReLU: { of: (z) => z > 0 ? z : 0, derivative: (z) => z > 0 ? 1 : 0, torch: "torch.relu" },
  tanh: { of: Math.tanh, derivative: (z, a) => 1 - a * a, torch: "torch.tanh" },
  sigmoid: { of: sigmoid, derivative: (z, a) => a * (1 - a), torch: "torch.sigmoid" },
  linear: { of: (z) => z, derivative: () => 1, torch: "" },
};

/**
 * A network with layers of these `sizes`. Weights are drawn with Kaiming's or Xavier's variance, with variance 1, or
 * are 0; biases are 0. A layer has n inputs and m outputs; its weights W are (m, n), row by row.
 */
function network(sizes, activation, init, draw) {
  const deviations = (n, m) => ({
    Kaiming: Math.sqrt(2 / n), Xavier: Math.sqrt(2 / (n + m)), "deviation 1": 1, zeros: 0,
  });
  return { activation, layers: sizes.slice(1).map((m, k) => {
    const n = sizes[k], deviation = deviations(n, m)[init];
    return { n, m, W: new Float64Array(n * m).map(() => deviation * draw.normal()), b: new Float64Array(m) };
  }) };
}

/**
 * Pre-activations z and outputs a of every layer for one input; a[0] is the input. `masks[k]`, where given, multiplies
 * the outputs of layer k (dropout).
 */
function forward({ activation, layers }, input, masks = []) {
  const a = [input], z = [];
  layers.forEach(({ n, m, W, b }, k) => {
    const sums = new Float64Array(m), outputs = new Float64Array(m), last = k === layers.length - 1;
    for (let j = 0; j < m; j++) {
      let sum = b[j];
      for (let i = 0; i < n; i++) sum += W[j * n + i] * a[k][i];
      sums[j] = sum;
      outputs[j] = last ? sum : ACTIVATIONS[activation].of(sum) * (masks[k] ? masks[k][j] : 1);
    }
    z.push(sums);
    a.push(outputs);
  });
  return { z, a };
}

/**
 * Loss of the logit `z` for the target `y`, and its derivative with respect to z: cross-entropy of σ(z) for classes
 * 0 and 1, or half the squared error.
 */
const lossOf = (z, y, squared) => squared
  ? { loss: (z - y) ** 2 / 2, delta: z - y }
  : { loss: Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z))) - y * z, delta: sigmoid(z) - y };

/**
 * Mean loss over the `batch` of {x, y}, without penalties, and the gradients of loss and penalties
 * (l1 |w| + l2 w²/2, of weights only).
 */
function backward(net, batch, { squared = false, l1 = 0, l2 = 0, dropout = 0, draw } = {}) {
  const { activation, layers } = net, { derivative } = ACTIVATIONS[activation];
  const grads = layers.map(({ n, m }) => ({ W: new Float64Array(n * m), b: new Float64Array(m) }));
  let total = 0;
  for (const { x, y } of batch) {
    const kept = () => draw.next() < dropout ? 0 : 1 / (1 - dropout);
    const masks = layers.slice(0, -1).map(({ m }) => dropout ? Float64Array.from({ length: m }, kept) : null);
    const { z, a } = forward(net, x, masks);
    const { loss, delta } = lossOf(z.at(-1)[0], y, squared);
    total += loss;
    let deltas = new Float64Array([delta]);  // gradient of the loss with respect to z of layer k
    for (let k = layers.length - 1; k >= 0; k--) {
      const { n, m, W } = layers[k], { W: gW, b: gb } = grads[k], upstream = new Float64Array(n);
      for (let j = 0; j < m; j++) {
        gb[j] += deltas[j] / batch.length;
        for (let i = 0; i < n; i++) {
          gW[j * n + i] += deltas[j] * a[k][i] / batch.length;
          upstream[i] += deltas[j] * W[j * n + i];
        }
      }
      if (!k) break;
      deltas = upstream.map((gradient, i) => {
        const scale = masks[k - 1] ? masks[k - 1][i] : 1;
        return scale ? gradient * scale * derivative(z[k - 1][i], a[k][i] / scale) : 0;
      });
    }
  }
  layers.forEach(({ W }, k) => W.forEach((w, i) => { grads[k].W[i] += l1 * Math.sign(w) + l2 * w; }));
  return { loss: total / batch.length, grads };
}

/** Change the network's parameters in place by one step; `memory` is the optimizer's own state, at first {}. */
function optimizerStep(net, grads, memory, { optimizer, rate }) {
  const zeros = (part) => [new Float64Array(part.length), new Float64Array(part.length)];
  memory.t = (memory.t || 0) + 1;
  memory.layers ||= net.layers.map(({ W, b }) => ({ W: zeros(W), b: zeros(b) }));
  net.layers.forEach((layer, k) => ["W", "b"].forEach((part) => {
    const [first, second] = memory.layers[k][part], values = layer[part];
    grads[k][part].forEach((g, i) => {
      if (optimizer === "SGD") {
        values[i] -= rate * g;
      } else if (optimizer === "momentum") {
        first[i] = 0.9 * first[i] + g;
        values[i] -= rate * first[i];
      } else {  // Adam
        first[i] = 0.9 * first[i] + 0.1 * g;
        second[i] = 0.999 * second[i] + 0.001 * g * g;
        const mean = first[i] / (1 - 0.9 ** memory.t), square = second[i] / (1 - 0.999 ** memory.t);
        values[i] -= rate * mean / (Math.sqrt(square) + 1e-8);
      }
    });
  }));
}
