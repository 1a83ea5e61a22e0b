// The stage: a figure whose drawing takes most of its area (its look: figure.css). Colors follow the page, light or
// dark; what is not needed at first opens at the button Settings; a player that glides from step to step.

const WORDS = {  // what the buttons of a player do
  Play: "Run to the last step; press again to pause.", Restart: "Go back to step 0.",
  Back: "Go one step back.", Step: "Go one step forward.",
};

const ICONS = {  // shapes of what stands on a button, as polygons
  Restart: "0 0, 16% 0, 16% 42%, 58% 0, 58% 42%, 100% 0, 100% 100%, 58% 58%, 58% 100%, 16% 58%, 16% 100%, 0 100%",
  Back: "64% 0, 64% 100%, 8% 50%, 64% 0, 76% 0, 76% 100%, 94% 100%, 94% 0",
  Remove: "0 14%, 14% 0, 50% 36%, 86% 0, 100% 14%, 64% 50%, 100% 86%, 86% 100%, 50% 64%, 14% 100%, 0 86%, 36% 50%",
  Step: "36% 0, 36% 100%, 92% 50%, 36% 0, 24% 0, 24% 100%, 6% 100%, 6% 0",
};

/** Make `node` a button with an icon; its words stay for screen readers. */
function asIcon(node) {
  node.classList.add("icon");
  node.style.setProperty("--shape", `polygon(${ICONS[node.textContent]})`);
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
  const opener = explain(button("Settings", () => show(region.hidden)), "Show or hide all other controls.");
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
  [restart, back, forth, play].forEach((one) => explain(one, WORDS[one.textContent]));
  explain(made.node.querySelector(".field"), "Go to any step: drag the slider or type the number.");
  play.classList.add("first");
  made.node.prepend(play, restart);
  made.node.classList.add("steer");
  stage.atBegin(() => {  // by then it stands still
    if (part) { part = 0; stage.draw(); }
  });
  return { ...made, part: () => play.textContent === "Pause" ? part : 0 };
}
