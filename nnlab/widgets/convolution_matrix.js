// The convolution as a sparse matrix: a row for each output pixel, a column for each input pixel, the kernel's entries
// in it, the input above and the output beside it.

/** The matrix. Returns its node, what draws it, and the number of the row at a place in the drawing. */
function buildMatrix() {
  const entries = svg("g"), words = svg("g"), lines = svg("path", { class: "lines" });
  const above = svg("g"), beside = svg("g"), row = svg("path", { class: "frame" });
  const title = svg("text", { class: "title", style: "font-size: 17px" });
  const note = svg("text", { class: "title small quiet" });
  const node = svg("g", { class: "grid fine" }, entries, lines, words, above, beside, row, title, note);
  let made = null, drawn = null, on = null, paths = [];

  /** Where each weight stands in the matrix: a path for each, and its places [row, column]. */
  const build = ({ met: [rows, columns], weights, image: [tall, wide], size }, [cellX, cellY], { x, y }) => {
    paths = weights.flatMap((all, o) => all.flatMap((grid, c) => grid.flatMap((line, i) => line.map((_, j) => {
      const places = rows.flatMap((down, r) => columns.flatMap((across, s) => down[i] < 0 || across[j] < 0 ? []
        : [[(o * size[0] + r) * size[1] + s, (c * tall + down[i]) * wide + across[j]]]));
      const d = places.map(([a, b]) =>
        `M${tidy(x + b * cellX)} ${tidy(y + a * cellY)}h${tidy(cellX)}v${tidy(cellY)}h${tidy(-cellX)}z`).join("");
      return { o, c, i, j, places, path: svg("path", { d }) };
    }))));
    entries.replaceChildren(...paths.map(({ path }) => path));
  };
  const label = ([a, b], words, cell, { x, y }) => text(tidy(x + (b + 0.5) * cell), tidy(y + (a + 0.5) * cell + 5),
    words, { "font-size": 14 });
  const strip = (cells) => cells.map(([x, y, width, height, { fill, opacity, kind }]) => svg("rect", {
    x: tidy(x), y: tidy(y), width: tidy(width), height: tidy(height), class: kind, "fill-opacity": opacity,
    style: fill ? `fill: ${fill}` : "" }));
  const clear = () => {
    for (const group of [entries, words, above, beside]) group.replaceChildren();
    put(lines, { d: "" });
    put(row, { d: "", style: "" });
    for (const said of [title, note]) { write(said, ""); put(said, { x: 0, y: 0 }); }
    [made, drawn] = [null, null];
  };
  const draw = (now, numbers, { matrix: box, matrixTitle: [left, top], narrow }, scale) => {
    const { shape: [rows, columns], weights, y, kernel } = numbers;
    const [cellX, cellY] = matrixCells(box, [rows, columns]);
    const place = { x: box.x + 24, y: box.y };
    on = { ...place, cellX, cellY, width: columns * cellX, height: rows * cellY };
    const geometry = JSON.stringify([numbers.met, numbers.outputs, numbers.channels, box, kernel]);
    if (made !== geometry) build(numbers, [cellX, cellY], place);
    if (made !== geometry || drawn !== numbers.found) {
      const most = Math.max(...weights.flat(3).map(Math.abs));
      const large = cellX === cellY && cellX >= 17 && rows * columns < 900;
      for (const { o, c, i, j, path } of paths) {
        const { kind, opacity } = signedOf(weights[o][c][i][j], most);
        const strong = Math.min(1, (large ? 1 : 1.8) * opacity);
        put(path, { class: kind, "fill-opacity": kind ? strong : 1, style: kind ? "" : "fill: var(--pale)" });
      }
      words.replaceChildren(...large ? paths.flatMap(({ o, c, i, j, places }) => {
        const said = fitted(weights[o][c][i][j], Math.floor(cellX / 8));
        return places.map((one) => label(one, said, cellX, place));
      }) : []);
      const down = upTo(rows + 1).map((k) => `M${place.x} ${tidy(place.y + k * cellY)}h${tidy(on.width)}`);
      const across = upTo(columns + 1).map((k) => `M${tidy(place.x + k * cellX)} ${place.y}v${tidy(on.height)}`);
      const whole = aroundCells({ ...place, cell: 1 }, 0, 0, on.height, on.width);
      put(lines, { d: cellX >= 5 && cellY >= 5 ? [...down, ...across].join("") : whole });
      above.replaceChildren(...strip(now.pixels.flat(2).map((one, k) =>
        [place.x + k * cellX, place.y - 22, cellX, 14, grayOf(one, scale.pixels)])));
      beside.replaceChildren(...strip(y.flat(2).map((one, k) =>
        [place.x + columns * cellX + 8, place.y + k * cellY, 18, cellY, signedOf(one, scale.outputs)])),
      text(place.x - 10, place.y - 10, "x", MIDDLE), text(place.x + columns * cellX + 17, place.y - 10, "y", MIDDLE));
      const share = Math.round(100 * numbers.nonzero / (rows * columns));
      put(title, { x: left, y: top });
      write(title, `matrix ${rows} × ${columns}${narrow ? "" : ": a row for each output, a column for each pixel"}`);
      put(note, { x: left, y: top + 20 });
      write(note, `${numbers.nonzero} of ${rows * columns} entries are not 0 (${share} %)`);
    }
    [made, drawn] = [geometry, numbers.found];
    const height = Math.max(cellY, 3), y0 = place.y + (numbers.at + 0.5) * cellY - height / 2;
    put(row, { d: `M${place.x - 3} ${tidy(y0)}h${tidy(columns * cellX + 32)}v${tidy(height)}h${
      tidy(-columns * cellX - 32)}z`, style: `stroke-width: ${cellY < 8 ? 1.5 : 3}` });
  };
  return { node, clear, draw, rowAt: (y) => Math.floor((y - on.y) / on.cellY), area: () => on };
}
