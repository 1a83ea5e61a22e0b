// Where the parts of the profile stand, on a wide and on a narrow page; its logarithmic axes; how it writes numbers.

const PROFILE_STYLE = `
  .profile :is(.dials, .choices) { gap: 4px 12px; }
  .profile .choices select { padding: 2px 4px; }
  .profile .dials input[type=number] { width: 3.4em; }
  .profile .gain { display: flex; align-items: center; gap: 8px; white-space: nowrap; }
  .profile .title { font-size: 17px; font-weight: 600; }
  .profile .theory { stroke: var(--ink); stroke-dasharray: 7 5; stroke-width: 2; fill: none; }
  .profile .before { stroke: var(--edge); stroke-width: 3; fill: none; }
  .profile .beyond { fill: var(--gray); opacity: 0.16; }
  .profile .pick { cursor: pointer; fill: transparent; }`;

/** Boxes of the drawing: {left, top, width, height} each; `size` is that of the drawing. */
function profileLayout(narrow) {
  const box = (left, top, width, height) => ({ left, top, width, height });
  return narrow ? {
    size: [480, 678], forward: box(62, 32, 404, 140), backward: box(62, 210, 404, 140), idle: box(62, 386, 404, 34),
    histograms: [box(20, 520, 206, 92), box(266, 520, 206, 92)], block: [20, 664, true],
  } : {
    size: [1080, 436], forward: box(66, 30, 680, 132), backward: box(66, 200, 680, 132), idle: box(66, 366, 680, 30),
    histograms: [box(802, 58, 262, 96), box(802, 228, 262, 96)], block: [802, 380, false],
  };
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const tenTo = (power) => `10${power < 0 ? "⁻" : ""}${[...String(Math.abs(power))].map((n) => RAISED[n]).join("")}`;
const decade = (value) => Math.log10(value);

/** A number to two significant digits: 0.041, 37, 1.2·10⁻⁸. */
function brief(value, digits = 2) {
  if (!Number.isFinite(value)) return "∞";
  if (value === 0 || (Math.abs(value) >= 0.01 && Math.abs(value) < 9999)) {
    return minus(String(Number(value.toPrecision(digits))));
  }
  const [factor, power] = value.toExponential(digits - 1).split("e");
  return minus(`${factor}·`) + tenTo(Number(power));
}

/** Lowest and highest power of ten of an axis, and the distance of its ticks, for positive `values` and others. */
function decades(values) {
  const powers = values.filter((value) => value > 0 && value < Infinity).map(decade);
  const low = Math.min(...powers), high = Math.max(...powers);
  if (!powers.length) return [-1, 1, 1];
  const stride = [1, 2, 5, 10, 20, 50].find((one) => (high - low) / one <= 4.2) ?? 100;
  const slack = 0.02 + 0.04 * (high - low);  // what is drawn beyond the last tick
  const bottom = Math.floor((low + slack) / stride) * stride, top = Math.ceil((high - slack) / stride) * stride;
  return top - bottom < 2 && stride === 1 ? [bottom, bottom + 2, 1] : [bottom, Math.max(top, bottom + stride), stride];
}

/** Where ticks of layers stand: 0 and round numbers up to `last`. */
const layerTicks = (last) => {
  const stride = [1, 2, 5].find((one) => last / one <= 12) ?? 10;
  return upTo(Math.floor(last / stride) + 1).map((k) => k * stride);
};
