// Where the nodes and the edges of a graph stand. It flows to the right, or downward where there is little width
// (`upright`); `along` is the direction of the flow, `across` the other one.

/** Column of each node: the longest path from an input; an input stands just before the first node that uses it. */
function columnsOf(graph) {
  const column = graph.map(() => 0), all = upTo(graph.length);
  graph.forEach(({ parents }, k) => {
    for (const [parent] of parents) column[k] = Math.max(column[k], column[parent] + 1);
  });
  graph.forEach(({ parents }, k) => {
    const users = all.filter((j) => graph[j].parents.some(([parent]) => parent === k));
    if (!parents.length && users.length) column[k] = Math.min(...users.map((j) => column[j])) - 1;
  });
  return upTo(Math.max(...column) + 1).map((c) => all.filter((k) => column[k] === c));
}

/**
 * Place of each node in its column, from 0 to `most` - 1, at least 1 apart: near its parents, an input near what uses
 * it, and drawn to the middle.
 */
function placesOf(graph, columns, most) {
  const places = graph.map(() => (most - 1) / 2), mean = (of) => of.reduce((sum, one) => sum + one, 0) / of.length;
  const users = graph.map((_, k) => upTo(graph.length).filter((j) => graph[j].parents.some(([one]) => one === k)));
  const wish = (k) => {
    const { parents } = graph[k], near = parents.length ? parents.map(([parent]) => parent) : users[k];
    return near.length ? 0.7 * mean(near.map((one) => places[one])) + 0.15 * (most - 1) : places[k];
  };
  for (let round = 0; round < 4; round++) {
    for (const nodes of columns) {
      const wishes = new Map(nodes.map((k) => [k, wish(k)]));
      nodes.sort((one, other) => wishes.get(one) - wishes.get(other) || one - other);
      let last = -Infinity;
      const apart = nodes.map((k) => { last = Math.max(wishes.get(k), last + 1); return last; });
      const shift = mean([...wishes.values()]) - mean(apart);
      nodes.forEach((k, at) => { places[k] = clamp(apart[at] + shift, at, most - nodes.length + at); });
    }
  }
  return places;
}

/** Points of the curve from `from` to `to`, both [along, across], that bends by `by` at its middle; at the part `t`. */
function curveAt([u, v], [x, y], by, t) {
  const s = 1 - t, reach = (x - u) / 2, lift = by * 4 / 3;
  const mix = (a, b, c, d) => s ** 3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t ** 3 * d;
  return [mix(u, u + reach, x - reach, x), mix(v, v + lift, y + lift, y)];
}

/** How far an edge bends at its middle: as little as it must to run behind none of the boxes `between`. */
function bendOf(from, to, between, across) {
  if (!between.length) return 0;
  const hidden = (by) => upTo(41).filter((k) => {
    const [u, v] = curveAt(from, to, by, k / 40);
    return v < 12 || v > across - 12 || between.some((box) =>
      Math.abs(u - box.u) < box.long / 2 + 6 && Math.abs(v - box.v) < box.tall / 2 + 8);
  }).length;
  const bends = upTo(41).map((k) => (k % 2 ? -8 : 8) * Math.ceil(k / 2)), least = bends.map(hidden);
  return bends[least.indexOf(Math.min(...least))];
}

/**
 * The layout of a graph: its size, its boxes {x, y, width, height, ...}, the `gap` between its columns, and for each
 * node the curves {at} of the edges from its parents, where `at(t)` is the point [x, y] at the part t of the way.
 */
function layoutOf(graph, upright) {
  const columns = columnsOf(graph), most = Math.max(...columns.map((nodes) => nodes.length)), count = columns.length;
  const along = upright ? 136 * count + 8 : Math.max(1000, 126 * count);
  const across = upright ? Math.max(500, 104 * most) : Math.max(370, 78 * most);
  const pitch = along / count, slot = across / most;
  const long = upright ? 86 : clamp(pitch - 68, 78, 136), tall = upright ? clamp(slot - 18, 86, 170)
    : clamp(slot - 16, 62, 112);
  const places = placesOf(graph, columns, most), column = graph.map((_, k) => columns.findIndex((c) => c.includes(k)));
  const [edge, side] = upright ? [4, 14] : [22, 4];  // room for the grips of the inputs
  const room = along - long - edge - 6, spread = across - tall - 4 - side;
  const boxes = graph.map((_, k) => {
    const u = edge + long / 2 + (count > 1 ? room * column[k] / (count - 1) : room / 2);
    const v = side + tall / 2 + (most > 1 ? spread * places[k] / (most - 1) : spread / 2);
    return { u, v, long, tall, ...upright ? { x: v, y: u, width: tall, height: long }
      : { x: u, y: v, width: long, height: tall } };
  });
  /** Where on a side of a box the edge number `rank` of `all` is: side by side in the order of their other ends. */
  const port = (box, rank, all) => box.v + (rank - (all - 1) / 2) * Math.min(22, 0.7 * tall / all);
  const ends = graph.flatMap(({ parents }, k) => parents.map(([parent], which) => ({ parent, child: k, which })));
  const ranked = (of, other) => (end) => {
    const mates = ends.filter((one) => one[of] === end[of]);
    mates.sort((one, two) => boxes[one[other]].v - boxes[two[other]].v || one.which - two.which);
    return [mates.indexOf(end), mates.length];
  };
  const turned = ([u, v]) => upright ? [v, u] : [u, v];
  const outward = ranked("parent", "child"), inward = ranked("child", "parent");
  const curves = graph.map(() => []);
  for (const end of ends) {
    const { parent, child, which } = end, [one, other] = [boxes[parent], boxes[child]];
    const from = [one.u + long / 2, port(one, ...outward(end))], to = [other.u - long / 2, port(other, ...inward(end))];
    const twin = ends.filter((each) => each.parent === parent && each.child === child).length > 1;  // as in a * a
    const between = boxes.filter((box) => box.u > one.u && box.u < other.u);
    const by = twin ? (which ? 20 : -20) : bendOf(from, to, between, across);
    curves[child][which] = { at: (t) => turned(curveAt(from, to, by, t)) };
  }
  return { upright, width: upright ? across : along, height: upright ? along : across, boxes, curves,
    gap: upright ? Infinity : pitch - long };
}
