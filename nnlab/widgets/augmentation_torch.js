// The explorer in PyTorch: the same recipe for nnlab.augment and for torchvision; what the chosen sample drew, applied.

/** The transforms of nnlab.augment and of torchvision's v2, as they are written, for the state `s`. */
const IN_TORCH = {
  flip: { ours: (p) => `Flip(${p})`, theirs: (p) => `v2.RandomHorizontalFlip(${p})` },
  "vertical flip": { ours: (p) => `Flip(${p}, vertical=True)`, theirs: (p) => `v2.RandomVerticalFlip(${p})` },
  shift: { ours: (p, s) => `Shift(${s.shift}${withP(p)})`, theirs: (p, s, { height, width }) =>
    sometimes(p, `v2.RandomCrop((${height}, ${width}), padding=${s.shift})`) },
  rotate: { ours: (p, s) => `Rotate(${s.degrees}, scale=${scaleOf(s)}${withP(p)})`, theirs: (p, s) =>
    sometimes(p, `v2.RandomAffine(${s.degrees}, scale=${scaleOf(s)}, interpolation=v2.InterpolationMode.BILINEAR)`) },
  ...Object.fromEntries(JITTER.map((part) => [part, {
    ours: (p, s) => `Jitter(${part}=${s[part]}${withP(p)})`,
    theirs: (p, s) => sometimes(p, `v2.ColorJitter(${part}=${s[part]})`) }])),
  noise: { ours: (p, s) => `Noise(${s.sigma}${withP(p)})`,
    theirs: (p, s) => sometimes(p, `v2.GaussianNoise(sigma=${s.sigma})`) },
  erase: { ours: (p, s) => `Erase(${p}, scale=(${SMALLEST}, ${s.area}))`,
    theirs: (p, s) => `v2.RandomErasing(${p}, scale=(${SMALLEST}, ${s.area}))` },
  mixup: { ours: (p, s, size, classes) => `Mixup(${classes}, alpha=${s.alpha}${withP(p)})`,
    theirs: (p, s, size, classes) => sometimes(p, `v2.MixUp(num_classes=${classes}, alpha=${s.alpha})`) },
};
const withP = (p) => p < 1 ? `, p=${p}` : "";
const sometimes = (p, made) => p < 1 ? `v2.RandomApply([${made}], p=${p})` : made;
const scaleOf = ({ scale }) => `(${tidy(1 - scale, 4)}, ${tidy(1 + scale, 4)})`;
const numberIn = (value) => typeof value === "boolean" ? (value ? "True" : "False") : String(tidy(value, 6));

/** The images of a batch as a tensor (N, C, H, W), in lines of Python. */
function imagesInTorch(state, { channels, height, width }, images) {
  if (state.image === "own images") {
    const rows = images.map(({ values }) => JSON.stringify(Array.from(values, (one) => Math.round(255 * one))));
    return `images = torch.tensor([${rows.join(", ")}], dtype=torch.float64)
images = images.view(-1, ${channels}, ${height}, ${width}) / 255`;
  }
  const most = Math.floor(112 / width) * width;  // letters a line
  const quoted = (letters) => letters.match(new RegExp(`.{1,${most}}`, "g")).map((part) => `    "${part}"`).join("\n");
  const lines = images.map(({ letters }) => `${quoted(letters)},\n`).join("");
  const palettes = images.map(({ palette }) => JSON.stringify(palette)).join(", ");
  return channels === 1 ? `letters = [
${lines}]  # a hexadecimal digit for each pixel, from 0, black, to f, white
images = torch.tensor([[int(letter, 16) / 15 for letter in image] for image in letters], dtype=torch.float64)
images = images.view(-1, 1, ${height}, ${width})` : `letters = [
${lines}]  # a letter for each pixel, the number of its color
palettes = [${palettes}]
images = torch.tensor([[palette[int(letter)] for letter in image] for image, palette in zip(letters, palettes)],
                      dtype=torch.float64).view(-1, ${height}, ${width}, 3).permute(0, 3, 1, 2)`;
}

const normalsInTorch = (seeds, size) => `
${RANDOM_IN_TORCH}

def normal(draw):  # mean 0, standard deviation 1 (Box and Muller)
    return math.sqrt(-2 * math.log(1 - draw())) * math.cos(2 * math.pi * draw())

noises = []
for seed in ${JSON.stringify(seeds)}:
    draw = random(seed)
    noises.append([normal(draw) for _ in range(${size.channels * size.height * size.width})])
noises = torch.tensor(noises, dtype=torch.float64).view_as(images)
`;

/** The PyTorch that prints how the chosen sample's image changes. */
function torchAugmentation(state, { size, images, samples, at }) {
  const on = NAMES.filter((name) => state.transforms.includes(name)), { mixup } = samples[at].parameters;
  const batch = mixup ? [samples[(at + samples.length - 1) % samples.length], samples[at]] : [samples[at]];
  const labels = [...new Set(images.map(({ label }) => label))], classes = labels.length;
  const writtenIn = (kind) => on.map((name) =>
    `    ${IN_TORCH[name][kind](state.p[NAMES.indexOf(name)], state, size, classes)},\n`).join("");
  const theirs = writtenIn("theirs");
  const drawn = on.map((name) => {
    const place = JITTER.indexOf(name);  // of the four parameters of Jitter
    const parameters = batch.map((one) => place < 0 ? one.parameters[name]
      : [1, 1, 1, 0].map((neutral, k) => k === place ? one.parameters[name][0] : neutral));
    const lists = parameters[0].map((_, k) => `[${parameters.map((all) => numberIn(all[k])).join(", ")}]`);
    const noise = `(torch.tensor(${lists[0]}).view(-1, 1, 1, 1) * noises,)`;
    return `    ${name === "noise" ? noise : `(${lists.join(", ")},)`},  # ${name}\n`;
  }).join("");
  const noise = samples[at].parameters.noise;
  const targets = batch.map(({ image }) => labels.indexOf(images[image].label));
  const used = new Set(on.map((name) => /^\w+/.exec(IN_TORCH[name].ours(1, state, size, classes))[0]));
  return `${noise ? "import math\n\n" : ""}import torch
from torchvision.transforms import v2

from nnlab.augment import ${[...["Augment"], ...used].sort().join(", ")}

augment = Augment(  # each image of a batch draws parameters of its own
${writtenIn("ours")})
compose = v2.Compose([  # draws once for all that it is given: once for a whole batch
${theirs || "    v2.Identity(),\n"}])

${imagesInTorch(state, size, batch.map(({ image }) => images[image]))}
targets = torch.tensor(${JSON.stringify(targets)})
${noise ? normalsInTorch(batch.map(({ seed }) => seed), size) : ""}
drawn = [  # by sample ${at + 1} of the figure${mixup ? ", after those of the sample before it, which mixup takes" : ""}
${drawn}]
changed = images
for transform, parameters in zip(augment.transforms, drawn):
    parameters = [torch.as_tensor(one, dtype=torch.float64) for one in parameters]
    changed, targets = transform.apply(changed, *parameters), transform.apply_targets(targets, *parameters)
image, change = changed[-1], changed[-1] - images[-1]
print(f"sample ${at + 1}: mean {images[-1].mean():.4f}, then {image.mean():.4f}; mean change {change.abs().mean():.4f}")
${mixup ? 'print("targets:", *(f"{target:.4f}" for target in targets[-1]))' : ""}`.trimEnd();
}
