// The profile itself: root mean squares forward and backward on logarithmic axes, idle units, the layer to select.

const FLOAT32 = [-44.85, 38.53];  // powers of ten between which float32 has numbers

/** A chart of one root mean square, layer by layer. Returns its node and what draws it. */
function buildProfileChart(color) {
  const node = svg("g");
  return [node, ({ box, last, first, measured, theory, before, spread, layer, title, factors }) => {
    const [low, high, stride] = decades([...measured, ...before ?? [], ...spread ?? []]);
    const room = 0.07 * (high - low), right = box.left + box.width;
    const chart = axes({ ...box, x: [-0.5, last + 0.5], y: [low - room, high + room], xTicks: [], yTicks: [] });
    const { toX, toY, inside, edges } = chart, ticks = upTo(Math.floor((high - low) / stride + 1e-9) + 1);
    const level = (value) => value > 0 ? clamp(toY(decade(value)), edges.top - 60, edges.bottom + 60) : edges.bottom;
    const places = (values) => values.map((value, k) => [toX(k + first), level(value)]);
    const path = (values) => {
      let d = "", on = false;
      places(values).forEach(([x, y], k) => {
        const there = values[k] > 0 && values[k] < Infinity;
        if (there) d += `${on ? "L" : "M"}${tidy(x, 1)} ${tidy(y, 1)}`;
        on = there;
      });
      return svg("path", { d, fill: "none" });
    };
    const curve = (values, more) => { const one = path(values); put(one, more); return one; };
    const own = places(measured), stroke = `stroke: var(${color})`, dense = last > 32;
    const dots = own.filter((_, k) => measured[k] > 0 && measured[k] < Infinity)
      .map(([x, y]) => `M${tidy(x, 1)} ${tidy(y, 1)}h0`).join("");
    const gone = measured.flatMap((value, k) => value > 0 && value < Infinity ? []
      : [text(own[k][0], value === 0 ? edges.bottom - 4 : edges.top + 15, value === 0 ? "0" : "∞",
        { ...MIDDLE, class: "small", style: `fill: var(${color}); font-weight: 600` })]);
    const beyond = FLOAT32.map((power, k) => {
      const [from, to] = k ? [edges.top, Math.min(edges.bottom, toY(power))]
        : [Math.max(edges.top, toY(power)), edges.bottom];
      return to > from ? [svg("rect", { x: box.left, width: box.width, y: from, height: to - from, class: "beyond" }),
        ...to - from > 18 ? [text(right - 6, k ? from + 16 : to - 6, k ? "float32: inf" : "float32: 0",
          { ...END, class: "small quiet" })] : []] : [];
    }).flat();
    inside.append(...beyond,
      ...before ? [curve(before, { class: "before" })] : [],
      ...spread ? [curve(spread, { style: stroke, "stroke-width": 1.5, "stroke-dasharray": "1 4",
        "stroke-linecap": "round" })] : [],
      curve(measured, { style: stroke, "stroke-width": 2.5, "stroke-linejoin": "round" }),
      svg("path", { d: dots, style: stroke, "stroke-width": dense ? 5 : 8, "stroke-linecap": "round" }),
      ...theory ? [curve(theory, { class: "theory" })] : [], ...gone);
    put(chart.node, { class: "axes small" });
    const at = layer - first, [x, y] = own[at], value = measured[at];
    const rises = (measured[at + 1] ?? value) > (measured[at] ?? 0) && x > box.left + 90;
    const end = rises || x > right - 100, under = y < edges.top + 32;
    const said = text(x + (end ? -10 : 10), under ? y + 26 : Math.min(y, edges.bottom) - 10, brief(value),
      { class: "halo", style: "font-weight: 600", ...end ? END : {} });
    const dot = svg("circle", { cx: x, cy: clamp(y, edges.top, edges.bottom), r: 6.5, "stroke-width": 2.5,
      style: `fill: var(${color}); stroke: var(--ground)` });
    const notes = [text(right - (theory ? 46 : 0), box.top - 9, factors, { ...END, class: "small" }),
      ...theory ? [svg("line", { x1: right - 38, x2: right, y1: box.top - 15, y2: box.top - 15, class: "theory" })]
        : []];
    const named = Math.ceil(0.6 * (measured.length - 1)), [aside, lower] = spread ? places(spread)[named] : own[named];
    const apart = lower - own[named][1] > 34 && lower < edges.bottom - 14;  // far enough from the curve for words
    const spreadName = apart ? [text(aside + 12, lower - 4, "std over the samples", { class: "small halo",
      style: `fill: var(${color})` })] : [];
    node.replaceChildren(chart.node, svg("g", { class: "axes small" }, ...ticks.flatMap((k) => {
      const power = low + k * stride, height = toY(power);
      return [svg("line", { x1: box.left, x2: right, y1: height, y2: height }),
        text(box.left - 7, height + 6, tenTo(power), END)];
    })), text(box.left, box.top - 9, title, { class: "title", style: `fill: var(${color})` }), ...notes, inside,
    ...spreadName, dot, said);
  }];
}

/** Bars of outputs that are 0 or saturated, and of dead units. Returns their node and what draws them. */
function buildIdle() {
  const node = svg("g");
  return [node, ({ box, last, idle, activation, layer }) => {
    const { dies, flat } = PROFILE_ACTIVATIONS[activation], right = box.left + box.width;
    const bottom = box.top + box.height, wide = box.width / (last + 1);
    const bars = (share, more) => svg("path", { d: idle.map((one, k) => {
      const tall = one ? share(one) * box.height : 0;
      return `M${tidy(box.left + (k + 1.08) * wide, 1)} ${bottom}v${tidy(-tall, 1)}h${tidy(0.84 * wide, 1)}`
        + `v${tidy(tall, 1)}z`;
    }).join(""), ...more });
    const title = (x, words, more) => text(x, box.top - 8, words, { class: "small", ...more });
    const swatch = (x, more) => svg("rect", { x, y: box.top - 20, width: 13, height: 13, ...more });
    const pale = { style: "fill: var(--lane3)", opacity: 0.35 }, full = { style: "fill: var(--lane3)" };
    const here = idle[layer - 1], percent = (share) => `${Math.round(100 * share)} %`;
    const parts = dies ? [swatch(box.left, pale), title(box.left + 19, `outputs that are 0: ${percent(here.idle)}`),
      swatch(box.left + 226, full), title(box.left + 245, `dead units: ${percent(here.dead)}`)]
      : flat ? [swatch(box.left, pale), title(box.left + 19, `saturated outputs: ${percent(here.idle)}`)]
        : [title(box.left, `${activation}: no dead or saturated units`, { class: "small quiet" })];
    node.replaceChildren(
      svg("rect", { x: box.left, y: box.top, width: box.width, height: box.height, fill: "none",
        style: "stroke: var(--pale)" }),
      ...dies || flat ? [text(box.left - 7, box.top + 10, "100 %", { ...END, class: "small" }),
        text(box.left - 7, bottom + 1, "0", { ...END, class: "small" })] : [],
      ...parts, bars((one) => one.idle, pale), bars((one) => one.dead, full),
      svg("line", { x1: box.left, x2: right, y1: bottom, y2: bottom, style: "stroke: var(--edge)" }));
  }];
}

/** The selected layer: a line through all charts with a knob, and the charts to click. Returns nodes and what draws. */
function buildCursor({ set, begin, state }) {
  const area = svg("rect", { class: "pick" }), ticks = svg("g", { class: "small", "aria-hidden": "true" });
  const line = svg("path", { style: "stroke: var(--ink)", "stroke-width": 1.5, opacity: 0.55 });
  const handle = svg("g", {}, svg("circle", { r: 17, class: "ring" }), svg("circle", { r: 10, class: "knob" }),
    svg("path", { d: "M-2 -4L-6 0L-2 4M2 -4L6 0L2 4", class: "grip" }));
  let box = null, last = 1;
  const choose = (layer) => set({ layer: clamp(Math.round(layer), 1, state().depth) });
  const layerAt = (x) => (x - box.left) / box.width * (last + 1) - 0.5;
  draggable(handle, { name: "Selected layer", begin, to: (x) => choose(layerAt(x)),
    by: (right, up) => choose(Math.min(state().layer, state().depth) + Math.round(10 * (right + up))) });
  area.addEventListener("click", (event) => { begin(); choose(layerAt(placeOf(event, area.ownerSVGElement)[0])); });
  return [[area, line, ticks, handle], (layout, { layer, depth, shown }) => {
    box = layout.idle;
    last = shown;
    const x = box.left + (layer + 0.5) / (last + 1) * box.width, bottom = box.top + box.height;
    const { left, width, top } = layout.forward;
    put(area, { x: left, width, y: top, height: bottom - top });
    const parts = [layout.forward, layout.backward, box];
    put(line, { d: parts.map((one) => `M${tidy(x, 1)} ${one.top}v${one.height}`).join("") });
    put(handle, { transform: `translate(${tidy(x)} ${bottom + 11})`, "aria-valuenow": layer, "aria-valuemin": 1,
      "aria-valuemax": depth, "aria-valuetext": `layer ${layer} of ${depth}` });
    ticks.replaceChildren(text(left - 7, bottom + 37, "layer", END), ...layerTicks(last).map((tick) =>
      text(box.left + (tick + 0.5) / (last + 1) * box.width, bottom + 37, String(tick), MIDDLE)));
  }];
}
