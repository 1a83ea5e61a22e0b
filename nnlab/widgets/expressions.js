// What the graph figure computes: a program parsed, its computational graph with local derivatives, the order of the
// backward pass, the gradients.

const LARGEST = 18, LONGEST = 250;  // most nodes that are drawn, most steps of a backward pass
const TAKEN = ("torch print False None True and as assert async await break class continue def del elif else except "
  + "finally for from global if import in is lambda nonlocal not or pass raise return try while with yield").split(" ");

const UNARY = {  // value and derivative at x
  "-": (x) => [-x, -1],
  exp: (x) => [Math.exp(x), Math.exp(x)],
  log: (x) => [Math.log(x), 1 / x],
  relu: (x) => [Math.max(x, 0), x > 0 ? 1 : 0],
  tanh: (x) => [Math.tanh(x), 1 - Math.tanh(x) ** 2],
  sigmoid: (x) => [sigmoid(x), sigmoid(x) * (1 - sigmoid(x))],
};
const BINARY = {  // value and both partial derivatives at x and y
  "+": (x, y) => [x + y, 1, 1],
  "-": (x, y) => [x - y, 1, -1],
  "*": (x, y) => [x * y, y, x],
  "/": (x, y) => [x / y, 1 / y, -x / (y * y)],
  "**": (x, y) => [x ** y, y === 0 ? 0 : y * x ** (y - 1), Math.log(x) * x ** y],
};

/**
 * The statements of a program: a name and a tree of {op, parts}, {name} and {number} each. What cannot be parsed is an
 * Error that says why.
 */
function parsed(program) {
  const words = program.match(/\*\*|[A-Za-z]\w*|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[^\s]/g) || [];
  let at = 0;
  const next = (word) => words[at] === word && ++at;
  const need = (word, why) => {
    if (!next(word)) throw new Error(`expected "${word}" ${why}${at < words.length ? `, found "${words[at]}"` : ""}`);
  };
  const joined = (inner, ops) => () => {
    let tree = inner();
    while (ops.includes(words[at])) {
      const op = words[at++];
      tree = { op, parts: [tree, inner()] };
    }
    return tree;
  };
  function atom() {
    const word = words[at++];
    if (word === undefined) throw new Error("something is missing at the end");
    if (word === "(") {
      const tree = sum();
      need(")", "after the brackets");
      return tree;
    }
    if (/^[\d.]/.test(word)) return { number: Number(word) };
    if (!/^[A-Za-z]/.test(word)) throw new Error(`"${word}" cannot stand here`);
    if (!next("(")) return { name: word };
    if (!own(UNARY, word)) {
      throw new Error(`"${word}" is unknown; choose from: ${Object.keys(UNARY).slice(1).join(", ")}`);
    }
    const tree = { op: word, parts: [sum()] };
    need(")", `after ${word}(...`);
    return tree;
  }
  const power = () => {
    const base = atom();
    return next("**") ? { op: "**", parts: [base, signed()] } : base;
  };
  const signed = () => next("-") ? { op: "-", parts: [signed()] } : power();
  const product = joined(signed, ["*", "/"]), sum = joined(product, ["+", "-"]);

  const statements = [];
  const check = (name) => {
    const free = /^[A-Za-z]/.test(name) && !own(UNARY, name) && !TAKEN.includes(name);
    if (!free) throw new Error(`"${name}" cannot be a name`);
    if (statements.some((one) => one.name === name)) {
      throw new Error(`"${name}" gets a value twice; use another name`);
    }
  };
  while (at < words.length) {
    if (next(";")) continue;
    const name = words[at + 1] === "=" ? words[at] : null;
    if (name !== null) {
      check(name);
      at += 2;
    }
    const tree = sum();
    if (at < words.length) need(";", "between two statements");
    if (name === null && at < words.length) throw new Error("only the last statement may do without a name");
    statements.push({ name: name || "out", tree });
  }
  if (!statements.length) throw new Error("write an expression, as in a = 2; b = a * a");
  return statements;
}

const BINDING = { "+": 1, "-": 1, "*": 2, "/": 2, "**": 4 };  // how tightly an operator binds

/** How a tree is written; `call` writes a function; `outer` is how tightly the operator around it binds. */
function written(tree, call = (name, inside) => `${name}(${inside})`, outer = 0) {
  if (tree.name) return tree.name;
  if (!tree.op) return String(tree.number);
  const { op, parts } = tree, own = BINDING[op];
  if (op === "-" && parts.length === 1) {
    const negative = `-${written(parts[0], call, 3)}`;
    return outer > 1 ? `(${negative})` : negative;
  }
  if (!own) return call(op, written(parts[0], call));
  const words = `${written(parts[0], call, own === 4 ? 5 : own)} ${op} ${written(parts[1], call, own + 1)}`;
  return own < outer ? `(${words})` : words;
}

/** How an operation is written on its node: its sign, with the constants that are part of it. */
function operation(op, parts) {
  const sign = { "*": "×", "-": "−" }[op] || op;
  const [first, second] = parts.map(({ constant }) => constant === undefined ? "" : plain(constant));
  return (parts.length === 1 ? [sign] : [first, sign, second]).filter(Boolean).join(" ");
}

/**
 * The nodes of a program's graph that lead to its last line, each with its value, its parents as pairs
 * [node, local derivative], and the program's statements that remain. Constants are parts of operations.
 */
function graphOf(program) {
  const named = new Map(), nodes = [];
  const add = (name, label, value, parents, op = "") => {
    if (![value, ...parents.map(([, local]) => local)].every(Number.isFinite)) {
      throw new Error(`${label} has no value or no derivative here`);
    }
    nodes.push({ name, label, value, parents, op });
    return nodes.length - 1;
  };
  /** A constant, or the place of a node. */
  const build = (tree) => {
    if (tree.number !== undefined) return { constant: tree.number };
    if (tree.name && !named.has(tree.name)) {
      throw new Error(`${tree.name} has no value yet: begin with ${tree.name} = 2;`);
    }
    if (tree.name) return { node: named.get(tree.name) };
    const parts = tree.parts.map(build);
    const values = parts.map(({ node, constant }) => node === undefined ? constant : nodes[node].value);
    const [value, ...locals] = (parts.length === 1 ? UNARY : BINARY)[tree.op](...values);
    if (parts.every(({ node }) => node === undefined)) return { constant: value };
    if (tree.op === "**" && parts.every(({ node }) => node !== undefined)) {
      throw new Error("two variables in a power: write exp(log(a) * b)");
    }
    const parents = parts.flatMap(({ node }, k) => node === undefined ? [] : [[node, locals[k]]]);
    return { node: add("", written(tree), value, parents, operation(tree.op, parts)) };
  };
  const statements = parsed(program);
  for (const { name, tree } of statements) {
    const { node, constant } = build(tree);
    if (node === undefined) {
      named.set(name, add(name, name, constant, []));
    } else if (nodes[node].name) {
      throw new Error(`${name} = ${nodes[node].name} is only another name; write an operation`);
    } else {
      nodes[node].name = name;
      named.set(name, node);
    }
  }
  const graph = ancestors(nodes);
  if (graph.length > LARGEST) throw new Error(`${graph.length} nodes are too many to draw; at most ${LARGEST}`);
  return { graph, statements: statements.filter(({ name }) => graph.some((node) => node.name === name)) };
}

/** The last of the nodes and its ancestors, in their order, numbered anew. */
function ancestors(nodes) {
  const wanted = new Set([nodes.length - 1]);
  for (let k = nodes.length - 1; k >= 0; k--) {
    if (wanted.has(k)) for (const [parent] of nodes[k].parents) wanted.add(parent);
  }
  const kept = [...wanted].sort((one, other) => one - other), place = new Map(kept.map((k, now) => [k, now]));
  return kept.map((k) => ({
    ...nodes[k], parents: nodes[k].parents.map(([parent, local]) => [place.get(parent), local]),
  }));
}

/**
 * The edges [child, which parent] in the order in which the backward pass follows them: "children first" is reverse
 * topological order, "depth first" follows every path at once.
 */
function backwardEdges(graph, order) {
  const edges = [];
  const walk = (child) => graph[child].parents.forEach(([parent], which) => {
    if (edges.push([child, which]) > LONGEST) {
      throw new Error("depth first this takes too many steps; write less, or choose the other order");
    }
    if (order === "depth first") walk(parent);
  });
  if (order === "depth first") walk(graph.length - 1);
  else for (let k = graph.length - 1; k >= 0; k--) walk(k);  // nodes stand in topological order
  return edges;
}

/** Gradients of the last node with respect to every node, after the first `count` edges of the backward pass. */
function gradients(graph, edges, count = edges.length) {
  const grads = graph.map(() => 0);
  grads[graph.length - 1] = 1;
  for (const [child, which] of edges.slice(0, count)) {
    const [parent, local] = graph[child].parents[which];
    grads[parent] += local * grads[child];
  }
  return grads;
}

/**
 * All that the figure shows: the graph, how far forward and backward pass are, and the gradients now (`grads`), at the
 * end (`last`), and the correct ones (`correct`); or an error.
 */
function graphNumbers({ program, order, step }) {
  try {
    const { graph, statements } = graphOf(program), edges = backwardEdges(graph, order);
    const inner = upTo(graph.length).filter((k) => graph[k].parents.length), passed = step - inner.length - 1;
    return {
      graph, statements, edges, inner, end: inner.length + 1 + edges.length,
      forward: Math.min(step, inner.length), passed: Math.min(passed, edges.length),
      grads: gradients(graph, edges, Math.max(0, passed)), last: gradients(graph, edges),
      correct: gradients(graph, backwardEdges(graph, "children first")),
    };
  } catch (error) { return { error: error.message, end: 0 }; }
}
