// Grids of numbers: gray where they are pixels, orange (negative) to blue (positive) where they have a sign.

const GRIDS = `
  .figure .grid rect { stroke: var(--edge); stroke-width: 1; fill: var(--ground); }
  .figure .grid .positive { fill: var(--lane0); }
  .figure .grid .negative { fill: var(--lane1); }
  .figure .grid .padded { stroke-dasharray: 3 3; }
  .figure .grid.fine rect { stroke-width: 0.4; }
  .figure .grid text { text-anchor: middle; pointer-events: none; font-variant-numeric: tabular-nums; }
  .figure svg .grid .on-dark { fill: #ffffff; }
  .figure svg .grid .on-light { fill: #000000; }
  .figure .frame { fill: none; stroke: var(--lane3); stroke-width: 4; pointer-events: none; }
  .figure .frame.under { stroke: var(--ground); stroke-width: 8; }
  .figure .frame.feeds { stroke: var(--lane2); }
  .figure .lines { fill: none; stroke: var(--pale); }
  .figure .dropped { fill: none; stroke: var(--lane1); stroke-width: 2; pointer-events: none; }
  .figure .cursor { visibility: hidden; }
  .figure :is(.handle:focus-visible, .chosen) .cursor { visibility: visible; }
  .figure .bare { fill: transparent; }
  .figure .entry { cursor: ns-resize; }
  .figure .covers { cursor: crosshair; }
  .figure > .front { gap: 4px 8px; }
  .figure .front .field { gap: 2px 5px; }
  .figure .front select { max-width: 9em; padding: 2px 3px; }
  .figure .front .pair select { width: 3.9em; }
  .figure > .row.front label > span { position: static; clip-path: none; }
  .figure .weights { pointer-events: none; }
  .figure .weights rect { fill: var(--ground); fill-opacity: 0.85; }
  .figure .grid .title { text-anchor: start; }
  .figure.narrow .sum { font-size: 17px; }
  .figure.narrow .panels > svg { max-width: 560px; margin: 0 auto; }
  .figure .typed { flex: 1 1 100%; }
  .figure .typed .field { flex-wrap: nowrap; margin: 3px 0; }`;

/** `value` in at most `room` characters, if need be rounded; "" where it does not fit. */
function fitted(value, room) {
  for (const digits of [4, 2, 1]) {
    const written = minus(String(tidy(value, digits)));
    if (written.length <= room) return written;
    const bare = written.replace(/^(\u2212?)0\./, "$1.");
    if (digits < 4 && bare.length <= room) return bare;
  }
  return Number.isInteger(value) || Math.abs(value) < 10 ? "" : fitted(Math.round(value), room);
}

/** The size of the words in a cell, and how many characters fit; 0 where none do. */
function wordsIn(cell, wide = cell) {
  const size = clamp(Math.floor(0.42 * Math.min(cell, wide)), 14, 26);
  return { size, room: cell < 16 ? 0 : Math.max(1, Math.floor((wide - 3) / (0.62 * size))) };
}

const reveal = (node, there) => put(node, { display: there ? "inline" : "none" });

/** How a cell that holds a pixel looks; `low` and `high` are black and white. */
function grayOf(value, [low, high]) {
  const gray = Math.round(255 * clamp((value - low) / (high - low), 0, 1));
  return { fill: `rgb(${gray},${gray},${gray})`, opacity: 1, kind: "", words: gray < 118 ? "on-dark" : "on-light" };
}

/** How a cell that holds a number with a sign looks; `most` is the largest there is. */
const signedOf = (value, most) => ({ fill: "", opacity: tidy(0.5 * Math.min(1, Math.abs(value) / (most || 1)), 3),
  kind: value > 0 ? "positive" : value < 0 ? "negative" : "", words: "" });

/**
 * A grid of cells. `draw(grid, cellAt)` shows it: `grid` as of gridIn, `cellAt(row, column)` gives { value, look,
 * words, below }: what stands in the cell, `below` in a second line. Numbers stand in all cells or in none. What has
 * not changed is left alone.
 */
function buildGrid() {
  const node = svg("g", { class: "grid" });
  let made = "", cells = [];
  const build = ({ x, y, rows, columns, cell, wide }) => {
    const { size } = wordsIn(cell, wide);
    cells = upTo(rows * columns).map((k) => {
      const left = tidy(x + (k % columns) * wide), top = tidy(y + Math.floor(k / columns) * cell);
      const rect = svg("rect", { x: left, y: top, width: tidy(wide), height: tidy(cell) });
      const middle = { left: tidy(left + wide / 2), top: tidy(top + cell / 2), size };
      return { rect, words: cell >= 16 ? svg("text", { x: middle.left }) : null, small: null, middle, was: "" };
    });
    node.replaceChildren(...cells.flatMap(({ rect, words }) => words ? [rect, words] : [rect]));
    node.classList.toggle("fine", cell < 12);
  };
  const show = (one, { look, words, below = "", dashed = false, faded = false }) => {
    const key = `${words}|${below}|${look.fill}|${look.opacity}|${look.kind}|${dashed}|${faded}`;
    if (one.was === key) return;
    one.was = key;
    put(one.rect, { class: `${look.kind}${dashed ? " padded" : ""}`, "fill-opacity": look.kind || look.fill
      ? look.opacity : 1, style: look.fill ? `fill: ${look.fill}` : "", opacity: faded ? 0.15 : 1 });
    if (!one.words) return;
    const { left, top, size } = one.middle, first = below ? Math.min(size, 16) : size;
    write(one.words, faded ? "" : words);
    put(one.words, { class: look.words, y: tidy(top + (below ? -5 : 0.36 * size)), "font-size": first });
    if (!below) { one.small?.remove(); one.small = null; return; }
    if (!one.small) {
      one.small = svg("text", { x: left, y: tidy(top + 17), "font-weight": 600, "font-size": Math.min(size, 19) });
      node.append(one.small);
    }
    write(one.small, faded ? "" : below);
  };
  const clear = () => {
    node.replaceChildren();
    node.classList.remove("fine");
    [made, cells] = ["", []];
  };
  return { node, clear, draw: (grid, cellAt) => {
    const key = `${grid.x} ${grid.y} ${grid.rows} ${grid.columns} ${grid.cell} ${grid.wide}`;
    if (made !== key) build(grid);
    made = key;
    const { room } = wordsIn(grid.cell, grid.wide), all = cells.map((_, k) =>
      cellAt(Math.floor(k / grid.columns), k % grid.columns));
    const words = all.map((one) => one.words ?? (one.value === null ? "" : fitted(one.value, room)));
    const fit = room && all.every(({ value }, k) => value === null || words[k]);
    cells.forEach((one, k) => show(one, { ...all[k], words: fit ? words[k] : "" }));
  } };
}

/** A rectangle around cells of a grid as the data of a path. */
function aroundCells({ x, y, cell }, row, column, rows = 1, columns = 1) {
  return `M${tidy(x + column * cell)} ${tidy(y + row * cell)}h${tidy(columns * cell)}v${tidy(rows * cell)}`
    + `h${tidy(-columns * cell)}z`;
}

/** Diagonal lines over each of the cells `places` ([row, column]) as the data of a path. */
function hatched({ x, y, cell }, places) {
  return places.map(([row, column]) => {
    const left = x + column * cell, top = y + row * cell, count = Math.max(2, Math.round(cell / 12));
    return upTo(count).map((k) => {
      const t = (2 * k + 1) / count * cell;  // from the left or bottom edge to the top or right one
      const [a, b] = t <= cell ? [[0, t], [t, 0]] : [[t - cell, cell], [cell, t - cell]];
      return `M${tidy(left + a[0])} ${tidy(top + a[1])}L${tidy(left + b[0])} ${tidy(top + b[1])}`;
    }).join("");
  }).join("");
}

/** The key presses by which a number is typed into something that is no field: `take(value)` gets what there is. */
function typing(take, tell) {
  let typed = "", since = 0;
  const press = (letter) => () => {
    typed = (performance.now() - since < 1500 ? typed : "") + letter;
    since = performance.now();
    if (letter === "-" || letter === ".") tell(`typing ${minus(typed)}`, 1500);
    if (/^-?(\d+\.?\d*|\.\d+)$/.test(typed)) take(Number(typed));
  };
  const clear = () => { typed = ""; take(0); };
  return { ...Object.fromEntries([..."0123456789.-"].map((letter) => [letter, press(letter)])),
    Backspace: clear, Delete: clear };
}
