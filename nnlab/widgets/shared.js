// What all figures share: elements, axes, dragging, keys, the frame with its buttons. Each figure's file follows.

const INK = "#1a1a1a", PALE = "#dddddd", BLUE = "#0072B2", ORANGE = "#B84E00", GREEN = "#00735A";
const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; `svg` makes one that is drawn. */
function make(namespace, tag, attributes = {}, ...children) {
  const node = namespace ? document.createElementNS(namespace, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const html = (tag, attributes, ...children) => make(null, tag, attributes, ...children);
const svg = (tag, attributes, ...children) => make(SVG, tag, attributes, ...children);
const put = (node, attributes) => { for (const name in attributes) node.setAttribute(name, attributes[name]); };
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const tidy = (value, digits = 2) => Number(value.toFixed(digits)) || 0;
const shown = (value, digits = 2) => tidy(value, digits).toFixed(digits).replace("-", "\u2212");

/** Axes in a box of the drawing: ticks, names, and the functions between numbers and places. */
function axes({ left, top, width, height, x, y, xName, yName, xTicks, yTicks }) {
  const toX = (value) => left + (value - x[0]) / (x[1] - x[0]) * width;
  const toY = (value) => top + height - (value - y[0]) / (y[1] - y[0]) * height;
  const node = svg("g", { "aria-hidden": "true" });
  for (const tick of xTicks) node.append(
    svg("line", { x1: toX(tick), x2: toX(tick), y1: top, y2: top + height, stroke: tick ? PALE : "#999999" }),
    svg("text", { x: toX(tick), y: top + height + 20, "text-anchor": "middle" }, shown(tick, 0)));
  for (const tick of yTicks) node.append(
    svg("line", { x1: left, x2: left + width, y1: toY(tick), y2: toY(tick), stroke: tick ? PALE : "#999999" }),
    svg("text", { x: left - 8, y: toY(tick) + 6, "text-anchor": "end" }, shown(tick, Number.isInteger(tick) ? 0 : 1)));
  node.append(
    svg("text", { x: left + width / 2, y: top + height + 42, "text-anchor": "middle" }, xName),
    svg("text", { x: left, y: top - 10 }, yName));
  return { node, toX, toY,
    fromX: (place) => x[0] + (place - left) / width * (x[1] - x[0]),
    fromY: (place) => y[0] + (top + height - place) / height * (y[1] - y[0]) };
}

/** Let `node` be dragged (`to` gets the place in the drawing) and moved by the arrow keys (`by` gets steps right and up). */
function draggable(node, { name, begin, to, by }) {
  put(node, { tabindex: 0, role: "slider", "aria-label": name, class: "handle", "data-prevent-swipe": "" });
  const place = (event) => {
    const drawing = node.ownerSVGElement, box = drawing.getBoundingClientRect(), view = drawing.viewBox.baseVal;
    return [(event.clientX - box.left) / box.width * view.width, (event.clientY - box.top) / box.height * view.height];
  };
  node.addEventListener("pointerdown", (event) => {
    begin(); node.setPointerCapture(event.pointerId); node.focus(); event.preventDefault();
  });
  node.addEventListener("pointermove", (event) => { if (node.hasPointerCapture(event.pointerId)) to(...place(event)); });
  node.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); begin(); by(...step.map((d) => d * (event.shiftKey ? 0.5 : 0.1)));
  });
}

/** A slider with its name and its number; `change` gets the number. */
function slider({ name, low, high, step = 0.05, begin, change }) {
  const range = html("input", { type: "range", min: low, max: high, step, "aria-label": name });
  const number = html("output", {});
  range.addEventListener("pointerdown", begin);
  range.addEventListener("keydown", (event) => { if (event.key.startsWith("Arrow")) begin(); });
  range.addEventListener("input", () => change(Number(range.value)));
  return { node: html("label", {}, html("span", {}, name), range, number),
    show: (value) => { range.value = value; number.textContent = shown(value); } };
}

/** A choice among `options`; `change` gets the chosen one. */
function choice({ name, options, begin, change }) {
  const select = html("select", { "aria-label": name }, ...options.map((option) => html("option", { value: option }, option)));
  select.addEventListener("change", () => { begin(); change(select.value); });
  return { node: html("label", {}, html("span", {}, name), select), show: (value) => { select.value = value; } };
}

const STYLE = `
  :host { display: block; }
  .figure { background: white; color: ${INK}; font: 16px/1.4 system-ui, "DejaVu Sans", sans-serif; max-width: 1000px;
            padding: 6px 8px; border: 1px solid ${PALE}; border-radius: 6px; box-sizing: border-box; text-align: left; }
  svg { display: block; width: 100%; height: auto; font: 17px system-ui, "DejaVu Sans", sans-serif; touch-action: pan-y; }
  svg text { fill: ${INK}; } svg .handle { cursor: grab; touch-action: none; outline: none; }
  .handle:focus-visible .ring, .handle:active .ring { stroke: ${INK}; stroke-width: 2.5; stroke-dasharray: 4 3; }
  .row { display: flex; flex-wrap: wrap; gap: 6px 22px; align-items: center; margin: 6px 4px; }
  label { display: flex; align-items: center; gap: 8px; white-space: nowrap; } input[type=range] { width: 130px; accent-color: ${BLUE}; }
  output { min-width: 3.4em; font-variant-numeric: tabular-nums; }
  select, button { font: inherit; color: ${INK}; background: white; border: 1px solid #767676; border-radius: 5px; padding: 2px 10px; }
  button:disabled { color: #767676; border-color: ${PALE}; }
  :is(input, select, button, pre):focus-visible { outline: 3px solid ${BLUE}; outline-offset: 2px; }
  pre { font: 15px/1.4 "DejaVu Sans Mono", monospace; background: #f4f4f4; padding: 8px 10px; margin: 6px 4px; overflow-x: auto; }
  .says { font-size: 18px; min-height: 1.5em; } [hidden] { display: none !important; }`;

/**
 * The module of a figure. `title` names it for a screen reader; `build(stage)` draws it once in `stage.root` and returns the
 * function that shows a state; `torch(state)` is the PyTorch that prints the figure's numbers.
 */
function figure({ title, defaults, build, torch }) {
  return { render({ model, el }) {
    const root = html("div", { class: "figure", role: "group", "aria-label": title });
    const past = [];
    const state = () => ({ ...defaults, ...model.get("state") });
    const begin = () => { past.push(state()); if (past.length > 200) past.shift(); undo.disabled = false; };
    const set = (change) => { model.set("state", { ...state(), ...change }); model.save_changes(); };

    const button = (text, press) => {
      const node = html("button", { type: "button" }, text);
      node.addEventListener("click", press);
      return node;
    };
    const undo = button("Undo", () => { set(past.pop()); undo.disabled = !past.length; });
    const reset = button("Reset", () => { begin(); set(start); });
    const code = html("pre", { tabindex: 0, hidden: "", "aria-label": "PyTorch" });
    const python = button("PyTorch", () => { code.hidden = !code.hidden; python.setAttribute("aria-expanded", !code.hidden); });
    const copied = html("span", { role: "status" });
    const copy = (name, text) => button(name, async () => {
      try { await navigator.clipboard.writeText(text()); copied.textContent = "copied"; }
      catch { code.textContent = text(); code.hidden = false; copied.textContent = "select and copy the text below"; }
      setTimeout(() => { copied.textContent = ""; }, 2500);
    });
    const start = state();
    undo.disabled = true;

    const show = build({ root, set, begin, state });
    root.append(html("div", { class: "row" }, undo, reset, python, copy("Copy PyTorch", () => torch(state())),
      copy("Copy state", () => JSON.stringify(state())), copied), code);
    const draw = () => { show(state()); code.textContent = torch(state()); };
    model.on("change:state", draw);

    // Keys stay in the figure: notebooks and slides use letters and arrows too. A clicker's and a browser's keys pass.
    const pass = (event) => /^(Page|Escape|Tab|F\d)/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey;
    root.addEventListener("keydown", (event) => { if (!pass(event)) event.stopPropagation(); });
    const shadow = el.shadowRoot || el.attachShadow({ mode: "open" });
    shadow.replaceChildren(html("style", {}, STYLE), root);
    draw();
    return () => model.off("change:state", draw);
  } };
}
