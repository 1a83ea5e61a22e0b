// Where everything stands in the explorer's drawing, side by side where it is wide, else input and output above kernel
// and products. A box is { x, y, width, height }.

const WIDE = { width: 980, height: 424 }, NARROW = 400;

const boxOf = (x, y, width, height) => ({ x, y, width, height });

/** Width and height of the cells of a matrix in a box, square where that leaves them large enough to be seen. */
function matrixCells({ width, height }, [rows, columns]) {
  const across = Math.min(28, width / Math.max(columns, 1)), down = Math.min(28, height / Math.max(rows, 1));
  return Math.min(across, down) >= 3 ? [Math.min(across, down), Math.min(across, down)] : [across, down];
}

/**
 * A grid of `rows` × `columns` cells, as large as fits into the box, at its left top corner: `cell` is their height,
 * `wide` their width, the same unless they may be up to `widest`.
 */
function gridIn(box, rows, columns, largest = 74, widest = 0) {
  const whole = (side) => side > 12 ? Math.floor(side) : side;
  const across = box.width / Math.max(columns, 1), down = Math.min(largest, box.height / Math.max(rows, 1));
  const cell = whole(widest ? down : Math.min(across, down));
  return { x: box.x, y: box.y, rows, columns, cell, wide: widest ? whole(Math.min(across, widest)) : cell };
}

/** `count` boxes below each other that share `box`, with `gap` between them. */
function stacked(box, count, gap) {
  const height = (box.height - gap * (count - 1)) / Math.max(count, 1);
  return upTo(count).map((k) => boxOf(box.x, box.y + k * (height + gap), box.width, height));
}

/** The boxes of a wide drawing. */
function wideLayout({ channels, outputs }, matrix) {
  const several = channels > 1, height = several && !matrix ? 450 : WIDE.height;
  const column = (x, width, below = 8) => stacked(boxOf(x, 32, width, height - 32 - below), channels, 12);
  const result = { ...WIDE, height, outputs: stacked(boxOf(690, 32, 284, 296), outputs, 26), formula: [690, 352] };
  if (matrix) {
    const image = several ? column(10, 118) : [boxOf(10, 32, 236, 206)];
    const kernels = several ? column(142, 112) : [boxOf(10, 274, 236, 142)];
    return { ...result, inputs: image, kernels, matrix: boxOf(286, 70, 640, 326), matrixTitle: [286, 22] };
  }
  if (!several) {
    return { ...result, inputs: column(10, 384), kernels: [boxOf(412, 32, 258, 150)],
      products: [boxOf(412, 220, 258, 165)], sum: [412, 413], sums: [] };
  }
  const inputs = column(10, 218, 34);
  return { ...result, inputs, kernels: column(246, 150, 34), products: column(414, 186, 34), sum: [246, height - 8],
    sums: inputs.map((box) => [610, box.y + box.height / 2 + 6]) };
}

/** The boxes of a narrow drawing, a phone's. */
function narrowLayout({ channels, outputs, shape }, matrix, lines) {
  const several = channels > 1, half = 190, tall = several ? 118 : half, gap = 14;
  const rows = several ? channels * (tall + gap) : tall, below = 26 + rows + 34;
  const result = { width: NARROW };
  if (!several) {
    result.inputs = [boxOf(5, 26, half, half)];
    result.outputs = stacked(boxOf(205, 26, half, half), outputs, 8);
    result.kernels = [boxOf(5, below, half, 150)];
    result.products = [boxOf(205, below, half, 150)];
    Object.assign(result, { sum: [5, below + 178], sums: [], formula: [5, below + 206],
      height: below + 200 + 21 * lines });
    if (matrix) Object.assign(result, { kernels: [boxOf(205, 26, half, half)], outputs: [] });
  } else {
    const column = (x, width) => stacked(boxOf(x, 26, width, rows - gap), channels, gap);
    result.inputs = column(5, 124);
    result.kernels = column(135, 98);
    result.products = column(239, 100);
    result.sums = result.products.map(({ y, height }) => [343, y + height / 2 + 5]);
    result.sum = [5, below];
    result.outputs = upTo(outputs).map((o) => boxOf(5 + o * 200, below + 38, outputs > 1 ? 186 : 390, 186));
    Object.assign(result, { formula: [5, below + 252], height: below + 246 + 21 * lines });
  }
  if (matrix) {
    const box = boxOf(5, below + 52, 334, 230), height = shape[0] * matrixCells(box, shape)[1];
    Object.assign(result, { matrix: box, matrixTitle: [5, below], height: below + height + 62 });
  }
  return result;
}

/**
 * Boxes and places of all parts of the drawing, with so many `lines` of a formula; beside a matrix, there are no
 * products, outputs, sum and formula.
 */
function layoutOf(numbers, view, narrow, lines) {
  const matrix = view === "matrix", made = (narrow ? narrowLayout : wideLayout)(numbers, matrix, lines);
  if (matrix) Object.assign(made, { products: [], sums: [], sum: null, formula: null, outputs: [] });
  return { ...made, narrow };
}
