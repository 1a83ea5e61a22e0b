// Maps as pixels on a canvas that lies below a drawing: values as colors, in the light and in the dark theme.

const SHADES = {  // of the values -1, 0, 1
  light: { image: [[255, 255, 255], [255, 255, 255], [16, 18, 22]],
    map: [[168, 68, 0], [246, 248, 250], [0, 62, 122]], number: [[250, 196, 148], [246, 248, 250], [143, 199, 236]] },
  dark: { image: [[27, 30, 35], [40, 44, 51], [250, 250, 250]],
    map: [[255, 178, 102], [40, 44, 51], [130, 214, 255]], number: [[134, 74, 22], [40, 44, 51], [20, 92, 140]] },
};

/** Red, green, blue, opacity of the shares -1, -254/255, ..., 1 of the scale; small ones are raised, to be seen. */
const tableOf = ([below, zero, above]) => Uint8ClampedArray.from(upTo(511).flatMap((k) => {
  const part = Math.abs(k / 255 - 1) ** 0.7, end = k < 255 ? below : above;
  return [...zero.map((one, color) => one + part * (end[color] - one)), 255];
}));
const TABLES = Object.fromEntries(Object.entries(SHADES).map(([theme, kinds]) => [theme,
  Object.fromEntries(Object.entries(kinds).map(([kind, shades]) => [kind, tableOf(shades)]))]));

/** What paints on the canvas `node`, whose coordinates are those of the drawing above it. */
function painterOn(node, { root, left, width, height }) {
  const context = node.getContext("2d"), small = html("canvas", {}), ratio = 2;
  put(node, { width: width * ratio, height: height * ratio });
  const theme = () => TABLES[root.dataset.theme === "dark" ? "dark" : "light"];
  return {
    clear: () => context.clearRect(0, 0, node.width, node.height),
    /** Pixels `values` (null: nothing there) of `rows` × `columns` in a rectangle, as shares of `largest`. */
    pixels: (values, rows, columns, [x, y, w, h], largest, kind = "map") => {
      Object.assign(small, { width: columns, height: rows });
      const pen = small.getContext("2d"), image = pen.createImageData(columns, rows), table = theme()[kind];
      for (let k = 0; k < rows * columns; k++) {
        if (values[k] === null) continue;
        const at = 4 * (255 + Math.round(255 * clamp(largest ? values[k] / largest : 0, -1, 1)));
        for (let part = 0; part < 4; part++) image.data[4 * k + part] = table[at + part];
      }
      pen.putImageData(image, 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(small, ratio * (x - left), ratio * y, ratio * w, ratio * h);
    },
  };
}

/** A drawing above a canvas. Returns the node of both, the drawing, and what paints on the canvas. */
function layered(root, { left = 0, width, height, label }, ...children) {
  const viewBox = `${left} 0 ${width} ${height}`, style = `flex: ${width} 1 ${Math.round(0.7 * width)}px`;
  const drawing = svg("svg", { viewBox, role: "group", "aria-label": label }, ...children);
  const canvas = html("canvas", { "aria-hidden": "true" });
  return { node: html("div", { class: "layered", style }, canvas, drawing), drawing,
    paint: painterOn(canvas, { root, left, width, height }) };
}

/** The largest absolute value. */
const largestOf = (values) => values.reduce((most, one) => Math.max(most, Math.abs(one ?? 0)), 0);
