// The network from left to right: the input, every layer's maps, the class probabilities; what one pixel depends on.

const VIEW = { width: 726, height: 430 }, INPUT = { x: 8, y: 50, size: 128 }, GAP = 4;
const MAPS = { left: 156, right: 582, top: 50, height: 376 }, BARS = { left: 600, width: 122, bar: 74, top: 46 };
const SHORT = { convolution: "conv", max: "pool", average: "pool", mean: "mean", linear: "linear" };

/** How the maps of `later` columns stand with tiles of a `side`: of each their size, gap, rows, and the width. */
const spreadOf = (later, side) => later.map(({ channels, height, width, spatial }) => {
  const size = !spatial ? 7 : height * width === 1 ? Math.min(side, 18) : side, gap = spatial ? GAP : 1;
  const subs = Math.ceil(channels / Math.max(1, Math.floor((MAPS.height + gap) / (size + gap))));
  const used = subs * (size + gap) - gap;
  return { size, gap, rows: Math.ceil(channels / subs), used, wide: Math.max(used, spatial ? 50 : 10) };
});
const widthOf = (sizes) => sizes.reduce((sum, { wide }) => sum + wide + 12, -12);

/** The largest tiles with which the `later` columns fit: their sizes, and the side of a tile. */
function fitted(later) {
  let side = 86;
  while (side > 6 && widthOf(spreadOf(later, side)) > MAPS.right - MAPS.left) side -= 1;
  return { side, sizes: spreadOf(later, side) };
}

/** The columns that are shown with the column number `c`: as many as have room for tiles that can be seen. */
function shownWith(columns, c) {
  const last = columns.findLastIndex(({ spatial }) => spatial), all = upTo(columns.length).slice(1);
  for (let count = last; count > 2; count--) {
    const first = clamp(c - Math.floor(count / 2), 1, last - count + 1);
    const shownOnes = all.filter((k) => k >= first && (k < first + count || first + count > last));
    if (fitted(shownOnes.map((k) => columns[k])).side >= 24) return shownOnes;
  }
  const first = Math.max(1, Math.min(c - 1, last - 1));
  return all.filter((k) => k === first || k === first + 1);
}

/** Places of the maps around the column number `c`: of each column its tiles {x, y, w, h}, or none, and its middle. */
function layoutOf(columns, c) {
  const image = { x: INPUT.x, y: INPUT.y, w: INPUT.size, h: INPUT.size };
  const layout = columns.map(() => ({ tiles: [], middle: 0 })), ones = shownWith(columns, c);
  const later = ones.map((k) => columns[k]), { sizes } = fitted(later);
  const free = Math.max(0, MAPS.right - MAPS.left - widthOf(sizes)) / ones.length;
  let x = MAPS.left + free / 2;
  layout[0] = { tiles: [image], middle: INPUT.x + INPUT.size / 2 };
  ones.forEach((k, n) => {
    const { channels, height, width } = columns[k], { size, gap, rows, used, wide } = sizes[n];
    const left = x + (wide - used) / 2, long = Math.max(height, width);
    const top = MAPS.top + Math.max(0, (MAPS.height - rows * (size + gap)) / 2);
    const tiles = upTo(channels).map((channel) => ({
      x: left + Math.floor(channel / rows) * (size + gap), y: top + channel % rows * (size + gap),
      w: size * width / long, h: size * height / long }));
    layout[k] = { tiles, middle: x + wide / 2 };
    x += wide + 12 + free;
  });
  return layout;
}

/** The part of a tile that shows the pixels from [top, left] to [bottom, right], as far as they are in the map. */
function partOf({ x, y, w, h }, [top, left, bottom, right], { height, width }) {
  const [first, last] = [clamp(top, 0, height - 1), clamp(bottom, 0, height - 1)];
  const [begin, end] = [clamp(left, 0, width - 1), clamp(right, 0, width - 1)];
  return { x: tidy(x + begin * w / width), y: tidy(y + first * h / height), width: tidy((end - begin + 1) * w / width),
    height: tidy((last - first + 1) * h / height) };
}
const outline = ({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`;

/** The scale of each map of a column: its largest absolute value, or that of all maps of the column. */
function scalesOf(values, count, shared) {
  const area = values.length / count;
  const each = upTo(count).map((k) => largestOf(values.subarray(k * area, (k + 1) * area)));
  return shared ? each.map(() => Math.max(...each)) : each;
}

/** A bar for each class, with a tick where the unchanged image has it. Returns the node and what draws it. */
function buildBars() {
  const node = svg("g", { "aria-hidden": "true" }), head = text(BARS.left, 20, "class", { class: "fine" });
  const more = text(BARS.left, 38, "probability", { class: "fine wide" });
  let made = "", rows = [];
  const build = (classes) => {
    const pitch = Math.min(38, (VIEW.height - BARS.top) / classes.length), right = BARS.left + BARS.width;
    rows = classes.map((name, k) => {
      const y = BARS.top + (k + 1) * pitch - 12, at = { x: BARS.left, y, height: 8 };
      const short = name.length > 14 ? `${name.slice(0, 13)}…` : name;
      const row = { name: text(BARS.left, y - 5, short, { class: "fine" }), bar: svg("rect", at), y,
        share: text(right, y + 11, "", { class: "fine wide", ...END }),
        tick: svg("path", { "stroke-width": 2.5, style: "stroke: var(--ink)" }) };
      const track = svg("rect", { ...at, width: BARS.bar, style: "fill: var(--soft)" });
      node.append(track, row.bar, row.tick, row.name, row.share);
      return row;
    });
  };
  return [node, ({ classes, probabilities, usual, predicted, changed }) => {
    if (made !== classes.join("\n")) { node.replaceChildren(head, more); build(classes); }
    made = classes.join("\n");
    rows.forEach(({ name, share, bar, tick, y }, k) => {
      const bold = k === predicted ? 700 : 400, x = tidy(BARS.left + BARS.bar * usual[k]);
      put(bar, { width: tidy(BARS.bar * probabilities[k]),
        style: `fill: var(${k === predicted ? "--lane0" : "--gray"})` });
      put(tick, { d: `M${x} ${y - 2}v12`, display: changed ? "inline" : "none" });
      put(name, { "font-weight": bold });
      put(share, { "font-weight": bold });
      write(share, probabilities[k] < 0.005 ? "" : `${Math.round(100 * probabilities[k])} %`);
    });
  }];
}

/** What the pixel in `place` depends on, drawn over the maps. Returns the node and what draws it. */
function buildFocus() {
  const line = (color, width, more = {}) => svg("path", { fill: "none", "stroke-width": width,
    "stroke-linejoin": "round", style: `stroke: var(${color})`, ...more });
  const fan = line("--lane1", 1, { opacity: 0.55 }), field = line("--lane2", 2.5), between = line("--lane2", 1);
  const patch = line("--lane1", 1.8), pixel = line("--lane1", 3), frame = line("--ink", 2);
  const value = text(0, 0, "", { class: "fine halo", ...MIDDLE });
  const node = svg("g", { "pointer-events": "none", "aria-hidden": "true" }, fan, frame, between, field, patch, pixel,
    value);
  return [node, (layout, columns, { column: c, channel, pixel: at }, { terms, value: number }) => {
    const fields = fieldsOf(columns, c, at), tile = layout[c].tiles[channel];
    const cell = partOf(tile, fields[c], columns[c]);
    const before = layout[c - 1].tiles, sources = before.length
      ? terms.map(({ source }) => partOf(before[source], fields[c - 1], columns[c - 1])) : [];
    const [x, y] = [cell.x, cell.y + cell.height / 2];
    put(pixel, { d: outline(cell) });
    put(frame, { d: outline({ x: tile.x - 2, y: tile.y - 2, width: tile.w + 4, height: tile.h + 4 }) });
    put(patch, { d: sources.map(outline).join("") });
    put(fan, { d: sources.map((one) => `M${one.x + one.width} ${one.y + one.height / 2}L${x} ${y}`).join("") });
    put(field, { d: c > 1 ? outline(partOf(layout[0].tiles[0], fields[0], columns[0])) : "" });
    put(between, { d: upTo(Math.max(0, c - 2)).map((k) => layout[k + 1].tiles.map((one) =>
      outline(partOf(one, fields[k + 1], columns[k + 1]))).join("")).join("") });
    put(value, { x: clamp(cell.x + cell.width / 2, MAPS.left + 20, MAPS.right - 20), y: tile.y - 5 });
    write(value, shown(number));
  }];
}

/** Titles of the columns, and a cross on each map that is switched off. Returns the node and what draws it. */
function buildTitles() {
  const node = svg("g", { "aria-hidden": "true" });
  let made = null;
  const crosses = svg("path", { "stroke-width": 2, style: "stroke: var(--lane1)", "pointer-events": "none" });
  return [node, crosses, (layout, columns, { off }) => {
    put(crosses, { d: off.flatMap((channels, c) => (layout[c].tiles.length ? channels : []).map((channel) => {
      const { x, y, w, h } = layout[c].tiles[channel];
      return `M${x} ${y}l${w} ${h}m${-w} 0l${w} ${-h}`;
    })).join("") });
    if (made === layout) return;
    made = layout;
    node.replaceChildren(...columns.flatMap(({ kind, channels, height, width, spatial }, c) => {
      const { middle, tiles } = layout[c], fine = { class: "fine", ...MIDDLE };
      const hidden = (k) => columns[k]?.spatial && !layout[k].tiles.length;
      if (hidden(c)) return hidden(c - 1) ? [] : [text(c === 1 ? MAPS.left - 8 : MAPS.right - 4, 20, "…", fine)];
      const quiet = { class: "fine wide quiet", ...MIDDLE };
      if (!spatial) return [text(middle, tiles[0].y - 6, String(channels), quiet)];
      return [text(middle, 20, c ? SHORT[kind] : "input", fine), text(middle, 38, `${height}×${width}`, quiet)];
    }));
  }];
}
