// Any curve from bumps: pairs of sigmoid units, one up and one down, as high as the curve is in the middle of the pair.
// What is drawn stands in bumps_curve.js and bumps_errors.js.

const GRID = steps(0, 1, 400), COUNTS = [1, 2, 4, 8, 15, 30, 60];

/** The target at `x` in [0, 1]: straight lines between the heights. */
function target(heights, x) {
  const place = clamp(x, 0, 1) * (heights.length - 1), k = Math.min(heights.length - 2, Math.floor(place));
  return heights[k] + (place - k) * (heights[k + 1] - heights[k]);
}

/** The bumps: from where to where, and how high. */
const pairs = (heights, bumps) => upTo(bumps).map((k) =>
  ({ from: k / bumps, to: (k + 1) / bumps, height: target(heights, (k + 0.5) / bumps) }));
const bump = (x, { from, to, height }, steepness) =>
  height * (sigmoid(steepness * (x - from)) - sigmoid(steepness * (x - to)));
const summed = (x, all, steepness) => all.reduce((sum, one) => sum + bump(x, one, steepness), 0);

/** The largest distance `error` between target and sum of the bumps, away from both ends, on a grid; where it is. */
function largestError(heights, bumps, steepness) {
  const all = pairs(heights, bumps), inner = GRID.filter((x) => x >= 0.02 && x <= 0.98);
  const errors = inner.map((x) => Math.abs(target(heights, x) - summed(x, all, steepness)));
  const error = Math.max(...errors);
  return { error, at: inner[errors.indexOf(error)] };
}

/**
 * Bumps, their largest error, and its bound in the limit of steep sigmoids: half a bump's width times the steepest
 * slope of the target.
 */
function bumpNumbers({ heights, bumps, steepness }) {
  const rises = heights.slice(1).map((one, k) => Math.abs(one - heights[k]));
  const slope = Math.max(...rises) * (heights.length - 1);
  return {
    pairs: pairs(heights, bumps), units: 2 * bumps, slope, bound: slope / (2 * bumps),
    ...largestError(heights, bumps, steepness),
  };
}

function buildBumps(stage) {
  const { root, says, set, begin, state, tell } = stage;
  root.append(html("style", {}, BUMPS_STYLE));
  const [curve, drawCurve] = buildCurve(stage), [errors, drawErrors] = buildErrors(stage);
  const words = { bumps: "How many bumps there are: pairs of sigmoid units.",
    steepness: "Weight of x in every unit: the steeper, the closer is a bump to a rectangle." };
  const sliders = ["bumps", "steepness"].map((name) => {
    const [low, high] = limits[name];
    const made = slider({ name, low, high, step: 1, digits: 0, begin, tell,
      change: (value) => set({ [name]: value }) });
    explain(made.node, words[name]);
    return made;
  });
  const twice = button("Twice as many", () => {
    begin();
    set({ bumps: Math.min(2 * state().bumps, limits.bumps[1]) });
  });
  twice.classList.add("first");
  explain(twice, "Doubles the number of bumps: how much smaller does the largest error become?");
  root.append(html("div", { class: "panels" }, curve, errors),
    html("div", { class: "row steer" }, twice, ...sliders.map((one) => one.node)));
  return (now, numbers) => {
    drawCurve(now, numbers);
    drawErrors(now, numbers);
    [now.bumps, now.steepness].forEach((value, k) => sliders[k].show(value));
    enable(twice, now.bumps < limits.bumps[1]);
    write(says, `${counted(now.bumps, "bump")}, ${numbers.units} sigmoid units: largest error `
      + `${shown(numbers.error, 4)} between 0.02 and 0.98. In the limit of steep sigmoids its bound is `
      + `${shown(numbers.bound, 4)}.`);
  };
}

const torchBumps = ({ heights, bumps, steepness }) => `import torch

heights = torch.tensor([${heights.join(", ")}], dtype=torch.float64)

def target(x):
    place = x.clamp(0, 1) * ${heights.length - 1}
    k = place.floor().long().clamp(max=${heights.length - 2})
    return heights[k] + (place - k) * (heights[k + 1] - heights[k])

n, steepness = ${bumps}, ${steepness}
edges = torch.arange(n + 1, dtype=torch.float64) / n
top = target((edges[1:] + edges[:-1]) / 2)
x = torch.linspace(0, 1, 401, dtype=torch.float64)
x = x[(x >= 0.02) & (x <= 0.98)]
up, down = (torch.sigmoid(steepness * (x[:, None] - side)) for side in (edges[:-1], edges[1:]))  # 2 n hidden units
total = (up - down) @ top
print("units:", 2 * n, f"largest error: {(total - target(x)).abs().max():.4f}")`;

export default figure({ title: "Any curve from bumps", rules, numbers: bumpNumbers,
  build: buildBumps, torch: torchBumps });
