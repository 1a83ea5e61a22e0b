// What becomes of the drawing: the steps by which MNIST was made, as a strip, and a bar for each class.

const CELL = 6, STRIP = { width: 550, height: 222 }, LETTERS = "font-size: 18px";

/** An image of rows of 0 to 1 in sixteen grays, one path each; `cell` is the side of a pixel. */
function pixels(rows, left, top, cell) {
  const paths = Array.from({ length: 16 }, () => []);
  rows.forEach((line, row) => line.forEach((one, column) => {
    const corner = `M${tidy(left + column * cell, 1)} ${tidy(top + row * cell, 1)}`;
    paths[Math.round(15 * one)].push(`${corner}h${cell}v${cell}h${-cell}z`);
  }));
  const gray = (k) => `rgb(${Array(3).fill(Math.round(255 * (1 - (k + 1) / 15)))})`;
  return paths.slice(1).map((parts, k) =>
    svg("path", { d: parts.join(""), "shape-rendering": "crispEdges", fill: gray(k) }));
}

/** What is cut out of the pad, scaled, and centered, with arrows between. Returns the panel and what draws it. */
function buildStrip() {
  const images = svg("g", { "aria-hidden": "true" }), side = FIELD * CELL, top = 26;
  const label = "How the image is made: cut out, scaled, centered";
  const drawing = panel({ ...STRIP, label }, images);
  const lefts = [0, 1, 2].map((k) => 4 + k * (side + 20));
  const name = (k, words, more) => {
    const x = lefts[k] + side / 2;
    return [text(x, 18, words, { ...MIDDLE, ...BOLD, style: LETTERS }),
      text(x, top + side + 19, more, { ...MIDDLE, class: "quiet", style: LETTERS })];
  };
  const frame = (k) => svg("rect", { x: lefts[k], y: top, width: side, height: side, rx: 3,
    style: "fill: #fff; stroke: var(--edge)" });
  const arrow = (k) => svg("path", { d: `M${lefts[k] + side + 3} ${top + side / 2 - 8}l14 8l-14 8z`,
    style: "fill: var(--ink)" });
  const middle = (width, height, k) => [lefts[k] + (side - width) / 2, top + (side - height) / 2];

  const cutOut = ({ strokes, steps, pen }) => {
    const [x, y, width, height] = steps.box, scale = side * BOX / FIELD / Math.max(width, height);
    const [left, high] = middle(scale * width, scale * height, 0);
    const point = ([u, v]) => `${tidy(left + scale * (u - x), 1)},${tidy(high + scale * (v - y), 1)}`;
    const box = { x: left, y: high, width: scale * width, height: scale * height };
    const lines = strokes.map((stroke) => svg("polyline",
      { "stroke-width": tidy(scale * pen), points: [...stroke, stroke.at(-1)].map(point).join(" ") }));
    return [svg("clipPath", { id: "cut" }, svg("rect", box)),
      svg("g", { class: "pen", "clip-path": "url(#cut)" }, ...lines), svg("rect", { class: "cut", ...box })];
  };
  const scaledTo = ({ scaled }) =>
    pixels(scaled, ...middle(CELL * scaled[0].length, CELL * scaled.length, 1), CELL);
  const centered = ({ image, scaled, begins, mass }) => {
    const corner = [lefts[2] + CELL * begins[1], top + CELL * begins[0]];
    const [x, y] = [tidy(corner[0] + CELL * (mass[1] + 0.5)), tidy(corner[1] + CELL * (mass[0] + 0.5))];
    const cross = (stroke, width) => svg("path", { d: `M${x - 9} ${y}h18M${x} ${y - 9}v18`, stroke,
      "stroke-width": width });
    return [...pixels(image, lefts[2], top, CELL), svg("rect", { class: "cut", x: corner[0], y: corner[1],
      width: CELL * scaled[0].length, height: CELL * scaled.length }), cross("#fff", 6), cross("#b84e00", 3)];
  };
  return [drawing, (now, { strokes, steps }) => {
    const size = (rows) => `${rows[0].length} × ${rows.length}`;
    const [words, inside] = steps ? [
      [`${steps.box[2]} × ${steps.box[3]}`, size(steps.scaled), "28 × 28"],
      [cutOut({ strokes, steps, pen: now.pen }), scaledTo(steps), centered(steps)],
    ] : [["", "", ""], [[], [], []]];
    images.replaceChildren(...["cut out", "scaled to 20", "centered"].flatMap((kind, k) =>
      [...name(k, kind, words[k]), frame(k), ...inside[k]]), arrow(0), arrow(1));
  }];
}

/** A bar for each class; without a network, how to bring one. Returns the panel and what draws it. */
function buildBars() {
  const [height, base, tall, step] = [184, 152, 100, 52], left = (k) => 24 + step * k;
  const bars = upTo(10).map((k) => svg("rect", { x: left(k), width: 38, rx: 3, class: "bar" }));
  const digits = upTo(10).map((k) => text(left(k) + 19, base + 24, k, { ...MIDDLE, style: "font-size: 20px" }));
  const shares = upTo(10).map((k) => text(left(k) + 19, 0, "", { ...MIDDLE, style: LETTERS }));
  const title = text(4, 22, "class probabilities", { ...BOLD, style: LETTERS });
  const bring = text(275, 84, "", { ...MIDDLE, class: "quiet", style: LETTERS });
  const cross = text(544, 22, "", { ...END, style: `${LETTERS}; fill: var(--lane1)` });
  const label = "The network's class probabilities";
  const drawing = panel({ width: 550, height, label }, title, cross, ...bars, svg("path", { d: `M10 ${base}H544`,
    style: "stroke: var(--edge)", "stroke-width": 1.5 }), ...digits, ...shares, bring);
  const percent = (share) => `${(100 * share).toFixed(share >= 0.0995 ? 0 : 1)} %`;
  return [drawing, ({ strokes }, { steps, probabilities, predicted }) => {
    write(cross, steps ? "+ center of mass → (14, 14)" : "");
    write(bring, probabilities || !steps ? "" : "No network: Figure(\"digit\", network=model) brings one.");
    upTo(10).forEach((k) => {
      const share = probabilities ? probabilities[k] : 0, best = k === predicted, y = base - tall * share;
      put(bars[k], { y: tidy(y), height: tidy(tall * share), class: best ? "bar best" : "bar" });
      put(digits[k], { class: best ? "best-label" : "" });
      put(shares[k], { y: tidy(y - 7), class: best ? "best-label" : "quiet" });
      write(shares[k], probabilities && (best || share >= 0.005) ? percent(share) : "");
    });
  }];
}
