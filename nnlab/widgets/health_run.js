// What the health board shows of its measurements: nothing is trained here; nnlab.health has measured and written them.

const BINS = 32;
const TOTAL = ["loss not finite", "loss does not fall", "initial loss too high", "train/validation gap",
  "validation better than training by far", "validation loss rises", "learning rate decayed to nothing"];
const COLUMN = {  // where a sign of a layer shows
  "dead units": "units", "saturated units": "units", "vanishing gradient": "gradient", "exploding gradient": "gradient",
  "parameters without updates": "ratio", "updates too large": "ratio", "updates too small": "ratio",
  "identical units": "strip",
};
const decodedRows = new WeakMap();

/** The measurements: those that came along, or the figure's own example. */
const measured = (network) => network?.board || rules.own.shows;

/** The bytes of the histograms of all steps, `BINS` for each; null where there are none. */
function rowsOf(histograms) {
  if (!histograms) return null;
  if (!decodedRows.has(histograms)) {
    decodedRows.set(histograms, Uint8Array.from(atob(histograms.counts), (letter) => letter.charCodeAt(0)));
  }
  return decodedRows.get(histograms);
}

/** The weights of a layer, or else its first parameter; null where it has none. */
const weightsOf = ({ parameters }) => parameters.find(({ shape }) => shape.length > 1) || parameters[0] || null;

/** Histograms of a layer by what the strips show. */
function histogramsOf(layer, shows) {
  if (shows === "weights") return weightsOf(layer)?.weights || null;
  return shows === "gradients" ? layer.gradients : layer.activations;
}

/** All numbers of the chosen layer and step; null where nothing was measured. */
function healthNumbers(state, network) {
  const board = measured(network), { steps, layers, losses, signs } = board;
  const at = Math.min(state.step, steps.length - 1), layer = Math.min(state.layer, layers.length - 1);
  const one = layers[layer], weights = weightsOf(one);
  return {
    at, layer, step: steps[at], label: one.label, sign: state.sign < signs.length ? state.sign : -1,
    train: losses.train_loss[at], val: losses.val_loss[at], mean: one.mean[at], std: one.std[at],
    gradient: one.gradient[at], dead: one.dead[at], saturated: one.saturated[at],
    ratio: weights ? weights.ratio[at] : null, board: () => board,
  };
}

/** Powers of ten that hold all positive `values`: [low, high], at least `least` apart and at most `most`. */
function powersOf(values, least, most) {
  const known = values.filter((value) => value > 0).map(Math.log10);
  const high = known.length ? Math.ceil(Math.max(...known)) : 0;
  const low = Math.max(known.length ? Math.floor(Math.min(...known)) : -least, high - most);
  return [Math.min(low, high - least), high];
}

/** A number in three digits, as short as it can be said: 0.0123, 4.5e-6. */
const told3 = (value) => {
  if (value === null) return "not finite";
  const size = Math.abs(value);
  return minus(size && (size < 1e-3 || size >= 1e5) ? value.toExponential(1).replace("e+", "e")
    : String(Number(value.toPrecision(3))));
};
const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/** The chosen sign, or the chosen layer at the chosen step, in a sentence. */
function healthSentence({ sign, step, train, val, label, mean, std, gradient, dead, saturated, ratio, board }) {
  if (sign >= 0) {
    const { name, where, says } = board().signs[sign];
    return `${name[0].toUpperCase()}${name.slice(1)}${where ? ` at ${where}` : ""}: ${says}.`;
  }
  const losses = [train !== null && `training loss ${told3(train)}`, val !== null && `validation loss ${told3(val)}`];
  const parts = [`mean ${told3(mean)}`, `std ${told3(std)}`, dead !== null && `${percent(dead)} dead`,
    saturated !== null && `${percent(saturated)} saturated`, gradient !== null && `gradient RMS ${told3(gradient)}`,
    ratio !== null && `update ratio ${told3(ratio)}`];
  return `${[`Step ${step}`, ...losses].filter(Boolean).join(", ")}. ${label}: ${parts.filter(Boolean).join(", ")}.`;
}
