// The losses of the playground's network, epoch by epoch: two curves with their present values at their ends.

const MOST_POINTS = 160;  // of a curve: more would not be seen

/** The smallest of 10, 20, 50, 100, ... that is at least `value`. */
const roundUp = (value) => [10, 20, 50].flatMap((one) => [1, 10, 100, 1000].map((by) => one * by))
  .sort((one, other) => one - other).find((one) => one >= value);

/** The chart of the losses. Returns its node and what draws it. */
function buildLossChart() {
  const lines = svg("path", { fill: "none", style: "stroke: var(--edge)" }), frame = svg("g", { class: "small" });
  const words = Object.fromEntries(["name", "low", "high", "first", "last"].map((one) => [one, text(0, 0, "")]));
  put(words.low, END);
  put(words.high, END);
  put(words.last, END);
  frame.append(...Object.values(words));
  const curves = [["test", "var(--lane2)", "7 3"], ["train", "var(--ink)", "none"]].map(([name, color, dash]) => ({
    name, line: svg("polyline", { fill: "none", "stroke-width": 2.4, "stroke-dasharray": dash,
      "stroke-linejoin": "round", style: `stroke: ${color}` }),
    end: svg("circle", { r: 4.5, style: `fill: ${color}` }),
    said: text(0, 0, "", { class: "small halo", "font-weight": 600, style: `fill: ${color}` }),
  }));
  const node = svg("g", { "aria-hidden": "true" }, lines, frame, ...curves.map(({ line }) => line),
    ...curves.flatMap(({ end, said }) => [end, said]));
  return [node, ({ history, epoch, onTrain, onTest }, { loss: { left, top, width, height }, kind }) => {
    const every = Math.ceil(history.length / MOST_POINTS);
    const some = history.filter((_, k) => k % every === 0), now = [epoch, onTrain, onTest];
    const rows = [...some.filter(([at]) => at < epoch), now];
    const largest = history.reduce((before, [, train, test]) =>
      Math.max(before, Math.min(3, train?.loss ?? 0), Math.min(3, test?.loss ?? 0)), 0.75);
    const high = Math.ceil(5 * largest) / 5, last = roundUp(epoch), bottom = top + height;
    const toX = (at) => left + width * at / last, toY = (one) => bottom - height * Math.min(one, 1.04 * high) / high;
    put(lines, { d: `M${left} ${top}V${bottom}H${left + width}` });
    for (const [word, x, y, told] of [["name", left, top - 12, "loss"], ["low", left - 9, bottom + 5, "0"],
      ["high", left - 9, top + 8, shown(high, 1)], ["first", left, bottom + 20, "0"],
      ["last", left + width, bottom + 20, `${last} epochs`]]) {
      put(words[word], { x, y });
      write(words[word], told);
    }
    const values = { train: onTrain?.loss, test: onTest?.loss }, ends = {};
    curves.forEach(({ name, line, end, said }) => {
      const column = name === "train" ? 1 : 2, shows = values[name] !== undefined;
      for (const one of [line, end, said]) put(one, { display: shows ? "inline" : "none" });
      if (!shows) return;
      put(line, { points: rows.filter((one) => one[column])
        .map((one) => `${tidy(toX(one[0]), 1)},${tidy(toY(one[column].loss), 1)}`).join(" ") });
      ends[name] = [tidy(toX(epoch), 1), tidy(toY(values[name]), 1)];
      put(end, { cx: ends[name][0], cy: ends[name][1] });
      write(said, `${name} ${shown(values[name], 3)}`);
    });
    // The words stand right of the ends where there is room, else below both curves, which fall as a rule, or above.
    const order = curves.filter(({ name }) => ends[name]).sort((one, other) => ends[one.name][1] - ends[other.name][1]);
    if (!order.length) return;
    const heights = order.map(({ name }) => ends[name][1]), space = kind === "deck" ? 22 : 20;
    const beside = toX(epoch) + 120 < left + width, below = heights.at(-1) + 24;
    let y = beside ? Math.min(heights[0] + 6, bottom - 4 - (order.length - 1) * space)
      : below + (order.length - 1) * space < bottom - 4 ? below : heights[0] - 10 - (order.length - 1) * space;
    order.forEach(({ name, said }, k) => {
      if (beside) y = Math.max(y, Math.min(heights[k] + 6, bottom - 4 - (order.length - 1 - k) * space));
      put(said, { x: beside ? ends[name][0] + 10 : Math.max(ends[name][0], left + 116), y: tidy(y, 1),
        "text-anchor": beside ? "start" : "end" });
      y += space;
    });
  }];
}
