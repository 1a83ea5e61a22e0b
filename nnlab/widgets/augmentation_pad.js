// A pad in the place of the original, for an image of one's own.

/** The pad: each press draws a stroke, the arrow keys move the drawing. Returns its node and what draws it. */
function buildDrawing({ set, begin, state, tell, atBegin }) {
  const { left, top, side } = SIDEBAR, cell = side / FIELD, corner = [left + side - 11, top + 11];
  const ring = svg("rect", { x: left, y: top, width: side, height: side, class: "ring" });
  const surface = svg("g", { style: "cursor: crosshair" }, ring);
  const clear = svg("g", { style: "cursor: pointer", "aria-hidden": "true" },
    svg("circle", { cx: corner[0], cy: corner[1], r: 10, class: "knob" }),
    svg("path", { d: `M${corner[0] - 4} ${corner[1] - 4}l8 8m0 -8l-8 8`, class: "grip" }));
  put(surface, { "data-tip": "Draw here: each press draws a stroke." });
  put(clear, { "data-tip": "Clear the drawing." });
  const allowed = (place) => tidy(clamp(place, ...limits.strokes), 1);
  const onPad = ([x, y]) => [allowed((x - left) / cell), allowed((y - top) / cell)];
  let first = null, ours = false;  // where the press began, until it draws; whether the last stroke is this press's
  const start = (...points) => {
    ours = state().strokes.length < most.strokes[0];
    first = null;
    if (ours) set({ strokes: [...state().strokes, points] });
    else tell(`At most ${most.strokes[0]} strokes: clear the drawing.`);
  };
  const extend = (x, y) => {
    const here = onPad([x, y]), { strokes } = state(), last = strokes.at(-1);
    if (first) { start(first, here); return; }
    const far = ours && Math.hypot(here[0] - last.at(-1)[0], here[1] - last.at(-1)[1]) >= 0.3;
    if (far && last.length < most.strokes[1]) set({ strokes: [...strokes.slice(0, -1), [...last, here]] });
  };
  const move = (right, up) => set({ strokes: state().strokes.map((stroke) => stroke.map(([x, y]) =>
    [allowed(x + 10 * right), allowed(y - 10 * up)])) });
  atBegin(() => { ours = false; });  // Undo while one draws takes the stroke away
  draggable(surface, {
    name: "Drawing: draw with the pointer, move it with the arrow keys, clear it with Delete", to: extend, by: move,
    begin: (event) => { begin(); first = event ? onPad(placeOf(event, surface.ownerSVGElement)) : null; },
    tap: () => start(first), keys: { Delete: () => set({ strokes: [] }) },
  });
  clear.addEventListener("click", () => { begin(); set({ strokes: [] }); });
  const node = svg("g");
  return [node, ({ image, strokes }) => {
    const on = image === "drawing";
    if (on !== Boolean(node.childElementCount)) node.replaceChildren(...on ? [surface, clear] : []);
    put(surface, { "aria-valuemin": 0, "aria-valuemax": most.strokes[0], "aria-valuenow": strokes.length,
      "aria-valuetext": counted(strokes.length, "stroke") });
  }];
}
