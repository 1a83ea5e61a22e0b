// The controls below a drawing: buttons, sliders, numbers, choices, and what opens at the button Settings.

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
