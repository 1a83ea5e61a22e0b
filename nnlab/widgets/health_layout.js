// Where things stand on the health board: a row for each layer, columns, the losses below, all over the same steps.

const SPLIT = 764, TOP = 36, LOSS = { gap: 38, height: 74, foot: 42 };
const WIDE = { narrow: false, width: SPLIT, letters: 15, strip: { left: 158, width: 296 },
  gradient: { left: 474, width: 84 }, ratio: { left: 578, width: 84 }, units: { left: 680, width: 76 } };
const NARROW = { narrow: true, width: 392, letters: 10, strip: { left: 96, width: 92 },
  gradient: { left: 200, width: 58 }, ratio: { left: 277, width: 36 }, units: { left: 326, width: 62 } };  // a phone's
const THUMB = [-4, -2];  // the rule of thumb for update ratios, as powers of ten

/** The columns, and rows of `count` layers: height of one, middle of each, where they end; the losses below. */
function layoutOf(count, narrow) {
  const row = clamp(238 / count, 28, 46), end = TOP + row * count, top = end + LOSS.gap;
  return { ...narrow ? NARROW : WIDE, row, end, middle: (k) => TOP + row * (k + 0.5),
    at: (y) => clamp(Math.floor((y - TOP) / row), 0, count - 1),
    losses: { top, bottom: top + LOSS.height }, height: top + LOSS.height + LOSS.foot };
}

/** The place of measurement `k` of `count` along the steps, and the measurement at a place. */
const placeOfStep = ({ strip }, k, count) => strip.left + (k + 0.5) / count * strip.width;
const stepAt = ({ strip }, x, count) => clamp(Math.floor((x - strip.left) / strip.width * count), 0, count - 1);

/** A logarithmic scale over a column: from value to place; 0 stands at its left end. */
function scaleOf({ left, width }, [low, high]) {
  const of = (power) => left + (power - low) / (high - low) * width;
  return { of, to: (value) => value > 0 ? of(clamp(Math.log10(value), low, high)) : left };
}

/** A name that fits into its column. */
const fitting = (words, most) => words.length > most ? `${words.slice(0, most - 1)}…` : words;

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power10 = (n) => `10${n < 0 ? "⁻" : ""}${[...String(Math.abs(n))].map((digit) => SUPERSCRIPTS[digit]).join("")}`;

/** The histograms of all steps as an image: a column for each step, dark where many numbers are. */
function stripOf(histograms, dark) {
  const bytes = rowsOf(histograms), count = bytes.length / BINS;
  const canvas = html("canvas", { width: count, height: BINS }), pen = canvas.getContext("2d");
  const image = pen.createImageData(count, BINS), [r, g, b] = dark ? [92, 184, 240] : [0, 86, 140];
  for (let k = 0; k < count; k++) {
    for (let bin = 0; bin < BINS; bin++) {
      const share = (bytes[k * BINS + bin] / 255) ** 0.5;
      image.data.set([r, g, b, Math.round(255 * share)], 4 * ((BINS - 1 - bin) * count + k));
    }
  }
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
