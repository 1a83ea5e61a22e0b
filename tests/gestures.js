// In a page of one figure: finds what a gesture is for, does it as a script would, and reports what became of it.
(broken) => {
  const root = document.querySelector("[data-figure]").shadowRoot.querySelector(".figure");
  const sheet = root.querySelector("textarea");
  const targets = {
    drag: ".handle", key: ".handle", slide: "input[type=range]", type: "input[type=number]",
    choose: "select, input[type=checkbox], button.pick", press: ".row:not(.sheet .row) button:not([aria-disabled=true])",
    tap: ".panels", paste: ".tools button",
  };
  const visible = (node) => node.getClientRects().length > 0 && node.checkVisibility({ visibilityProperty: true });
  const all = (selector) => [...root.querySelectorAll(selector)].filter(visible);
  const called = (words) => all("button").find((node) => node.textContent === words);
  const tell = (node, kind, event = new Event(kind, { bubbles: true })) => node.dispatchEvent(event);
  const press = (node, key) => tell(node, "keydown", new KeyboardEvent("keydown", {
    key: key.replace(/^(Shift|Control)\+/, "").replace("Space", " "), bubbles: true, cancelable: true, composed: true,
    shiftKey: key.startsWith("Shift+"), ctrlKey: key.startsWith("Control+"),
  }));

  const focused = () => root.getRootNode().activeElement || root;

  const find = ({ kind, which }) => {
    const found = all(targets[kind]), node = found[Math.floor(which * found.length)];
    return kind === "paste" ? called("State") : node;
  };
  const scripts = {
    key: (node, { keys }) => { node.focus(); keys.forEach((key) => press(focused(), key)); },
    slide: (node, { part }) => {
      node.value = Number(node.min) + part * (node.max - node.min);
      tell(node, "input");
    },
    type: (node, { words }) => { node.value = words; tell(node, "change"); },
    choose: (node, { part }) => {
      if (node.type !== "select-one") { node.click(); return; }
      node.selectedIndex = Math.floor(part * node.options.length);
      tell(node, "change");
    },
    press: (node) => { node.click(); press(focused(), "Escape"); },
    paste: (node, { words }) => {
      node.click();
      sheet.value = words;
      called("Use this state").click();
      press(sheet, "Escape");
    },
  };

  /** Close what is open, stop what plays; then the figure's state as text, what is broken in it, and what it tells. */
  const report = () => {
    if (all(".sheet").length) called("Close").click();
    called("Pause")?.click();
    sheet.blur();
    return { state: sheet.value, broken: broken(root), told: root.querySelector(".told").textContent };
  };
  window.hands = {
    report,
    /** Move the slider number `k` to each of the values; after each a report, with what the slider's inputs hold. */
    slide: (k, values) => {
      const [range, number] = root.querySelectorAll(".field:has(input[type=range])")[k].querySelectorAll("input");
      const holds = () => ({ ...report(), low: range.min, high: range.max, value: range.value, typed: number.value,
        labels: [range.ariaLabel, number.ariaLabel] });
      const moved = (value) => { range.value = value; tell(range, "input"); tell(range, "change"); return holds(); };
      return values.length ? values.map(moved) : [holds()];
    },
    /** Where in the window, scrolled into view, the gesture's target is, and what it is; null where there is none. */
    reach: (gesture) => {
      const node = find(gesture);
      if (!node) return null;
      const ring = node.querySelector(".ring") || node;
      ring.scrollIntoView({ block: "nearest" });
      if (["key", "slide", "choose"].includes(gesture.kind)) node.focus();
      const { x, y, width, height } = ring.getBoundingClientRect();
      return { x, y, width, height, type: node.type };
    },
    /** Do the gestures by script, one after the other; a report of each. */
    script: (gestures) => gestures.map((gesture) => {
      const node = find(gesture);
      if (node) scripts[gesture.kind](node, gesture);
      return report();
    }),
    /** Press Undo until nothing is left to undo; how often that was. */
    undoAll: () => {
      let count = 0;
      for (; called("Undo").getAttribute("aria-disabled") !== "true"; count++) called("Undo").click();
      return count;
    },
  };
}
