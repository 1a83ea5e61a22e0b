// A card for each activation function, with its curve on it: pressed, the function is shown, with its numbers.

const FORMULAS = {
  linear: "z", step: "1 for z ≥ 0, else 0", sigmoid: "1 / (1 + exp(−z))", tanh: "tanh z", ReLU: "max(0, z)",
  "leaky ReLU": "z, or leak · z for z < 0", ELU: "z, or α (exp(z) − 1) for z < 0", maxout: "max(w z + c, v z + d)",
  APL: "max(0, z) + a max(0, b − z)",
};

const CARDS = `
  .figure { --lane4: #a3256f; --lane5: #7a5c00; --lane6: #00708a; }
  .figure[data-theme=dark] { --lane4: #f48fb8; --lane5: #d8b848; --lane6: #58c6de; }
  .cards { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); grid-auto-rows: 1fr; gap: 6px;
    padding: 6px 4px; }
  .cards .pick { flex-direction: column; gap: 2px; min-height: 106px; padding: 2px 2px 6px; line-height: 1.25;
    font-weight: 600; }
  .cards .pick[aria-pressed=true] { border-color: var(--pick); }
  .cards .numbers { display: flex; flex-direction: column; font-size: 0.9em; font-weight: 400;
    font-variant-numeric: tabular-nums; }
  .cards .numbers:not(:has(span:not(:empty))) { display: none; }`;

/** The function's curve as small as a card. */
function miniature(name) {
  const { of, dash, color } = FUNCTIONS[name], small = (value) => clamp(value, -1.4, 2.2);
  const points = (now) => steps(-4, 4, 64).map((z) =>
    `${tidy(2 + (z + 4) / 8 * 84)},${tidy(44 - (small(of(z, now)) + 1.4) / 3.6 * 42)}`).join(" ");
  const line = svg("polyline", { fill: "none", "stroke-width": 2.6, style: `stroke: ${color}`,
    "stroke-dasharray": dash || "none" });
  const zero = svg("path", { d: "M2 27.7H86", "stroke-width": 1, style: "stroke: var(--edge)" });
  return [sample(88, 46, zero, line), (now) => put(line, { points: points(now) })];
}

/** The cards. Returns their node and what shows a state and its numbers in them. */
function buildCards(stage) {
  const { set, begin, state } = stage, ease = easing(stage);
  const cards = NAMES.map((name) => {
    const [picture, drawPicture] = miniature(name), value = html("span", {}), derivative = html("span", {});
    const numbers = html("span", { class: "numbers" }, value, derivative);
    const made = pick({ name, tip: `Show or hide ${name}: φ(z) = ${FORMULAS[name]}.`, press: () => {
      const others = state().shown.filter((one) => one !== name);
      ease();
      begin();
      set({ shown: others.length < state().shown.length ? others : [...others, name] });
    } }, html("span", { style: `color: ${FUNCTIONS[name].color}` }, name), picture, numbers);
    made.node.style.setProperty("--pick", FUNCTIONS[name].color);
    return { name, made, drawPicture, value, derivative };
  });
  const node = html("div", { class: "picks cards", role: "group", "aria-label": "Functions to show",
    style: "flex: 400 1 300px" }, ...cards.map(({ made }) => made.node));
  return [node, (now, { rows }) => cards.forEach(({ name, made, drawPicture, value, derivative }) => {
    const row = rows.find((one) => one.name === name);
    made.show(Boolean(row));
    drawPicture(now);
    write(value, row ? ` φ ${shown(row.value, 4)}` : "");
    write(derivative, row ? ` φ′ ${row.kink ? "none" : shown(row.derivative, 4)}` : "");
    put(made.node, { "aria-label": name + value.textContent + derivative.textContent });
  })];
}
