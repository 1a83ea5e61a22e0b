// The outputs of all units over the plane, computed layer by layer for all cells of a grid at once, and their colors.

const GRID = 40, CELLS = GRID * GRID, LEVELS = 511;

/** For each feature its value in every cell, row by row from above; the outer cells lie on the edges of the plane. */
const featureMaps = Object.fromEntries(Object.entries(FEATURES).map(([name, { of }]) => [name,
  Float32Array.from({ length: CELLS }, (_, k) =>
    of([-1.5 + 3 * (k % GRID) / (GRID - 1), 1.5 - 3 * Math.floor(k / GRID) / (GRID - 1)]))]));

const reused = [];  // memory of the maps, by layer and unit: a frame needs no new one

const mapAt = (k, j) => (reused[k] ||= [])[j] ||= new Float32Array(CELLS);

/** Outputs of the network's units, by layer and unit, the last one's as logits. They hold until the next call. */
function mapsOf({ activation, layers }, features) {
  const maps = [features.map((name) => featureMaps[name])], { of } = ACTIVATIONS[activation];
  layers.forEach(({ n, m, W, b }, k) => {
    maps.push(upTo(m).map((j) => {
      const map = mapAt(k, j).fill(b[j]);
      for (let i = 0; i < n; i++) {
        const weight = W[j * n + i], input = maps[k][i];
        for (let p = 0; p < CELLS; p++) map[p] += weight * input[p];
      }
      if (k < layers.length - 1) for (let p = 0; p < CELLS; p++) map[p] = of(map[p]);
      return map;
    }));
  });
  return maps;
}

/** Red, green and blue, 0 to 255, of a color written as CSS does. */
function channelsOf(color) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
}

/** The colors of the figure `root` as the page's theme has them: those of lines, and one for each level of a map. */
function colorsOf(root) {
  const style = getComputedStyle(root), names = ["ink", "ground", "gray", "pale", "edge", "lane0", "lane1"];
  const colors = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim() || "#888"]));
  const [ground, positive, negative] = ["ground", "lane0", "lane1"].map((name) => channelsOf(colors[name]));
  const mixed = new Uint8ClampedArray(4 * (LEVELS + 1));
  for (let level = 0; level <= LEVELS; level++) {
    const value = 2 * level / LEVELS - 1, weight = 0.07 + 0.65 * Math.abs(value), to = value > 0 ? positive : negative;
    ground.forEach((one, k) => { mixed[4 * level + k] = one + weight * (to[k] - one); });
    mixed[4 * level + 3] = 255;
  }
  return { ...colors, levels: new Uint32Array(mixed.buffer) };
}

/** One image that holds a tile for each of the maps, below each other. Returns what draws it anew and its canvas. */
function buildAtlas() {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  let image = null, pixels = null;
  return { canvas: context.canvas, draw: (maps, logits, levels) => {
    if (image?.height !== GRID * maps.length) {
      Object.assign(context.canvas, { width: GRID, height: GRID * maps.length });
      image = context.createImageData(GRID, GRID * maps.length);
      pixels = new Uint32Array(image.data.buffer);
    }
    maps.forEach((map, k) => {
      let largest = 0;
      for (let p = 0; p < CELLS; p++) if (map[p] > largest || -map[p] > largest) largest = Math.abs(map[p]);
      const scale = LEVELS / 2 / (largest || 1), isLogit = map === logits, at = k * CELLS;
      for (let p = 0; p < CELLS; p++) {
        const height = isLogit ? LEVELS * sigmoid(map[p]) : LEVELS / 2 + scale * map[p];
        pixels[at + p] = levels[height + 0.5 | 0];
      }
    });
    context.putImageData(image, 0, 0);
  } };
}

/** Add to the path of `context` the line on which `map` has the value `level`, in a square `box` (marching squares). */
function traceLevel(context, map, level, { x, y, side }) {
  const cell = side / (GRID - 1);
  const crossing = (one, other) => (level - one) / (other - one) * cell;
  for (let row = 0; row + 1 < GRID; row++) {
    for (let column = 0; column + 1 < GRID; column++) {
      const p = row * GRID + column, a = map[p], b = map[p + 1], c = map[p + GRID + 1], d = map[p + GRID];
      const above = (a > level) + 2 * (b > level) + 4 * (c > level) + 8 * (d > level);
      if (above === 0 || above === 15) continue;
      const left = x + column * cell, top = y + row * cell, points = [];
      if ((a > level) !== (b > level)) points.push([left + crossing(a, b), top]);
      if ((b > level) !== (c > level)) points.push([left + cell, top + crossing(b, c)]);
      if ((d > level) !== (c > level)) points.push([left + crossing(d, c), top + cell]);
      if ((a > level) !== (d > level)) points.push([left, top + crossing(a, d)]);
      for (let k = 0; k + 1 < points.length; k += 2) {
        context.moveTo(...points[k]);
        context.lineTo(...points[k + 1]);
      }
    }
  }
}
