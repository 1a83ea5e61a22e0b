// The losses below the rows of the health board, and the cursor through all steps, which can be dragged.

const CURVES = [["train", "train_loss", "train_accuracy"], ["validation", "val_loss", "val_accuracy"],
  ["batch", "batch", null]];

/** Curves of the losses. Returns their node, what draws them, and what follows the chosen step. */
function buildLossCurves() {
  const frame = svg("g", { "aria-hidden": "true" });
  const parts = CURVES.map((_, k) => ({
    curve: svg("polyline", { class: `curve lane${k}` }), dot: svg("circle", { r: 5, class: `point lane${k}` }),
    words: text(0, 0, "", { class: `fine name${k}` }),
  }));
  const node = svg("g", { "aria-hidden": "true" }, frame, ...parts.flatMap(({ curve, dot, words }) =>
    [curve, dot, words]));
  const held = {};
  const values = (board, k) => CURVES[k][1] === "batch" ? board.batch : board.losses[CURVES[k][1]];
  return [node, (board, layout) => {
    const { top, bottom } = layout.losses, count = board.steps.length;
    const { left, width } = layout.strip, right = left + width;
    const given = upTo(2).filter((k) => values(board, k).some((one) => one !== null));
    held.shown = given.length ? given : [2].filter((k) => values(board, k).some((one) => one !== null));
    const all = held.shown.flatMap((k) => values(board, k)).filter((one) => one !== null);
    const first = all.length ? Math.max(...held.shown.map((k) => values(board, k)[0] ?? 0)) : 1;
    const high = Math.min(Math.max(...all, 1e-6), 2.5 * (first || Math.max(...all)));
    held.y = (loss) => bottom - clamp(loss / high, 0, 1.04) * (bottom - top);
    held.places = held.shown.map((k) => values(board, k).map((loss, step) => loss === null ? null
      : [tidy(placeOfStep(layout, step, count), 1), tidy(held.y(loss), 1)]));
    parts.forEach(({ curve, dot, words }, k) => {
      const on = held.shown.indexOf(k), display = on < 0 ? "none" : "inline";
      [curve, dot, words].forEach((one) => put(one, { display }));
      if (on >= 0) put(curve, { points: held.places[on].filter(Boolean).map((place) => place.join(",")).join(" ") });
    });
    const tick = (k) => text(placeOfStep(layout, k, count), bottom + 34, String(board.steps[k]),
      { "text-anchor": "middle", class: "fine quiet" });
    const line = (y) => svg("line", { x1: left, x2: right, y1: tidy(y), y2: tidy(y), class: "rule" });
    frame.replaceChildren(line(bottom), line(top),
      text(left - 8, bottom + 5, "0", { ...END, class: "fine quiet" }),
      text(left - 8, top + 5, told3(Number(high.toPrecision(2))), { ...END, class: "fine quiet" }),
      text(left - 8, (top + bottom) / 2 + 6, "loss", { ...END, class: "fine" }),
      tick(0), ...count > 1 ? [tick(count - 1)] : [],
      text(left + width / 2, bottom + 34, "step", { ...MIDDLE, class: "fine quiet" }));
  }, (board, layout, at) => {
    const wanted = held.shown.map((_, on) => held.places[on][at]?.[1] ?? layout.losses.top + 20 * on);
    const order = wanted[0] <= (wanted[1] ?? Infinity) ? [0, 1] : [1, 0], gap = 22, heights = [];
    order.filter((on) => on < wanted.length).forEach((on, n) => {
      heights[on] = n ? Math.max(wanted[on], heights[order[0]] + gap) : clamp(wanted[on], layout.losses.top,
        layout.losses.bottom - gap * (wanted.length - 1));
    });
    held.shown.forEach((k, on) => {
      const place = held.places[on][at], [name, , accuracy] = CURVES[k], share = accuracy && board.losses[accuracy][at];
      put(parts[k].dot, { display: place ? "inline" : "none", cx: place?.[0] ?? 0, cy: place?.[1] ?? 0 });
      put(parts[k].words, { x: layout.strip.left + layout.strip.width + 14, y: tidy(heights[on] + 6) });
      const [part, word] = layout.narrow ? [name.replace("validation", "val."), "acc."] : [name, "accuracy"];
      write(parts[k].words, `${part} ${told3(values(board, k)[at])}`
        + (share === null || share === undefined ? "" : `, ${word} ${(100 * share).toFixed(1)}\u00a0%`));
    });
  }];
}

/** The cursor: a line through all strips and the losses at the chosen step. Returns its handle and what draws it. */
function buildCursor({ set, begin }, current) {
  const line = svg("line", { x1: 0, x2: 0, class: "cursor" });
  const handle = svg("g", {}, line, svg("circle", { r: 17, class: "ring" }), svg("circle", { r: 10, class: "knob" }),
    svg("path", { d: "M-2 -4L-6 0L-2 4M2 -4L6 0L2 4", class: "grip" }));
  const go = (step) => set({ step: clamp(step, 0, current().last) });
  draggable(handle, { name: "Step", begin, to: (x) => go(stepAt(current().layout, x, current().last + 1)),
    by: (right, up) => go(current().at + Math.sign(right + up)) });
  return [handle, ({ at, step, board }, layout) => {
    const { bottom } = layout.losses, count = board().steps.length;
    put(line, { y1: TOP - bottom, y2: 0 });
    const x = tidy(placeOfStep(layout, at, count), 1);
    put(handle, { transform: `translate(${x} ${tidy(bottom)})`, "aria-valuenow": step, "aria-valuetext": `step ${step}`,
      "aria-valuemin": board().steps[0], "aria-valuemax": board().steps.at(-1) });
  }];
}
