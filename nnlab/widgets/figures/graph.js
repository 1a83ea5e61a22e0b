// An expression becomes a graph: values flow forward, gradients flow backward, one edge at a time.

/**
 * Where the nodes stand, in a drawing of the width `wide`: columns by the longest path from an input (an input just
 * before the first node that uses it), rows near the node's parents.
 */
function layout(graph) {
  const column = graph.map(() => 0), height = graph.map(() => 0), all = upTo(graph.length);
  graph.forEach(({ parents }, k) => {
    for (const [parent] of parents) column[k] = Math.max(column[k], column[parent] + 1);
  });
  graph.forEach(({ parents }, k) => {
    const users = all.filter((j) => graph[j].parents.some(([parent]) => parent === k));
    if (!parents.length && users.length) column[k] = Math.min(...users.map((j) => column[j])) - 1;
  });
  const columns = upTo(Math.max(...column) + 1).map((c) => all.filter((k) => column[k] === c));
  const wish = (k) => {
    const { parents } = graph[k];
    return parents.length ? parents.reduce((sum, [parent]) => sum + height[parent], 0) / parents.length : 0.5;
  };
  for (const nodes of columns) {
    nodes.sort((one, other) => wish(one) - wish(other));
    nodes.forEach((k, place) => { height[k] = (place + 0.5) / nodes.length; });
  }
  const wide = Math.max(680, 126 * columns.length), last = columns.length - 1;
  const size = {
    width: Math.min(104, 0.62 * (wide - 112) / (last || 1)),
    height: Math.min(80, 300 / Math.max(...columns.map((nodes) => nodes.length))),
  };
  const x = (k) => 56 + (wide - 112) * (last ? column[k] / last : 0.5);
  return { wide, at: all.map((k) => ({ x: x(k), y: 5 + 330 * height[k], ...size })) };
}

const nameOf = (node) => node.name || node.label;
const isCorrect = ({ grads, correct }, k) => Math.abs(grads[k] - correct[k]) <= 1e-9;

/** How far an edge bends at its middle, up (negative) or down: as little as it must to run behind none of `between`. */
function bend(x, y, u, v, between) {
  if (!between.length) return 0;
  const hidden = (by) => upTo(61).filter((k) => {
    const t = k / 60, across = x + t * (u - x), down = y + t * (v - y) + 4 * by * t * (1 - t);
    return down < 20 || down > 330 || between.some((box) => Math.abs(across - box.x) < box.width / 2 + 6
      && Math.abs(down - box.y) < box.height / 2 + 6);
  }).length;
  const bends = upTo(33).map((k) => (k % 2 ? -10 : 10) * Math.ceil(k / 2)), least = bends.map(hidden);
  return bends[least.indexOf(Math.min(...least))];
}

/** The edges, each with its local derivative once the forward pass has come by; the current one is marked. */
function drawEdges({ graph, edges, inner, forward, passed }, at) {
  const known = new Set(inner.slice(0, forward)), current = passed > 0 ? edges[passed - 1] : null;
  return graph.flatMap((node, k) => node.parents.map(([parent, local], which) => {
    const twin = node.parents.filter(([other]) => other === parent).length > 1;  // the same parent twice, as in a * a
    const x = at[parent].x + at[parent].width / 2, y = at[parent].y;
    const u = at[k].x - at[k].width / 2, v = at[k].y;
    const between = at.filter((box) => box.x > at[parent].x && box.x < at[k].x);
    const apart = twin ? (which ? 16 : -16) : bend(x, y, u, v, between);
    const lit = current && same(current, [k, which]), [color, width] = lit ? [GREEN, 5] : ["#999999", 2];
    const d = `M${x} ${y} Q${(x + u) / 2} ${(y + v) / 2 + 2 * apart} ${u} ${v}`;
    const look = { ...MIDDLE, ...HALO, style: `font-size: 16px; fill: ${lit ? GREEN : GRAY}` };
    const below = apart + (apart > 0 ? 18 : -4);
    return svg("g", {}, svg("path", { d, fill: "none", stroke: color, "stroke-width": width }),
      known.has(k) ? text((x + u) / 2, (y + v) / 2 + below, precise(local), look) : "");
  }));
}

/** Draw a node into its box: name and operation, value and gradient, as far as both passes have come. */
function drawNode(box, k, { x, y, width, height }, { step }, numbers) {
  const { graph, inner, forward, passed, grads, end } = numbers, node = graph[k], input = !node.parents.length;
  const [rect, words] = box.children, size = Math.min(19, height / 3.6);
  const active = inner[forward - 1] === k && passed < 0;
  put(rect, { x: x - width / 2, y: y - height / 2, width, height, fill: input ? "#e6f1f8" : "white",
    stroke: active ? GREEN : "#767676", "stroke-width": active ? 4 : 1 });
  const line = (place, content, style) => text(x, y - height / 2 + (place + 0.85) * height / 3.3, content,
    { ...MIDDLE, style: `font-size: ${size}px; ${style}` });
  const wrong = step >= end && !isCorrect(numbers, k), known = input || inner.indexOf(k) < forward;
  const title = [node.name, node.op].filter(Boolean).join(": "), room = Math.floor(width / (0.6 * size));
  words.replaceChildren(
    line(0, title.length > room ? `${title.slice(0, room - 1)}…` : title, "font-weight: 600"),
    line(1, known ? precise(node.value) : "", ""),
    line(2, passed >= 0 ? `${precise(grads[k])}${wrong ? " ✗" : ""}` : "",
      `font-weight: 600; fill: ${wrong ? ORANGE : GREEN}`));
  if (input) {
    put(box, { "aria-valuenow": tidy(node.value), "aria-valuemin": -100, "aria-valuemax": 100,
      "aria-valuetext": `${node.name} = ${plain(node.value)}` });
  }
}

/** The graph; its inputs can be dragged. Returns the panel and what draws it. */
function buildDrawing({ set, begin, state }) {
  const lines = svg("g", { "aria-hidden": "true" }), boxes = svg("g");
  const label = "The graph: values, gradients, and a local derivative on each edge";
  const drawing = panel({ width: 680, height: 340, label }, lines, boxes);
  const rewrite = (input, value) => {
    const program = parsed(state().program).map(({ name, tree }) => {
      const right = name === input ? tidy(value) : written(tree);
      return name === "out" ? right : `${name} = ${right}`;
    }).join("; ");
    if (program.length <= longest.program) set({ program });
  };
  const valueOf = (name) => graphOf(state().program).graph.find((node) => node.name === name).value;
  const handle = (name, box) => {
    let from = null;  // height and value where the drag began
    draggable(box, {
      name: `Input ${name}`, begin: () => { from = null; begin(); },
      by: (right, up) => rewrite(name, valueOf(name) + up + right),
      to: (x, y) => {
        from = from || [y, valueOf(name)];
        rewrite(name, from[1] + (from[0] - y) / 50);
      },
    });
  };
  const boxOf = ({ name, parents }) => {
    const box = svg("g", {}, svg("rect", { rx: 7, class: "ring" }), svg("g"));
    if (!parents.length) handle(name, box);
    return box;
  };
  let shape = "";  // the boxes stay while the nodes are the same, so that one can be dragged
  return [drawing, (now, numbers) => {
    if (numbers.error) {
      lines.replaceChildren();
      boxes.replaceChildren();
      shape = "";
      return;
    }
    const { graph } = numbers, { wide, at } = layout(graph);
    put(drawing, { viewBox: `0 0 ${wide} 340` });
    drawing.style.maxWidth = `${1.2 * wide}px`;
    lines.replaceChildren(...drawEdges(numbers, at));
    const found = graph.map((node) => `${node.name}:${node.parents.length}`).join();
    if (found !== shape) boxes.replaceChildren(...graph.map(boxOf));
    shape = found;
    graph.forEach((_, k) => drawNode(boxes.children[k], k, at[k], now, numbers));
  }];
}

/** What the last step did, in words. */
function story({ step }, numbers) {
  const { graph, edges, inner, forward, passed, grads, correct, end } = numbers;
  if (step === 0) {
    return "The inputs have values. Step forward: each node gets its value, each edge its local derivative.";
  }
  if (passed < 0) {
    const node = graph[inner[forward - 1]], equals = node.name && `${node.name} = `;
    return `Forward: ${equals}${node.label} = ${precise(node.value)}. On its edges: its derivative with respect to `
      + "each parent.";
  }
  if (passed === 0) return `Backward: the gradient of ${nameOf(graph.at(-1))} with respect to itself is 1.`;
  const wrong = upTo(graph.length).filter((k) => !isCorrect(numbers, k)).map((k) =>
    `${nameOf(graph[k])} has ${precise(grads[k])}, its gradient is ${precise(correct[k])}`);
  if (step >= end && wrong.length) {
    return `Wrong: ${wrong.join("; ")}. A gradient that had been passed on was passed on again.`;
  }
  const [child, which] = edges[passed - 1], [parent, local] = graph[child].parents[which];
  const upstream = gradients(graph, edges, passed - 1)[child];
  const product = `${precise(local)} · ${precise(upstream)}`, over = step >= end ? " All gradients are complete." : "";
  return `Backward: ${nameOf(graph[parent])} gets ${product} from ${nameOf(graph[child])}, and has `
    + `${precise(grads[parent])}.${over}`;
}

function buildGraph(stage) {
  const { root, says, set, begin } = stage;
  const [drawing, draw] = buildDrawing(stage);
  const typed = html("input", { type: "text", spellcheck: "false", autocomplete: "off", "aria-label": "Expression",
    maxlength: longest.program });
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
    says.textContent = numbers.error ? `Not drawn: ${numbers.error}.`
      : story({ step: Math.min(now.step, numbers.end) }, numbers);
  };
}

function torchGraph(_, { error, statements, graph }) {
  if (error) return `# not drawn: ${error}`;
  const nodeOf = (name) => graph.find((node) => node.name === name), names = statements.map(({ name }) => name);
  const called = (op, inside) => `torch.${op}(${inside})`;
  const lines = statements.map(({ name, tree }) => nodeOf(name).parents.length
    ? `${name} = ${written(tree, called)}\n${name}.retain_grad()`
    : `${name} = torch.tensor(${nodeOf(name).value}, dtype=torch.float64, requires_grad=True)`);
  return `import torch

${lines.join("\n")}

${names.at(-1)}.backward()
for name, value in {${names.map((name) => `"${name}": ${name}`).join(", ")}}.items():
    print(f"{name}: value {value.item():.4f}, gradient {value.grad.item():.4f}")`;
}

export default figure({ title: "A graph of values, stepped forward and backward", rules, numbers: graphNumbers,
  build: buildGraph, torch: torchGraph });
