// A multilayer network that trains in the browser: forward, backward, optimizers, in doubles. A test holds its steps equal to torch's.

const UNITS = {
  ReLU: { of: (z) => z > 0 ? z : 0, slope: (z) => z > 0 ? 1 : 0, torch: "torch.relu" },
  tanh: { of: Math.tanh, slope: (z, a) => 1 - a * a, torch: "torch.tanh" },
  sigmoid: { of: sigmoid, slope: (z, a) => a * (1 - a), torch: "torch.sigmoid" },
  linear: { of: (z) => z, slope: () => 1, torch: "" },
};

/** A network of these `sizes`: weights drawn with Kaiming's or Xavier's variance, or 1; biases 0. W is (out, in), flat. */
function network(sizes, unit, init, draw) {
  const deviation = (n, m) => ({ Kaiming: Math.sqrt(2 / n), Xavier: Math.sqrt(2 / (n + m)), "deviation 1": 1, zeros: 0 })[init];
  return { unit, layers: sizes.slice(1).map((m, k) => {
    const n = sizes[k], W = new Float64Array(n * m), b = new Float64Array(m);
    return { n, m, W: W.map(() => deviation(n, m) * draw.normal()), b };
  }) };
}

/** Sums z and outputs a of every layer for one input; a[0] is the input. `keep[k]`, where given, multiplies the units of layer k (dropout). */
function forward({ unit, layers }, input, keep = []) {
  const a = [input], z = [];
  layers.forEach(({ n, m, W, b }, k) => {
    const sums = new Float64Array(m), outputs = new Float64Array(m), last = k === layers.length - 1;
    for (let j = 0; j < m; j++) {
      let sum = b[j];
      for (let i = 0; i < n; i++) sum += W[j * n + i] * a[k][i];
      sums[j] = sum;
      outputs[j] = last ? sum : UNITS[unit].of(sum) * (keep[k] ? keep[k][j] : 1);
    }
    z.push(sums); a.push(outputs);
  });
  return { z, a };
}

/** Price of the score `z` where `y` was right, and its slope: cross-entropy of σ(z) for classes 0 and 1, or half the squared error. */
const price = (z, y, squared) => squared ? { loss: (z - y) ** 2 / 2, delta: z - y }
  : { loss: Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z))) - y * z, delta: sigmoid(z) - y };

/** Mean loss over the `batch` of {x, y}, without penalties, and the slopes of loss and penalties (l1 |w| + l2 w²/2, weights only). */
function slopes(net, batch, { squared = false, l1 = 0, l2 = 0, dropout = 0, draw } = {}) {
  const { unit, layers } = net;
  const grads = layers.map(({ n, m }) => ({ W: new Float64Array(n * m), b: new Float64Array(m) }));
  let total = 0;
  for (const { x, y } of batch) {
    const kept = () => draw.next() < dropout ? 0 : 1 / (1 - dropout);
    const keep = layers.slice(0, -1).map(({ m }) => dropout ? Float64Array.from({ length: m }, kept) : null);
    const { z, a } = forward(net, x, keep);
    const { loss, delta } = price(z.at(-1)[0], y, squared);
    total += loss;
    let deltas = new Float64Array([delta]);
    for (let k = layers.length - 1; k >= 0; k--) {
      const { n, m, W } = layers[k], { W: gW, b: gb } = grads[k], before = new Float64Array(n);
      for (let j = 0; j < m; j++) {
        gb[j] += deltas[j] / batch.length;
        for (let i = 0; i < n; i++) {
          gW[j * n + i] += deltas[j] * a[k][i] / batch.length;
          before[i] += deltas[j] * W[j * n + i];
        }
      }
      if (k) deltas = before.map((sum, i) => {
        const times = keep[k - 1] ? keep[k - 1][i] : 1;
        return times ? sum * times * UNITS[unit].slope(z[k - 1][i], a[k][i] / times) : 0;
      });
    }
  }
  layers.forEach(({ W }, k) => W.forEach((w, i) => { grads[k].W[i] += l1 * Math.sign(w) + l2 * w; }));
  return { loss: total / batch.length, grads };
}

/** Change the network's numbers in place by one step; `memory` is the optimizer's own, {} at the beginning. */
function stepOf(net, grads, memory, { optimizer, rate }) {
  memory.t = (memory.t || 0) + 1;
  memory.layers ||= net.layers.map(({ W, b }) => ({ W: [new Float64Array(W.length), new Float64Array(W.length)],
    b: [new Float64Array(b.length), new Float64Array(b.length)] }));
  net.layers.forEach((layer, k) => ["W", "b"].forEach((part) => {
    const [first, second] = memory.layers[k][part], values = layer[part];
    grads[k][part].forEach((g, i) => {
      if (optimizer === "SGD") { values[i] -= rate * g; return; }
      if (optimizer === "momentum") { first[i] = 0.9 * first[i] + g; values[i] -= rate * first[i]; return; }
      first[i] = 0.9 * first[i] + 0.1 * g; second[i] = 0.999 * second[i] + 0.001 * g * g;  // Adam
      const mean = first[i] / (1 - 0.9 ** memory.t), square = second[i] / (1 - 0.999 ** memory.t);
      values[i] -= rate * mean / (Math.sqrt(square) + 1e-8);
    });
  }));
}
