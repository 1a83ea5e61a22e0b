// What is moved by hand: the image (shifted, or drawn), the gray square on it, the chosen pixel of a map.

const CELL = INPUT.size / SIDE;
const placeWords = (row, column) => `row ${row}, column ${column}`;
/** Whole steps of one pixel, or five with Shift, from what the arrow keys give. */
const inPixels = (distance) => Math.abs(distance) > 0.3 ? 5 * Math.sign(distance) : Math.round(10 * distance);

/** The input: dragging shifts the image; an own drawing gets a stroke. Returns the handle and what draws it. */
function buildInput({ set, begin, state, tell }, { drawing }) {
  const at = { x: INPUT.x, y: INPUT.y, width: INPUT.size, height: INPUT.size };
  const ring = svg("rect", { ...at, class: "ring", style: "stroke: var(--edge)" }), handle = svg("g", {}, ring);
  let from = null, shift = null, started = false;
  const allowed = (value) => clamp(value, ...limits.shift);
  const onImage = (place) => place.map((one, axis) =>
    tidy(clamp((one - [INPUT.x, INPUT.y][axis]) / CELL - state().shift[axis], ...limits.strokes), 1));
  const start = (...points) => {
    const { strokes } = state();
    started = strokes.length < most.strokes[0];
    if (started) set({ strokes: [...strokes, points.map(onImage)] });
    else tell(`At most ${most.strokes[0]} strokes: Delete removes them.`);
    from = null;
  };
  const extend = (place) => {
    if (from) { start(from, place); return; }
    const { strokes } = state(), last = strokes.at(-1), here = onImage(place);
    const far = started && last && Math.hypot(here[0] - last.at(-1)[0], here[1] - last.at(-1)[1]) >= 0.3;
    if (far && last.length < most.strokes[1]) set({ strokes: [...strokes.slice(0, -1), [...last, here]] });
  };
  const move = (x, y) => {
    const moved = from && [x - from[0], y - from[1]].map((one) => Math.round(one / CELL));
    if (moved) set({ shift: moved.map((one, axis) => allowed(shift[axis] + one)) });
  };
  draggable(handle, {
    name: "Image: drag or arrow keys shift it; an own drawing is drawn with the pointer",
    begin: (event) => {
      begin();
      [from, shift, started] = [event ? placeOf(event, drawing) : null, state().shift, false];
    },
    to: (x, y) => { if (state().image < 0) extend([x, y]); else move(x, y); },
    tap: () => { if (state().image < 0) start(from); },
    by: (right, up) => set({ shift: [inPixels(right), -inPixels(up)].map((one, axis) =>
      allowed(state().shift[axis] + one)) }),
    keys: { Home: () => set({ shift: [0, 0] }), Delete: () => { if (state().image < 0) set({ strokes: [] }); } },
  });
  explain(handle, "Drag, or use the arrow keys, to shift the image.");
  return [handle, ({ shift: [right, down] }, { classes, predicted }) => put(handle, {
    "aria-valuemin": limits.shift[0], "aria-valuemax": limits.shift[1], "aria-valuenow": right,
    "aria-valuetext": `shifted right by ${right}, down by ${down}; predicted class ${classes[predicted]}` })];
}

/** The gray square, to move over the input. Returns its handle and what draws it. */
function buildSquare({ set, begin, state }, { drawing }) {
  const ring = svg("rect", { class: "ring", "stroke-dasharray": "5 3", "stroke-width": 2,
    style: "stroke: var(--lane3)" });
  const handle = svg("g", {}, ring);
  let from = null, square = null;
  const move = (down, right) => set({ square: [down, right].map((one, axis) =>
    clamp(square[axis] + one, 0, SIDE - Math.max(1, state().side))) });
  draggable(handle, {
    name: "Gray square on the image",
    begin: (event) => { begin(); [from, square] = [event ? placeOf(event, drawing) : null, state().square]; },
    to: (x, y) => { if (from) move(...[y - from[1], x - from[0]].map((one) => Math.round(one / CELL))); },
    by: (right, up) => move(-inPixels(up), inPixels(right)), keys: { Delete: () => set({ side: 0 }) },
  });
  explain(handle, "Drag, or use the arrow keys, to move the gray square.");
  return [handle, ({ square: [top, left], side }, { classes, predicted }) => {
    put(handle, { display: side ? "inline" : "none", "aria-valuemin": 0, "aria-valuemax": SIDE - 1,
      "aria-valuenow": left, "aria-valuetext": `${placeWords(top, left)}, ${side} pixels wide; predicted class ${
        classes[predicted]}` });
    put(ring, { x: INPUT.x + left * CELL, y: INPUT.y + top * CELL, width: Math.min(side, SIDE - left) * CELL,
      height: Math.min(side, SIDE - top) * CELL });
  }];
}

/** Small images to choose from, below the input. Returns their node, what paints and what draws them. */
function buildThumbnails({ set, begin }) {
  const node = svg("g", { "aria-hidden": "true" }), top = INPUT.y + INPUT.size + 44, size = 30;
  const label = text(INPUT.x, INPUT.y + INPUT.size + 22, "", { class: "fine" });
  const chosen = svg("rect", { width: size + 2, height: size + 2, fill: "none", "stroke-width": 2.5,
    style: "stroke: var(--lane1)" });
  let made = null, small = [];
  const places = (count) => upTo(count).map((k) => [INPUT.x + 34 * (k % 4), top + 34 * Math.floor(k / 4), size, size]);
  const frame = ([x, y], k, names) => {
    const box = svg("rect", { x, y, width: size, height: size, fill: "transparent", style: "cursor: pointer",
      "data-tip": `Image ${k + 1}${names?.[k] ? `: ${names[k]}` : ""}.` });
    box.addEventListener("click", () => { begin(); set({ image: k }); });
    return box;
  };
  const paintAll = (paint) => places(small.length).forEach((place, k) =>
    paint.pixels(small[k], SIDE, SIDE, place, 255, "image"));
  return [node, paintAll, ({ image }, { count, names, label: said, thumbnails }) => {
    if (made !== thumbnails()) {
      node.replaceChildren(...places(count).map((place, k) => frame(place, k, names)), label, chosen);
      small = thumbnails().map(bytesOf);
    }
    made = thumbnails();
    const [x, y] = places(count)[Math.min(image, count - 1)] || [0, 0];
    put(chosen, { x: x - 1, y: y - 1, display: image < 0 ? "none" : "inline" });
    write(label, image < 0 ? "draw above" : said ? said.slice(0, 16) : `image ${Math.min(image, count - 1) + 1}`);
  }];
}

/**
 * All maps as one handle: a press or the arrow keys choose a pixel, + and − the next and the last channel. `hover` gets
 * the place below the pointer, null outside. Returns the handle and what draws it.
 */
function buildChoice({ set, begin, state }, { drawing }, current, hover) {
  const ring = svg("rect", { x: MAPS.left - 4, y: MAPS.top - 4, width: MAPS.right - MAPS.left + 8,
    height: MAPS.height + 6, class: "ring" });
  const handle = svg("g", {}, ring);
  let pressed = null;
  const distance = ({ x, y, w, h }, [a, b]) => Math.hypot(a - clamp(a, x, x + w), b - clamp(b, y, y + h));
  /** Column and channel of the map that is nearest to a place in the drawing, and how far that is. */
  const nearest = (place) => {
    const { layout, columns } = current();
    let best = [1, 0, Infinity];
    layout.forEach(({ tiles }, c) => {
      if (c && columns[c].spatial) tiles.forEach((tile, channel) => {
        const far = distance(tile, place);
        if (far < best[2]) best = [c, channel, far];
      });
    });
    return best;
  };
  const pixelIn = ([c, channel], [x, y]) => {
    const { layout, columns } = current(), tile = layout[c].tiles[channel], { height, width } = columns[c];
    return { column: c, channel, pixel: [clamp(Math.floor((y - tile.y) / tile.h * height), 0, height - 1),
      clamp(Math.floor((x - tile.x) / tile.w * width), 0, width - 1)] };
  };
  const step = (by) => {
    const { columns, chosen: { column, channel } } = current();
    set({ column, channel: (channel + by + columns[column].channels) % columns[column].channels });
  };
  draggable(handle, {
    name: "Feature maps: arrow keys move the chosen pixel, plus and minus change the channel",
    begin: (event) => { begin(); pressed = event ? placeOf(event, drawing) : null; },
    tap: () => set(pixelIn(nearest(pressed), pressed)),
    to: (x, y) => set(pixelIn(nearest(pressed), [x, y])),
    by: (right, up) => {
      const { columns, chosen: { column, channel, pixel } } = current(), { height, width } = columns[column];
      set({ column, channel, pixel: [clamp(pixel[0] - inPixels(up), 0, height - 1),
        clamp(pixel[1] + inPixels(right), 0, width - 1)] });
    },
    keys: { "+": () => step(1), "-": () => step(-1) },
  });
  handle.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || event.buttons) return;
    const place = placeOf(event, drawing), found = nearest(place);
    hover(found[2] <= GAP / 2 ? pixelIn(found, place) : null);
  });
  handle.addEventListener("pointerleave", () => hover(null));
  handle.addEventListener("pointerdown", () => hover(null));
  return [handle, ({ chosen: { column, channel, pixel, value } }, columns) => put(handle, {
    "aria-valuemin": 0, "aria-valuemax": columns[column].channels - 1, "aria-valuenow": channel,
    "aria-valuetext": `column ${column}, channel ${channel}, ${placeWords(...pixel)}: ${shown(value)}` })];
}
