// What the double-descent figure computes: bases, minimum-norm least squares by QR, errors for each df.

const COUNT = 20, HALF = 5, MOST = 60, LEAST = 2;  // training points; inputs from -5 to 5; degrees of freedom
const TEST = steps(-HALF, HALF, 100), FINE = steps(-HALF, HALF, 400);
const FREEDOMS = upTo(MOST - LEAST + 1).map((k) => LEAST + k);
const truth = Math.sin;

/** Inputs of a draw, sorted: both ends and 18 uniform ones; and 20 standard normal numbers. */
function drawOf(seed) {
  const draw = random(seed);
  const x = [-HALF, HALF, ...upTo(COUNT - 2).map(() => HALF * (2 * draw.next() - 1))].sort((a, b) => a - b);
  return { x, normals: x.map(() => draw.normal()) };
}

/** `count` quantiles of the sorted `x`, the smallest and the largest included, as torch.quantile interpolates them. */
const quantiles = (x, count) => upTo(count).map((k) => {
  const place = k / (count - 1) * (x.length - 1), low = Math.min(Math.floor(place), x.length - 2);
  return x[low] + (place - low) * (x[low + 1] - x[low]);
});

const columnsOf = (count, length) => upTo(count).map(() => new Float64Array(length));

/** Mirror the space of the functions `columns` at the plane normal to `v`. */
function mirror(columns, v) {
  const used = upTo(v.length).filter((k) => v[k]), twice = 2 / used.reduce((sum, k) => sum + v[k] ** 2, 0);
  for (let i = 0; i < columns[0].length; i++) {
    const part = twice * used.reduce((sum, k) => sum + v[k] * columns[k][i], 0);
    if (part) used.forEach((k) => { columns[k][i] -= part * v[k]; });
  }
}

/** The vector whose mirror plane carries `c`, from coordinate `first` on, into that coordinate. */
function towards(c, first) {
  const v = c.map((one, k) => k < first ? 0 : one), length = Math.hypot(...v);
  v[first] += v[first] < 0 ? -length : length;
  return v;
}

/** Cubic B-splines with these knots at the places `at`, as columns. */
function bSplines(knots, at) {
  const t = [...Array(3).fill(knots[0]), ...knots, ...Array(3).fill(knots.at(-1))];
  const columns = columnsOf(knots.length + 2, at.length), values = new Float64Array(4);
  at.forEach((x, i) => {
    let span = 3;
    while (span < knots.length + 1 && x >= t[span + 1]) span++;
    values[0] = 1;
    for (let degree = 1; degree <= 3; degree++) {  // Cox and de Boor
      let saved = 0;
      for (let k = 0; k < degree; k++) {
        const right = t[span + k + 1] - x, left = x - t[span + 1 - degree + k], part = values[k] / (right + left);
        values[k] = saved + right * part;
        saved = left * part;
      }
      values[degree] = saved;
    }
    for (let k = 0; k < 4; k++) columns[span - 3 + k][i] = values[k];
  });
  return columns;
}

/** Natural cubic splines in an orthonormal basis of the B-spline coefficients whose f'' is 0 at both ends. */
function naturalSplines(x, count, at) {
  const knots = quantiles(x, count), columns = bSplines(knots, at), size = count + 2;
  const [a, b, last] = [knots[0], knots[Math.min(2, count - 1)], knots.at(-1)];
  const [h1, h2, g1, g2] = [knots[1] - a, b - a, last - knots[count - 2], last - knots[Math.max(count - 3, 0)]];
  const left = Array(size).fill(0), right = Array(size).fill(0);
  [1 / h1, -1 / h1 - 1 / h2, 1 / h2].forEach((one, k) => { left[k] = one; });
  [1 / g2, -1 / g1 - 1 / g2, 1 / g1].forEach((one, k) => { right[size - 3 + k] = one; });
  const first = towards(left, 0), mirrored = right.map((one) => Float64Array.of(one));
  mirror(columns, first);
  mirror(mirrored, first);
  mirror(columns, towards(mirrored.map(([one]) => one), 1));
  return columns.slice(2);
}

/** Natural cubic splines in the basis of truncated powers (Hastie, Tibshirani and Friedman, formula 5.4). */
function truncatedPowers(x, count, at) {
  const knots = quantiles(x, count), last = knots.at(-1), cube = (z) => z > 0 ? z ** 3 : 0;
  const part = (k) => (z) => (cube(z - knots[k]) - cube(z - last)) / (last - knots[k]);
  const end = part(count - 2), curved = upTo(count - 2).map(part);
  return [() => 1, (z) => z, ...curved.map((one) => (z) => one(z) - end(z))]
    .map((one) => Float64Array.from(at, one));
}

/** Cosines of 0, 1, 2, ... half waves on the interval. */
const cosines = (x, count, at) => upTo(count).map((k) =>
  Float64Array.from(at, (z) => k ? Math.SQRT2 * Math.cos(Math.PI * k * (z + HALF) / (2 * HALF)) : 1));

const BASES = { "natural splines": naturalSplines, "truncated powers": truncatedPowers, cosines };

const dot = (a, b) => { let sum = 0; for (let i = 0; i < a.length; i++) sum += a[i] * b[i]; return sum; };
const add = (to, scale, a) => { for (let i = 0; i < to.length; i++) to[i] += scale * a[i]; };

/** QR of the matrix with these columns (Gram and Schmidt, twice): [columns of Q, rows of R]. */
function qr(columns) {
  const q = [], r = columnsOf(columns.length, columns.length);
  columns.forEach((column, j) => {
    const v = column.slice();
    for (let round = 0; round < 2; round++) {
      for (let k = 0; k < j; k++) {
        const part = dot(q[k], v);
        r[k][j] += part;
        add(v, -part, q[k]);
      }
    }
    r[j][j] = Math.sqrt(dot(v, v));
    for (let i = 0; i < v.length; i++) v[i] /= r[j][j];
    q.push(v);
  });
  return [q, r];
}

/** The inverse of an upper triangular matrix, given and returned as rows. */
function inverse(r) {
  const made = columnsOf(r.length, r.length);
  for (let i = r.length - 1; i >= 0; i--) {
    made[i][i] = 1 / r[i][i];
    for (let k = i + 1; k < r.length; k++) if (r[i][k]) add(made[i], -r[i][k] / r[i][i], made[k]);
  }
  return made;
}

/**
 * Rows of the matrix that maps targets to weights, for the features `columns`: the pseudo-inverse, or with ridge > 0
 * that of ridge regression. Fewer functions than points: w = R⁻¹ Qᵀ y. Else: w = Q R⁻ᵀ y, with Q R = Xᵀ.
 */
function solver(columns, ridge) {
  const points = columns[0].length, size = columns.length;
  if (!ridge && size < points) {
    const [q, r] = qr(columns), back = inverse(r), rows = columnsOf(size, points);
    back.forEach((row, i) => { for (let k = i; k < size; k++) add(rows[i], row[k], q[k]); });
    return rows;
  }
  const transposed = upTo(points).map((j) => {
    const column = new Float64Array(size + (ridge ? points : 0));
    for (let i = 0; i < size; i++) column[i] = columns[i][j];
    if (ridge) column[size + j] = Math.sqrt(ridge);
    return column;
  });
  const [q, r] = qr(transposed), back = inverse(r), rows = columnsOf(size, points);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < points; j++) {
      let sum = 0;
      for (let k = j; k < points; k++) sum += q[k][i] * back[j][k];
      rows[i][j] = sum;
    }
  }
  return rows;
}

/** Rows of the product of the features `columns` and the matrix `rows`. */
function product(columns, rows) {
  const made = columnsOf(columns[0].length, rows[0].length);
  columns.forEach((column, i) => made.forEach((row, g) => { if (column[g]) add(row, column[g], rows[i]); }));
  return made;
}

/** For every number of functions the matrices that map the targets to weights, training and test outputs. */
const operatorsOf = (basis, x, ridge, places = TEST) => FREEDOMS.map((count) => {
  const columns = BASES[basis](x, count, x), weights = solver(columns, ridge);
  return { weights, train: product(columns, weights), test: product(BASES[basis](x, count, places), weights) };
});

/** Mean square over the test places of the expected error: squared bias, and variance for noise of variance 1. */
function expectedOf({ test }, x, places = TEST) {
  const clean = x.map(truth);
  const bias = test.reduce((sum, row, g) => sum + (dot(row, clean) - truth(places[g])) ** 2, 0) / places.length;
  return [bias, test.reduce((sum, row) => sum + dot(row, row), 0) / places.length];
}

const middle = (values) => values.sort((a, b) => a - b)[(values.length - 1) / 2];
const DRAWS = 11, FEW = steps(-HALF, HALF, 50), kept = { spread: {} };  // other draws; what was computed last

/** Of 11 other draws of the inputs, for every number of functions: squared bias and variance without ridge. */
function spreadOf(basis) {
  kept.spread[basis] ??= upTo(DRAWS).map((k) => {
    const { x } = drawOf(1000 + k);
    return operatorsOf(basis, x, 0, FEW).map((one) => expectedOf(one, x, FEW));
  });
  return kept.spread[basis];
}

/** All that the figure shows; lists have an entry for each of 2, ..., 60 functions. */
function descentNumbers(state) {
  const { basis, df, seed, noise, ridge, pulls } = state, key = JSON.stringify([basis, seed, ridge]);
  if (kept.key !== key) {
    const { x, normals } = drawOf(seed), operators = operatorsOf(basis, x, ridge);
    Object.assign(kept, { key, x, normals, operators, expected: operators.map((one) => expectedOf(one, x)) });
  }
  const { x, normals, operators } = kept, variance = noise ** 2;
  const y = x.map((one, k) => truth(one) + noise * normals[k] + pulls[k]);
  const mean = (rows, targets) => rows.reduce((sum, row, g) => sum + (dot(row, y) - targets[g]) ** 2, 0) / rows.length;
  const right = TEST.map(truth), weightsOf = ({ weights }) => weights.map((row) => dot(row, y));
  const w = weightsOf(operators[df - LEAST]), curve = new Float64Array(FINE.length);
  BASES[basis](x, df, FINE).forEach((column, i) => add(curve, w[i], column));
  return {
    basis, x, y, curve: [...curve],
    train: operators.map(({ train }) => mean(train, y)), test: operators.map(({ test }) => mean(test, right)),
    norm: operators.map((one) => Math.hypot(...weightsOf(one))),
    bias: kept.expected.map(([bias]) => bias), variance: kept.expected.map(([, unit]) => variance * unit),
    median: FREEDOMS.map((_, k) => middle(spreadOf(basis).map((all) => all[k][0] + variance * all[k][1]))),
  };
}
