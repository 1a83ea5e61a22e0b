// The right half of the health board: the chosen layer's histograms at the chosen step, its update ratio over all.

const SHEET = { left: SPLIT + 20, width: 280 };

/** A block with a title, a plot and its ticks; there are four, one below the other. */
function buildBlock(k, below) {
  const title = text(SHEET.left, 0, "", { class: "fine" }), line = svg("line", { class: "rule" });
  const plot = svg("path", { class: `bars bars${k}` });
  const ticks = upTo(3).map(() => text(0, 0, "", { class: "fine quiet" }));
  const node = svg("g", { "aria-hidden": "true" }, title, line, plot, ...ticks);
  const place = (layout, count = 4) => {
    const height = (layout.height - 34) / count, top = 34 + k * height;
    return { top: top + 26, bottom: top + height - 24, title: top + 16 };
  };
  const frame = (layout, words, count = 4) => {
    const { bottom, title: y } = place(layout, count);
    put(line, { display: words ? "inline" : "none" });
    put(title, { y: tidy(y) });
    write(title, words);
    put(line, { x1: SHEET.left, x2: SHEET.left + SHEET.width, y1: tidy(bottom), y2: tidy(bottom) });
  };
  const tick = (n, x, y, words, anchor) => {
    put(ticks[n], { x: tidy(x), y: tidy(y), "text-anchor": anchor });
    write(ticks[n], words);
  };
  return { node, plot, place, frame, tick, below };
}

/** Draw a histogram of the chosen step into a block: heights are square roots of counts, so that few are seen, too. */
function drawHistogram({ plot, place, frame, tick }, layout, histograms, at, words, count) {
  const { top, bottom } = place(layout, count), bytes = rowsOf(histograms), wide = SHEET.width / BINS;
  frame(layout, words, count);
  if (!bytes) {
    put(plot, { d: "" });
    upTo(3).forEach((n) => tick(n, SHEET.left, bottom, "", "start"));
    return;
  }
  const row = bytes.subarray(at * BINS, (at + 1) * BINS), { low, high } = histograms;
  put(plot, { d: Array.from(row, (one, k) => one ? `M${tidy(SHEET.left + k * wide + 0.4)} ${tidy(bottom)}v${
    tidy(-Math.max((one / 255) ** 0.5 * (bottom - top), 1))}h${tidy(wide - 0.8)}V${tidy(bottom)}Z` : "").join("") });
  const zero = SHEET.left - low / (high - low) * SHEET.width, y = bottom + 17;
  const seen = zero > SHEET.left + 70 && zero < SHEET.left + SHEET.width - 70;
  tick(0, SHEET.left, y, told3(low), "start");
  tick(1, zero, y, seen ? "0" : "", "middle");
  tick(2, SHEET.left + SHEET.width, y, told3(high), "end");
}

/** The right half. Returns its panel and what draws it. */
function buildDetail() {
  const title = text(SHEET.left, 22, "", { "font-weight": 600 });
  const scale = text(SHEET.left + SHEET.width, 22, "√ counts", { ...END, class: "fine quiet" });
  const blocks = upTo(4).map((k) => buildBlock(k));
  const band = svg("rect", { class: "thumb", x: SHEET.left, width: SHEET.width });
  const curve = svg("polyline", { class: "curve lane2" }), dot = svg("circle", { r: 5, class: "point lane2" });
  const node = panel({ left: SPLIT, width: 310, height: 400, label: "The chosen layer" }, band, title, scale,
    ...blocks.map((block) => block.node), curve, dot);
  const drawRatio = (layout, weights, at, [low, high], words) => {
    const { place, frame, tick } = blocks[3], { top, bottom } = place(layout), count = weights?.ratio.length || 0;
    const y = (value) => bottom - (clamp(value > 0 ? Math.log10(value) : low, low, high) - low) / (high - low)
      * (bottom - top);
    const x = (k) => SHEET.left + 34 + (k + 0.5) / count * (SHEET.width - 34);
    frame(layout, words);
    [band, curve, dot].forEach((one) => put(one, { display: weights ? "inline" : "none" }));
    upTo(3).forEach((n) => tick(n, SHEET.left, bottom, "", "start"));
    if (!weights) {  // nothing stays of another layer
      put(band, { x: 0, width: 0, y: 0, height: 0 });
      put(curve, { points: "" });
      put(dot, { cx: 0, cy: 0 });
      return;
    }
    put(band, { x: SHEET.left + 34, width: SHEET.width - 34, y: tidy(y(10 ** THUMB[1])),
      height: tidy(y(10 ** THUMB[0]) - y(10 ** THUMB[1])) });
    THUMB.forEach((n, which) => tick(which, SHEET.left, y(10 ** n) + 5, power10(n), "start"));
    const places = weights.ratio.map((value, k) => value === null ? null : [tidy(x(k), 1), tidy(y(value), 1)]);
    put(curve, { points: places.filter(Boolean).map((one) => one.join(",")).join(" ") });
    put(dot, { display: places[at] ? "inline" : "none", cx: places[at]?.[0] ?? 0, cy: places[at]?.[1] ?? 0 });
  };
  return [node, (numbers, layout, powers) => {
    const { board, layer, at, label, mean, std, gradient } = numbers, one = board().layers[layer];
    const weights = weightsOf(one), norm = weights?.norm[at] ?? null;
    put(node, { viewBox: `${SPLIT} 0 310 ${layout.height}` });
    const count = weights ? 4 : 2;  // a layer without parameters has larger histograms
    write(title, fitting(label, 22));
    drawHistogram(blocks[0], layout, one.activations, at, `outputs: mean ${told3(mean)}, std ${told3(std)}`, count);
    drawHistogram(blocks[1], layout, one.gradients, at,
      gradient === null ? "no gradient" : `their gradient: RMS ${told3(gradient)}`, count);
    drawHistogram(blocks[2], layout, weights?.weights || null, at,
      weights ? `${fitting(weights.name, 16)}: norm ${told3(norm)}` : "");
    drawRatio(layout, weights, at, powers.ratio,
      weights ? `update ratio over the steps: ${told3(weights.ratio[at])}` : "");
  }];
}
