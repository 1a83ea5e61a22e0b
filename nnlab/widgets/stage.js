// The stage: the look of a figure whose drawing takes most of its area. Colors follow the page, light or dark; what is
// not needed at first opens at the button Settings; a player that glides from step to step.

const STAGE = `
  .stage {
    --ink: var(--jp-ui-font-color0, #1a1a1a);
    --ground: var(--jp-layout-color0, var(--colab-primary-surface-color, #fff));
    --gray: #595959; --pale: #dcdfe3; --edge: #767676; --soft: #f3f5f7; --on: #fff;
    --lane0: #0072b2; --lane1: #b84e00; --lane2: #00735a; --lane3: #8a2f8f;
    display: flex; flex-wrap: wrap; align-items: center; gap: 2px 4px; padding: 4px 8px 6px;
    color: var(--ink); background: var(--ground); border-color: var(--pale);
  }
  .stage[data-theme=dark] {
    color-scheme: dark;
    --ink: var(--jp-ui-font-color0, #f2f2f2);
    --ground: var(--jp-layout-color0, var(--colab-primary-surface-color, #1b1e23));
    --gray: #b9bec6; --pale: #444a52; --edge: #8d949e; --soft: #2a2f36; --on: #101418;
    --lane0: #5cb8f0; --lane1: #f5a35c; --lane2: #35c9a3; --lane3: #df8fe0;
  }
  .stage > .panels { flex: 1 0 100%; }
  .stage svg { overflow: visible; }
  .stage svg text { fill: var(--ink); }
  .stage svg .small { font-size: 16px; }
  .stage svg .quiet { fill: var(--gray); }
  .stage svg .halo { stroke: var(--ground); stroke-width: 4.5px; stroke-linejoin: round; paint-order: stroke; }
  .stage .axes line { stroke: var(--pale); }
  .stage .knob { fill: var(--ground); stroke: var(--ink); stroke-width: 2.5; filter: drop-shadow(0 1px 2px #0007); }
  .stage .grip { fill: none; stroke: var(--ink); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
  .stage svg :is(.handle, .handle *):active { cursor: grabbing; }
  .stage .handle:hover .knob { stroke-width: 4; }
  .stage .handle .ring { fill: transparent; }
  .stage .handle:is(:focus-visible, :active) .ring { stroke: var(--ink); }
  .stage > .row { margin: 2px; gap: 4px 8px; }
  .stage :is(input:is([type=number], [type=text]), textarea, select, button) {
    color: var(--ink); background: var(--ground); border-color: var(--edge);
  }
  .stage input[type=range] { accent-color: var(--lane0); }
  .stage button[aria-disabled=true] { color: var(--gray); border-color: var(--pale); opacity: 0.6; }
  .stage :is(input, select, button, pre, textarea):focus-visible { outline-color: var(--lane0); }
  .stage button.first { background: var(--lane0); border-color: var(--lane0); color: var(--on); font-weight: 600;
    min-width: 4.4em; }
  .stage .steer { flex: 1 1 330px; }
  .stage .steer .field { flex: 1 1 130px; flex-wrap: nowrap; }
  .stage .steer .field span { display: none; }
  .stage .steer input[type=range] { flex: 1; width: 60px; }
  .stage .steer input[type=number] { width: 3.6em; }
  .stage button.icon { font-size: 0; padding: 2px 8px; }
  .stage button.icon::before { content: ""; display: inline-block; width: 16px; height: 14px; background: currentColor;
    clip-path: var(--shape); vertical-align: middle; }
  .stage .tools button { border-color: transparent; padding: 2px 5px; text-decoration: underline; color: var(--ink);
    text-decoration-color: var(--edge); text-underline-offset: 3px; }
  .stage > .tools { order: 2; gap: 2px; font-size: 0.94em; }
  .stage > .says { order: 1; flex: 1 1 400px; font-size: inherit; min-height: 2.7em; line-height: 1.32; }
  .stage .told { color: var(--gray); }
  .stage .told:empty { display: none; }
  .stage > .sheet { bottom: 62px; }
  .stage :is(.sheet, .settings) { background: var(--ground); border-color: var(--edge); }
  .stage :is(pre, textarea) { background: var(--soft); color: var(--ink); }
  .settings {
    flex: 1 0 100%; min-width: 0; display: flex; flex-wrap: wrap; gap: 0 26px; padding: 2px 8px; box-sizing: border-box;
    border: 1px solid; border-radius: 6px;
  }
  .settings .row { margin: 3px 0; gap: 4px 12px; }
  .settings .field, .settings .racer { flex-wrap: nowrap; }
  .settings > div { min-width: 0; max-width: 100%; }
  .settings .racer { gap: 8px; }
  .settings .racer select { flex: 1 1 90px; min-width: 0; max-width: 12em; }
  .settings .racer input[type=number] { width: 3.6em; }
  .settings input[type=range] { width: 84px; }
  .settings input[type=number] { width: 4.2em; }
  .stage.deck .settings { position: absolute; right: 8px; bottom: 62px; width: 544px; box-shadow: 0 4px 18px #0006; }
  @media (max-width: 480px) { .stage > .row label > span { position: absolute; clip-path: inset(50%); } }
  @media (forced-colors: active) { .stage button.icon::before { background: ButtonText; } }
  @media print { .stage > .row:not(.says), .stage .settings { display: none; } }`;

const ICONS = {  // shapes of what stands on a button, as polygons
  Restart: "0 0, 16% 0, 16% 42%, 58% 0, 58% 42%, 100% 0, 100% 100%, 58% 58%, 58% 100%, 16% 58%, 16% 100%, 0 100%",
  Back: "64% 0, 64% 100%, 8% 50%, 64% 0, 76% 0, 76% 100%, 94% 100%, 94% 0",
  Remove: "0 14%, 14% 0, 50% 36%, 86% 0, 100% 14%, 64% 50%, 100% 86%, 86% 100%, 50% 64%, 14% 100%, 0 86%, 36% 50%",
  Step: "36% 0, 36% 100%, 92% 50%, 36% 0, 24% 0, 24% 100%, 6% 100%, 6% 0",
};

/** Make `node` a button with an icon; its words stay for screen readers and when the pointer rests on it. */
function asIcon(node) {
  node.classList.add("icon");
  node.style.setProperty("--shape", `polygon(${ICONS[node.textContent]})`);
  put(node, { title: node.textContent });
}

/** Write `words` into `node`, unless they stand there: in an animation no node is made anew. */
const write = (node, words) => { if (node.textContent !== words) node.textContent = words; };

/** Whether the page behind `node` is dark: the nearest opaque background, else the page's color scheme. */
function onDark(node) {
  for (let at = node; at; at = at.parentNode || at.host) {
    if (!(at instanceof Element)) continue;
    const color = getComputedStyle(at).backgroundColor, scale = color.startsWith("color(") ? 255 : 1;
    const [r, g, b, opacity = 1] = (color.match(/\d[\d.e-]*/g) || [0, 0, 0, 0]).map(Number);
    if (opacity > 0.5) return scale * (0.2126 * r + 0.7152 * g + 0.0722 * b) < 110;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const wanted = matchMedia("(prefers-color-scheme: dark)").matches;
  return scheme.includes("dark") && (wanted || !scheme.includes("light"));
}

/** Give the figure the look of the stage, and keep its colors those of the page while it is shown. */
function setStage({ root }) {
  root.classList.add("stage");
  root.classList.toggle("deck", Boolean(document.querySelector(".reveal")));
  root.append(html("style", {}, STAGE));
  let seen = false;
  const watch = new MutationObserver(() => follow()), size = new ResizeObserver(() => follow());
  const follow = () => {
    const { host } = root.getRootNode();
    if (root.isConnected) put(root, { "data-theme": onDark(host.parentNode) ? "dark" : "light" });
    else if (seen) { watch.disconnect(); size.disconnect(); }
    seen ||= root.isConnected;
  };
  for (const node of [document.documentElement, document.body]) watch.observe(node, { attributes: true });
  watch.observe(document.head, { childList: true });
  size.observe(root);
  queueMicrotask(follow);
}

/** What opens and closes at the button Settings: a region with `rows`. Returns the button's row and the region. */
function settingsOf(...rows) {
  const region = html("div", { class: "settings", role: "group", "aria-label": "Settings", hidden: "" }, ...rows);
  const show = (open) => {
    region.hidden = !open;
    put(opener, { "aria-expanded": open });
  };
  const opener = button("Settings", () => show(region.hidden));
  opener.classList.add("opens");
  region.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show(false);
    opener.focus();
    event.stopPropagation();
  });
  show(false);
  return [html("div", { class: "row tools" }, opener), region];
}

/** A number to type; `change` gets one from `low` to `high`, `tell` a sentence on another. `label` is what is shown. */
function numberBox({ name, label = name, low, high, begin, change, tell }) {
  const box = html("input", { type: "number", min: low, max: high, step: "any", "aria-label": name });
  let value = low;
  box.addEventListener("change", () => {
    const typed = Number(box.value);
    if (box.value !== "" && typed >= low && typed <= high) { begin(); change(typed); return; }
    tell(`${name} = ${box.value || "nothing"}: type a number from ${plain(low)} to ${plain(high)}`);
    box.value = value;
  });
  const words = html("span", { "aria-hidden": "true" }, label);
  const show = (now, said = label) => {
    value = now;
    write(words, said);
    if (!box.matches(":focus") || Number(box.value) !== now) box.value = now;
  };
  return { node: html("div", { class: "field" }, words, box), box, show };
}

/**
 * A player (see controls.js) that draws between the steps, too: the whole run takes about `seconds`, a step at most
 * `slowest` ms. `part()` is how much of the way to the next step is done, 0 while it stands still.
 */
function glider(stage, { end, seconds = 7, slowest = 150 }) {
  let part = 0, ticked = 0;
  const stride = () => {
    const now = performance.now(), wait = clamp(1000 * seconds / end(stage.state()), 8, slowest);
    if (now - ticked > 500) { ticked = now - 16; part = 0; }  // it has just begun
    const moved = part + (now - ticked) / wait, whole = Math.floor(moved);
    ticked = now;
    part = moved - whole;
    if (!whole) stage.draw();
    return whole;
  };
  const restart = button("Restart", () => { stage.begin(); stage.set({ step: 0 }); });
  const made = player(stage, { end, wait: 16, stride, more: [restart] });
  const [back, forth, , play] = made.node.querySelectorAll("button");
  [restart, back, forth].forEach(asIcon);
  play.classList.add("first");
  made.node.prepend(play, restart);
  made.node.classList.add("steer");
  stage.atBegin(() => {  // by then it stands still
    if (part) { part = 0; stage.draw(); }
  });
  return { ...made, part: () => play.textContent === "Pause" ? part : 0 };
}
