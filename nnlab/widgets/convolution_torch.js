// The explorer in PyTorch: prints the outputs, and what the view shows besides.

/** Nested lists as Python writes them, a row a line. */
function listed(value, indent) {
  if (!Array.isArray(value[0])) return JSON.stringify(value).replaceAll(",", ", ");
  return `[${value.map((one) => listed(one, `${indent} `)).join(`,\n${indent} `)}]`;
}

/** A line of Python that makes a tensor called `name`. */
const tensorLine = (name, value, note) => {
  const begin = `${name} = torch.tensor(`;
  return `${begin}${listed(value, " ".repeat(begin.length))}, dtype=torch.float64)  # ${note}`;
};

const MORE_IN_TORCH = {
  sum: () => "",
  "use counts": () => `

counts = torch.zeros_like(x[:1]).requires_grad_()  # the gradient of the sum of all outputs, with weights of 1
convolve(counts, torch.ones_like(weight[:1, :1])).sum().backward()
for row in counts.grad[0]:
    print(*(f"{count:4.0f}" for count in row))`,
  matrix: () => `

matrix = torch.autograd.functional.jacobian(lambda x: convolve(x, weight), x).reshape(y.numel(), x.numel())
print(*matrix.shape, (matrix.abs() > 1e-12).sum().item())`,
};

/** The PyTorch that prints the outputs, a row a line, and the counts or the matrix's size, where they are shown. */
function torchConvolution(state, { problem, channels, biases }) {
  if (problem) return `# ${problem}`;
  const { pixels, weight, stride, padding, dilation, padding_mode: mode, operation, activation, view } = state;
  const pair = ([rows, columns]) => `(${rows}, ${columns})`, circular = mode === "circular", given = weight[0].length;
  const [down, across] = padding, taken = upTo(channels).map((c) => c % given).join(", ");
  const parts = { stride, padding: circular ? [0, 0] : padding, dilation };
  const options = Object.entries(parts).map(([name, value]) => `${name}=${pair(value)}`).join(", ");
  const wrapped = `    x = F.pad(x[None], (${across}, ${across}, ${down}, ${down}), mode="circular")[0]\n`;
  return `import torch
import torch.nn.functional as F

${tensorLine("x", pixels, "channels, rows, columns")}
${tensorLine("weight", weight, "output channels, input channels, rows, columns")}
${tensorLine("bias", biases, "one for each output channel")}
${given === channels ? "" : `weight = weight[:, [${taken}]]  # repeated for the channels
`}${operation === "convolution" ? "weight = weight.flip(2, 3)  # rotated by 180 degrees\n" : ""}
def convolve(x, weight, bias=None):
${circular ? wrapped : ""}    return F.conv2d(x[None], weight, bias, ${options})[0]

y = convolve(x, weight, bias)${activation === "ReLU" ? ".relu()" : ""}
for row in y.flatten(0, 1):
    print(*(f"{value:9.4f}" for value in row))${MORE_IN_TORCH[view]()}`;
}
