// The health board: what nnlab.health has measured of a network in training; a row a layer, all over the same steps.
// What is shown stands in health_run.js; the drawing in health_rows.js, health_losses.js, health_detail.js.

const HEALTH_STYLE = `
  .figure svg .fine { font-size: 16px; }
  .figure svg .strip { fill: var(--soft); stroke: var(--pale); stroke-width: 0.5; }
  .figure svg .pixels { image-rendering: pixelated; pointer-events: none; }
  .figure svg .chosen { fill: var(--lane0); opacity: 0.14; }
  .figure svg .found { fill: none; stroke: var(--lane1); stroke-width: 3; }
  .figure svg .press { fill: transparent; cursor: pointer; }
  .figure svg .thumb { fill: var(--lane2); opacity: 0.17; }
  .figure svg .range { stroke: var(--edge); stroke-width: 2; opacity: 0.6; stroke-linecap: round; }
  .figure svg .profile { fill: none; stroke: var(--lane0); stroke-width: 2; opacity: 0.7; }
  .figure svg .dots { fill: none; stroke: var(--lane0); stroke-width: 9; stroke-linecap: round; }
  .figure svg .dots.ratio { stroke: var(--lane2); }
  .figure svg .dead { fill: var(--lane1); }
  .figure svg .saturated { fill: var(--lane3); }
  .figure svg .rule { stroke: var(--pale); }
  .figure svg .curve { fill: none; stroke-width: 2.6; stroke-linejoin: round; }
  .figure svg .curve.lane0 { stroke: var(--lane0); }
  .figure svg .curve.lane1 { stroke: var(--lane1); stroke-dasharray: 7 4; }
  .figure svg .curve.lane2 { stroke: var(--lane2); }
  .figure svg .point { stroke: var(--ground); stroke-width: 1.5; }
  .figure svg .point.lane0 { fill: var(--lane0); }
  .figure svg .point.lane1 { fill: var(--lane1); }
  .figure svg .point.lane2 { fill: var(--lane2); }
  .figure svg .name0 { fill: var(--lane0); font-weight: 600; }
  .figure svg .name1 { fill: var(--lane1); font-weight: 600; }
  .figure svg .name2 { fill: var(--lane2); font-weight: 600; }
  .figure svg .bars { fill: var(--lane0); opacity: 0.85; }
  .figure svg .bars1 { fill: var(--lane3); }
  .figure svg .bars2 { fill: var(--gray); }
  .figure svg .cursor { stroke: var(--ink); stroke-width: 1.5; }
  .figure .chips { flex: 1 1 100%; }
  .figure .chip { border-radius: 15px; border-color: var(--lane1); }
  .figure .chip[aria-pressed=true] { background: var(--lane1); border-color: var(--lane1); color: var(--on); }
  .figure.narrow svg .fine { font-size: 14px; }
  .figure.narrow svg .board .fine { font-size: 12.5px; }
  .figure.narrow svg .dots { stroke-width: 7; }`;

function buildHealth(given) {
  const held = { layout: layoutOf(1, false), last: 0, at: 0, count: 1 }, current = () => held;
  const at = () => ({ ...given.state(), step: Math.min(given.state().step, held.last) });
  const stage = { ...given, state: at }, { root, says } = stage;
  root.append(html("style", {}, HEALTH_STYLE));
  const [heads, drawHeads] = buildHeads(), [strips, drawStrips] = buildStrips();
  const [dots, drawRanges, drawDots] = buildDots(), [units, drawBars, drawUnits] = buildUnits();
  const [under, above, drawNames, drawChosen] = buildNames(stage, current);
  const [losses, drawCurves, drawLosses] = buildLossCurves(), [cursor, drawCursor] = buildCursor(stage, current);
  const [detail, drawDetail] = buildDetail(), [chips, drawChips] = buildChips(stage);
  const [shows, drawShows] = buildShows(stage), steer = glider(stage, { end: () => held.last, seconds: 5 });
  const board = panel({ width: SPLIT, height: 400, label: "The layers of the network, and the losses" },
    svg("g", { class: "board" }, under[0], heads, strips, dots, units, losses, under[1], ...above, cursor));
  root.append(html("div", { class: "panels" }, board, detail), steer.node, shows, chips);

  const drawAll = (now) => {
    const { layers, steps } = held.board, layout = layoutOf(layers.length, held.narrow);
    const ratios = layers.flatMap((layer) => weightsOf(layer)?.ratio || []);
    const powers = { gradient: powersOf(layers.flatMap((layer) => layer.gradient), 2, 12),
      ratio: powersOf([...ratios, 1e-5, 0.1], 4, 9) };
    const scales = { powers, gradient: scaleOf(layout.gradient, powers.gradient),
      ratio: scaleOf(layout.ratio, powers.ratio) };
    Object.assign(held, { layout, scales, last: steps.length - 1, count: layers.length });
    put(board, { viewBox: `0 0 ${layout.width} ${layout.height}` });
    drawHeads(now, held.board, layout, scales);
    drawStrips(held.board, layout, now.shows, held.dark);
    drawRanges(held.board, layout, scales);
    drawBars(held.board, layout);
    drawNames(held.board, layout);
    drawCurves(held.board, layout);
  };
  let drawn = null;
  new ResizeObserver(() => {
    const narrow = root.clientWidth > 0 && root.clientWidth < 480;
    if (narrow === Boolean(held.narrow)) return;
    held.narrow = narrow;
    root.classList.toggle("narrow", narrow);
    drawn = null;
    stage.draw();
  }).observe(root);
  new MutationObserver(() => {
    const dark = root.dataset.theme === "dark";
    if (dark === Boolean(held.dark) || !held.board) return;
    held.dark = dark;
    drawStrips(held.board, held.layout, stage.state().shows, dark);
  }).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  return (now, numbers) => {
    held.board = numbers.board();
    if (!drawn || drawn[0] !== held.board || drawn[1] !== now.shows) drawAll(now);
    drawn = [held.board, now.shows];
    held.at = numbers.at;
    steer.show(at());
    drawDots(held.board, held.layout, held.scales, numbers.at);
    drawUnits(held.board, numbers.at);
    drawLosses(held.board, held.layout, numbers.at);
    drawCursor(numbers, held.layout);
    drawChosen(numbers, held.layout);
    drawDetail(numbers, held.layout, held.scales.powers);
    drawChips(numbers);
    drawShows(now);
    write(says, healthSentence(numbers));
  };
}

export default figure({ title: "The health board of a network in training", rules, numbers: healthNumbers,
  build: buildHealth, torch: torchHealth });
