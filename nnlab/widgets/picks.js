// Picks: buttons that stay pressed, with a sample of what they show on them; and transitions where a choice moves the
// drawing. Their look stands in figure.css.

/** A button called `name` that stays pressed while what it stands for is chosen; `tip` says what it does. */
function pick({ name, tip, press }, ...content) {
  const node = html("button", { type: "button", class: "pick", "aria-label": name }, ...content);
  node.addEventListener("click", press);
  explain(node, tip);
  return { node, show: (on) => put(node, { "aria-pressed": on }) };
}

/** A small picture on a pick, hidden from screen readers. */
const sample = (width, height, ...content) => svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height,
  "aria-hidden": "true" }, ...content);

/** A function to call before a change of the state: what the change moves in the drawing glides there. */
function easing({ root }) {
  let timer = null;
  return () => {
    root.classList.add("eases");
    clearTimeout(timer);
    timer = setTimeout(() => root.classList.remove("eases"), 300);
  };
}

/** A curve of the drawing through `places` on the axes `on`: as a path, which can change its form in a transition. */
const pathOf = (on, places) => `M${on.points(places).replaceAll(" ", "L")}`;
