// The feature maps in PyTorch: the image, the network, the chosen pixel's sum and value, the class probabilities.

const EDGES_IN_TORCH = `
ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
edges = torch.zeros(8, 1, 3, 3, dtype=torch.float64)       # in eight directions
for k in range(8):
    for j, weight in enumerate([-1, 0, 1, 2, 1, 0, -1, -2]):
        row, column = ring[(j + k) % 8]
        edges[k, 0, row, column] = weight / 4
lines = torch.zeros(4, 8, 3, 3, dtype=torch.float64)       # of four orientations
lines[:, :, 1, 1] = -1 / 16
for line, ends in enumerate([(1, 5), (6, 2), (7, 3), (0, 4)]):
    for row, column in [(1, 1), *(ring[end] for end in ends)]:
        lines[line, line::4, row, column] = 1 / 4

network = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 4, 3, padding=1), nn.ReLU(),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4)).double()
with torch.no_grad():
    network[0].weight[:], network[0].bias[:] = edges, -1 / 8
    network[3].weight[:], network[3].bias[:] = lines, -1 / 8
    network[7].weight[:], network[7].bias[:] = 32 * torch.eye(4) - 8, 0
`;

/** The pixels' bytes in base64, in lines of Python. */
function pixelsInTorch(bytes) {
  const words = btoa(String.fromCharCode(...bytes));
  return words.match(/.{1,92}/g).map((part) => `    "${part}"`).join("\n");
}

/** Two slices of Python that shift rows or columns by `by` pixels: where to, and from where. */
const slices = (by) => [`${Math.max(by, 0)}:${Math.min(SIDE + by, SIDE)}`,
  `${Math.max(-by, 0)}:${Math.min(SIDE - by, SIDE)}`];

/** The PyTorch that shifts the image and covers a part of it. */
function changesInTorch({ shift: [right, down], square: [top, left], side }, { low, high }) {
  const [toRows, fromRows] = slices(down), [toColumns, fromColumns] = slices(right);
  const moved = right || down ? `shifted = torch.full_like(image, ${low})
shifted[..., ${toRows}, ${toColumns}] = image[..., ${fromRows}, ${fromColumns}]
image = shifted
` : "";
  const covered = side ? `image[..., ${top}:${top + side}, ${left}:${left + side}] = ${(low + high) / 2}   # gray
` : "";
  return moved + covered;
}

/** The PyTorch that prints the figure's numbers. */
function torchFeatureMaps(state, numbers) {
  const { chosen: { column: c, channel, pixel: [row, place] }, own, off, low, high } = numbers;
  const columns = numbers.columns(), { first, last, layer } = columns[c], range = high - low;
  const dark = off.flatMap((channels, k) => channels.length
    ? `        if k == ${columns[k].last}:\n            x.flatten(1).view(1, ${columns[k].channels}, -1)[:, ${
      JSON.stringify(channels)}] = 0    # switched off\n` : []).join("");
  const edited = numbers.edits.map(([k, ...place]) =>
    `    network[${columns[k].first}].weight[${place.slice(0, 4).join(", ")}] = ${place[4]}\n`).join("");
  const said = layer.kind === "convolution" ? "sum with bias" : `${layer.kind} of the patch`;
  return `import base64

import torch
from torch import nn

pixels = base64.b64decode(
${pixelsInTorch(numbers.pixels())})
image = ${low ? `${low} + ` : ""}torch.tensor(list(pixels), dtype=torch.float64).view(1, 1, 28, 28) / 255${
  range === 1 ? "" : ` * ${range}`}
${changesInTorch(state, numbers)}${own ? EDGES_IN_TORCH : `
# the figure's network, with weights rounded to 8 bits:
# network = nnlab.widgets.packing.rounded(yours, (1, 28, 28), None)
`}
x, outputs = image, []
with torch.no_grad():
${edited}    for k, layer in enumerate(network):
        x = layer(x)
        outputs.append(x.clone())
${dark}
at = (0, ${channel}, ${row}, ${place})                      # channel, row, column
print(f"${said}: {outputs[${first}][at]:.4f}")
print(f"value: {outputs[${last}].view_as(outputs[${first}])[at]:.4f}")
print("probabilities:", *(f"{p:.4f}" for p in torch.softmax(x[0], 0)))`;
}
