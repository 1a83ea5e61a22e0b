// What the augmentation explorer computes: what each sample draws, its image, how much the samples differ.

/**
 * The transforms, in the order in which they are applied. `of` maps uniform numbers, `count` of them, to parameters as
 * nnlab.augment has them; `neutral` change nothing.
 */
const TRANSFORMS = {
  flip: { neutral: [false], count: 0, of: () => [true],
    apply: (values, size, [chosen]) => chosen ? mirrored(values, size, false) : values },
  "vertical flip": { neutral: [false], count: 0, of: () => [true],
    apply: (values, size, [chosen]) => chosen ? mirrored(values, size, true) : values },
  shift: { neutral: [0, 0], count: 2, apply: shifted,
    of: (u, { shift }) => u.map((one) => Math.floor(one * (2 * shift + 1)) - shift) },
  rotate: { neutral: [0, 1], count: 2, apply: rotated,
    of: ([u, v], { degrees, scale }) => [degrees * (2 * u - 1), 1 + scale * (2 * v - 1)] },
  brightness: { neutral: [1], count: 1, apply: brightened, of: factorOf("brightness") },
  contrast: { neutral: [1], count: 1, apply: contrasted, of: factorOf("contrast") },
  saturation: { neutral: [1], count: 1, apply: saturated, of: factorOf("saturation") },
  hue: { neutral: [0], count: 1, apply: turnedHue, of: ([u], { hue }) => [hue * (2 * u - 1)] },
  noise: { neutral: [0], count: 0, of: (_, { sigma }) => [sigma] },
  erase: { neutral: [0, 0, 0, 0], count: 22, apply: erased, of: rectangleOf },
  mixup: { neutral: [1], count: 0, of: (_, { alpha }, size, draw) => [betaOf(alpha, draw)] },
};
const NAMES = Object.keys(TRANSFORMS), GEOMETRY = NAMES.slice(0, 4), JITTER = NAMES.slice(4, 8);

/** A factor from 1 − strength to 1 + strength. */
function factorOf(part) {
  return ([u], { [part]: strength }) => [1 - strength + 2 * strength * u];
}

/** Top, left, height and width of a random rectangle: of ten the first that fits (Zhong et al. 2020, algorithm 1). */
function rectangleOf(u, { area: most }, { height, width }) {
  const ratios = [Math.log(0.3), Math.log(3.3)];
  for (let k = 0; k < 10; k++) {
    const area = (SMALLEST + (most - SMALLEST) * u[k]) * height * width;
    const ratio = Math.exp(ratios[0] + (ratios[1] - ratios[0]) * u[10 + k]);
    const [rows, columns] = [area * ratio, area / ratio].map((one) => Math.round(Math.sqrt(one)));
    if (rows < height && columns < width) {
      return [Math.floor(u[20] * (height - rows + 1)), Math.floor(u[21] * (width - columns + 1)), rows, columns];
    }
  }
  return TRANSFORMS.erase.neutral;
}
const SMALLEST = 0.02;  // share of the area that is erased at least

/** A number from the distribution Beta(alpha, alpha), for alpha up to 1 (Jöhnk 1964). */
function betaOf(alpha, draw) {
  for (;;) {
    const one = draw.next() ** (1 / alpha), other = draw.next() ** (1 / alpha);
    if (one + other > 0 && one + other <= 1) return one / (one + other);
  }
}

/**
 * The parameters of sample number `k`, by transform, of those that are on; and the seed of its noise. Each number has
 * its place in the sample's random numbers, so that one transform's strength leaves what the others draw.
 */
function drawnBy(state, size, k) {
  const draw = random(64 * state.seed + k), parameters = {};
  NAMES.forEach((name, n) => {
    const { count, of, neutral } = TRANSFORMS[name], chosen = draw.next() < state.p[n];
    const u = upTo(count).map(() => draw.next()), made = of(u, state, size, draw);
    if (state.transforms.includes(name)) parameters[name] = chosen ? made : neutral;
  });
  return { parameters, seed: 64 * state.seed + k + 2 ** 20 };
}

const noises = new Map();  // normal numbers by the seed: they stay while a strength is dragged

/** `count` normal numbers, of mean 0 and standard deviation 1. */
function normals(seed, count) {
  const key = `${seed} ${count}`;
  if (noises.size > 200) noises.clear();
  if (!noises.has(key)) {
    const draw = random(seed);
    noises.set(key, Float64Array.from({ length: count }, () => draw.normal()));
  }
  return noises.get(key);
}

/** The image with all but mixup, and the share of its object that is left. */
function changedBy({ values, object }, size, { parameters, seed }) {
  const plane = { ...size, channels: 1 }, { rotate, erase, noise } = parameters;
  const changes = (name) => parameters[name] && !same(parameters[name], TRANSFORMS[name].neutral);
  const apply = (names, image, dimensions) => names.filter(changes)
    .reduce((made, name) => TRANSFORMS[name].apply(made, dimensions, parameters[name]), image);
  const moved = apply(GEOMETRY, values, size), ink = object ? apply(GEOMETRY, object, plane) : moved;
  const left = totalOf(erase ? erased(ink, plane, erase) : ink)
    / (totalOf(object ?? values) * (rotate ? rotate[1] ** 2 : 1));
  let made = apply(JITTER, moved, size);
  if (noise?.[0]) made = noisy(made, normals(seed, made.length), noise[0]);
  return { values: apply(["erase"], made, size), left: Number.isFinite(left) ? left : 1 };
}

/** How much a pixel differs between the samples of an image: its standard deviation, mean over pixels and images. */
function spreadOf(samples, images) {
  const groups = upTo(images).map((k) => samples.filter((_, at) => at % images === k)).filter((all) => all.length);
  const of = (all) => {
    const [{ values: first }] = all, sums = new Float64Array(first.length), squares = new Float64Array(first.length);
    for (const { values } of all) {
      for (let k = 0; k < first.length; k++) {
        const from = values[k] - first[k];
        sums[k] += from;
        squares[k] += from * from;
      }
    }
    let total = 0;
    for (let k = 0; k < first.length; k++) {
      total += Math.sqrt(Math.max(0, squares[k] / all.length - (sums[k] / all.length) ** 2));
    }
    return total / first.length;
  };
  return groups.reduce((sum, all) => sum + of(all), 0) / groups.length;
}

const explored = { key: "", run: null, made: [] };  // the last samples: what is drawn again as before stays

/** Sample number `k` without mixup: the last one where nothing that it depends on has changed. */
function madeBy(state, size, images, k) {
  const mine = drawnBy(state, size, k), image = k % images.length;
  const drawn = state.draw === "whole batch" ? { ...drawnBy(state, size, 0), seed: mine.seed } : mine;
  const key = JSON.stringify(drawn), last = explored.made[k];
  if (last?.key === key && last.original === images[image]) return last;
  return { ...drawn, key, image, original: images[image], ...changedBy(images[image], size, drawn) };
}

/** All that the explorer shows: its images and samples; `at` is the number of the sample that is chosen. */
function augmentationNumbers(state) {
  const { sample, ...rest } = state, key = JSON.stringify(rest), count = state.rows * state.columns;
  if (explored.key !== key) {
    const { size, images } = imagesOf(state), made = upTo(count).map((k) => madeBy(state, size, images, k));
    const samples = made.map((one, k) => {
      const before = made[(k + count - 1) % count], [weight] = one.parameters.mixup ?? [1];
      return { parameters: one.parameters, seed: one.seed, image: one.image, weight, before: before.image,
        values: weight < 1 ? mixed(one.values, before.values, weight) : one.values };
    });
    const verdicts = made.map((one) => verdictOf(images[one.image].label, one));
    samples.forEach((one, k) => { one.verdict = mixedVerdict(one, verdicts[k], verdicts[(k + count - 1) % count]); });
    explored.run = { size, images, samples, spread: spreadOf(samples, images.length),
      changed: samples.filter(({ verdict }) => verdict.kind).length };
    Object.assign(explored, { key, made });
  }
  return { ...explored.run, at: Math.min(sample, count - 1) };
}
