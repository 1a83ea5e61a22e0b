// One tooltip for a figure: the sentence that explain() (controls.js) gave to a control, while the pointer rests on it,
// while it has the keyboard's focus, or after a long touch. As WCAG 1.4.13 asks: Escape hides it, the pointer may move
// onto it, and it stays until pointer and focus have left.

const PAUSE = 500, LONG = 400, GRACE = 250;  // ms: until it shows; of a long touch; to reach it with the pointer

/** Place `tip` above `node` in `root`, or below where there is no room; within the figure's edges. */
function placeTip(tip, node, root) {
  const edge = root.getBoundingClientRect(), scale = edge.width / root.offsetWidth || 1;  // a slide is scaled
  const box = (node.querySelector(".ring") || node).getBoundingClientRect();
  const [left, right] = [box.left, box.right].map((x) => (x - edge.left) / scale - root.clientLeft);
  const [top, bottom] = [box.top, box.bottom].map((y) => (y - edge.top) / scale - root.clientTop);
  const fits = (size, most, wanted) => clamp(wanted, 4, Math.max(4, most - size - 4));
  tip.style.left = tip.style.top = "0";
  const { offsetWidth: width, offsetHeight: height } = tip, above = top - height - 7;
  tip.style.left = `${fits(width, root.clientWidth, (left + right - width) / 2)}px`;
  tip.style.top = `${fits(height, root.clientHeight, above >= 4 ? above : bottom + 7)}px`;
}

/** Let the controls in `root` show their sentences. Returns the tooltip's node. */
function tipsIn(root) {
  const tip = html("div", { class: "tip", role: "tooltip", hidden: "" });
  let shown = null, over = null, timer = null;
  let held = {};  // the last press: whether it lasts; of a touch, its node and whether it was long
  const wait = (after, then) => { clearTimeout(timer); timer = setTimeout(then, after); };
  const explained = (event) => event.composedPath().find((one) => one.dataset?.tip) ?? null;
  const show = (node) => {
    if (!root.isConnected || !node.checkVisibility()) return;
    shown = node;
    tip.textContent = node.dataset.tip;
    tip.hidden = false;
    placeTip(tip, node, root);
    document.addEventListener("keydown", escape, true);
    document.addEventListener("pointerdown", elsewhere, true);
  };
  const hide = () => {
    clearTimeout(timer);
    shown = null;
    tip.hidden = true;
    document.removeEventListener("keydown", escape, true);
    document.removeEventListener("pointerdown", elsewhere, true);
  };
  const elsewhere = (event) => { if (!event.composedPath().includes(root)) hide(); };
  /** Escape hides the tooltip and nothing else; also where the focus is outside of the figure. */
  const escape = (event) => {
    if (event.key === "Escape") { hide(); event.stopPropagation(); event.preventDefault(); }
  };

  root.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || event.buttons) return;
    over = explained(event);
    if (event.composedPath().includes(tip)) clearTimeout(timer);  // the pointer rests on the sentence
    else if (over && over === shown) clearTimeout(timer);
    else if (over) wait(shown ? GRACE : PAUSE, () => show(over));
    else if (shown) wait(GRACE, hide);
    else clearTimeout(timer);
  });
  root.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "touch") return;
    over = null;
    if (shown) wait(GRACE, hide); else clearTimeout(timer);
  });
  root.addEventListener("focusin", (event) => {
    const node = explained(event);
    if (node && event.target.matches(":focus-visible") && !held.down) wait(PAUSE, () => show(node));
  });
  root.addEventListener("focusout", () => { if (!held.node) hide(); });
  root.addEventListener("keydown", (event) => {
    held = {};
    if (!/^(Tab|Shift|Control|Alt|Meta)$/.test(event.key)) hide();
  }, true);

  root.addEventListener("pointerdown", (event) => {
    if (event.composedPath().includes(tip)) return;
    hide();
    held = { down: true };
    const node = explained(event);
    // The track of a slider takes its value when it is touched: its name and its number explain it instead.
    if (event.pointerType !== "touch" || !node || event.target.type === "range") return;
    held = { down: true, node, at: [event.clientX, event.clientY] };
    wait(LONG, () => { held.long = true; show(node); });
  }, true);
  root.addEventListener("pointermove", (event) => {
    if (!held.down || !held.node || Math.hypot(event.clientX - held.at[0], event.clientY - held.at[1]) < 8) return;
    held = { down: true };  // a drag, or the page scrolls
    hide();
  }, true);
  // What a long touch would do at its end, it does not: no click, no menu, no tap on a handle.
  const drop = (event) => {
    if (!held.long) return;
    event.stopPropagation();
    if (event.cancelable) event.preventDefault();
  };
  for (const kind of ["touchend", "contextmenu", "click"]) {
    root.addEventListener(kind, drop, { capture: true, passive: false });
  }
  root.addEventListener("pointerup", (event) => {
    held.down = false;
    if (held.long) event.stopPropagation(); else clearTimeout(timer);
  }, true);
  root.addEventListener("pointercancel", () => { held = {}; clearTimeout(timer); }, true);
  return tip;
}
