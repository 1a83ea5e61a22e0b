// An expression becomes a graph: values flow forward, slopes flow backward, one edge at a time.

/** Columns by the longest way from an input; inputs stand just before what first uses them; rows near those that a node is made from. */
function places(graph) {
  const column = graph.map(() => 0), row = graph.map(() => 0);
  graph.forEach((node, k) => { for (const [parent] of node.parents) column[k] = Math.max(column[k], column[parent] + 1); });
  graph.forEach((node, k) => {
    const users = graph.flatMap((other, j) => other.parents.some(([parent]) => parent === k) ? [column[j]] : []);
    if (!node.parents.length && users.length) column[k] = Math.min(...users) - 1;
  });
  const columns = Array.from({ length: Math.max(...column) + 1 }, (_, c) => graph.map((_, k) => k).filter((k) => column[k] === c));
  const wish = (k) => graph[k].parents.length ? graph[k].parents.reduce((sum, [parent]) => sum + row[parent], 0) / graph[k].parents.length : 0.5;
  const tallest = Math.max(...columns.map((all) => all.length));
  for (const all of columns) {
    all.sort((one, other) => wish(one) - wish(other));
    all.forEach((k, place) => { row[k] = (place + 0.5) / all.length; });
  }
  const across = (k) => columns.length > 1 ? column[k] / (columns.length - 1) : 0.5;
  const wide = Math.max(680, 126 * columns.length);  // in a drawing of this width
  return { wide, at: graph.map((_, k) => ({ x: 56 + (wide - 112) * across(k), y: 5 + 330 * row[k],
    width: Math.min(104, 0.62 * (wide - 112) / (columns.length - 1 || 1)), height: Math.min(80, 300 / tallest) })) };
}
const nameOf = (node) => node.name || node.label;

function buildDrawing({ set, begin, state }) {
  const lines = svg("g", { "aria-hidden": "true" }), boxes = svg("g");
  const drawing = panel({ width: 680, height: 340, label: "The graph: values, gradients, and a slope on each edge" }, lines, boxes);
  let inputs = "";  // the handles stay while the inputs are the same, so that one can be dragged
  const rewrite = (input, value) => set({ program: parsed(state().program).map(({ name, tree }) => {
    const right = name === input ? tidy(value) : written(tree);
    return name === "out" ? right : `${name} = ${right}`;
  }).join("; ") });
  const values = (name) => graphOf(state().program).graph.find((node) => node.name === name).value;
  function handle(node) {
    let from = null;
    draggable(node.box, { name: `Input ${node.name}`, begin: () => { from = null; begin(); },
      by: (right, up) => rewrite(node.name, values(node.name) + up + right),
      to: (x, y) => { from = from || [y, values(node.name)]; rewrite(node.name, from[1] + (from[0] - y) / 50); } });
  }
  return [drawing, (now, numbers) => {
    if (numbers.error) { lines.replaceChildren(); boxes.replaceChildren(); inputs = ""; return; }
    const { graph, edges, inner, forward, pushed, grads, right, end } = numbers;
    const { wide, at } = places(graph), known = new Set(inner.slice(0, forward));
    put(drawing, { viewBox: `0 0 ${wide} 340` }); drawing.style.maxWidth = `${1.2 * wide}px`;
    const current = pushed > 0 ? edges[pushed - 1] : null, over = now.step >= end;
    lines.replaceChildren(...graph.flatMap((node, k) => node.parents.map(([parent, slope], which) => {
      const twins = node.parents.filter(([other]) => other === parent).length > 1 ? (which ? 16 : -16) : 0;
      const [x, y, u, v] = [at[parent].x + at[parent].width / 2, at[parent].y, at[k].x - at[k].width / 2, at[k].y];
      const lit = current && same(current, [k, which]), [colour, width] = lit ? [GREEN, 5] : ["#999999", 2], bend = (y + v) / 2 + 2 * twins;
      const words = { ...MIDDLE, ...HALO, style: `font-size: 16px; fill: ${lit ? GREEN : GREY}` };
      return svg("g", {}, svg("path", { d: `M${x} ${y} Q${(x + u) / 2} ${bend} ${u} ${v}`, fill: "none", stroke: colour, "stroke-width": width }),
        known.has(k) ? text((x + u) / 2, (y + v) / 2 + twins + (twins > 0 ? 18 : -4), precise(slope), words) : "");
    })));
    const shape = graph.map((node) => `${node.name}:${node.parents.length}`).join();
    if (shape !== inputs) {
      boxes.replaceChildren(...graph.map((node) => {
        const rect = svg("rect", { rx: 7, class: "ring" }), words = svg("g"), box = svg("g", {}, rect, words);
        if (!node.parents.length) handle({ name: node.name, box });
        return box;
      }));
      inputs = shape;
    }
    graph.forEach((node, k) => {
      const { x, y, width, height } = at[k], [rect, words] = boxes.children[k].children, leaf = !node.parents.length;
      const size = Math.min(19, height / 3.6), now = inner[forward - 1] === k && pushed < 0;
      put(rect, { x: x - width / 2, y: y - height / 2, width, height, fill: leaf ? "#e6f1f8" : "white",
        stroke: now ? GREEN : "#767676", "stroke-width": now ? 4 : 1 });
      const line = (place, content, style) => text(x, y - height / 2 + (place + 0.85) * height / 3.3, content,
        { ...MIDDLE, style: `font-size: ${size}px; ${style}` });
      const wrong = over && Math.abs(grads[k] - right[k]) > 1e-9, title = [node.name, node.op].filter(Boolean).join(": ");
      const room = Math.floor(width / (0.6 * size));
      words.replaceChildren(line(0, title.length > room ? `${title.slice(0, room - 1)}…` : title, "font-weight: 600"),
        line(1, leaf || known.has(k) ? precise(node.value) : "", ""),
        line(2, pushed >= 0 ? `${precise(grads[k])}${wrong ? " ✗" : ""}` : "", `font-weight: 600; fill: ${wrong ? ORANGE : GREEN}`));
      if (leaf) put(boxes.children[k], { "aria-valuenow": tidy(node.value), "aria-valuemin": -100, "aria-valuemax": 100,
        "aria-valuetext": `${node.name} = ${plain(node.value)}` });
    });
  }];
}

/** What the step that was just taken did. */
function told({ step }, { graph, edges, inner, forward, pushed, grads, right, end }) {
  const last = graph.at(-1);
  if (step === 0) return "The inputs have values. Step forward: each node gets its value, each edge its slope.";
  const node = graph[inner[forward - 1]], equals = node.name && `${node.name} = `;
  if (pushed < 0) return `Forward: ${equals}${node.label} = ${precise(node.value)}. On its edges: how fast it changes with each parent.`;
  if (pushed === 0) return `Backward: the slope of ${nameOf(last)} with respect to itself is 1.`;
  const off = graph.map((_, k) => k).filter((k) => Math.abs(grads[k] - right[k]) > 1e-9);
  const wrong = off.map((k) => `${nameOf(graph[k])} has ${precise(grads[k])}, right is ${precise(right[k])}`);
  if (step >= end && wrong.length) return `Wrong: ${wrong.join("; ")}. What had been passed on was passed on again.`;
  const [child, which] = edges[pushed - 1], [parent, slope] = graph[child].parents[which], before = gradients(graph, edges, pushed - 1);
  return `Backward: ${nameOf(graph[parent])} gets ${precise(slope)} · ${precise(before[child])} from ${nameOf(graph[child])}, `
    + `and has ${precise(grads[parent])}.${step >= end ? " All slopes are in." : ""}`;
}

function buildGraph(stage) {
  const { root, says, set, begin, state } = stage;
  const [drawing, draw] = buildDrawing(stage);
  const typed = html("input", { type: "text", spellcheck: "false", autocomplete: "off", "aria-label": "Expression" });
  typed.addEventListener("change", () => { begin(); set({ program: typed.value, step: 0 }); });
  const order = choice({ name: "backward", options: choices.order, begin, change: (value) => set({ order: value }) });
  const steer = player(stage, { end: (now) => graphNumbers(now).end, wait: 900 });
  drawing.style.margin = "0 auto";
  root.append(html("div", { class: "row" }, typed, order.node), html("div", { class: "panels" }, drawing), steer.node);
  return (now, numbers) => {
    draw(now, numbers);
    if (!typed.matches(":focus")) typed.value = now.program;
    order.show(now.order);
    steer.show(now);
    says.textContent = numbers.error ? `Not drawn: ${numbers.error}.` : told({ step: Math.min(now.step, numbers.end) }, numbers);
  };
}

function torchGraph(_, { error, statements, graph }) {
  if (error) return `# not drawn: ${error}`;
  const leaf = (name) => !graph.find((node) => node.name === name).parents.length, names = statements.map(({ name }) => name);
  const value = (name) => graph.find((node) => node.name === name).value, called = (op, inside) => `torch.${op}(${inside})`;
  const lines = statements.map(({ name, tree }) => leaf(name) ? `${name} = torch.tensor(${value(name)}, dtype=torch.float64, requires_grad=True)`
    : `${name} = ${written(tree, called)}\n${name}.retain_grad()`);
  return `import torch

${lines.join("\n")}

${names.at(-1)}.backward()
for name, value in {${names.map((name) => `"${name}": ${name}`).join(", ")}}.items():
    print(f"{name}: value {value.item():.4f}, gradient {value.grad.item():.4f}")`;
}

export default figure({ title: "A graph of values, stepped forward and backward", rules, numbers: graphNumbers,
  build: buildGraph, torch: torchGraph });
