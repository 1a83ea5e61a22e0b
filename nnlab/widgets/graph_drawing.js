// The drawing of the graph: a card for each node, values in blue above, gradients in orange below; on each edge its
// local derivative and what the backward pass has sent along it.

const GRAPH_STYLE = `
  .card rect { fill: var(--ground); stroke: var(--edge); stroke-width: 1.5; transition: fill 200ms, stroke 200ms; }
  .card.input rect { fill: var(--soft); }
  .card.known rect { stroke: var(--lane0); }
  .card.graded rect { stroke: var(--lane1); }
  .card.reached rect { stroke-width: 4.5; fill: color-mix(in srgb, var(--lane0) 16%, var(--ground)); }
  .card.graded.reached rect { fill: color-mix(in srgb, var(--lane1) 16%, var(--ground)); }
  .card.wrong rect { stroke: var(--lane3); stroke-width: 3.5; stroke-dasharray: 9 5; }
  .card .name { font-weight: 600; }
  .figure .card .value, .figure .local.reached { fill: var(--lane0); }
  .figure .card .gradient, .figure .sent { fill: var(--lane1); font-weight: 600; }
  .figure .card.wrong .gradient { fill: var(--lane3); }
  .edge { fill: none; stroke: var(--edge); stroke-width: 2; transition: stroke 200ms; }
  .edge.known { stroke: var(--lane0); }
  .edge.graded { stroke: var(--lane1); }
  .edge.reached { stroke-width: 5; }
  .typed { flex: 1 0 100%; }
  .figure .typed input { font-family: "DejaVu Sans Mono", monospace; padding: 2px 10px; }
  .token { stroke: var(--ground); stroke-width: 2.5; }
  @media (prefers-reduced-motion: no-preference) {
    .card.reached { animation: arrives 250ms ease-out; transform-box: fill-box; transform-origin: center; }
  }
  @keyframes arrives { from { transform: scale(1.1); } }`;

const nameOf = (node) => node.name || node.label;
const isCorrect = ({ grads, correct }, k) => Math.abs(grads[k] - correct[k]) <= 1e-9;

/** What each edge [child, which parent] was last sent backward: its local derivative times the child's gradient. */
function sentOf({ graph, edges, passed }) {
  const grads = graph.map(() => 0), sent = graph.map(() => []);
  grads[graph.length - 1] = 1;
  for (const [child, which] of edges.slice(0, Math.max(0, passed))) {
    const [parent, local] = graph[child].parents[which];
    sent[child][which] = local * grads[child];
    grads[parent] += sent[child][which];
  }
  return sent;
}

/** A node in full, for a pointer that rests on it: what it computes, its value, the sum that is its gradient. */
function inFull(numbers, k) {
  const { graph, forward, inner, passed, grads } = numbers, { name, label, parents, value } = graph[k];
  const words = [name && parents.length ? `${name} = ${label}` : label], sent = sentOf(numbers);
  if (!parents.length) words.push("drag up or down to change it");
  if (!parents.length || inner.indexOf(k) < forward) words.push(`value ${precise(value)}`);
  const got = graph.flatMap((child, j) => child.parents.map(([parent], which) => parent === k && sent[j][which]))
    .filter((one) => Number.isFinite(one));
  const adds = got.length > 1 && Math.abs(got.reduce((sum, one) => sum + one) - grads[k]) < 1e-9;
  if (passed >= 0) words.push(`gradient ${adds ? `${got.map(precise).join(" + ")} = ` : ""}${precise(grads[k])}`);
  return words.join("; ");
}

/** The head of an arrow with its tip at the point `tip`, on a line that comes from the point `from`. */
function arrowhead([x, y], [u, v], lane) {
  const angle = Math.atan2(y - v, x - u) * 180 / Math.PI;
  return svg("path", { d: "M1 0L-12 -6.5V6.5Z", style: `fill: var(--${lane})`,
    transform: `translate(${tidy(x)} ${tidy(y)}) rotate(${tidy(angle)})` });
}

/** The number `content` of the height `size` beside the middle of a curve: on its upper side (-1), or lower. */
function beside(at, side, content, size, kind) {
  const [x, y] = at(0.5), [u, v] = at(0.56), [a, b] = at(0.44), length = Math.hypot(u - a, v - b) || 1;
  const flip = u < a ? -side : side, [across, down] = [-(v - b) / length * flip, (u - a) / length * flip];
  const apart = 0.3 * size * content.length * Math.abs(across) + 0.42 * size * Math.abs(down) + 5;
  return svg("text", { ...MIDDLE, x: tidy(x + apart * across), y: tidy(y + apart * down + 0.36 * size),
    class: `halo ${kind}` }, content);
}

/** The edges, each as [line, numbers]; an arrow points forward until the gradient has come back along it. */
function drawEdges(numbers, { curves, gap }) {
  const { graph, edges, inner, forward, passed } = numbers, sent = sentOf(numbers);
  const known = new Set(inner.slice(0, forward)), current = passed > 0 ? edges[passed - 1] : null;
  return graph.flatMap((node, k) => node.parents.map(([, local], which) => {
    const { at } = curves[k][which], back = sent[k][which] !== undefined, seen = known.has(k);
    const reached = back ? same(current, [k, which]) : passed < 0 && inner[forward - 1] === k;
    const state = `${back ? "graded" : seen ? "known" : ""}${reached ? " reached" : ""}`;
    const points = upTo(25).map((t) => at(t / 24).map((one) => tidy(one, 1)).join(",")).join(" ");
    const lane = back ? "lane1" : seen ? "lane0" : "edge";
    const line = svg("g", {}, svg("polyline", { points, class: `edge ${state}` }),
      back ? arrowhead(at(0), at(0.12), lane) : arrowhead(at(1), at(0.88), lane));
    const size = clamp(Math.hypot(...at(1).map((one, axis) => one - at(0)[axis])) / 3.6, 14, 17);
    if (gap < 60 && !reached) return [line, ""];  // no room for all numbers: those of the last step
    return [line, svg("g", { style: `font-size: ${tidy(size)}px` },
      seen ? beside(at, -1, precise(local), size, `local${reached && !back ? " reached" : ""}`) : "",
      back ? beside(at, 1, precise(sent[k][which]), size, "sent") : "")];
  }));
}

/** While it plays, a dot on each edge that the next step uses, at the part `part` of its way. */
function drawTokens({ graph, edges, inner, forward, passed }, { curves }, part) {
  if (!part) return [];
  const eased = part * part * (3 - 2 * part), dot = (k, which, t, lane) => {
    const [x, y] = curves[k][which].at(t);
    return svg("circle", { cx: tidy(x), cy: tidy(y), r: 9, class: "token", style: `fill: var(--${lane})` });
  };
  const next = inner[forward];
  if (forward < inner.length) return graph[next].parents.map((_, which) => dot(next, which, eased, "lane0"));
  return passed >= 0 && passed < edges.length ? [dot(...edges[passed], 1 - eased, "lane1")] : [];
}

/** Draw a node on its card: what it computes, value, gradient, as far as both passes have come. */
function drawNode(card, k, { x, y, width, height }, { step }, numbers) {
  const { graph, edges, inner, forward, passed, grads, end } = numbers, node = graph[k];
  const input = !node.parents.length;
  const wrong = step >= end && !isCorrect(numbers, k), known = input || inner.indexOf(k) < forward;
  const sentTo = passed > 0 ? graph[edges[passed - 1][0]].parents[edges[passed - 1][1]][0] : graph.length - 1;
  const graded = passed >= 0 && (k === graph.length - 1
    || edges.slice(0, passed).some(([child, which]) => graph[child].parents[which][0] === k));
  const reached = passed < 0 ? inner[forward - 1] === k : sentTo === k;
  put(card, { class: ["card", input && "input", known && "known", graded && "graded", reached && "reached",
    wrong && "wrong"].filter(Boolean).join(" ") });
  const [rect, words] = card.children, size = Math.min(21, height / 4.1, width / 5.4);
  put(rect, { x: tidy(x - width / 2), y: tidy(y - height / 2), width: tidy(width), height: tidy(height), rx: 10 });
  const line = (part, content, kind, letter = size) => text(x, y - height / 2 + part * height, content,
    { ...MIDDLE, class: kind, style: `font-size: ${tidy(letter, 1)}px` });
  const label = minus(node.label.replaceAll(" * ", " × ")), room = (width - 10) / (0.63 * size);
  const short = /^[a-z]/.test(node.op) ? `${node.name || node.op}${node.name ? ` = ${node.op}` : ""}(…)`
    : [node.name, node.op].filter(Boolean).join(": ");  // where the whole operation is too long
  const names = [node.name && !input ? `${node.name} = ${label}` : label, short, node.op || node.name];
  const title = names.find((one) => 0.8 * one.length <= room) ?? `${names[1].slice(0, Math.floor(room) - 1)}…`;
  words.replaceChildren(
    line(0.3, title, "name", size * Math.min(1, room / title.length)),
    line(0.61, known ? precise(node.value) : "", "value"),
    line(0.89, passed >= 0 ? `${precise(grads[k])}${wrong ? " ✗" : ""}` : "", "gradient"));
}

/** What the colors and the places of the numbers mean. */
function drawKey({ width, height, upright }) {
  const parts = [["lane0", "value", "↑"], ["lane1", "gradient", "↓"], ["gray", "local derivative", ""]];
  const wide = upright ? [0, 120, 270] : [0, 250, 520], long = ["upper number", "lower number", "on the edge"];
  const begin = upright ? 10 : width / 2 - 370;
  return parts.map(([lane, words], k) => svg("g", { transform: `translate(${begin + wide[k]} ${height + 24})` },
    k < 2 ? svg("circle", { cx: 8, cy: -6, r: 7, style: `fill: var(--${lane})` })
      : svg("path", { d: "M0 -6H18", "stroke-width": 2.5, style: "stroke: var(--gray)" }),
    text(24, 0, upright ? words : `${words}: ${long[k]}`, { style: `font-size: 17px; fill: var(--${lane})` })));
}

/** The graph; its inputs can be dragged. Returns the panel and what draws it. */
function buildDrawing({ root, set, begin, state, draw }) {
  const [lines, words, cards, key, tokens] = upTo(5).map(() => svg("g"));
  for (const one of [lines, words]) put(one, { "aria-hidden": "true", "pointer-events": "none" });
  const label = "The graph: values, gradients, and a local derivative on each edge";
  const drawing = panel({ width: 1000, height: 400, label }, lines, tokens, cards, words, key);
  let upright = false;
  new ResizeObserver(() => {
    const narrow = root.clientWidth > 0 && root.clientWidth < 650;
    if (narrow === upright) return;
    upright = narrow;
    draw();
  }).observe(root);
  const rewrite = (input, value) => {
    const program = parsed(state().program).map(({ name, tree }) => {
      const right = name === input ? tidy(value) : written(tree);
      return name === "out" ? right : `${name} = ${right}`;
    }).join("; ");
    if (program.length <= longest.program) set({ program });
  };
  const valueOf = (name) => graphOf(state().program).graph.find((node) => node.name === name).value;
  const boxOf = ({ name, parents }) => {
    const card = svg("g", { class: "card" }, svg("rect"), svg("g"));
    if (parents.length) return svg("g", {}, svg("title"), card);
    const ring = svg("rect", { class: "ring", rx: 14 }), grip = svg("g", {}, svg("circle", { r: 14, class: "knob" }),
      svg("path", { d: "M0 -7V7M-4 -3L0 -7L4 -3M-4 3L0 7L4 3", class: "grip" }));
    const box = svg("g", {}, svg("title"), card, grip, ring);
    let from = null;  // height and value where the drag began
    draggable(box, {
      name: `Input ${name}`, begin: () => { from = null; begin(); },
      by: (right, up) => rewrite(name, valueOf(name) + up + right),
      to: (x, y) => {
        from = from || [y, valueOf(name)];
        rewrite(name, from[1] + (from[0] - y) / 50);
      },
    });
    return box;
  };
  let shape = "";  // the boxes stay while the nodes are the same, so that one can be dragged
  return [drawing, (now, numbers, part) => {
    if (numbers.error) {
      for (const one of [lines, words, cards, key, tokens]) one.replaceChildren();
      shape = "";
      return;
    }
    const { graph } = numbers, layout = layoutOf(graph, upright), { width, height, boxes } = layout;
    put(drawing, { viewBox: `0 0 ${tidy(width)} ${tidy(height + 34)}` });
    const drawn = drawEdges(numbers, layout);
    lines.replaceChildren(...drawn.map(([line]) => line));
    words.replaceChildren(...drawn.map(([, one]) => one));
    tokens.replaceChildren(...drawTokens(numbers, layout, part));
    const found = `${upright} ${width} ${graph.map((node) => `${node.name}:${node.parents.length}`)}`;
    if (found !== shape) {
      cards.replaceChildren(...graph.map(boxOf));
      key.replaceChildren(...drawKey(layout));
    }
    shape = found;
    graph.forEach((node, k) => {
      const box = cards.children[k], at = boxes[k];
      drawNode(box.querySelector(".card"), k, at, now, numbers);
      write(box.querySelector("title"), inFull(numbers, k));
      if (node.parents.length) return;
      put(box.querySelector(".ring"), { x: at.x - at.width / 2 - 5, y: at.y - at.height / 2 - 5, width: at.width + 10,
        height: at.height + 10 });
      put(box.querySelector(".knob").parentNode, { transform: `translate(${at.x - at.width / 2} ${at.y})` });
      put(box, { "aria-valuenow": tidy(node.value), "aria-valuemin": -100, "aria-valuemax": 100,
        "aria-valuetext": `${node.name} = ${plain(node.value)}` });
    });
  }];
}
