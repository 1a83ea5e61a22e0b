// The augmentation explorer: samples of an image, each with random changes of its own, and which of them no longer show
// their label. What it computes stands in augmentation_run.js, its right half in augmentation_rows.js.

const GRID = { width: 556, height: 444, gap: 3, strip: 25 };

/** Where the samples are: pixels between their rows, units a pixel, left edge, and the corner of sample number `k`. */
function layoutOf({ rows, columns }, { height, width }) {
  const scale = Math.min(GRID.width / (columns * (width + GRID.gap) - GRID.gap),
    (GRID.height / rows - GRID.strip) / (height + 1));
  const strip = Math.ceil(GRID.strip / scale);
  const left = (GRID.width - scale * (columns * (width + GRID.gap) - GRID.gap)) / 2;
  const at = (k) => [tidy(left + scale * (k % columns) * (width + GRID.gap)),
    tidy(2 + scale * Math.floor(k / columns) * (height + strip))];
  return { scale, strip, left, at, across: tidy(scale * width), down: tidy(scale * height),
    width: scale * (columns * (width + GRID.gap) - GRID.gap), height: scale * (rows * (height + strip) - strip) };
}

/** What a sample drew, its labels, and whether it still shows them, in words. */
function describe({ samples, images }, k) {
  const { parameters, image, before, weight, verdict } = samples[k], { label } = images[image];
  const drawn = ROWS.filter(({ name }) => parameters[name] && !same(parameters[name], TRANSFORMS[name].neutral))
    .map(({ name, also, drawn: of }) => `${also ? "scale" : name} ${of(parameters[name])}`);
  const labels = weight < 1 && before !== image ? partsOf(weight, label, images[before].label).join(", ") : label;
  return [`sample ${k + 1}, label ${labels}`, ...verdict.kind ? [`no longer shown: ${verdict.why}`] : [],
    drawn.join(", ") || "unchanged"].join("; ");
}

/** The samples. Returns their nodes and what draws them. */
function buildSamples({ set, begin, state }) {
  const image = svg("image", { preserveAspectRatio: "none", style: "image-rendering: pixelated" });
  const frames = svg("path", { fill: "none", style: "stroke: var(--edge)" });
  const marked = svg("path", { fill: "none", "stroke-width": 4, style: "stroke: var(--lane1)" });
  const badges = svg("path", { "stroke-width": 23, "stroke-linecap": "round", style: "stroke: var(--lane1)" });
  const crosses = svg("path", { "stroke-width": 3, "stroke-linecap": "round", style: "stroke: var(--on)" });
  const shares = ["lane0", "lane2", "lane3"].map((color) =>
    svg("path", { "stroke-width": 6, fill: "none", style: `stroke: var(--${color})` }));
  const labels = svg("g", { "aria-hidden": "true", style: "font-size: 18px" }), presses = svg("g");
  const ring = svg("rect", { class: "ring", fill: "none", rx: 2 });
  const chosen = svg("rect", { fill: "none", "stroke-width": 4.5, rx: 2, style: "stroke: var(--ink)" });
  const halo = svg("rect", { fill: "none", "stroke-width": 8.5, rx: 3, style: "stroke: var(--ground)" });
  const handle = svg("g", { style: "pointer-events: all" }, halo, chosen, ring), parts = [];
  let drawn = null, layout = null;
  const choose = (sample) => set({ sample: clamp(sample, 0, state().rows * state().columns - 1) });
  const place = (x, y) => {
    const { rows, columns } = state(), [left, top] = layout.at(0), [right] = layout.at(1);
    const below = layout.at(columns)[1], column = columns > 1 ? Math.floor((x - left) / (right - left)) : 0;
    choose(columns * clamp(Math.floor((y - top) / (below - top)), 0, rows - 1) + clamp(column, 0, columns - 1));
  };
  draggable(handle, { name: "Chosen sample", begin, to: place, by: (right, up) => {
    const { rows, columns, sample } = state(), count = rows * columns;
    const to = Math.min(sample, count - 1) + Math.sign(right) - columns * Math.sign(up);
    if (to >= 0 && to < count) choose(to);
  } });
  const nodesOf = (k) => {
    const press = svg("rect", { fill: "transparent", style: "cursor: pointer" });
    press.addEventListener("click", () => { begin(); choose(k); });
    return { press, label: text(0, 0, "", MIDDLE) };
  };
  const drawAll = (now, numbers) => {
    const { samples, images, size } = numbers, { across, down, at } = layout = layoutOf(now, size);
    const boxes = samples.map((_, k) => `M${at(k)}h${across}v${down}h${-across}z`);
    const wrong = upTo(samples.length).filter((k) => samples[k].verdict.kind);
    const corners = wrong.map((k) => [at(k)[0] + across - 10, at(k)[1] + 10]), small = across < 45;
    put(image, { x: layout.left, y: 2, width: layout.width, height: layout.height,
      href: pictureOf(size, samples.map(({ values }) => values), now.columns, GRID.gap, layout.strip) });
    put(frames, { d: boxes.join("") });
    put(marked, { d: wrong.map((k) => boxes[k]).join("") });
    put(badges, { d: small ? "" : corners.map((corner) => `M${corner}h0`).join("") });
    put(crosses, { d: small ? "" : corners.map(([x, y]) => `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`).join("") });
    const mixes = samples.map(({ image: mine, before, weight }) => mine === before || weight === 1
      ? [[mine, 1]] : [[mine, weight], [before, 1 - weight]].sort(([one], [other]) => one - other));
    const any = mixes.some((all) => all.length > 1), heaviest = (all) => all.reduce((one, other) =>
      other[1] > one[1] ? other : one);
    const bar = (k, from, to) => `M${tidy(at(k)[0] + across * from)} ${at(k)[1] + down + 4.5}h${across * (to - from)}`;
    shares.forEach((path, color) => put(path, { d: any ? mixes.flatMap((all, k) => all.map(([one, share], n) =>
      one % shares.length === color ? bar(k, n ? 1 - share : 0, n ? 1 : share) : "")).join("") : "" }));
    while (parts.length < samples.length) parts.push(nodesOf(parts.length));
    if (labels.childElementCount !== samples.length) {
      labels.replaceChildren(...parts.slice(0, samples.length).map(({ label }) => label));
      presses.replaceChildren(...parts.slice(0, samples.length).map(({ press }) => press));
    }
    samples.forEach(({ verdict }, k) => {
      const { press, label } = parts[k], [x, y] = at(k), [most, share] = heaviest(mixes[k]);
      const words = images[most].label, part = any ? `${Math.round(100 * share)} % ` : "";
      const room = Math.floor(across / 8.6), short = room < 6 ? "" : `${words.slice(0, room - 3)}…`;
      const said = [part + words, words, short].find((one) => one.length <= room) ?? "";
      put(press, { x, y, width: across, height: down, "data-tip": `S${describe(numbers, k).slice(1)}.` });
      write(label, said);
      put(label, { x: x + across / 2, y: y + down + (any ? 22 : 18), style: verdict.kind
        ? "fill: var(--lane1); text-decoration: line-through" : "fill: var(--gray)" });
    });
  };
  return [[image, frames, ...shares, labels, marked, presses, handle, badges, crosses], (now, numbers) => {
    if (drawn !== numbers.samples) drawAll(now, numbers);
    drawn = numbers.samples;
    const [x, y] = layout.at(numbers.at), box = { x, y, width: layout.across, height: layout.down };
    for (const one of [ring, chosen, halo]) put(one, box);
    put(handle, { "aria-valuenow": numbers.at + 1, "aria-valuemin": 1, "aria-valuemax": numbers.samples.length,
      "aria-valuetext": describe(numbers, numbers.at) });
  }];
}

/** How many samples no longer show their label and why; how much the samples differ. */
function tellAll({ samples, changed, spread }) {
  const counts = Object.entries(KINDS).map(([kind, words]) =>
    [samples.filter(({ verdict }) => verdict.kind === kind).length, words]).filter(([count]) => count);
  counts.sort(([one], [other]) => other - one);
  const others = counts.slice(2).reduce((sum, [count]) => sum + count, 0);
  const why = [...counts.slice(0, 2), ...others ? [[others, others === 1 ? "other" : "others"]] : []];
  return `${changed} of ${samples.length} samples no longer ${changed === 1 ? "shows its" : "show their"} label`
    + `${changed ? `: ${why.map((pair) => pair.join(" ")).join(", ")}` : ""}. `
    + `Standard deviation of a pixel: ${shown(spread, 3)}.`;
}

function buildAugmentation(stage) {
  const { root, says } = stage;
  const [samples, drawSamples] = buildSamples(stage), [enlarged, drawEnlarged] = buildEnlarged();
  const [drawing, drawDrawing] = buildDrawing(stage);
  const rows = ROWS.map((row, k) => buildRow(stage, row, k));
  const [atHand, showAtHand] = buildAtHand(stage), [settings, showSettings] = buildAugmentationSettings(stage);
  const heading = (x, words) => text(x, SIDEBAR.first - 17, words, { class: "small quiet", "aria-hidden": "true" });
  const ofSample = heading(VALUES, ""), ofAll = explain(heading(RULER.left, "all samples"),
    "Each tick is what one sample drew; the thick one is the chosen sample's.");
  const grid = panel({ width: GRID.width + 8, height: GRID.height, label: "Samples" }, ...samples);
  const sidebar = panel({ left: SIDEBAR.left - 6, width: SIDEBAR.width + 10, height: GRID.height,
    label: "The chosen sample, and the transforms" }, enlarged, drawing, heading(SIDEBAR.left, "transform"),
    ofAll, ofSample, ...rows.map(([node]) => node));
  const opened = settingsOf(...settings);
  put(opened[1], { style: "left: 8px; width: auto" });
  explain(says, "Standard deviation: over the samples of an image, averaged over its pixels.");
  root.append(html("div", { class: "panels" }, grid, sidebar), atHand, ...opened);
  return (now, numbers) => {
    drawSamples(now, numbers);
    drawEnlarged(now, numbers);
    drawDrawing(now);
    for (const [, draw] of rows) draw(now, numbers);
    write(ofSample, `sample ${numbers.at + 1}`);
    showAtHand(now);
    showSettings(now);
    write(says, tellAll(numbers));
  };
}

export default figure({ title: "The augmentation explorer", rules, numbers: augmentationNumbers,
  build: buildAugmentation, torch: torchAugmentation });
