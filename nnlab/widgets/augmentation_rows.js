// The right half of the explorer: the original and the chosen sample, and a row for each transform: its switch, its
// strength to drag, what all samples drew as ticks, what the chosen one drew as a number.

const SIDEBAR = { left: 572, width: 408, top: 26, side: 113, first: 173, pitch: 23.2 };
const RULER = { left: 742, width: 128 }, MIDDLE_OF = RULER.left + RULER.width / 2, VALUES = 884;

const signed = (value, digits) => `${value > 0 ? "+" : ""}${shown(value, digits)}`;
const times = (value) => `× ${shown(value)}`;
const arrowed = (value, [back, forth]) => value ? `${Math.abs(value)}${value < 0 ? back : forth} ` : "";

/**
 * The rows. `part` is what the handle changes (null: the probability), `high` the end of its scale, `both` whether the
 * scale has 0 in its middle; `strength` and `drawn` are in words; `ticks` are places of drawn parameters on the scale.
 */
const ROWS = [
  { name: "flip", part: null, high: 1, strength: (p) => `p ${plain(p)}`, drawn: ([on]) => on ? "mirrored" : "" },
  { name: "vertical flip", part: null, high: 1, strength: (p) => `p ${plain(p)}`,
    drawn: ([on]) => on ? "flipped" : "" },
  { name: "shift", part: "shift", high: 14, both: true, step: 1, strength: (s) => `±${s}`, ticks: (both) => both,
    drawn: ([down, right]) => (arrowed(down, "↑↓") + arrowed(right, "←→")).trim() || "0" },
  { name: "rotate", part: "degrees", high: 180, both: true, step: 5, strength: (s) => `±${plain(s)}°`,
    ticks: ([degrees]) => [degrees], drawn: ([degrees]) => `${shown(degrees, 0)}°` },
  { name: "rotate", also: "and scale", part: "scale", high: 0.9, both: true, strength: (s) => `±${plain(s)}`,
    ticks: ([, scale]) => [scale - 1], drawn: ([, scale]) => times(scale) },
  ...["brightness", "contrast", "saturation"].map((part) => ({ name: part, part, high: 1, both: true,
    strength: (s) => `±${plain(s)}`, ticks: ([factor]) => [factor - 1], drawn: ([factor]) => times(factor) })),
  { name: "hue", part: "hue", high: 0.5, both: true, strength: (s) => `±${plain(s)}`, ticks: ([turn]) => [turn],
    drawn: ([turn]) => signed(turn) },
  { name: "noise", part: "sigma", high: 1, strength: (s) => `σ = ${plain(s)}`,
    drawn: ([sigma]) => sigma ? "added" : "" },
  { name: "erase", part: "area", high: 0.9, strength: (s) => `≤ ${plain(tidy(100 * s, 0))} %`,
    ticks: ([, , rows, columns], { height, width }) => rows ? [rows * columns / (height * width)] : [],
    drawn: ([, , rows, columns]) => rows ? `${rows} × ${columns}` : "" },
  { name: "mixup", part: "alpha", high: 1, strength: (s) => `α = ${plain(s)}`, ticks: ([weight]) => [weight],
    drawn: ([weight]) => `λ = ${shown(weight)}` },
];

const strengthOf = (state, { name, part }) => part ? state[part] : state.p[NAMES.indexOf(name)];

/** The state with this transform on or off. */
const switched = ({ transforms }, name, on) =>
  ({ transforms: on ? [...new Set([...transforms, name])] : transforms.filter((one) => one !== name) });

/** The state with another strength of a row; its transform is on then. */
function strengthened(state, { name, part }, value) {
  const p = state.p.map((old, n) => n === NAMES.indexOf(name) ? value : old);
  return { ...switched(state, name, true), ...part ? { [part]: value } : { p } };
}

/** A row. Returns its node and what draws it. */
function buildRow({ set, begin, state }, row, k) {
  const { name, also, part, high, both, step, strength, drawn, ticks } = row;
  const y = SIDEBAR.first + SIDEBAR.pitch * k, range = part ? limits[part] : limits.p;
  const toX = (value) => both ? MIDDLE_OF + value / high * RULER.width / 2 : RULER.left + value / high * RULER.width;
  const fromX = (x) => high * (both ? Math.abs(x - MIDDLE_OF) / (RULER.width / 2) : (x - RULER.left) / RULER.width);
  const grain = step === 1 ? 1 : high > 1 ? 1 : 0.01;
  const to = (value) => set(strengthened(state(), row, clamp(tidy(Math.round(value / grain) * grain), ...range)));
  const toggle = () => { begin(); set(switched(state(), name, !state().transforms.includes(name))); };
  const box = svg("rect", { x: SIDEBAR.left, y: y - 8, width: 16, height: 16, rx: 3, "stroke-width": 1.5 });
  const check = svg("path", { d: `M${SIDEBAR.left + 3.5} ${y}l3.5 4l6 -8`, fill: "none", "stroke-width": 2.5,
    style: "stroke: var(--on)" });
  const words = text(SIDEBAR.left + (also ? 40 : 24), y + 5.5, "", { class: "small" });
  const press = svg("rect", { x: SIDEBAR.left - 4, y: y - SIDEBAR.pitch / 2, width: RULER.left - SIDEBAR.left - 14,
    height: SIDEBAR.pitch, fill: "transparent", style: "cursor: pointer",
    "data-tip": also ? "The scale belongs to the transform “rotate”." : `Switch “${name}” on or off.` });
  press.addEventListener("click", toggle);
  const rail = svg("path", { d: `M${RULER.left} ${y}h${RULER.width}${both ? `M${MIDDLE_OF} ${y - 5}v10` : ""}`,
    style: "stroke: var(--pale)", "stroke-width": 2, fill: "none" });
  const span = svg("path", { "stroke-width": 10, "stroke-opacity": 0.28, style: "stroke: var(--lane0)" });
  const all = svg("path", { "stroke-width": 1.5, style: "stroke: var(--lane0)" });
  const mine = svg("path", { "stroke-width": 4, style: "stroke: var(--ink)" });
  const value = text(VALUES, y + 5.5, "", { class: "small", "font-weight": 600 });
  const knob = svg("circle", { r: 7.5, cy: y, class: "knob" }), ring = svg("circle", { r: 11, cy: y, class: "ring" });
  const handle = svg("g", {}, ring, knob);
  draggable(handle, { name: `Strength of ${also ? "scale" : name}${part ? "" : ": probability"}`, begin,
    to: (x) => to(fromX(x)), keys: { Enter: toggle, " ": toggle },
    by: (right, up) => to(strengthOf(state(), row) + Math.sign(right + up)
      * Math.max(grain, (Math.abs(right + up) > 0.3 ? 0.2 : 0.04) * high)) });
  explain(handle, "Drag to change the strength, or the probability where there is none.");
  return [svg("g", {}, rail, span, all, mine, ...also ? [] : [box, check], words, value, press, handle),
    (now, { samples, size, at }) => {
      const on = now.transforms.includes(name), strong = strengthOf(now, row), x = toX(strong);
      const dashes = (drawnBy) => drawnBy && ticks
        ? ticks(drawnBy, size).map((one) => `M${tidy(toX(clamp(one, -high, high)), 1)} ${y - 6}v12`).join("") : "";
      const changes = ({ parameters }) => !same(parameters[name], TRANSFORMS[name].neutral);
      const chosen = on && changes(samples[at]);
      put(box, { style: `fill: var(--${on ? "lane0" : "ground"}); stroke: var(--${on ? "lane0" : "edge"})` });
      put(check, { display: on ? "inline" : "none" });
      write(words, `${also ?? name} ${on ? strength(strong) : ""}`);
      put(words, { style: on ? "" : "fill: var(--gray)" });
      const low = tidy(both ? toX(-strong) : RULER.left, 1);
      // mixup has none: its ticks are weights λ, from 0 to 1 whatever α is
      put(span, { d: on && name !== "mixup" ? `M${low} ${y}H${tidy(x, 1)}` : "" });
      put(all, { d: on ? samples.filter(changes).map(({ parameters }) => dashes(parameters[name])).join("") : "" });
      put(mine, { d: chosen ? dashes(samples[at].parameters[name]) : "" });
      write(value, chosen ? drawn(samples[at].parameters[name]) : on ? "–" : "");
      put(handle, { opacity: on ? 1 : 0.45, "aria-valuenow": strong, "aria-valuemin": range[0],
        "aria-valuemax": range[1], "aria-valuetext": `${strength(strong)}, ${on ? "on" : "off"}` });
      for (const one of [knob, ring]) put(one, { cx: tidy(x, 1) });
    }];
}

/** The parts of a mixed label, in percent. */
const partsOf = (weight, ...labels) => labels.map((label, k) =>
  `${Math.round(100 * (k ? 1 - weight : weight))} % ${label}`);

/** Lines of at most `most` characters. */
function linesOf(words, most) {
  return words.split(" ").reduce((lines, word) => {
    const last = lines.at(-1);
    return last && last.length + word.length < most ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word];
  }, []);
}

/** The original and the chosen sample enlarged, with its label. Returns their node and what draws them. */
function buildEnlarged() {
  const { left, top, side } = SIDEBAR, places = [left, left + side + 30];
  const parts = places.map((x) => ({
    image: svg("image", { preserveAspectRatio: "none", style: "image-rendering: pixelated" }),
    frame: svg("rect", { fill: "none" }), caption: text(x, top - 8, "", { class: "small" }),
  }));
  const arrow = svg("path", { d: `M${left + side + 6} ${top + side / 2}h17m-7 -7l7 7l-7 7`, class: "grip" });
  const lines = upTo(6).map((k) => text(places[1] + side + 11, top + 12 + 20 * k, "", { class: "small" }));
  const node = svg("g", { "aria-hidden": "true" }, arrow, ...parts.flatMap((one) => Object.values(one)), ...lines);
  const drawImage = ({ image, frame }, x, { height, width }, href, color, thick) => {
    const scale = side / Math.max(height, width), box = { width: scale * width, height: scale * height,
      x: x + (side - scale * width) / 2, y: top + (side - scale * height) / 2 };
    put(image, { ...box, href });
    put(frame, { ...box, style: `stroke: var(--${color})`, "stroke-width": thick });
  };
  let drawn = null;
  return [node, (now, { images, samples, size, at }) => {
    const sample = samples[at], { verdict } = sample, original = images[sample.image], other = images[sample.before];
    if (drawn === sample) return;
    drawn = sample;
    drawImage(parts[0], places[0], size, pictureOf(size, [original.values], 1, 0), "edge", 1);
    drawImage(parts[1], places[1], size, pictureOf(size, [sample.values], 1, 0),
      verdict.kind ? "lane1" : "edge", verdict.kind ? 4 : 1);
    write(parts[0].caption, now.image === "drawing" ? "draw here" : "original");
    write(parts[1].caption, `sample ${at + 1}`);
    const labels = sample.weight < 1 && other !== original
      ? ["label:", ...partsOf(sample.weight, original.label, other.label)] : [`label: ${original.label}`];
    const said = [...labels.flatMap((label) => linesOf(label, 15)),
      ...verdict.kind ? linesOf(`✗ ${verdict.why}`, 15) : []].slice(0, 6);
    const marked = said.findIndex((line) => line.startsWith("✗"));
    lines.forEach((line, k) => {
      write(line, said[k] ?? "");
      put(line, { style: marked >= 0 && k >= marked ? "fill: var(--lane1); font-weight: 600" : "" });
    });
  }];
}

let canvas = null;

/** A PNG of `all` images of one size side by side, with gaps between their columns and rows. */
function pictureOf({ channels, height, width }, all, columns, gap, strip = gap) {
  const rows = Math.ceil(all.length / columns), area = height * width, color = channels > 1;
  canvas ??= document.createElement("canvas");
  canvas.width = columns * (width + gap) - gap;
  canvas.height = rows * (height + strip) - strip;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const made = context.createImageData(canvas.width, canvas.height), { data } = made;
  all.forEach((values, n) => {
    const left = (n % columns) * (width + gap), top = Math.floor(n / columns) * (height + strip);
    for (let y = 0, k = 0; y < height; y++) {
      for (let x = 0, at = 4 * ((top + y) * canvas.width + left); x < width; x++, k++, at += 4) {
        data[at] = 255 * values[k] + 0.5;
        data[at + 1] = color ? 255 * values[k + area] + 0.5 : data[at];
        data[at + 2] = color ? 255 * values[k + 2 * area] + 0.5 : data[at];
        data[at + 3] = 255;
      }
    }
  });
  context.putImageData(made, 0, 0);
  return canvas.toDataURL("image/png");
}
