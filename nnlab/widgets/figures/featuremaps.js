// Feature maps: an image through a trained convolutional network, layer by layer; what each pixel is computed from.
// What is computed stands in featuremaps_run.js; the drawing in featuremaps_maps.js and featuremaps_detail.js.

const MAPS_STYLE = `
  .layered { position: relative; min-width: 0; }
  .layered canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
  .layered svg { position: relative; width: 100%; height: auto; }
  .figure svg .fine { font-size: 16px; }
  .figure svg .cell { font-size: 16px; }
  .figure .row select { max-width: 9em; padding: 2px 4px; }
  .figure .settings select { max-width: none; }
  .figure > .row:not(.tools) { gap: 4px 9px; }
  .figure > .row input[type=range] { width: 70px; }
  .figure > .row input[type=number] { width: 2.6em; }
  .figure > .row:not(.tools) > button { padding: 2px 8px; }
  .figure svg :is(.handle, .handle *) { cursor: crosshair; }
  @media (max-width: 480px) { .figure svg .fine { font-size: 23.5px; } .figure svg .wide { display: none; } }`;

/** The chosen value, and the predicted class, also that of the unchanged image, in a sentence. */
function mapsSentence({ chosen, classes, predicted, probabilities, usual, changed }) {
  const { column, channel, pixel, value } = chosen, first = usual.indexOf(Math.max(...usual));
  const percent = (all, k) => `${classes[k]}, ${(100 * all[k]).toFixed(1)}\u00a0%`;
  const before = !changed ? "" : ` (unchanged: ${percent(usual, first)})`;
  return `Layer ${column}, channel ${channel}, ${placeWords(...pixel)}: ${shown(value)}. Predicted `
    + `class: ${percent(probabilities, predicted)}${before}.`;
}

function buildFeatureMaps(stage) {
  const { root, says } = stage, held = {};  // what was drawn last
  root.append(html("style", {}, MAPS_STYLE));
  const current = () => held;
  const view = layered(root, { ...VIEW, label: "The image, the feature maps of each layer, the class probabilities" });
  const [input, drawInput] = buildInput(stage, view), [square, drawSquare] = buildSquare(stage, view);
  const [thumbnails, paintThumbnails, drawThumbnails] = buildThumbnails(stage), [bars, drawBars] = buildBars();
  const [focus, drawFocus] = buildFocus(), [titles, crosses, drawTitles] = buildTitles();
  const [detail, drawDetail] = buildDetail(stage, current);
  const [row, settings, drawControls] = buildMapControls(stage, current);
  let hovered = "null";
  const [maps, drawMaps] = buildChoice(stage, view, current, (place) => {
    if (JSON.stringify(place) === hovered) return;
    hovered = JSON.stringify(place);
    drawPlace(place && held.explain(place));
  });
  view.drawing.append(titles, input, square, thumbnails, maps, crosses, bars, focus);
  root.append(html("div", { class: "panels" }, view.node, detail), row, ...settingsOf(...settings));

  /** Values of a column with the scale of each of its maps; the column 0 is the image. */
  const mapsWithScales = (c) => {
    const values = held.mapsOf(c), { channels } = held.columns[c];
    return { values, scales: scalesOf(values, channels, stage.state().scale === choices.scale[0]) };
  };
  const drawPlace = (place) => {
    const at = place || held.chosen;
    drawFocus(held.layout, held.columns, at, at);
    drawDetail(at, held.columns, held, (c) => held.scaled[c], stage.state());
  };
  const paintAll = () => {
    const { columns, layout, low, high } = held, { paint } = view;
    paint.clear();
    const image = held.mapsOf(0).map((one) => (one - low) / (high - low)), { x, y, size } = INPUT;
    paint.pixels(image, SIDE, SIDE, [x, y, size, size], 1, "image");
    paintThumbnails(paint);
    columns.forEach(({ channels, height, width }, c) => {
      if (!c || !layout[c].tiles.length) return;
      const { values, scales } = held.scaled[c], area = height * width;
      upTo(channels).forEach((channel) => {
        const tile = layout[c].tiles[channel];
        paint.pixels(values.subarray(channel * area, (channel + 1) * area), height, width,
          [tile.x, tile.y, tile.w, tile.h], scales[channel]);
      });
    });
  };
  new MutationObserver(() => { if (held.columns) { paintAll(); drawPlace(null); } })
    .observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  return (now, numbers) => {
    const columns = numbers.columns(), around = numbers.chosen.column;
    const layout = held.columns === columns && held.around === around ? held.layout : layoutOf(columns, around);
    Object.assign(held, numbers, { columns, layout, around });
    held.scaled = columns.map((_, c) => mapsWithScales(c));
    hovered = "null";
    drawTitles(layout, columns, held);
    drawThumbnails(now, held);
    paintAll();
    drawInput(now, held);
    drawSquare(now, held);
    drawBars(held);
    drawMaps(held, columns);
    drawPlace(null);
    drawControls(now, held);
    write(says, mapsSentence(held));
  };
}

export default figure({ title: "Feature maps of a convolutional network", rules, numbers: featureNumbers,
  build: buildFeatureMaps, torch: torchFeatureMaps });
