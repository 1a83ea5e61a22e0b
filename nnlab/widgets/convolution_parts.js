// The parts of the explorer's drawing: input channels to draw on, a kernel to edit, outputs to point at.

const CHANNELS = upTo(3);
const signed = (value) => value < 0 ? `(${plain(value)})` : plain(value);
const place = (...indices) => `[${indices.join(", ")}]`;
/** `grids` with one value at [channel, row, column] replaced. */
const withValue = (grids, [c, r, s], value) => grids.map((grid, k) => k !== c ? grid
  : grid.map((row, i) => i !== r ? row : row.map((one, j) => j === s ? value : one)));

/** Black and white of the pixels, and the largest output. */
const scalesOf = ({ pixels }, { y }) => ({
  pixels: [Math.min(0, ...pixels.flat(2)), Math.max(1, ...pixels.flat(2))],
  outputs: Math.max(0, ...y.flat(2).map(Math.abs)),
});

/**
 * What covers a grid and takes the pointer. `around(box, ...)` puts its ring there (null: nowhere) and tells screen
 * readers its value, the lowest and the highest one, and the value in words.
 */
function cover(name, kind, options) {
  const ring = svg("rect", { class: `ring bare ${kind}` }), cursor = svg("path", { class: "frame feeds cursor" });
  const node = svg("g", {}, ring, cursor);
  draggable(node, { name, ...options });
  const around = (box, now, low, high, words) => {
    reveal(node, box);
    for (const part of ["x", "y", "width", "height"]) put(ring, { [part]: box ? tidy(box[part]) : 0 });
    put(node, { "aria-valuenow": now, "aria-valuemin": low, "aria-valuemax": high, "aria-valuetext": words });
  };
  return { node, cursor, around };
}

/** The input channels: drawn on with the pointer, typed with the keyboard. Returns their nodes and what draws them. */
function buildInputs({ set, begin, state, tell }) {
  const grids = CHANNELS.map(buildGrid), hatch = svg("path", { class: "dropped" });
  const scales = { pixels: [0, 9] }, shown = [];
  let brush = 0;
  const inside = ([r, s]) => {
    const { sides } = sidesOf(state().pixels);
    return [clamp(r, 0, sides[0] - 1), clamp(s, 0, sides[1] - 1)].map((one) => Math.max(0, one));
  };
  const at = (c, x, y) => {
    const { x: left, y: top, cell, first } = shown[c];
    return inside([Math.floor((y - top) / cell) - first[0], Math.floor((x - left) / cell) - first[1]]);
  };
  const covers = CHANNELS.map((c) => cover(`Input channel ${c}: press or type a digit, arrow keys choose a pixel`,
    "covers", {
      begin: (event) => {
        begin();
        if (!event || !shown[c]) return;
        const here = at(c, ...placeOf(event, covers[c].node.ownerSVGElement)), { view, pixels } = state();
        const [low, high] = scales.pixels, value = pixels[c]?.[here[0]]?.[here[1]] ?? 0;
        brush = value > (low + high) / 2 ? low : high > 1 ? high : 9;
        covers[c].press = here;
        covers[c].paints = view !== "use counts";
      },
      tap: () => covers[c].to(covers[c].press),
      to: (x, y) => covers[c].to(covers[c].press = at(c, x, y)),
      by: (right, up) => {
        const [r, s] = state().pixel;
        set({ pixel: inside([r - Math.sign(up), s + Math.sign(right)]) });
      },
      keys: typing((value) => set({ image: "own",
        pixels: withValue(state().pixels, [c, ...inside(state().pixel)], clamp(value, ...limits.pixels)) }), tell),
    }));
  covers.forEach((one, c) => {
    one.to = (here) => set(one.paints ? { image: "own", pixel: here,
      pixels: withValue(state().pixels, [c, ...here], brush) } : { pixel: here });
  });
  return { nodes: [...grids.map((one) => one.node), hatch], covers: covers.map((one) => one.node), draw: (now, numbers,
    { inputs }, { pixels: scale }) => {
    const { padding, padding_mode: mode, view } = now, { image: [tall, wide], channels, used, problem } = numbers;
    const counts = view === "use counts" && !problem, most = Math.max(1, ...used.flat());
    const first = problem && mode === "circular" ? [0, 0] : padding, dropped = [];
    scales.pixels = scale;
    CHANNELS.forEach((c) => {
      const there = c < channels && tall * wide > 0;
      if (!there) {
        grids[c].clear();
        shown[c] = null;
        covers[c].around(null, 0, 0, 0, "");
        put(covers[c].cursor, { d: "" });
        return;
      }
      const grid = gridIn(inputs[c], tall + 2 * first[0], wide + 2 * first[1]), [down, across] = first;
      shown[c] = { ...grid, first };
      grids[c].draw(grid, (row, column) => {
        const r = row - down, s = column - across, dashed = r < 0 || s < 0 || r >= tall || s >= wide;
        const wraps = mode === "circular", [a, b] = wraps ? [(r + tall) % tall, (s + wide) % wide] : [r, s];
        const value = dashed && !wraps ? 0 : now.pixels[c][a]?.[b] ?? null;
        if (dashed) return { value: counts ? null : value, look: signedOf(0), dashed };
        if (counts) return { value: used[r][s], look: signedOf(used[r][s], most) };
        return { value, look: value === null ? signedOf(0) : grayOf(value, scale) };
      });
      const [r, s] = inside(now.pixel), { cell } = grid;
      covers[c].around({ x: grid.x + across * cell, y: grid.y + down * cell, width: wide * cell, height: tall * cell },
        r * wide + s, 0, tall * wide - 1, `pixel ${place(r, s)}: ${plain(now.pixels[c][r]?.[s] ?? 0)}`);
      put(covers[c].cursor, { d: aroundCells(grid, r + down, s + across) });
      covers[c].node.classList.toggle("chosen", counts);
      const unused = used.flatMap((row, i) => row.flatMap((one, j) => one ? [] : [[i + down, j + across]]));
      dropped.push(hatched(grid, unused));
    });
    put(hatch, { d: dropped.join("") });
    return shown;
  } };
}

/** The kernel of the highlighted output's channel, each weight to drag up and down or to type. */
function buildKernels({ set, begin, state, tell }) {
  const grids = CHANNELS.map(buildGrid), covers = svg("g");
  let made = "", all = [], output = 0;
  const change = (c, i, j, value) => {  // channels that had the same weights get their own
    const { weight, pixels } = state(), full = weight.map((one) => pixels.map((_, k) => one[k % one.length]));
    const kept = weight[0].length < pixels.length ? full : weight;
    set({ kernel: "own", weight: kept.map((one, o) => o === output
      ? withValue(one, [c, i, j], tidy(clamp(value, ...limits.weight), 4)) : one) });
  };
  const valueAt = (c, i, j) => {
    const one = state().weight[output];
    return one[c % one.length][i]?.[j] ?? 0;
  };
  const entry = (c, i, j, several) => {
    let from = null;
    const made = cover(`Weight ${several ? place(c, i, j) : place(i, j)}: arrow keys, typed, or dragged up and down`,
      "entry", {
        begin: (event) => {
          begin();
          from = event ? [placeOf(event, made.node.ownerSVGElement)[1], valueAt(c, i, j)] : null;
        },
        to: (_, y) => change(c, i, j, from[1] + Math.round((from[0] - y) / 9)),
        by: (right, up) => change(c, i, j, valueAt(c, i, j) + Math.round(10 * (right + up))),  // 1, with Shift 5
        keys: typing((value) => change(c, i, j, value), tell),
      });
    explain(made.node, "Type a number, or drag up and down.");
    return { ...made, c, i, j };
  };
  return { nodes: grids.map((one) => one.node), covers, draw: (now, numbers, { kernels }) => {
    const { kernel: [tall, wide], channels, outputs, sum } = numbers, key = `${tall} ${wide} ${channels}`;
    output = Math.min(sum ? sum.place[0] : 0, outputs - 1);
    const wanted = tall * wide > 0 ? channels : 0;
    if (made !== key) {
      all = upTo(wanted).flatMap((c) => upTo(tall).flatMap((i) => upTo(wide).map((j) => entry(c, i, j, channels > 1))));
      covers.replaceChildren(...all.map(({ node }) => node));
    }
    made = key;
    const own = now.weight[output] || [], most = Math.max(0, ...now.weight.flat(3).map(Math.abs)), on = [];
    CHANNELS.forEach((c) => {
      const there = c < channels && own.length > 0 && tall * wide > 0;
      if (!there) { grids[c].clear(); return; }
      on[c] = gridIn(kernels[c], tall, wide, 60);
      grids[c].draw(on[c], (i, j) => {
        const value = own[c % own.length][i]?.[j] ?? null;
        return { value, look: signedOf(value ?? 0, most) };
      });
    });
    for (const { node, around, c, i, j } of all) {
      const { x, y, cell } = on[c] || { x: 0, y: 0, cell: 0 }, value = valueAt(c, i, j);
      around({ x: x + j * cell, y: y + i * cell, width: cell, height: cell }, value, ...limits.weight, plain(value));
    }
  } };
}

/**
 * The outputs: pointed at, dragged over, or led through by the arrow keys; in the matrix its rows. While it plays, the
 * outputs that are still to come are faint.
 */
function buildOutputs({ set, begin, atBegin, draw: redraw }, matrix, playing) {
  const grids = upTo(2).map(buildGrid), under = svg("path", { class: "frame under" });
  const frame = svg("path", { class: "frame" }), feeds = svg("path", { class: "frame feeds" });
  let on = [], latest = null, inMatrix = false, hovers = false, fades = false;
  const at = (x, y) => {
    const { size: [rows, columns], count } = latest;
    if (inMatrix) return clamp(matrix.rowAt(y), 0, count - 1);
    const far = ({ x: left, y: top, cell }) => Math.max(0, top - y, y - top - rows * cell)
      + Math.max(0, left - x, x - left - columns * cell);
    const o = on.length > 1 && far(on[1]) < far(on[0]) ? 1 : 0, { x: left, y: top, cell } = on[o];
    const row = clamp(Math.floor((y - top) / cell), 0, rows - 1);
    return (o * rows + row) * columns + clamp(Math.floor((x - left) / cell), 0, columns - 1);
  };
  const go = (step) => { if (latest.count) set({ step: clamp(step, 0, latest.count - 1) }); };
  const made = cover("Output pixel: arrow keys, or point at it", "covers", {
    begin: (event) => {
      begin();
      if (event && latest.count) go(at(...placeOf(event, made.node.ownerSVGElement)));
    },
    to: (x, y) => { if (latest.count) go(at(x, y)); },
    by: (right, up) => {
      const { size: [rows, columns], at: step, count, outputs } = latest;
      if (inMatrix || !count) { go(step + Math.sign(right - up)); return; }
      const [o, r, s] = placeOfOutput(latest, step), row = o * rows + r - Math.sign(up);
      go(clamp(row, 0, rows * outputs - 1) * columns + clamp(s + Math.sign(right), 0, columns - 1));
    },
  });
  made.node.addEventListener("pointermove", (event) => {  // pointing: all that is pointed at in one go is one step back
    if (event.pointerType !== "mouse" || event.buttons || playing() || !latest.count) return;
    const step = at(...placeOf(event, made.node.ownerSVGElement));
    if (step === latest.at) return;
    if (!hovers) begin();
    hovers = true;
    go(step);
  });
  made.node.addEventListener("pointerleave", () => { hovers = false; });
  atBegin(() => {
    hovers = false;
    if (fades) redraw();
  });

  /** Frames around the outputs that use the chosen input pixel, as the data of a path. */
  const users = ({ pixel }, { met: [rows, columns], image }) => {
    const [a, b] = pixel.map((one, k) => Math.min(one, image[k] - 1));
    return on.flatMap((grid) => rows.flatMap((down, r) => columns.map((across, s) =>
      down.includes(a) && across.includes(b) ? aroundCells(grid, r, s) : ""))).join("");
  };
  return { nodes: [...grids.map((one) => one.node), feeds, under, frame], cover: made.node,
    draw: (now, numbers, { outputs: boxes }, { outputs: most }, { still, cell }) => {
      const { size: [rows, columns], outputs, y, at: step, count } = numbers, later = playing();
      const shows = now.view !== "matrix" && count > 0;
      [latest, inMatrix] = [numbers, now.view === "matrix"];
      on = shows ? upTo(outputs).map((o) => gridIn(boxes[o], rows, columns, cell)) : [];
      if (!still || later || fades) {
        grids.forEach((grid, o) => {
          if (o >= on.length) { grid.clear(); return; }
          grid.draw(on[o], (r, s) => ({ value: y[o][r][s], look: signedOf(y[o][r][s], most),
            faded: later && (o * rows + r) * columns + s > step }));
        });
      }
      fades = later;
      const [o, r, s] = shows ? placeOfOutput(numbers, step) : [0, 0, 0], d = shows ? aroundCells(on[o], r, s) : "";
      put(frame, { d });
      put(under, { d });
      put(feeds, { d: shows && now.view === "use counts" ? users(now, numbers) : "" });
      const last = on.at(-1), first = on[0], area = shows ? { x: first.x, y: first.y, width: columns * first.cell,
        height: last.y + rows * last.cell - first.y } : count ? matrix.area() : null;
      made.around(area, step, 0, Math.max(0, count - 1),
        count ? `output ${place(...numbers.sum.place)}: ${plain(numbers.sum.y)}` : "none");
    } };
}
