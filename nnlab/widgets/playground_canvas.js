// The canvas below the playground's drawing: tiles, the large map with its decision boundary, and the edges.

/** The path of an edge, level at both ends. */
function traceEdge(context, [x1, y1, x2, y2]) {
  const bend = 0.45 * (x2 - x1);
  context.moveTo(x1, y1);
  context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
}

const SOFT = 0.6;  // opacity of the large map, on which points stand out

/**
 * Whether edges are drawn anew in this frame: always, but while it plays on a machine that does not follow the display
 * in every second or third one. Returns a function of whether it plays.
 */
function buildPace() {
  let last = 0, mean = 0, skipped = 0;
  return (playing) => {
    const now = performance.now(), gap = Math.min(40, now - last);
    last = now;
    mean = playing ? 0.85 * mean + 0.15 * gap : 0;
    skipped = playing && skipped < (mean < 21 ? 0 : mean < 27 ? 1 : 2) ? skipped + 1 : 0;
    return !skipped;
  };
}

/** A canvas that fills the panels of `root`. Returns it, and what draws a view on it. */
function buildCanvas(root) {
  const node = html("canvas", { class: "maps", "aria-hidden": "true" }), context = node.getContext("2d");
  const atlas = buildAtlas(), still = matchMedia("(prefers-reduced-motion: reduce)");
  const due = buildPace();
  let colors = null, theme = "";

  /**
   * All edges, on a canvas of their own, as strokes are what takes time. Colors and dashes show the signs, widths and
   * opacities the sizes; dashes move with the steps. The `chosen` edge and a hovered one are clear at any size.
   */
  const edges = document.createElement("canvas").getContext("2d");
  const drawEdges = ({ places, layers, step }, scale, { hovered, unit, chosen }) => {
    Object.assign(edges.canvas, { width: node.width, height: node.height });
    edges.setTransform(scale, 0, 0, scale, 0, 0);
    const flow = still.matches ? 0 : step * 0.25 % 144;  // 144: a multiple of both patterns' lengths
    for (const weight of weightsOf(layers)) {
      const [layer, j, i] = weight, [values, p] = parameterAt(layers[layer - 1], j, i), value = values[p];
      if (!i) continue;
      const is = (one) => one && one[0] === layer && one[1] === j && one[2] === i, size = Math.abs(value);
      const clear = is(hovered) || is(chosen) || unit && unit[0] === layer && unit[1] === j;
      edges.globalAlpha = clear ? 1 : (1 - 0.94 * Math.exp(-2 * size)) * (unit || hovered ? 0.25 : 1);
      edges.strokeStyle = value < 0 ? colors.lane1 : colors.lane0;
      edges.lineWidth = Math.max(clear ? 1.8 : 0, 0.4 + Math.min(7.3, 2.4 * size));
      edges.setLineDash(value < 0 ? [5, 4] : [14, 2]);
      edges.lineDashOffset = -flow;
      edges.beginPath();
      traceEdge(edges, endsOf(places, weight));
      edges.stroke();
    }
  };
  const drawTile = (k, { x, y, width, height }, alpha, line) => {
    context.globalAlpha = alpha;
    context.drawImage(atlas.canvas, 0.5, k * GRID + 0.5, GRID - 1, GRID - 1, x, y, width, height);
    context.lineWidth = line;
    context.strokeStyle = colors.ink;
    if (line) context.strokeRect(x, y, width, height);
    context.globalAlpha = 1;
  };
  const drawBias = (places, weight, value, chosen) => {
    const [x, y] = biasAt(places, weight), size = chosen ? 13 : 7 + Math.min(6, 4 * Math.abs(value));
    context.fillStyle = value < 0 ? colors.lane1 : colors.lane0;
    context.strokeStyle = colors.ground;
    context.lineWidth = 2;
    context.beginPath();
    if (value < 0) context.rect(x - size / 2, y - size / 2, size, size);
    else context.arc(x, y, size / 2, 0, 7);
    context.stroke();
    context.fill();
  };
  /** Words on the canvas with a rim of the ground's color. */
  const label = (words, x, y, size) => {
    Object.assign(context, { font: `600 ${size}px system-ui, "DejaVu Sans", sans-serif`, lineWidth: 5,
      strokeStyle: colors.ground, fillStyle: colors.ink, lineJoin: "round", textBaseline: "middle" });
    context.strokeText(words, x, y);
    context.fillText(words, x, y);
  };

  /**
   * `view`: places, state and net; `large`: the unit shown large; `loud`: whether it is not the output. Returns the
   * ends of the scale of the large map's colors.
   */
  const draw = ({ places, now, net: { activation, layers }, large: [k, j], loud, feature, hovered, chosen, step,
    playing }) => {
    const { width, height, map, bar, tiles, kind } = places, wide = node.clientWidth || width;
    const scale = wide / width * Math.min(2, window.devicePixelRatio || 1);
    const size = [Math.round(width * scale), Math.round(height * scale)];
    if (node.width !== size[0] || node.height !== size[1]) [node.width, node.height] = size;
    if (!colors || theme !== root.dataset.theme) { colors = colorsOf(root); theme = root.dataset.theme; }
    const maps = mapsOf({ activation, layers }, now.features), logits = maps.at(-1)[0];
    const off = choices.features.filter((name) => !now.features.includes(name));
    const all = [...maps.flat(), ...off.map((name) => featureMaps[name])], shownMap = feature
      ? featureMaps[feature] : maps[k][j - 1];
    atlas.draw(all, logits, colors.levels);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    Object.assign(context, { imageSmoothingEnabled: true, globalAlpha: 1, lineCap: "butt", lineJoin: "miter" });

    if (due(playing)) drawEdges({ places, layers, step }, scale, { hovered, unit: loud && [k, j], chosen });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(edges.canvas, 0, 0);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const { x, y, side } = map;
    drawTile(all.indexOf(shownMap), { x, y, width: side, height: side }, SOFT, 0);
    drawTile(all.indexOf(featureMaps.x1), bar, SOFT, 1);  // x1 rises evenly: the scale of the colors
    const zero = activation === "sigmoid" && k < layers.length && !feature ? 0.5
      : activation === "ReLU" && k < layers.length && !feature ? 1e-9 : 0;
    context.beginPath();
    traceLevel(context, shownMap, zero, map);
    Object.assign(context, { strokeStyle: colors.ink, lineWidth: 2.2, lineCap: "round" });
    context.stroke();
    context.strokeRect(x, y, side, side);

    now.features.forEach((name, i) => drawTile(i, tiles[0][i], 1, 0));
    off.forEach((name, i) => drawTile(maps.flat().length + i,
      places.features[choices.features.indexOf(name)], 0.3, 0));
    let at = now.features.length;
    tiles.slice(1, -1).forEach((column, layer) => column.forEach((box, unit) => {
      drawTile(at, box, 1, loud && !feature && k === layer + 1 && j === unit + 1 ? 4 : 1.4);
      at += 1;
    }));
    const [port] = tiles.at(-1);
    context.beginPath();
    context.arc(port.x, port.y, 9, 0, 7);
    Object.assign(context, { fillStyle: colors.ground, strokeStyle: colors.ink, lineWidth: 2 });
    context.fill();
    context.stroke();
    layers.forEach(({ m, b }, layer) => upTo(m).forEach((unit) =>
      drawBias(places, [layer + 1, unit + 1, 0], b[unit], hovered && same(hovered, [layer + 1, unit + 1, 0]))));
    if (loud && !feature) {
      upTo(layers[k - 1].n).forEach((i) => {
        if (same(chosen, [k, j, i + 1])) return;  // its handle shows its value
        const [values, p] = parameterAt(layers[k - 1], j, i + 1), [left, top] = endsOf(places, [k, j, i + 1]);
        label(shown(values[p]), left + 5, top, kind === "deck" ? 18 : 16);
      });
    }
    const largest = shownMap === logits ? 0 : shownMap.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    return shownMap === logits ? ["0", "1"] : [shown(-largest), shown(largest)];
  };
  return [node, draw];
}
