// A pad to draw a digit on: the image that MNIST's makers would have made of it, and what a network predicts for it.
// What is drawn stands in digit_pad.js and digit_steps.js, what is computed in ink.js.

/** What was made of the drawing and what the network predicts, in a sentence. */
function sentence({ strokes }, { steps, probabilities, predicted }) {
  if (!strokes.length) return "The pad is empty: draw a digit, or choose a sample.";
  if (!steps) return "All of it lies outside the pad.";
  const [, , width, height] = steps.box, { scaled, mass: [row, column] } = steps;
  const prediction = probabilities
    ? `Predicted class: ${predicted}, with probability ${(100 * probabilities[predicted]).toFixed(1)} %. `
    : "";
  return `${prediction}Cut out ${width} × ${height}, scaled to ${scaled[0].length} × ${scaled.length}; center of mass: `
    + `column ${shown(column, 1)}, row ${shown(row, 1)}.`;
}

function buildDigit(stage) {
  const { root, says, set, begin, tell, draw } = stage;
  root.append(html("style", {}, DIGIT_STYLE));
  const [pad, drawPad] = buildPad(stage), [strip, drawStrip] = buildStrip(), [bars, drawBars] = buildBars();
  const part = (name, step, digits, words) => {
    const [low, high] = limits[name];
    const made = slider({ name, low, high, step, digits, begin, tell, change: (value) => set({ [name]: value }) });
    explain(made.node, words);
    return made;
  };
  const sliders = { pen: part("pen", 1, 0, "Width of the pen, in pixels of the pad, which has 100 × 100."),
    size: part("size", 0.05, 2, "Scales the drawing about its middle."),
    turn: part("turn", 1, 0, "Rotates the drawing clockwise, in degrees.") };
  const own = "your own", sample = choice({
    name: "sample", options: [own, ..."0123456789"], begin,
    change: (value) => { if (value === own) draw(); else set({ strokes: SAMPLES[value], size: 1, turn: 0 }); },
  });
  explain(sample.node, "A digit that is drawn already.");
  const clear = button("Clear", () => { begin(); set({ strokes: [], size: 1, turn: 0 }); });
  clear.classList.add("first");
  explain(clear, "Takes everything off the pad.");
  root.append(html("div", { class: "panels" }, pad, html("div", { class: "column" }, strip, bars)),
    html("div", { class: "row parts" }, clear, sample.node, ...Object.values(sliders).map((one) => one.node)));
  return (now, numbers) => {
    drawPad(now, numbers);
    drawStrip(now, numbers);
    drawBars(now, numbers);
    for (const name in sliders) sliders[name].show(now[name]);
    const known = SAMPLES.findIndex((strokes) => same(strokes, now.strokes));
    sample.show(known < 0 ? own : String(known));
    enable(clear, now.strokes.length > 0);
    write(says, sentence(now, numbers));
  };
}

function torchDigit(state, { strokes, steps, probabilities, flat }) {
  if (!steps) return "# nothing is drawn";
  return `import torch
import torch.nn.functional as F

strokes = ${JSON.stringify(strokes)}
pen, f64 = ${state.pen}, {"dtype": torch.float64}
pixel = torch.arange(100, **f64) + 0.5
ink = torch.zeros(100, 100, **f64)
for stroke in strokes:                       # the distance of each pixel from each line
    points = torch.tensor([*stroke, stroke[-1]], **f64)
    for (x, y), (u, v) in zip(points, points[1:]):
        a, b = pixel - x, pixel[:, None] - y
        t = ((a * (u - x) + b * (v - y)) / ((u - x) ** 2 + (v - y) ** 2).clamp(min=1e-12)).clamp(0, 1)
        ink = torch.maximum(ink, (pen / 2 + 0.5 - torch.hypot(a - t * (u - x), b - t * (v - y))).clamp(0, 1))

rows, columns = ((ink.amax(axis) > 1e-6).nonzero() for axis in (1, 0))
cut = ink[rows.min():rows.max() + 1, columns.min():columns.max() + 1]
sides = [max(1, int(20 * side / max(cut.shape) + 0.5)) for side in cut.shape]
scaled = F.adaptive_avg_pool2d(cut[None], sides)[0]
mass = [(scaled.sum(1 - axis) @ torch.arange(side, **f64) / scaled.sum()).item() for axis, side in enumerate(sides)]
top, left = (min(max(int(14 - round(at, 6) + 0.5), 0), 28 - side) for at, side in zip(mass, sides))
image = torch.zeros(1, 1, 28, 28, **f64)
image[0, 0, top:top + sides[0], left:left + sides[1]] = scaled
print(f"center of mass {mass[0]:.4f} {mass[1]:.4f}, ink {image.sum():.4f}")
${probabilities ? `
# the figure's network: network = nnlab.widgets.packing.rounded(yours), with weights rounded to 8 bits
with torch.no_grad():
    print(*(f"{p:.4f}" for p in torch.softmax(network(image${flat ? ".flatten(1)" : ""}), 1)[0]))` : ""}`;
}

export default figure({ title: "A pad to draw a digit on", rules, numbers: digitNumbers, build: buildDigit,
  torch: torchDigit });
