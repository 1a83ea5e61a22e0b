// Where everything stands in the playground's drawing: on a page, on a slide, on a phone. Places are in the drawing's
// own units; a box is { x, y, width, height }.

const LAYOUTS = {
  page: { width: 984, height: 508, net: { left: 66, right: 640, top: 80, bottom: 436 }, features: 44, units: 64,
    epoch: [4, 30], layers: [350, 20], counts: 56, key: [500, 14], map: { x: 640, y: 34, side: 300 },
    legend: [982, 22], bar: { x: 702, y: 361, width: 180, height: 8 }, points: 0.86,
    sums: { x: 4, y: 458, line: 22, letters: 74 }, loss: { left: 672, top: 404, width: 304, height: 78 } },
  deck: { width: 1220, height: 486, net: { left: 74, right: 600, top: 82, bottom: 406 }, features: 42, units: 66,
    epoch: [4, 32], layers: [340, 21], counts: 58, key: [470, 15], map: { x: 600, y: 36, side: 400 },
    legend: [1000, 24], bar: { x: 700, y: 466, width: 200, height: 9 }, points: 1,
    sums: { x: 4, y: 431, line: 22, letters: 62 },
    loss: { left: 1064, top: 66, width: 152, height: 370 } },
  phone: { width: 400, height: 1152, net: { left: 64, right: 390, top: 130, bottom: 438 }, features: 36, units: 54,
    epoch: [2, 30], layers: [286, 22], counts: 87, key: [4, 556], map: { x: 6, y: 620, side: 352 },
    legend: [392, 568], title: [6, 608], bar: { x: 92, y: 1000, width: 180, height: 9 }, points: 0.92,
    sums: { x: 2, y: 462, line: 22, letters: 44 }, loss: { left: 34, top: 1050, width: 356, height: 78 } },
};

/**
 * Places in the drawing of `kind` for a network with `layers` (as in the state): of each feature, of the units of each
 * hidden layer, and of the output, which is the edge of the map. `tiles[k][j]` is the box of a tile, `across[k]` the
 * middle of a column.
 */
function placesOf(kind, layers, features) {
  const layout = LAYOUTS[kind], { net, features: small, units: large } = layout, all = choices.features;
  const first = net.left + small / 2, middle = (net.top + net.bottom) / 2, height = net.bottom - net.top;
  const apart = (net.right - first) / (layers.length + 1), across = [...layers, 0].map((_, k) => first + k * apart);
  const column = (k, count, largest) => {
    const pitch = Math.min(height / count, largest + 24), side = Math.min(largest, pitch - 9, apart - 24);
    return upTo(count).map((j) => ({ x: across[k] - side / 2, y: middle + (j - (count - 1) / 2) * pitch - side / 2,
      width: side, height: side }));
  };
  const inputs = column(0, all.length, small), hidden = layers.map(([count], k) => column(k + 1, count, large));
  const tiles = [features.map((name) => inputs[all.indexOf(name)]), ...hidden];
  const port = { x: net.right, y: middle, width: 0, height: 0 };
  return { ...layout, kind, across, apart, features: inputs, tiles: [...tiles, [port]], middle };
}

/** Places a part `t` of the way from those of one network to those of another; a tile that is new grows in place. */
function onTheWay(from, to, t) {
  const mixed = (one, other) => one + t * (other - one);
  const grown = (one, box) => {
    const { x, y, width, height } = box, old = one || { x: x + width / 2, y: y + height / 2, width: 0, height: 0 };
    return Object.fromEntries(Object.keys(box).map((part) => [part, mixed(old[part], box[part])]));
  };
  const hidden = (k) => k < from.tiles.length - 1 ? from.tiles[k] : [];
  const tiles = to.tiles.slice(0, -1).map((column, k) => column.map((box, j) => grown(hidden(k)[j], box)));
  return { ...to, tiles: [...tiles, to.tiles.at(-1)], across: to.across.map((x, k) => mixed(from.across[k] ?? x, x)) };
}

const GLIDE = 220;  // ms

/**
 * Tiles glide to their new places when the network has been changed in the drawing. `begin()` stands before the change;
 * `at(places)` is where they are to be drawn now. No motion where it is not wanted.
 */
function buildGlide(draw) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let now = null, from = null, start = null;
  return {
    begin: () => { from = still.matches ? null : now; start = null; },
    at: (places, playing) => {
      start ??= performance.now();
      const part = (performance.now() - start) / GLIDE;
      if (playing || part >= 1 || from?.kind !== places.kind) from = null;
      now = from ? onTheWay(from, places, 1 - (1 - part) ** 3) : places;
      if (from) requestAnimationFrame(draw);
      return now;
    },
  };
}

/** The ends of the edge of the weight at [layer, unit, input], as x1, y1, x2, y2. */
function endsOf({ tiles }, [layer, unit, input]) {
  const from = tiles[layer - 1][input - 1], to = tiles[layer][unit - 1];
  return [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
}

/** Where the bias of a unit stands: at the left lower corner of its tile. */
function biasAt({ tiles }, [layer, unit]) {
  const { x, y, width, height } = tiles[layer][unit - 1];
  return width ? [x, y + height] : [x, y + 26];
}

/** A point of an edge, `t` from 0 to 1: a curve that leaves and arrives level. */
function alongEdge([x1, y1, x2, y2], t) {
  const s = 1 - t, bend = 0.45 * (x2 - x1), [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return [a * x1 + b * (x1 + bend) + c * (x2 - bend) + d * x2, (a + b) * y1 + (c + d) * y2];
}

/** All weights of a network, biases too, as [layer, unit, input]; input 0 is the bias. */
const weightsOf = (layers) => layers.flatMap(({ n, m }, k) =>
  upTo(m * (n + 1)).map((p) => [k + 1, Math.floor(p / (n + 1)) + 1, p % (n + 1)]));

/** What is at the place (x, y): { unit: [layer, unit] }, { weight: [layer, unit, input] } or nothing. */
function under(places, layers, [x, y], reach = 9) {
  const { tiles, map } = places, inside = (box) =>
    x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
  let nearest = { distance: reach };
  for (const weight of weightsOf(layers)) {
    if (weight[2]) continue;
    const [u, v] = biasAt(places, weight), distance = Math.hypot(x - u, y - v);
    if (distance < Math.min(nearest.distance, 9)) nearest = { weight, distance };
  }
  if (nearest.weight) return nearest;
  for (let k = 1; k < tiles.length - 1; k++) {
    const j = tiles[k].findIndex(inside);
    if (j >= 0) return { unit: [k, j + 1] };
  }
  const [port] = tiles.at(-1);
  if (Math.hypot(x - port.x, y - port.y) < 13) return { unit: [tiles.length - 1, 1] };
  if (inside({ ...map, width: map.side, height: map.side })) return {};
  for (const weight of weightsOf(layers)) {
    if (!weight[2]) continue;
    const ends = endsOf(places, weight);
    if (x < ends[0] || x > ends[2]) continue;
    for (let t = 0; t <= 1; t += 1 / 24) {
      const [u, v] = alongEdge(ends, t), distance = Math.hypot(x - u, y - v);
      if (distance < nearest.distance) nearest = { weight, distance };
    }
  }
  return nearest.weight ? nearest : {};
}
