// Learning rates of the race on one logarithmic rail each, and a bowl's factors of gradient descent as bars.

/** Learning rates to drag, a row for each racer. Returns its node and what draws it. */
function buildRates({ set, begin, state }) {
  const node = svg("g"), right = RAIL.left + PLOT.width;
  const key = svg("g", {}, text(right, RAIL.top - 10, "diverges", { ...END, class: "small" }),
    svg("rect", { x: right - 100, y: RAIL.top - 22, width: 16, height: 12, opacity: 0.4, style: "fill: var(--gray)" }));
  let drawn = "", rows = [], width = 0;
  const toX = (rate) => RAIL.left + clamp((decade(rate) - RAIL.low) / (RAIL.high - RAIL.low), 0, 1) * width;
  const drive = (k, power) => {
    const rate = significant(clamp(10 ** power, 10 ** RAIL.low, limits.rates[1]), 3);
    set({ rates: LANES.map((lane) => lane === k ? rate : state().rates[lane] ?? 0) });
  };
  const rowOf = (method, k, y) => {
    const rail = svg("line", { x1: RAIL.left, x2: RAIL.left + width, y1: y, y2: y, "stroke-width": 6,
      "stroke-linecap": "round", style: "stroke: var(--pale)" });
    const band = svg("rect", { y: y - 8, height: 16, opacity: 0.3, style: `fill: ${laneColor(k)}` });
    const best = svg("line", { y1: y - 12, y2: y + 12, "stroke-width": 3, style: "stroke: var(--ink)" });
    const said = text(0, 6, "", { class: "small halo" });
    const handle = svg("g", {}, svg("circle", { r: 15, class: "ring" }),
      laneMark(k, { class: "knob", style: `fill: ${laneColor(k)}; stroke: var(--ground)` }),
      svg("path", { d: "M-15 -4L-19 0L-15 4M15 -4L19 0L15 4", class: "grip", style: `stroke: ${laneColor(k)}` }), said);
    const power = () => decade(racersOf(state())[k].rate);
    draggable(handle, { name: `Learning rate of ${method}`, begin,
      to: (x) => drive(k, RAIL.low + (x - RAIL.left) / width * (RAIL.high - RAIL.low)),
      by: (right, up) => drive(k, power() + (right + up) / 4) });
    return { y, band, best, said, handle, nodes: [rail, band, best, handle] };
  };
  const build = (methods, wide) => {
    width = wide;
    const gap = RAIL_HEIGHT / Math.max(3, methods.length);
    rows = methods.map((method, k) => rowOf(method, k, RAIL.top + (k + 0.5) * gap));
    const bottom = RAIL.top + methods.length * gap;
    const ticks = upTo(RAIL.high - RAIL.low + 1).map((k) => 10 ** (RAIL.low + k));
    node.replaceChildren(text(RAIL.left, RAIL.top - 10, "learning rate η", { style: "font-size: 17px" }), key,
      svg("g", { class: "axes small", "aria-hidden": "true" }, ...ticks.flatMap((tick) => [
        svg("line", { x1: toX(tick), x2: toX(tick), y1: RAIL.top, y2: bottom }),
        text(toX(tick), bottom + 18, tick < 0.001 ? "" : String(significant(tick, 1)), MIDDLE)])),
      ...rows.flatMap(({ nodes }) => nodes));
  };
  return [node, ({ methods }, { racers, lambdas }, wide) => {
    const kind = `${methods} ${wide}`;
    if (drawn !== kind) build(methods, wide);
    drawn = kind;
    put(key, { display: lambdas && methods.some((one) => OPTIMIZERS[one].limit) ? "inline" : "none" });
    rows.forEach(({ y, band, best, said, handle }, k) => {
      const { rate, beta, method } = racers[k], x = toX(rate), { limit } = OPTIMIZERS[method];
      const theory = lambdas && limit ? toX(limit(beta) / lambdas[1]) : null, right = RAIL.left + width;
      put(band, { display: theory === null ? "none" : "inline", x: theory ?? 0, width: theory ? right - theory : 0 });
      const isBest = lambdas && method === "gradient descent";
      put(best, { display: isBest ? "inline" : "none", x1: isBest ? toX(bestRate(lambdas)) : 0,
        x2: isBest ? toX(bestRate(lambdas)) : 0 });
      write(said, brief(rate));
      put(said, x > right - 90 ? { x: -25, ...END } : { x: 25, "text-anchor": "start" });
      put(handle, { transform: `translate(${tidy(x)} ${tidy(y)})`, ...logarithm(rate, [1e-30, limits.rates[1]]),
        "aria-valuetext": brief(rate) });
    });
  }];
}

const BARS = { middle: 318, unit: 33, places: [868, 938], width: 44 };

/** The factors 1 - ηλ of gradient descent on a bowl as bars between -1 and 1. Returns its node and what draws it. */
function buildFactors() {
  const { middle, unit, places, width } = BARS, level = (value) => middle - unit * clamp(value, -1.3, 1.3);
  const line = (value, more) => svg("line", { x1: 838, x2: 966, y1: level(value), y2: level(value), ...more });
  const small = (x, y, words, more) => text(x, y, words, { class: "small", ...more });
  const limit = { "stroke-width": 2, "stroke-dasharray": "6 4", style: "stroke: var(--ink)" };
  const bars = places.map(() => LANES.map((k) => svg("rect", { style: `fill: ${laneColor(k)}` })));
  const best = places.map(() => svg("line", { "stroke-width": 3, style: "stroke: var(--ink)" }));
  const names = places.map((x) => small(x, 392, "", MIDDLE));
  const values = places.map((x) => small(x, 0, "", { ...MIDDLE, class: "small halo" }));
  const node = svg("g", { "aria-hidden": "true" }), all = [
    text(820, RAIL.top - 10, "factor 1 − ηλ", { style: "font-size: 17px" }),
    line(0, { style: "stroke: var(--edge)" }), ...bars.flat(), line(1, limit), line(-1, limit), ...best,
    svg("line", { x1: 862, x2: 886, y1: 370, y2: 370, "stroke-width": 3, style: "stroke: var(--ink)" }),
    small(892, 375, "best η"),
    ...[1, 0, -1].map((value) => small(832, level(value) + 6, minus(String(value)), END)), ...names, ...values];
  return [node, ({ racers, lambdas }) => {
    const running = racers.map((racer, k) => [racer, k]).filter(([{ method }]) => method === "gradient descent");
    node.replaceChildren(...lambdas && running.length ? all : []);
    if (!node.firstChild) return;
    const thick = width / running.length;
    lambdas.forEach((lambda, j) => {
      write(names[j], `λ = ${brief(lambda)}`);
      bars[j].forEach((bar) => put(bar, { x: 0, y: 0, width: 0, height: 0 }));
      running.forEach(([{ rate }, k], n) => {
        const factor = 1 - rate * lambda, [top, bottom] = [level(Math.max(0, factor)), level(Math.min(0, factor))];
        put(bars[j][k], { x: places[j] - width / 2 + n * thick, y: top, width: thick - 2, height: bottom - top });
        write(values[j], running.length > 1 ? "" : shown(factor));
        put(values[j], { y: factor >= 0 ? middle + 20 : middle - 8 });
      });
      const y = level(1 - bestRate(lambdas) * lambda);
      put(best[j], { x1: places[j] - width / 2 - 5, x2: places[j] + width / 2 + 5, y1: y, y2: y });
    });
  }];
}
