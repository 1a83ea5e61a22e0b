// The controls below a drawing: buttons, sliders, choices, and the player that leads through the steps of a run.

/** A button; one that is not enabled keeps the focus and does nothing. */
const button = (words, press) => {
  const node = html("button", { type: "button" }, words);
  node.addEventListener("click", () => { if (node.getAttribute("aria-disabled") !== "true") press(); });
  return node;
};
const enable = (node, enabled) => put(node, { "aria-disabled": !enabled });

/** Say in `words` what the control `node` does, for pointer, touch, keyboard and screen reader. Returns the node. */
function explain(node, words) {
  put(node, { "data-tip": words });
  const controls = "button, input, select, textarea, [tabindex]";
  for (const one of node.matches(controls) ? [node] : node.querySelectorAll(controls)) {
    put(one, { "aria-description": words });
  }
  return node;
}

/**
 * A slider with its name and its number, which can be typed; `change` gets the number, `tell` a sentence on a typed one
 * that is not allowed. With `digits` 0 the number is whole.
 */
function slider({ name, low, high, step = 0.05, digits = 2, begin, change, tell }) {
  const range = html("input", { type: "range", min: low, max: high, step, "aria-label": name });
  const number = html("input", { type: "number", min: low, max: high, step, "aria-label": `${name}, typed` });
  let value = low;
  range.addEventListener("pointerdown", begin);
  range.addEventListener("keydown", (event) => { if (/^(Arrow|Home|End)/.test(event.key)) begin(); });
  range.addEventListener("input", () => change(Number(range.value)));
  number.addEventListener("change", () => {
    const typed = Number(number.value);
    if (number.value !== "" && typed >= low && typed <= high && (digits || Number.isInteger(typed))) {
      begin();
      change(typed);
      return;
    }
    tell(`${name} = ${number.value || "nothing"}: type ${digits ? "a" : "a whole"} number from ${shown(low, digits)} `
      + `to ${shown(high, digits)}`);
    number.value = tidy(value, digits);
  });
  const show = (now, most = high) => {
    value = now;
    high = most;
    put(range, { max: most });
    put(number, { max: most });
    range.value = now;
    if (!number.matches(":focus") || Number(number.value) !== now) number.value = tidy(now, 4);
  };
  return { node: html("div", { class: "field" }, html("span", { "aria-hidden": "true" }, name), range, number), show };
}

/** A choice among `options`; `change` gets the chosen one, `says` has other words for some. */
function choice({ name, options, begin, change, says = {} }) {
  const select = html("select", {},
    ...options.map((option) => html("option", { value: option }, says[option] || option)));
  select.addEventListener("change", () => { begin(); change(select.value); });
  return {
    node: html("label", { class: "field" }, html("span", {}, name), select),
    show: (value) => { select.value = value; },
  };
}

/** A checkbox with a label that follows it; `name` is for screen readers, `change` gets whether it is checked. */
function checkbox({ name, change }, ...label) {
  const box = html("input", { type: "checkbox", "aria-label": name });
  box.addEventListener("change", () => change(box.checked, box));
  return { node: html("label", { class: "field" }, box, ...label), show: (on) => { box.checked = on; } };
}

/**
 * Buttons and a slider that lead through the part `step` of the state, from 0 to `end(state)`. Play moves on by
 * `stride()` every `wait` ms; with reduced motion it goes to the end at once. `more` buttons stand before play.
 */
function player(stage, { end, wait, more = [], stride = () => 1 }) {
  const { state, set, begin } = stage;
  let timer = null;
  const go = (step) => set({ step: clamp(step, 0, end(state())) });
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    put(stage.says, { "aria-live": "polite" });
  };
  const play = button("Play", () => {
    const playing = timer;
    begin();
    if (playing) return;
    if (state().step >= end(state())) go(0);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { go(end(state())); return; }
    play.textContent = "Pause";
    put(stage.says, { "aria-live": "off" });
    timer = setInterval(() => {
      if (play.isConnected) go(state().step + stride());
      if (!play.isConnected || state().step >= end(state())) stop();
    }, wait);
  });
  stage.atBegin(stop);
  const back = button("Back", () => { begin(); go(state().step - 1); });
  const forth = button("Step", () => { begin(); go(state().step + 1); });
  const scrub = slider({ name: "step", low: 0, high: 1, step: 1, digits: 0, begin, change: go, tell: stage.tell });
  return {
    node: html("div", { class: "row" }, back, forth, ...more, play, scrub.node),
    show: (now) => {
      const last = end(now);
      scrub.show(Math.min(now.step, last), last);
      enable(back, now.step > 0);
      enable(forth, now.step < last);
    },
  };
}
