// Picks: buttons that stay pressed, with a sample of what they show on them; and transitions where a choice moves the
// drawing.

const PICKS = `
  .picks { display: flex; flex-wrap: wrap; gap: 4px; }
  .pick { display: inline-flex; align-items: center; justify-content: center; gap: 6px; padding: 1px 8px; }
  .pick:hover { background: var(--soft); }
  .pick[aria-pressed=true] { background: var(--soft); box-shadow: inset 0 -4px 0 var(--pick, var(--lane0)); }
  .compact input[type=range] { width: 64px; }
  .compact input[type=number] { width: 3.6em; }
  @media (prefers-reduced-motion: no-preference) {
    .eases svg * { transition: 220ms ease; transition-property: d, transform, cx, cy, r, x, y, width, height, fill,
      stroke, stroke-width, stop-color, opacity; }
  }`;

/** Give the figure the look of picks, of compact sliders, and of what glides. */
const dressPicks = ({ root }, more = "") => root.append(html("style", {}, PICKS + more));

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
