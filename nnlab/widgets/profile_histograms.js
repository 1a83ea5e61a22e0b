// Histograms of the selected layer: its activations and its gradients.

/** A histogram with the range of its values below it. Returns its node and what draws it. */
function buildHistogram(color, title) {
  const node = svg("g");
  return [node, ({ left, top, width, height }, { range, zeros, shares }, now) => {
    const bottom = top + height, wide = width / shares.length, tallest = Math.max(...shares, 1e-9);
    const fill = `fill: var(${color})`, middle = left + width / 2;
    const bars = shares.map((share, k) => share ? `M${tidy(left + k * wide + 0.5, 1)} ${bottom}`
      + `v${tidy(-Math.max(1.5, share / tallest * height), 1)}h${tidy(wide - 1, 1)}V${bottom}z` : "").join("");
    const small = (x, words, more) => text(x, bottom + 19, words, { class: "small", ...more });
    const spike = svg("rect", { x: middle - wide / 2, y: top, width: wide, height, style: fill, opacity: 0.4 });
    node.replaceChildren(
      text(left, top - 12, title(now), { class: "title", style: fill }), ...zeros && range ? [spike] : [],
      svg("path", { d: bars, style: fill }),
      ...zeros && range ? [text(left, top + 12, `${Math.round(100 * zeros)} % are 0`, { class: "small halo" })] : [],
      ...range ? [] : [text(middle, top + height / 2, "all are 0", { ...MIDDLE, class: "small" })],
      svg("line", { x1: left, x2: left + width, y1: bottom, y2: bottom, style: "stroke: var(--edge)" }),
      ...range ? [small(left, `−${brief(range)}`), small(middle, "0", MIDDLE), small(left + width, brief(range), END)]
        : []);
  }];
}
