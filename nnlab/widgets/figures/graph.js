// An expression becomes a graph: values flow forward, gradients flow backward, one edge at a time. What is computed
// stands in expressions.js, what is drawn in graph_drawing.js.

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
  root.append(html("style", {}, GRAPH_STYLE));
  const [drawing, draw] = buildDrawing(stage);
  const typed = html("input", { type: "text", spellcheck: "false", autocomplete: "off", "aria-label": "Expression",
    maxlength: longest.program });
  explain(typed, "Statements with + - * / **, exp, log, relu, tanh, sigmoid; a semicolon ends each. Enter draws them.");
  typed.addEventListener("change", () => { begin(); set({ program: typed.value, step: 0 }); });
  const order = choice({ name: "backward", options: choices.order, begin, change: (value) => set({ order: value }) });
  explain(order.node, "Children first: a node passes its gradient on when it is complete. Depth first: at once.");
  const steer = glider(stage, { end: (now) => graphNumbers(now).end, seconds: 60, slowest: 900 });
  root.append(html("div", { class: "row typed" }, typed), html("div", { class: "panels" }, drawing), steer.node,
    html("div", { class: "row" }, order.node));
  return (now, numbers) => {
    draw(now, numbers, steer.part());
    if (!typed.matches(":focus")) typed.value = now.program;
    order.show(now.order);
    steer.show(now);
    write(says, numbers.error ? `Not drawn: ${numbers.error}.`
      : story({ step: Math.min(now.step, numbers.end) }, numbers));
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
