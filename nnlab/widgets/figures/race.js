// The optimizer race: a surface from above with a start to drag, a path and a loss curve for every optimizer, a goal.
// Surfaces, update rules and the run stand in surfaces.js, optimizers.js, race_run.js; the right half in race_chart.js.

const FIELD = { left: 34, top: 30, width: 440, height: 352 };

/** The surface: its height as a shade, its contour lines, its minima. Returns its nodes and what draws it. */
function buildGround() {
  const frame = svg("g"), minima = svg("g"), shade = svg("image", { preserveAspectRatio: "none" });
  const lines = svg("path", { fill: "none", style: "stroke: var(--gray)", "stroke-width": 1, opacity: 0.55 });
  const turned = svg("g", {}, shade, lines), clipped = svg("g", {}, turned, minima), chart = {};
  let drawn = "";
  const draw = (now) => {
    const { x, y, of, levels: levelsOf, minima: places, quadratic } = SURFACES[now.surface];
    const ticks = ([low, high]) => upTo(Math.floor(high) - Math.ceil(low) + 1).map((k) => Math.ceil(low) + k);
    chart.on = axes({ ...FIELD, x, y, xTicks: ticks(x), yTicks: ticks(y) });
    put(chart.on.node, { class: "axes small" });
    const far = quadratic ? 3.3 : 0;  // a bowl is drawn once, and turned: its image reaches beyond the corners
    const across = quadratic ? [-far, far] : x, up = quadratic ? [-far, far] : y;
    const { loss } = of({ ...now, angle: 0 }), levels = levelsOf(now), grid = gridOf(loss, across, up, 150, 130);
    put(shade, { href: shadeOf(grid, levels), x: chart.on.toX(across[0]), y: chart.on.toY(up[1]),
      width: chart.on.toX(across[1]) - chart.on.toX(across[0]), height: chart.on.toY(up[0]) - chart.on.toY(up[1]) });
    const ellipse = (level) => {
      const [a, b] = [1, now.kappa].map((lambda) => Math.sqrt(2 * level / lambda));
      const [left, right, middle] = [chart.on.toX(-a), chart.on.toX(a), chart.on.toY(0)];
      const radii = `${tidy((right - left) / 2)} ${tidy(middle - chart.on.toY(b))}`;
      return `M${left} ${middle}A${radii} 0 1 0 ${right} ${middle}A${radii} 0 1 0 ${left} ${middle}Z`;
    };
    put(lines, { d: quadratic ? levels.map(ellipse).join("")
      : contourPath(grid, levels, chart.on.toX, chart.on.toY) });
    minima.replaceChildren(...places.map(([a, b]) => svg("path", { d: "M-7 0H7M0 -7V7", "stroke-width": 2.5,
      style: "stroke: var(--ink)", transform: `translate(${chart.on.toX(a)} ${chart.on.toY(b)})` })));
    chart.on.inside.append(clipped);
    const name = (left, top, words) => text(left, top, words, { style: "font-size: 17px" });
    frame.replaceChildren(chart.on.node, name(FIELD.left, FIELD.top - 11, "w₂"),
      name(FIELD.left + FIELD.width - 18, FIELD.top + FIELD.height + 20, "w₁"), chart.on.inside);
  };
  return [frame, chart, (now) => {
    const key = `${now.surface} ${now.kappa}`;
    if (drawn !== key) draw(now);
    drawn = key;
    const middle = `${chart.on.toX(0)} ${chart.on.toY(0)}`, { quadratic } = SURFACES[now.surface];
    put(turned, { transform: quadratic ? `rotate(${-now.angle} ${middle})` : "" });
  }];
}

/** The paths of the racers, a dot for each step. Returns their node and what draws them. */
function buildPaths(chart) {
  const parts = LANES.map((k) => ({
    line: laneLine(k, { "stroke-width": 2 }), head: laneMark(k, { "stroke-width": 2.5 }),
    dots: svg("path", { fill: "none", "stroke-width": 5.5, "stroke-linecap": "round",
      style: `stroke: ${laneColor(k)}` }),
  }));
  let drawn = null, on = null, places = [], points = [];
  const node = svg("g");
  return [node, ({ racers, at }, part) => {
    if (drawn !== racers || on !== chart.on) {
      on = chart.on;
      const shown = parts.slice(0, racers.length);
      node.replaceChildren(...shown.flatMap(({ line, dots }) => [line, dots]), ...shown.map(({ head }) => head));
      const near = ([x, y]) => [clamp(on.toX(x), -2000, 3000), clamp(on.toY(y), -2000, 3000)];
      places = racers.map(({ path }) => path.map(near));
      points = places.map((all) => all.map(([x, y]) => `${tidy(x, 1)},${tidy(y, 1)}`));
    }
    drawn = racers;
    racers.forEach((_, k) => {
      const { line, dots, head } = parts[k];
      const made = points[k].slice(0, at + 1), [x, y] = headOf(places[k], at, part);
      put(line, { points: part ? `${made.join(" ")} ${tidy(x, 1)},${tidy(y, 1)}` : made.join(" ") });
      put(dots, { d: made.map((point) => `M${point}h0`).join("") });
      put(head, { transform: `translate(${tidy(x)} ${tidy(y)})` });
    });
  }];
}

/** The start, to drag. Returns its handle and what draws it. */
function buildStart({ set, begin, state }, chart) {
  const handle = svg("g", {}, svg("circle", { r: 22, class: "ring" }), svg("circle", { r: 13, class: "knob" }),
    svg("path", { d: "M-8 0H8M0 -8V8M-5 -3L-8 0L-5 3M5 -3L8 0L5 3M-3 -5L0 -8L3 -5M-3 5L0 8L3 5", class: "grip" }),
    text(0, -21, "start", { ...MIDDLE, class: "small halo" }));
  const begins = (place) => {
    const { x, y } = SURFACES[state().surface];
    set({ start: [x, y].map((range, k) => tidy(clamp(place[k], ...range))) });
  };
  draggable(handle, { name: "Start of the race", begin, to: (x, y) => begins([chart.on.fromX(x), chart.on.fromY(y)]),
    by: (right, up) => begins([state().start[0] + right, state().start[1] + up]) });
  return [handle, ({ start: [x, y] }) => {
    put(handle, { transform: `translate(${chart.on.toX(x)} ${chart.on.toY(y)})`, "aria-valuenow": x,
      "aria-valuemin": limits.start[0], "aria-valuemax": limits.start[1],
      "aria-valuetext": `w1 = ${plain(x)}, w2 = ${plain(y)}` });
  }];
}

/** A dial that turns a bowl. Returns its handle and what draws it. */
function buildDial({ set, begin, state }) {
  const [x, y] = [FIELD.left + FIELD.width - 38, FIELD.top + 38];
  const needle = svg("g", {}, svg("path", { d: "M-28 0H-23M23 0H28", class: "grip" }),
    ...[-28, 28].map((cx) => svg("circle", { cx, r: 6.5, class: "knob" })));
  const said = text(0, 6, "", { ...MIDDLE, class: "small halo" });
  const handle = svg("g", { transform: `translate(${x} ${y})` },
    svg("circle", { r: 35, class: "ring" }), svg("circle", { r: 28, class: "knob", opacity: 0.9 }), needle, said);
  const turn = (degrees) => set({ angle: Math.round((degrees + 360) % 180) });
  draggable(handle, { name: "Rotation of the bowl", begin,
    to: (a, b) => turn(Math.atan2(y - b, a - x) * 180 / Math.PI),
    by: (right, up) => turn(state().angle + 10 * (right + up)) });
  return [handle, ({ angle }, { lambdas }) => {
    put(handle, { display: lambdas ? "inline" : "none", "aria-valuenow": angle, "aria-valuemin": 0,
      "aria-valuemax": 180, "aria-valuetext": `${plain(angle)} degrees` });
    put(needle, { transform: `rotate(${-angle})` });
    write(said, `${minus(String(Math.round(angle)))}°`);
  }];
}

/** The step, and for each racer whether and when it has reached the goal by then. */
function verdict(now, { racers, names, at }) {
  if (!at) return `Step 0: who reaches a loss of ${brief(now.target)} within ${now.steps} steps?`;
  const told = (name, rate) => names.indexOf(name) < names.lastIndexOf(name) ? `${name} with η = ${brief(rate)}` : name;
  const all = racers.map((racer, k) => ({ ...racer, name: told(names[k], racer.rate) }));
  const there = all.filter(({ reached }) => reached !== null && reached <= at).sort((a, b) => a.reached - b.reached);
  const gone = all.filter(({ diverged }) => diverged !== null && diverged <= at);
  const others = all.filter((racer) => !there.includes(racer) && !gone.includes(racer));
  const left = others.map(({ name }) => name).join(", ");
  const arrived = there.map(({ reached, name }) => `${reached} by ${name}`).join(", ");
  const not = at < now.steps ? "not yet" : "not";
  const goal = [arrived && `reached at step ${arrived}`, left && `${not}${arrived ? "" : " reached"} by ${left}`];
  return [`Step ${at}${arrived || left ? `: goal ${goal.filter(Boolean).join("; ")}` : ""}.`,
    ...gone.map(({ diverged, name }) => `Diverged at step ${diverged}: ${name}.`)].join(" ");
}

function buildRace(given) {
  const at = () => ({ ...given.state(), step: Math.min(given.state().step, given.state().steps) });
  const stage = { ...given, state: at }, { root, says } = stage;
  const [ground, chart, drawGround] = buildGround(), [paths, drawPaths] = buildPaths(chart);
  const [start, drawStart] = buildStart(stage, chart), [dial, drawDial] = buildDial(stage);
  const [losses, drawLosses] = buildLosses(stage), [rates, drawRates] = buildRates(stage);
  const [factors, drawFactors] = buildFactors(), steer = glider(stage, { end: ({ steps: last }) => last });
  const [surfaces, drawSurfaces] = buildSurfaceRow(stage), [settings, drawSettings] = buildRaceSettings(stage);
  const inside = svg("g", { "clip-path": `url(#inside-${FIELD.left}-${FIELD.top})` }, paths);
  const left = panel({ width: 480, height: 410, label: "The surface" }, ground, inside, start, dial);
  const right = panel({ left: 480, width: 500, height: 410, label: "Losses and learning rates" },
    ...losses, factors, rates);
  root.append(html("div", { class: "panels" }, left, right), steer.node, surfaces, ...settingsOf(...settings));
  let drawn = null;
  return (now, numbers) => {
    const part = steer.part();
    steer.show(at());
    drawGround(now);
    drawPaths(numbers, part);
    drawLosses(now, numbers, part);
    write(says, verdict(now, numbers));
    if (drawn === numbers.racers) return;  // from step to step the rest stays
    drawStart(now);
    drawDial(now, numbers);
    drawFactors(numbers);
    drawRates(now, numbers, numbers.lambdas && now.methods.includes("gradient descent") ? PLOT.width : 420);
    drawSurfaces(now, numbers);
    drawSettings(now, numbers);
    drawn = numbers.racers;
  };
}

export default figure({ title: "The optimizer race", rules, numbers: raceNumbers, build: buildRace, torch: torchRace });
