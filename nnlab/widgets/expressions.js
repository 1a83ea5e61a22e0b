// What the figure of a graph computes: a program read, its graph with local slopes, the order of the backward pass, gradients.

const LARGEST = 18, LONGEST = 250, TAKEN = ["torch", "and", "as", "def", "del", "elif", "else", "for", "if", "in", "is", "lambda", "not", "or"];
const UNARY = {  // value and slope at x
  "-": (x) => [-x, -1], exp: (x) => [Math.exp(x), Math.exp(x)], log: (x) => [Math.log(x), 1 / x], relu: (x) => [Math.max(x, 0), x > 0 ? 1 : 0],
  tanh: (x) => [Math.tanh(x), 1 - Math.tanh(x) ** 2], sigmoid: (x) => [sigmoid(x), sigmoid(x) * (1 - sigmoid(x))] };
const BINARY = {  // value and two slopes at x and y
  "+": (x, y) => [x + y, 1, 1], "-": (x, y) => [x - y, 1, -1], "*": (x, y) => [x * y, y, x], "/": (x, y) => [x / y, 1 / y, -x / (y * y)],
  "**": (x, y) => [x ** y, y === 0 ? 0 : y * x ** (y - 1), Math.log(x) * x ** y] };

/** The statements of a program: pairs of a name and a tree of {op, parts}, {name} and {number}. What cannot be read is an Error that says why. */
function parsed(program) {
  const words = program.match(/\*\*|[A-Za-z]\w*|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[^\s]/g) || [];
  let at = 0;
  const next = (word) => words[at] === word && ++at;
  const need = (word, why) => {
    if (!next(word)) throw new Error(`expected "${word}" ${why}${at < words.length ? `, found "${words[at]}"` : ""}`);
  };
  const joined = (inner, ops) => () => {
    let tree = inner();
    while (ops.includes(words[at])) { const op = words[at++]; tree = { op, parts: [tree, inner()] }; }
    return tree;
  };
  function atom() {
    const word = words[at++];
    if (word === undefined) throw new Error("something is missing at the end");
    if (word === "(") { const tree = sum(); need(")", "after the brackets"); return tree; }
    if (/^[\d.]/.test(word)) return { number: Number(word) };
    if (!/^[A-Za-z]/.test(word)) throw new Error(`"${word}" cannot stand here`);
    if (!next("(")) return { name: word };
    if (!UNARY[word]) throw new Error(`"${word}" is unknown; choose from: ${Object.keys(UNARY).slice(1).join(", ")}`);
    const tree = { op: word, parts: [sum()] };
    need(")", `after ${word}(...`);
    return tree;
  }
  const power = () => { const base = atom(); return next("**") ? { op: "**", parts: [base, signed()] } : base; };
  const signed = () => next("-") ? { op: "-", parts: [signed()] } : power();
  const product = joined(signed, ["*", "/"]), sum = joined(product, ["+", "-"]);
  const found = [];
  while (at < words.length) {
    if (next(";")) continue;
    const name = words[at + 1] === "=" ? words[at] : null;
    if (name !== null && (!/^[A-Za-z]/.test(name) || UNARY[name] || TAKEN.includes(name))) throw new Error(`"${name}" cannot be a name`);
    if (name !== null && found.some((one) => one.name === name)) throw new Error(`"${name}" gets a value twice; use another name`);
    if (name !== null) at += 2;
    const tree = sum();
    if (at < words.length) need(";", "between two statements");
    if (name === null && at < words.length) throw new Error("only the last statement may do without a name");
    found.push({ name: name || "out", tree });
  }
  if (!found.length) throw new Error("write an expression, as in a = 2; b = a * a");
  return found;
}

/** How a tree is written; `call` writes a function. */
function written(tree, call = (name, inside) => `${name}(${inside})`, outer = 0) {
  if (tree.name) return tree.name;
  if (!tree.op) return String(tree.number);
  const own = { "+": 1, "-": 1, "*": 2, "/": 2, "**": 4 }[tree.op], parts = tree.parts;
  if (tree.op === "-" && parts.length === 1) return outer > 1 ? `(-${written(parts[0], call, 3)})` : `-${written(parts[0], call, 3)}`;
  if (!own) return call(tree.op, written(parts[0], call));
  const words = `${written(parts[0], call, own === 4 ? 5 : own)} ${tree.op} ${written(parts[1], call, own + 1)}`;
  return own < outer ? `(${words})` : words;
}

/** Nodes of a program's graph that lead to its last line, with value, parents as pairs [node, slope], and place. Numbers are parts of operators. */
function graphOf(program) {
  const named = new Map(), nodes = [];
  const add = (name, label, value, parents, op = "") => {
    if (![value, ...parents.map(([, slope]) => slope)].every(Number.isFinite)) throw new Error(`${label} has no value or no slope here`);
    nodes.push({ name, label, value, parents, op });
    return nodes.length - 1;
  };
  /** A number, or the place of a node. */
  const build = (tree) => {
    if (tree.number !== undefined) return { constant: tree.number };
    if (tree.name && !named.has(tree.name)) throw new Error(`${tree.name} has no value yet: begin with ${tree.name} = 2;`);
    if (tree.name) return { node: named.get(tree.name) };
    const parts = tree.parts.map(build), values = parts.map(({ node, constant }) => node === undefined ? constant : nodes[node].value);
    const [value, ...slopes] = (parts.length === 1 ? UNARY : BINARY)[tree.op](...values);
    if (parts.every(({ node }) => node === undefined)) return { constant: value };
    if (tree.op === "**" && parts.every(({ node }) => node !== undefined)) throw new Error("two variables in a power: write exp(log(a) * b)");
    const sign = { "*": "×", "-": "−" }[tree.op] || tree.op, said = parts.map(({ constant }) => constant === undefined ? "" : plain(constant));
    const op = (parts.length === 1 ? [sign] : [said[0], sign, said[1]]).filter(Boolean).join(" ");
    const parents = parts.flatMap(({ node }, k) => node === undefined ? [] : [[node, slopes[k]]]);
    return { node: add("", written(tree), value, parents, op) };
  };
  const statements = parsed(program);
  for (const { name, tree } of statements) {
    const { node, constant } = build(tree);
    if (node === undefined) named.set(name, add(name, name, constant, []));
    else if (nodes[node].name) throw new Error(`${name} = ${nodes[node].name} is only another name; write an operation`);
    else { nodes[node].name = name; named.set(name, node); }
  }
  const wanted = new Set([nodes.length - 1]);
  for (let k = nodes.length - 1; k >= 0; k--) if (wanted.has(k)) for (const [parent] of nodes[k].parents) wanted.add(parent);
  const kept = [...wanted].sort((one, other) => one - other), place = new Map(kept.map((k, now) => [k, now]));
  if (kept.length > LARGEST) throw new Error(`${kept.length} nodes are too many to draw; at most ${LARGEST}`);
  const graph = kept.map((k) => ({ ...nodes[k], parents: nodes[k].parents.map(([parent, slope]) => [place.get(parent), slope]) }));
  return { graph, statements: statements.filter(({ name }) => graph.some((node) => node.name === name)) };
}

/** The edges [child, which] in the order in which slopes are pushed along them. */
function pushes(graph, order) {
  const found = [];
  const walk = (child) => graph[child].parents.forEach(([parent], which) => {
    if (found.push([child, which]) > LONGEST) throw new Error("depth first this takes too many steps; write less, or choose the other order");
    if (order === "depth first") walk(parent);
  });
  if (order === "depth first") walk(graph.length - 1);
  else for (let k = graph.length - 1; k >= 0; k--) walk(k);  // what was made last comes first
  return found;
}

/** Gradients after the first `count` pushes. */
function gradients(graph, edges, count = edges.length) {
  const grads = graph.map(() => 0);
  grads[graph.length - 1] = 1;
  for (const [child, which] of edges.slice(0, count)) {
    const [parent, slope] = graph[child].parents[which];
    grads[parent] += slope * grads[child];
  }
  return grads;
}

/** All that the figure says of a state: the graph, how far it is filled, and gradients now, at the end, and as they should be; or an error. */
function graphNumbers({ program, order, step }) {
  try {
    const { graph, statements } = graphOf(program), edges = pushes(graph, order);
    const inner = graph.flatMap((node, k) => node.parents.length ? [k] : []);
    const right = gradients(graph, pushes(graph, "children first")), last = gradients(graph, edges), pushed = step - inner.length - 1;
    return { graph, statements, edges, inner, right, last, end: inner.length + 1 + edges.length,
      grads: gradients(graph, edges, Math.max(0, pushed)), forward: Math.min(step, inner.length), pushed: Math.min(pushed, edges.length) };
  } catch (error) { return { error: error.message, end: 0 }; }
}
