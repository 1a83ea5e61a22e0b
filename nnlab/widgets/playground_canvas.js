// The canvas below the playground's drawing: tiles, the large map with its decision boundary, and the edges.

/** The path of an edge, level at both ends. */
function traceEdge(context, [x1, y1, x2, y2]) {
  const bend = 0.45 * (x2 - x1);
  context.moveTo(x1, y1);
  context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
}

/** A canvas that fills the panels of `root`. Returns it, and what draws a view on it. */
function buildCanvas(root) {
  const node = html("canvas", { class: "maps", "aria-hidden": "true" }), context = node.getContext("2d");
  const atlas = buildAtlas(), still = matchMedia("(prefers-reduced-motion: reduce)");
  let colors = null, theme = "", skipped = 0;

  /**
   * All edges, on a canvas of their own: strokes are what takes time, so that while a deep network plays they are drawn
   * anew in every third frame. Colors and dashes show the signs, widths the sizes; dashes move with the steps.
   */
  const edges = document.createElement("canvas").getContext("2d");
  const drawEdges = ({ places, layers, step }, scale, { hovered, unit }) => {
    Object.assign(edges.canvas, { width: node.width, height: node.height });
    edges.setTransform(scale, 0, 0, scale, 0, 0);
    const flow = still.matches ? 0 : step * 0.25 % 144;  // 144: a multiple of both patterns' lengths
    for (const weight of weightsOf(layers)) {
      const [layer, j, i] = weight, [values, p] = parameterAt(layers[layer - 1], j, i), value = values[p];
      if (!i) continue;
      const strong = unit && same(unit, [layer, j]) || hovered && same(hovered, weight);
      edges.globalAlpha = strong ? 1 : unit || hovered ? 0.2 : 0.72;
      edges.strokeStyle = value < 0 ? colors.lane1 : colors.lane0;
      edges.lineWidth = 0.7 + Math.min(7, 2.2 * Math.abs(value));
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

  /** `view`: places, state and net; `large`: the unit shown large; `loud`: whether it is not the output. */
  const draw = ({ places, now, net: { activation, layers }, large: [k, j], loud, feature, hovered, chosen, step,
    playing }) => {
    const { width, height, map, tiles, kind } = places, wide = node.clientWidth || width;
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

    skipped = playing && layers.length > 2 && skipped < 2 ? skipped + 1 : 0;
    if (!skipped) drawEdges({ places, layers, step }, scale, { hovered, unit: loud && [k, j] });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(edges.canvas, 0, 0);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const { x, y, side } = map;
    drawTile(all.indexOf(shownMap), { x, y, width: side, height: side }, 1, 0);
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
  };
  return [node, draw];
}
