// The rows of the health board: for each layer its histograms over the steps, gradient, update ratio, dead units.

/** Titles of the columns and the ticks of the logarithmic ones. */
function buildHeads() {
  const node = svg("g", { "aria-hidden": "true" });
  return [node, (now, board, layout, scales) => {
    const head = (column, words) => text(column.left + column.width / 2, 22, words, { ...MIDDLE, class: "fine" });
    const tick = (x, n, anchor) => text(x, layout.end + 17, power10(n), { "text-anchor": anchor, class: "fine quiet" });
    const [low, high] = scales.powers.gradient, [from, to] = THUMB;  // written apart: the columns are narrow
    const { strip, gradient, ratio, units, narrow } = layout;
    node.replaceChildren(
      head(strip, `${now.shows}${narrow ? "" : " over the steps"}`), head(gradient, "gradient"),
      head(ratio, narrow ? "update" : "update ratio"), head(units, "units"),
      tick(scales.gradient.of(low), low, "start"), tick(scales.gradient.of(high), high, "end"),
      tick(scales.ratio.of(from) + 8, from, "end"), tick(scales.ratio.of(to) - 6, to, "start"));
  }];
}

/** The strips of histograms; they are drawn anew where what they show has changed, or the theme. */
function buildStrips() {
  const node = svg("g", { "aria-hidden": "true" });
  return [node, (board, layout, shows, dark) => {
    node.replaceChildren(...board.layers.flatMap((layer, k) => {
      const histograms = histogramsOf(layer, shows), y = layout.middle(k) - layout.row / 2 + 2;
      const box = { x: layout.strip.left, y: tidy(y), width: layout.strip.width, height: tidy(layout.row - 4) };
      return [svg("rect", { ...box, class: "strip" }), ...histograms ? [svg("image", { ...box, href: stripOf(histograms,
        dark), preserveAspectRatio: "none", class: "pixels" })] : []];
    }));
  }];
}

/** The columns of gradient and update ratio: the range over all steps, and a dot at the chosen one. */
function buildDots() {
  const band = svg("rect", { class: "thumb" }), ranges = svg("g"), line = svg("polyline", { class: "profile" });
  const dots = svg("path", { class: "dots" }), rates = svg("path", { class: "dots ratio" });
  const node = svg("g", { "aria-hidden": "true" }, band, ranges, line, dots, rates);
  const range = (scale, values, y) => {
    const known = values.filter((value) => value !== null).map(scale.to);
    return known.length ? [svg("line", { x1: tidy(Math.min(...known)), x2: tidy(Math.max(...known)), y1: tidy(y),
      y2: tidy(y), class: "range" })] : [];
  };
  const dot = ([x, y]) => `M${tidy(x, 1)} ${tidy(y, 1)}h0`;
  return [node, (board, layout, scales) => {
    put(band, { x: scales.ratio.of(THUMB[0]), width: scales.ratio.of(THUMB[1]) - scales.ratio.of(THUMB[0]), y: TOP,
      height: layout.end - TOP });
    ranges.replaceChildren(...board.layers.flatMap((layer, k) => [
      ...range(scales.gradient, layer.gradient, layout.middle(k)),
      ...range(scales.ratio, weightsOf(layer)?.ratio || [], layout.middle(k))]));
  }, (board, layout, scales, at) => {
    const places = (values, scale) => board.layers.map((layer, k) => [values(layer), layout.middle(k)])
      .filter(([value]) => value !== null && value !== undefined).map(([value, y]) => [scale.to(value), y]);
    const gradients = places((layer) => layer.gradient[at], scales.gradient);
    put(line, { points: gradients.map((place) => place.map((one) => tidy(one, 1)).join(",")).join(" ") });
    put(dots, { d: gradients.map(dot).join("") });
    put(rates, { d: places((layer) => weightsOf(layer)?.ratio[at], scales.ratio).map(dot).join("") });
  }];
}

/** Bars of dead or saturated units, with the share in words. */
function buildUnits() {
  const node = svg("g", { "aria-hidden": "true" }), bars = [];
  let column = WIDE.units;
  return [node, (board, layout) => {
    column = layout.units;
    bars.length = 0;
    board.layers.forEach(({ dead, saturated }, k) => {
      const kind = dead.some((one) => one !== null) ? "dead" : saturated.some((one) => one !== null) ? "saturated" : "";
      if (!kind) return;
      const y = tidy(layout.middle(k) + 4);
      const words = text(column.left, tidy(layout.middle(k) - 2), "", { class: "fine" });
      const bar = svg("rect", { x: column.left, y, height: 8, class: kind });
      bars.push({ k, kind, words, bar, nodes: [svg("rect", { x: column.left, y, height: 8, width: column.width,
        class: "strip" }), bar, words] });
    });
    node.replaceChildren(...bars.flatMap(({ nodes }) => nodes));
  }, (board, at) => {
    for (const { k, kind, words, bar } of bars) {
      const share = board.layers[k][kind][at];
      put(bar, { width: tidy(column.width * (share ?? 0)) });
      write(words, share === null ? "" : `${percent(share)} ${kind === "dead" ? "dead" : "sat."}`);
    }
  }];
}

/** Names of the layers, the chosen one marked by a handle; a press on a row chooses it. */
function buildNames({ set, begin, state }, current) {
  const names = svg("g"), shade = svg("rect", { x: 0, class: "chosen" }), presses = svg("g");
  const frame = svg("rect", { class: "found", rx: 4 });
  const handle = svg("g", {}, svg("circle", { r: 15, class: "ring" }), svg("circle", { r: 8, class: "knob" }),
    svg("path", { d: "M-3 -2L0 -5L3 -2M-3 2L0 5L3 2", class: "grip" }));
  const choose = (layer) => set({ layer, sign: -1 });
  draggable(handle, { name: "Layer", begin, to: (_, y) => choose(current().layout.at(y)),
    by: (right, up) => choose(clamp(Math.min(state().layer, current().count - 1) + Math.sign(right - up), 0,
      current().count - 1)) });
  return [[shade, frame], [names, presses, handle], (board, layout) => {
    const { width, letters } = layout;
    names.replaceChildren(...board.layers.map(({ label }, k) => text(28, tidy(layout.middle(k) + 6),
      fitting(label, letters), { class: "fine" })));
    const press = svg("rect", { x: 22, y: TOP, width: width - 30, height: tidy(layout.end - TOP), class: "press" });
    press.addEventListener("click", (event) => {
      begin();
      choose(current().layout.at(placeOf(event, press.ownerSVGElement)[1]));
    });
    presses.replaceChildren(press);
  }, ({ layer, label, sign, board }, layout) => {
    const top = tidy(layout.middle(layer) - layout.row / 2);
    put(shade, { y: top, width: layout.width - 8, height: tidy(layout.row) });
    put(handle, { transform: `translate(13 ${tidy(layout.middle(layer))})`, "aria-valuenow": layer + 1,
      "aria-valuemin": 1, "aria-valuemax": board().layers.length, "aria-valuetext": label });
    const found = board().signs[sign];
    const whole = found && (TOTAL.includes(found.name) || found.name.includes("validation"));
    put(frame, { display: found && (found.layer >= 0 || whole) ? "inline" : "none" });
    const { left, width } = layout[COLUMN[found?.name]] || layout.strip;
    put(frame, { x: left - 6, width: width + 12, y: whole ? layout.losses.top - 8 : top,
      height: whole ? LOSS.height + 16 : tidy(layout.row) });
  }];
}
