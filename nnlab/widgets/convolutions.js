// A convolutional network in the browser, in doubles: the layers that packing.py packs, one after the other.
// A tensor is { channels, height, width, values }, row by row, channel by channel. Tests hold it equal to torch.

const unpackedLayers = new WeakMap();  // the layers of a network, read once

/** The layers of a packed network: those with weights get them as doubles, row by row, and their biases. */
function chainOf(network) {
  if (!unpackedLayers.has(network)) {
    unpackedLayers.set(network, network.layers.map((layer) => {
      if (!layer.weight) return layer;
      const letters = atob(layer.weight), rows = layer.scale.length, columns = letters.length / rows;
      const weights = Float64Array.from({ length: letters.length }, (_, k) =>
        (letters.charCodeAt(k) << 24 >> 24) * layer.scale[Math.floor(k / columns)]);
      return { ...layer, weights, columns };
    }));
  }
  return unpackedLayers.get(network);
}

const tensor = (channels, height, width) =>
  ({ channels, height, width, values: new Float64Array(channels * height * width) });

/** The first output place at which the input place `stride` · output + `offset` exists, and one after the last. */
const within = (offset, stride, inputs, outputs) => [
  Math.max(0, Math.ceil(-offset / stride)), Math.min(outputs, Math.floor((inputs - 1 - offset) / stride) + 1),
];

/** Height or width, by `axis`, of what a convolution or pooling makes of `size` pixels. */
function outputSize({ kernel_size, stride, padding, dilation = [1, 1] }, size, axis) {
  const reach = dilation[axis] * (kernel_size[axis] - 1) + 1;
  return Math.floor((size + 2 * padding[axis] - reach) / stride[axis]) + 1;
}

/** Call `act(output row, input row, columns, input column at output column 0, offset in the kernel)` for each pair. */
function slide({ kernel_size: [rows, columns], stride, padding, dilation = [1, 1] }, x, y, act) {
  for (let row = 0; row < rows; row++) {
    const down = dilation[0] * row - padding[0], [top, bottom] = within(down, stride[0], x.height, y.height);
    for (let column = 0; column < columns; column++) {
      const right = dilation[1] * column - padding[1], across = within(right, stride[1], x.width, y.width);
      for (let out = top; out < bottom; out++) act(out, stride[0] * out + down, across, right, row * columns + column);
    }
  }
}

function convolved(layer, x) {
  const { kernel_size, stride: [, step], groups, weights, columns, bias } = layer;
  const y = tensor(bias.length, outputSize(layer, x.height, 0), outputSize(layer, x.width, 1));
  const area = kernel_size[0] * kernel_size[1], share = x.channels / groups, made = y.channels / groups;
  for (let channel = 0; channel < y.channels; channel++) {
    const place = channel * y.height * y.width;
    y.values.fill(bias[channel], place, place + y.height * y.width);
    for (let k = 0; k < share; k++) {
      const from = (Math.floor(channel / made) * share + k) * x.height * x.width, kernel = channel * columns + k * area;
      slide(layer, x, y, (out, row, [left, right], offset, at) => {
        const weight = weights[kernel + at], source = from + row * x.width + offset, target = place + out * y.width;
        for (let j = left; j < right; j++) y.values[target + j] += weight * x.values[source + step * j];
      });
    }
  }
  return y;
}

function pooled(layer, x, largest) {
  const y = tensor(x.channels, outputSize(layer, x.height, 0), outputSize(layer, x.width, 1)), { stride } = layer;
  const counts = new Float64Array(y.height * y.width);
  if (largest) y.values.fill(-Infinity);
  slide(layer, x, y, (out, _, [left, right]) => {
    for (let j = left; j < right; j++) counts[out * y.width + j] += 1;
  });
  for (let channel = 0; channel < x.channels; channel++) {
    slide(layer, x, y, (out, row, [left, right], offset) => {
      const source = channel * x.height * x.width + row * x.width + offset;
      const target = (channel * y.height + out) * y.width;
      for (let j = left; j < right; j++) {
        const value = x.values[source + stride[1] * j];
        if (!largest) y.values[target + j] += value;
        else if (value > y.values[target + j]) y.values[target + j] = value;
      }
    });
  }
  if (largest) return y;
  if (layer.count_include_pad) counts.fill(layer.kernel_size[0] * layer.kernel_size[1]);
  return { ...y, values: y.values.map((sum, k) => sum / counts[k % counts.length]) };
}

const COMPUTE = {
  convolution: convolved,
  max: (layer, x) => pooled(layer, x, true),
  average: (layer, x) => pooled(layer, x, false),
  mean: (layer, x) => pooled({ kernel_size: [x.height, x.width], stride: [1, 1], padding: [0, 0] }, x, false),
  relu: (layer, x) => ({ ...x, values: x.values.map((value) => value > 0 ? value : 0) }),
  flatten: (layer, x) => ({ channels: x.values.length, height: 1, width: 1, values: x.values }),
  linear: ({ weights, columns, bias }, x) => {
    const y = tensor(bias.length, 1, 1);
    y.values.forEach((_, unit) => {
      let sum = bias[unit];
      for (let k = 0; k < columns; k++) sum += weights[unit * columns + k] * x.values[k];
      y.values[unit] = sum;
    });
    return y;
  },
};

/** The outputs of all layers of a packed network for an image's values, the image first; `after` may change one. */
function outputsOf(network, image, after = (x) => x) {
  const [channels, height, width] = network.shape, all = [{ channels, height, width, values: image }];
  chainOf(network).forEach((layer, k) => all.push(after(COMPUTE[layer.kind](layer, all.at(-1)), k)));
  return all;
}
