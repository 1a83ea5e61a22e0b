// The controls of the feature maps: image, layer and channel at hand; the scale and the gray square's size in settings.

/** A select whose options change: `show(options, value)`; `change` gets the index of the chosen one. */
function freshChoice({ name, begin, change }) {
  const select = html("select", {});
  let made = "";
  select.addEventListener("change", () => { begin(); change(select.selectedIndex); });
  return {
    node: html("label", { class: "field" }, html("span", {}, name), select),
    show: (options, index) => {
      if (made !== options.join("\n")) select.replaceChildren(...options.map((one) => html("option", {}, one)));
      made = options.join("\n");
      select.selectedIndex = index;
    },
  };
}

/** All controls. Returns the row at hand, what opens at the button Settings, and what draws them. */
function buildMapControls(stage, current) {
  const { set, begin, state, tell } = stage;
  const image = freshChoice({ name: "image", begin, change: (k) => {
    set({ image: k < current().count ? k : -1 });
  } });
  const spatial = () => current().columns.map((_, k) => k).filter((k) => k && current().columns[k].spatial);
  /** The pixel of the column `c` at the same place of the image as the chosen one. */
  const pixelThere = (c) => {
    const { columns, chosen: { column, pixel } } = current(), sides = ({ height, width }) => [height, width];
    return pixel.map((place, axis) =>
      Math.floor((place + 0.5) / sides(columns[column])[axis] * sides(columns[c])[axis]));
  };
  const layer = freshChoice({ name: "layer", begin, change: (k) => set({ column: spatial()[k],
    pixel: pixelThere(spatial()[k]) }) });
  const channel = slider({ name: "channel", low: 0, high: 1, step: 1, digits: 0, begin, tell,
    change: (value) => set({ channel: value }) });
  const gray = button("Gray square", () => { begin(); set({ side: state().side ? 0 : 6 }); });
  const dark = button("Channel off", () => {
    const { column, channel: k } = current().chosen;
    const off = state().off.filter(([c, other]) => c !== column || other !== k);
    begin();
    if (off.length < state().off.length) set({ off: off.length ? off : [[0, 0]] });
    else if (off.length < most.off[0]) set({ off: [...off.filter(([c]) => c), [column, k]] });
    else tell(`At most ${most.off[0]} channels are switched off.`);
  });
  explain(gray, "Cover a part of the image: which class probabilities change?");
  explain(dark, "Set all values of the chosen map to 0: which class probabilities change?");
  explain(image.node, "The input of the network; you can draw your own.");
  explain(layer.node, "The layer of the enlarged feature map.");
  explain(channel.node, "The channel of the enlarged feature map.");
  const scale = choice({ name: "color scale", options: choices.scale, begin,
    change: (value) => set({ scale: value }) });
  const side = slider({ name: "gray square, side", low: 0, high: limits.side[1], step: 1, digits: 0, begin, tell,
    change: (value) => set({ side: value }) });
  const still = button("Undo shift", () => { begin(); set({ shift: [0, 0] }); });
  const empty = button("Draw on an empty image", () => { begin(); set({ strokes: [], image: -1 }); });
  const restore = button("Restore weights", () => { begin(); set({ edits: defaults.edits }); });
  explain(scale.node, "The range of values of the color scale.");
  explain(side.node, "Side of the gray square in pixels; 0 removes it.");
  explain(still, "Move the image back to its place.");
  explain(empty, "Start with an empty image and draw on it.");
  explain(restore, "Give all kernels their trained weights back.");
  const row = (...nodes) => html("div", { class: "row" }, ...nodes);
  const settings = [row(scale.node, side.node), row(still, empty, restore)];
  return [row(image.node, layer.node, channel.node, gray, dark), settings,
    (now, { columns, chosen, names, count, off, edits }) => {
      image.show([...upTo(count).map((k) => `${k + 1}${names ? `: ${names[k]}` : ""}`), "draw your own"],
        now.image < 0 ? count : Math.min(now.image, count - 1));
      const shownLayers = spatial();
      layer.show(shownLayers.map((k, n) => {
        const { kind, height, width } = columns[k];
        return `${n + 1}: ${SHORT[kind]} ${height}×${width}`;
      }), shownLayers.indexOf(chosen.column));
      channel.show(chosen.channel, columns[chosen.column].channels - 1);
      write(gray, now.side ? "No square" : "Gray square");
      write(dark, off[chosen.column].includes(chosen.channel) ? "Channel on" : "Channel off");
      scale.show(now.scale);
      side.show(now.side);
      enable(still, now.shift.some(Boolean));
      enable(restore, edits.length > 0);
      enable(empty, now.strokes.length > 0 || now.image >= 0);
    }];
}
