// Beside the planes of the fold: each corner and the diamond with its hidden vector and its output.

/** The table of values. Returns its panel and what draws it. */
function buildTable() {
  const left = 2 * (SIDE + 40), width = 224, height = HEAD + SIDE + 28, rows = svg("g", { class: "values" });
  const swatch = (y, kind, words) => svg("g", {}, svg("rect", { x: left + 14, y: y - 14, width: 22, height: 18, rx: 3,
    class: kind }), text(left + 44, y, words, { class: "small" }));
  const drawing = panel({ left, width, height, label: "Hidden vectors and outputs" },
    text(left + 14, 22, "point", { class: "small quiet" }),
    text(left + width - 8, 22, "output", { ...END, class: "small quiet" }), rows,
    swatch(height - 40, "sheet-above", "output > ½: class 1"), swatch(height - 14, "sheet-below", "else: class 0"));
  drawing.style.maxWidth = "320px";
  const words = (x, y, content, more) => text(x, y, content, more);
  const row = (node, k, x, { h, output }, right) => {
    const y = 56 + 60 * k;
    return svg("g", {},
      svg("path", { d: `M${left + 14} ${y - 24}H${left + width - 8}`, style: "stroke: var(--pale)" }),
      svg("g", { transform: `translate(${left + 26} ${y + 8})` }, node),
      words(left + 48, y, `x = (${list(x)})`, { class: "small" }),
      words(left + 48, y + 22, `h = (${list(h)})`, { class: "small quiet" }),
      words(left + width - 26, y, plain(output), { ...END, ...BOLD, class: "small" }),
      words(left + width - 8, y, right === null ? "" : right ? "✓" : "✗", { ...END, ...BOLD,
        style: `font-size: 17px; fill: var(--${right ? "lane2" : "lane3"})` }));
  };
  return [drawing, (now, numbers) => rows.replaceChildren(
    ...numbers.rows.map((one, k) => row(cornerMark(one.corner), k, one.corner, one,
      (one.output > 0.5) === (one.corner[0] !== one.corner[1]))),
    row(diamond(), 4, now.probe, numbers.probe, null))];
}
