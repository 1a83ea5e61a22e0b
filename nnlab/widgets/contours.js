// A surface seen from above: contour lines (marching squares) as one path, and its height as the opacity of an image.

/** Heights of `of` over a grid of `columns` × `rows` cells that fills `x` × `y`: at the corners of the cells. */
function gridOf(of, x, y, columns, rows) {
  const xs = steps(...x, columns), ys = steps(...y, rows);
  return { xs, ys, heights: ys.map((b) => xs.map((a) => of(a, b))) };
}

/** The contour lines at `levels` as the data of a path; `toX` and `toY` map values to the drawing. */
function contourPath({ xs, ys, heights }, levels, toX, toY) {
  const pieces = [], place = (x, y) => `${tidy(toX(x), 1)} ${tidy(toY(y), 1)}`;
  for (let row = 0; row + 1 < ys.length; row++) {
    for (let column = 0; column + 1 < xs.length; column++) {
      const cell = [heights[row][column], heights[row][column + 1], heights[row + 1][column + 1],
        heights[row + 1][column]];
      const low = Math.min(...cell), high = Math.max(...cell);
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      for (const level of levels) {
        if (level <= low || level > high) continue;
        const crossings = corners.flatMap(([i, j], k) => {
          const next = (k + 1) % 4, [u, v] = corners[next];
          if (cell[k] < level === cell[next] < level) return [];
          const t = (level - cell[k]) / (cell[next] - cell[k]);
          return [place(xs[i] + t * (xs[u] - xs[i]), ys[j] + t * (ys[v] - ys[j]))];
        });
        for (let k = 0; k + 1 < crossings.length; k += 2) pieces.push(`M${crossings[k]}L${crossings[k + 1]}`);
      }
    }
  }
  return pieces.join("");
}

/** Where `height` stands among `levels`, from 0 (below the lowest) to 1 (above the highest), linear between two. */
function rankOf(levels, height) {
  if (height <= levels[0]) return 0;
  const k = levels.findIndex((level) => height < level);
  if (k < 0) return 1;
  return (k - 1 + (height - levels[k - 1]) / (levels[k] - levels[k - 1])) / (levels.length - 1);
}

/** An image of the grid's heights as an address: gray, as opaque as a point is high; so it fits any ground. */
function shadeOf({ xs, ys, heights }, levels) {
  const canvas = document.createElement("canvas"), { length: width } = xs, { length: height } = ys;
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  heights.forEach((line, row) => line.forEach((one, column) => {
    const at = 4 * ((height - 1 - row) * width + column);
    image.data.set([104, 118, 138, Math.round(115 * rankOf(levels, one))], at);
  }));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
