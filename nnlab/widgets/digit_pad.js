// The pad: a sheet of paper to draw a digit on.

const UNIT = 3.8, EDGE = 14, HEAD = 10;  // a point x, y of the pad is drawn at EDGE + UNIT x, HEAD + UNIT y

const DIGIT_STYLE = `
  .paper { fill: #fffdf5; stroke: #c9c2ad; filter: drop-shadow(0 2px 4px #0005); }
  .figure .handle .paper-ring { fill: none; }
  .figure svg .paper-words { fill: #6b6450; }
  .pen { fill: none; stroke: #1f2430; stroke-linecap: round; stroke-linejoin: round; }
  .rule { stroke: #d9e4ee; stroke-width: 1.5; }
  .cut { fill: none; stroke: #0072b2; stroke-width: 2.5; stroke-dasharray: 8 5; }
  .figure svg :is(.sheet-of-paper, .sheet-of-paper *) { cursor: crosshair; }
  .column { display: flex; flex-direction: column; min-width: 0; flex: 550 1 341px; }
  .column > svg { flex: none !important; width: 100%; }
  .figure .parts { gap: 4px 10px; }
  .figure .parts .field { gap: 2px 6px; }
  .figure .parts select { width: 5.8em; }
  .figure .parts input[type=range] { width: 70px; }
  .figure .parts input[type=number] { width: 3.1em; }
  .bar { fill: var(--edge); transition: height 200ms ease, y 200ms ease; }
  .bar.best { fill: var(--lane0); }
  .figure .best-label { fill: var(--lane0); font-weight: 700; }
  @media (prefers-reduced-motion: reduce) { .bar { transition: none; } }`;

/** The pad. Each press draws a stroke; the arrow keys move the drawing. Returns its panel and what draws it. */
function buildPad({ set, begin, state, tell, atBegin }) {
  const square = { x: EDGE, y: HEAD, width: UNIT * PAD, height: UNIT * PAD, rx: 4 };
  const ring = svg("rect", { ...square, class: "ring" }), paper = svg("rect", { ...square, class: "paper" });
  const rules = [0.1, 0.9].map((part) => svg("path", { class: "rule",
    d: `M${EDGE + 14} ${HEAD + part * UNIT * PAD}h${UNIT * PAD - 28}` }));
  const lines = svg("g", { class: "pen" }), box = svg("rect", { class: "cut" });
  const hint = text(EDGE + UNIT * PAD / 2, HEAD + UNIT * PAD / 2, "draw a digit here",
    { ...MIDDLE, class: "paper-words", style: "font-size: 24px" });
  const said = text(0, 0, "", { class: "paper-words", style: "font-size: 17px" });
  const clip = svg("clipPath", { id: "pad" }, svg("rect", square));
  const surface = svg("g", {}, paper, ...rules, hint, svg("g", { "clip-path": "url(#pad)" }, lines, box, said), ring);
  const size = { width: 2 * EDGE + UNIT * PAD, height: HEAD + UNIT * PAD + 16 };
  const drawing = panel({ ...size, label: "The pad" }, svg("defs", {}, clip), surface);
  put(drawing, { class: "sheet-of-paper" });
  const allowed = (place) => tidy(clamp(place, ...limits.strokes), 1);
  const onPad = ([x, y]) => [allowed((x - EDGE) / UNIT), allowed((y - HEAD) / UNIT)];
  const asSeen = () => seen(state()).map((stroke) => stroke.map((point) => point.map(allowed)));

  let first = null, ours = false;  // where the press began, until it draws; whether the last stroke is this press's
  const start = (...points) => {
    const before = asSeen();
    ours = before.length < most.strokes[0];
    first = null;
    if (ours) set({ strokes: [...before, points], size: 1, turn: 0 });
    else tell(`At most ${most.strokes[0]} strokes: clear the pad.`);
  };
  const extend = (x, y) => {
    const here = onPad([x, y]), { strokes } = state(), last = strokes.at(-1);
    if (first) { start(first, here); return; }
    const far = ours && Math.hypot(here[0] - last.at(-1)[0], here[1] - last.at(-1)[1]) >= 1;
    if (far && last.length < most.strokes[1]) set({ strokes: [...strokes.slice(0, -1), [...last, here]] });
  };
  const move = (right, up) => {
    const { strokes, pen } = state(), all = seen(state());
    if (!all.length) return;
    const step = bounds(all).map(([low, high], axis) => {  // none of the ink leaves the pad
      const room = [pen / 2 + 0.5 - low, PAD - pen / 2 - 0.5 - high];
      return room[0] < room[1] ? clamp(axis ? -20 * up : 20 * right, ...room) : 0;
    });
    const moved = (point) => point.map((place, axis) => allowed(place + step[axis]));
    set({ strokes: strokes.map((stroke) => stroke.map(moved)) });
  };
  atBegin(() => { ours = false; });  // Undo while one draws takes the stroke away
  draggable(surface, {
    name: "Pad: draw with the pointer, move the drawing with the arrow keys",
    begin: (event) => { begin(); first = event ? onPad(placeOf(event, drawing)) : null; },
    tap: () => start(first), to: extend, by: move, keys: { Delete: () => set({ strokes: [] }) },
  });
  return [drawing, (now, { strokes, steps, probabilities, predicted }) => {
    const points = (stroke) => [...stroke, stroke.at(-1)].map(([x, y]) => `${EDGE + UNIT * x},${HEAD + UNIT * y}`);
    lines.replaceChildren(...strokes.map((stroke) =>
      svg("polyline", { "stroke-width": UNIT * now.pen, points: points(stroke).join(" ") })));
    const [x, y, width, height] = steps ? steps.box : [0, 0, 0, 0];
    put(box, { x: EDGE + UNIT * x, y: HEAD + UNIT * y, width: UNIT * width, height: UNIT * height });
    write(said, steps ? `${width} × ${height}` : "");
    const left = EDGE + UNIT * (x + width) + 8, room = EDGE + UNIT * PAD - 66;
    put(said, left < room ? { x: left, y: HEAD + UNIT * y + 16 }
      : { x: EDGE + UNIT * x, y: HEAD + UNIT * y + (y > 7 ? -7 : 18) });
    put(hint, { display: strokes.length ? "none" : "inline" });
    put(surface, { "aria-valuemin": 0, "aria-valuemax": most.strokes[0], "aria-valuenow": strokes.length,
      "aria-valuetext": counted(strokes.length, "stroke") + (probabilities ? `, prediction ${predicted}` : "") });
  }];
}
