// The chosen map, large, with its scale; and its chosen pixel written out: patches, kernels, their sums, bias, ReLU.

const DETAIL = { left: 726, width: 340, height: 430 }, LARGE = { x: 734, y: 52, size: 150 };
const TERMS = { left: 734, right: 1062, top: 234, bottom: 388 }, MANY = 16;

/** The chosen map as a handle: a drag or the arrow keys choose the pixel. Returns it and what draws it. */
function buildLarge({ set, begin }, current) {
  const ring = svg("rect", { x: LARGE.x, y: LARGE.y, width: LARGE.size, height: LARGE.size, class: "ring",
    style: "stroke: var(--edge)" });
  const pixel = svg("path", { fill: "none", "stroke-width": 3, style: "stroke: var(--lane1)" });
  const handle = svg("g", {}, ring, pixel);
  const tileOf = ({ height, width }) => {
    const long = Math.max(height, width);
    return { x: LARGE.x, y: LARGE.y, w: LARGE.size * width / long, h: LARGE.size * height / long };
  };
  const choose = ([down, right]) => {
    const { columns, chosen: { column, channel } } = current(), { height, width } = columns[column];
    set({ column, channel, pixel: [clamp(down, 0, height - 1), clamp(right, 0, width - 1)] });
  };
  const to = (x, y) => {
    const { columns, chosen: { column } } = current(), { height, width } = columns[column];
    const tile = tileOf(columns[column]);
    choose([Math.floor((y - tile.y) / tile.h * height), Math.floor((x - tile.x) / tile.w * width)]);
  };
  let pressed = null;
  draggable(handle, { name: "Chosen map: drag or arrow keys choose a pixel", to, tap: () => to(...pressed),
    begin: (event) => { begin(); pressed = event ? placeOf(event, handle.ownerSVGElement) : null; },
    by: (right, up) => {
      const [row, place] = current().chosen.pixel;
      choose([row - inPixels(up), place + inPixels(right)]);
    } });
  explain(handle, "Drag, or use the arrow keys, to choose a pixel.");
  return [handle, tileOf, ({ column, pixel: at, value }, columns) => {
    const { height, width } = columns[column], tile = tileOf(columns[column]);
    put(ring, { width: tile.w, height: tile.h });
    put(pixel, { d: outline(partOf(tile, [...at, ...at], columns[column])) });
    put(handle, { "aria-valuemin": 0, "aria-valuemax": height * width - 1, "aria-valuenow": at[0] * width + at[1],
      "aria-valuetext": `${placeWords(...at)}: ${shown(value)}` });
  }];
}

/** The terms that are drawn, with places for their patches and kernels, and the side of a cell: with a number in it? */
function termsOf({ terms, rows, across }) {
  const numberedTerms = terms.map((term, k) => ({ ...term, k }));
  const some = [...numberedTerms].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum)).slice(0, MANY);
  const drawn = terms.length > MANY ? some : numberedTerms, wide = drawn.length === 1 ? 1 : drawn.length <= 4 ? 2 : 4;
  const down = Math.ceil(drawn.length / wide), width = (TERMS.right - TERMS.left) / wide;
  const pairs = drawn[0].kernel ? 2 : 1, below = drawn.length === 1 ? 2 : 19;
  const height = Math.min((TERMS.bottom - TERMS.top) / down, 100 + 60 * (down === 1));
  const gap = drawn.length === 1 ? 26 : 5;
  const cell = Math.min(46, (width - gap - 8) / pairs / across, (height - below) / rows);
  return { drawn, numbered: cell >= 40, cell, places: drawn.map((term, k) => {
    const x = TERMS.left + k % wide * width, y = TERMS.top + Math.floor(k / wide) * height;
    return { ...term, patchAt: [x, y, cell * across, cell * rows], kernelAt: [x + cell * across + gap, y, cell * across,
      cell * rows], below: y + cell * rows + below - 4 };
  }) };
}

/** The sum at the chosen pixel in two lines: what is summed, and what follows. */
function sumInWords({ terms, bias, sum, value }, { kind, then }, area) {
  const after = then.length ? `${then.join(", then ")}: ${shown(value, 3)}` : "";
  if (kind === "convolution") {
    const products = terms.reduce((total, term) => total + term.sum, 0);
    return [`Σ ${shown(products, 3)} ${bias < 0 ? "−" : "+"} ${shown(Math.abs(bias), 3)} (bias) = ${shown(sum, 3)}`,
      after];
  }
  return [`${kind === "max" ? "largest" : "mean"} of ${area} values: ${shown(sum, 3)}`, after];
}

/**
 * The kernels of the chosen map as a handle: a press or the arrow keys choose a weight, a drag up and down or plus and
 * minus change it. Returns the handle and what draws it.
 */
function buildKernels({ set, begin, state, tell }, current) {
  const ring = svg("rect", { class: "ring" }), cell = svg("path", { fill: "none", "stroke-width": 2.5,
    style: "stroke: var(--lane3)" });
  const handle = svg("g", {}, ring, cell);
  let drawn = null, pressed = null, held = null, first = null, unit = 1;
  const change = ([k, row, column], weight) => {
    const { column: c, channel } = current().chosen, place = [c, channel, k, row, column];
    const others = state().edits.filter((edit) => edit[0] && !same(edit.slice(0, 5), place));
    if (others.length < most.edits[0]) set({ cell: [k, row, column], edits: [...others, [...place, tidy(weight, 3)]] });
    else tell(`At most ${most.edits[0]} weights are changed.`);
  };
  const weightAt = ([k, row, column]) => {
    const { terms, across } = current().chosen;
    return terms[k].kernel[row * across + column];
  };
  const nearest = ([x, y]) => {
    const { across, rows, cell: side, places } = drawn, far = ({ kernelAt: [left, top, width, height] }) =>
      Math.hypot(x - clamp(x, left, left + width), y - clamp(y, top, top + height));
    const found = places.reduce((best, place) => far(place) < far(best) ? place : best);
    const inside = (from, to, count) => clamp(Math.floor((to - from) / side), 0, count - 1);
    return [found.k, inside(found.kernelAt[1], y, rows), inside(found.kernelAt[0], x, across)];
  };
  const move = (right, up) => {
    const { cell: [k, row, column], terms, rows, across } = current().chosen, wide = column + right, down = row - up;
    const next = clamp(k + (wide < 0 ? -1 : wide >= across ? 1 : 0), 0, terms.length - 1);
    const begins = wide < 0 ? across - 1 : 0;  // in the next kernel
    set({ cell: [next, clamp(down, 0, rows - 1), next === k ? clamp(wide, 0, across - 1) : begins] });
  };
  const by = (share) => () => {
    const { cell: place } = current().chosen;
    change(place, clamp(weightAt(place) + share * drawn.most, -100, 100));
  };
  draggable(handle, { name: "Kernel: arrow keys choose a weight, plus and minus change it", begin: (event) => {
    begin();
    pressed = event ? placeOf(event, handle.ownerSVGElement) : null;
    held = pressed && nearest(pressed);
    [first, unit] = [held && weightAt(held), drawn.most];
  }, to: (_, y) => change(held, clamp(first + (pressed[1] - y) / 60 * unit, -100, 100)),
  tap: () => set({ cell: held }), by: (right, up) => move(Math.sign(right), Math.sign(up)),
  keys: { "+": by(0.1), "-": by(-0.1) } });
  explain(handle, "Drag a weight up or down to change it.");
  return [handle, (place, layout, largest) => {
    drawn = { ...layout, rows: place.rows, across: place.across, most: largest || 1 };
    const shownPlaces = layout.places.filter(({ kernel }) => kernel);
    put(handle, { display: shownPlaces.length ? "inline" : "none" });
    if (!shownPlaces.length) return;
    const boxes = shownPlaces.map(({ kernelAt }) => kernelAt), left = Math.min(...boxes.map(([x]) => x));
    const top = Math.min(...boxes.map(([, y]) => y)), [k, row, column] = place.cell;
    put(ring, { x: left, y: top, width: Math.max(...boxes.map(([x, , width]) => x + width)) - left,
      height: Math.max(...boxes.map(([, y, , height]) => y + height)) - top });
    const at = shownPlaces.find((one) => one.k === k)?.kernelAt, side = layout.cell;
    put(cell, { d: at ? outline({ x: at[0] + column * side, y: at[1] + row * side, width: side, height: side }) : "" });
    const weight = place.terms[k].kernel[row * place.across + column];
    put(handle, { "aria-valuemin": -100, "aria-valuemax": 100, "aria-valuenow": tidy(weight, 3),
      "aria-valuetext": `input ${place.terms[k].source}, ${placeWords(row, column)}: weight ${shown(weight)}` });
  }];
}

/** The right half. Returns its node and what draws it for a place, with its sum. */
function buildDetail(stage, current) {
  const words = svg("g", { "aria-hidden": "true", "pointer-events": "none" });
  const frames = svg("path", { fill: "none", "stroke-width": 1.5, style: "stroke: var(--edge)" });
  const [large, tileOf, drawLarge] = buildLarge(stage, current);
  const label = "The chosen map and the sum at its chosen pixel";
  const [kernels, drawKernels] = buildKernels(stage, current);
  const { node, paint } = layered(stage.root, { ...DETAIL, label }, frames, large, kernels, words);
  const small = (x, y, said, more = {}) => text(x, y, said, { class: "small", ...more });
  const bold = { style: "font-weight: 600; font-size: 18px" };

  const drawTerms = (place, columns, numbers, scales) => {
    const layout = termsOf(place), { drawn, numbered, cell, places } = layout, { column: c, rows, across } = place;
    const first = c === 1, most = largestOf(drawn.flatMap(({ kernel }) => kernel || [0])), { low, high } = numbers;
    const made = [], kind = numbered ? "number" : first ? "image" : "map";
    const inCells = (values, [x, y]) => values.forEach((value, k) => made.push(
      small(x + (k % across + 0.5) * cell, y + (Math.floor(k / across) + 0.5) * cell + 6, plain(tidy(value ?? 0)),
      { ...MIDDLE, class: `cell${value === null ? " quiet" : ""}` })));
    places.forEach(({ source, patch, kernel, sum, patchAt, kernelAt, below }) => {
      const level = (value) => value === null ? null : first ? (value - low) / (high - low) : value;
      paint.pixels(patch.map(level), rows, across, patchAt, first ? 1 : scales[source], kind);
      if (kernel) paint.pixels(kernel, rows, across, kernelAt, most, numbered ? "number" : "map");
      if (numbered) { inCells(patch, patchAt); if (kernel) inCells(kernel, kernelAt); }
      if (kernel && drawn.length > 1) made.push(small(patchAt[0], below, `${shown(sum)}`));
      const [x, y, , tall] = kernelAt;
      if (kernel && drawn.length === 1) made.push(small(x - 13, y + tall / 2 + 6, "×", MIDDLE));
    });
    const box = ([x, y, width, height]) => outline({ x, y, width, height });
    put(frames, { d: places.map(({ patchAt, kernelAt, kernel }) => box(patchAt) + (kernel ? box(kernelAt) : ""))
      .join("") });
    drawKernels(place, layout, most);
    const [k, row, column] = place.cell, weight = drawn[0].kernel && place.terms[k].kernel[row * across + column];
    if (drawn[0].kernel && !numbered) {
      made.push(small(TERMS.right - 4, 226, `weight ${shown(weight)}`, { ...END, style: "fill: var(--lane3)" }));
    }
    return made;
  };

  return [node, (place, columns, numbers, maps, now) => {
    const { column: c, channel, pixel, terms, rows, across, field, value } = place;
    const { kind, layer, channels, height, width, then } = columns[c], area = height * width;
    const shared = now.scale === choices.scale[0], scale = maps(c).scales[channel], tile = tileOf(columns[c]);
    const values = maps(c).values.subarray(channel * area, (channel + 1) * area);
    const signed = values.some((one) => one < 0);
    paint.clear();
    paint.pixels(values, height, width, [tile.x, tile.y, tile.w, tile.h], scale);
    const bar = upTo(60).map((k) => signed ? k / 29.5 - 1 : k / 59), dark = numbers.off[c].includes(channel);
    paint.pixels(bar, 1, 60, [902, 170, 158, 12], 1);
    const { kernel_size: reach = [rows, across], stride = [1] } = layer;
    const geometry = `${reach.join("×")}${kind === "mean" ? "" : `, stride ${stride[0]}`}`;
    const count = terms.length, many = count > MANY ? `${MANY} of ${count}: ` : "";
    words.replaceChildren(
      text(734, 20, `${SHORT[kind]}, channel ${channel}`, bold),
      small(734, 41, [counted(channels, "channel"), geometry, ...then].join(", "), { class: "small quiet" }),
      small(902, 66, placeWords(pixel[0], pixel[1])),
      text(902, 94, `value ${shown(value)}`, bold),
      small(902, 118, dark ? "channel switched off" : "receptive field"),
      small(902, 138, dark ? "" : `${sizeOf(field).join("×")} pixels`),
      small(902, 200, signed ? shown(-scale) : "0"), small(1060, 200, shown(scale), END),
      small(734, 226, terms[0].kernel ? `${many}patch × kernel` : "patch", { class: "small quiet" }),
      ...drawTerms(place, columns, numbers, maps(c - 1).scales),
      ...sumInWords(place, columns[c], rows * across).map((said, k) => text(734, 406 + 20 * k, said,
        { style: "font-size: 17px; font-weight: 600" })));
    drawLarge(place, columns);
    return shared;
  }];
}
