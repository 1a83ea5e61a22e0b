// The frame around every figure: its style, undo, reset, the PyTorch, the state as text.

const STYLE = `
  :host { display: block; color-scheme: light; }
  .figure {
    position: relative; max-width: 1000px; padding: 6px 8px; box-sizing: border-box; text-align: left;
    color: ${INK}; background: white; border: 1px solid ${PALE}; border-radius: 6px;
    font: var(--controls, 17px)/1.4 system-ui, "DejaVu Sans", sans-serif;
  }
  .panels { display: flex; flex-wrap: wrap; gap: 4px 0; }
  svg {
    display: block; min-width: 0; max-width: 100%; touch-action: pan-y;
    font: 19px system-ui, "DejaVu Sans", sans-serif;
  }
  svg text { fill: ${INK}; user-select: none; }
  svg :is(.handle, .handle *) { cursor: grab; touch-action: none; outline: none; }
  .handle:focus-visible .ring, .handle:active .ring { stroke: ${INK}; stroke-width: 2.5; stroke-dasharray: 4 3; }
  .row { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; margin: 6px 4px; }
  .field { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; white-space: nowrap; }
  input[type=range] { width: 110px; accent-color: ${BLUE}; }
  input[type=checkbox] { flex: none; width: 18px; height: 18px; accent-color: ${BLUE}; }
  input[type=number] { width: 4.2em; font-variant-numeric: tabular-nums; }
  input[type=text] { flex: 1 1 300px; min-width: 200px; }
  input:is([type=number], [type=text]), textarea, select, button {
    font: inherit; color: ${INK}; background: white; border: 1px solid #767676; border-radius: 5px;
  }
  select, button { padding: 2px 10px; min-height: 30px; cursor: pointer; }
  button[aria-disabled=true] { color: #767676; border-color: ${PALE}; cursor: default; }
  :is(input, select, button, pre, textarea, summary, [contenteditable]):focus-visible {
    outline: 3px solid ${BLUE}; outline-offset: 2px;
  }
  .sheet {
    position: absolute; inset: auto 8px 52px 8px; max-height: calc(100% - 70px); overflow: auto; padding: 4px 8px;
    box-sizing: border-box; background: white; border: 1px solid #767676; border-radius: 6px;
    box-shadow: 0 4px 18px #0004;
  }
  pre, textarea {
    font: var(--code, 15px)/1.4 "DejaVu Sans Mono", monospace; background: #f4f4f4; padding: 8px 10px; margin: 6px 4px;
  }
  pre { white-space: pre-wrap; overflow-x: auto; }
  textarea { width: calc(100% - 8px); min-height: 7em; box-sizing: border-box; }
  .side { align-self: center; }
  table { border-collapse: collapse; margin: 0 4px 0 10px; }
  th, td { text-align: left; font-weight: 400; padding: 4px 12px 4px 0; }
  thead th { color: ${GRAY}; }
  thead th:not(:first-child) { text-align: right; }
  th .field { flex-wrap: nowrap; }
  td { min-width: 4.2em; text-align: right; font-variant-numeric: tabular-nums; }
  .says { font-size: 19px; min-height: 2.8em; align-content: start; }
  .told { color: ${GRAY}; }
  [hidden] { display: none !important; }
  @media print { .tools { display: none; } }`;

/**
 * Two sheets over the figure, which so keeps its size: the PyTorch (`code()` writes it) and the state as text, which
 * can be pasted. Returns their nodes, the buttons that open them, and `refresh`.
 */
function sheetsOf({ state, begin, set, tell }, rules, code) {
  const copy = async (from) => {
    try {
      await navigator.clipboard.writeText(from.value ?? from.textContent);
      tell("copied", 2500);
    } catch {
      from.focus();
      getSelection().selectAllChildren(from);
      if (from.select) from.select();
      tell("selected: copy it with Ctrl+C or ⌘C");
    }
  };
  const python = html("pre", { tabindex: 0, role: "textbox", "aria-readonly": true, "aria-multiline": true,
    "aria-label": "PyTorch that prints this figure's numbers" });
  const typed = html("textarea", { "aria-label": "State of this figure as text", spellcheck: "false" });
  const use = () => {
    try {
      const wanted = whole(rules, JSON.parse(typed.value));
      begin();
      set(wanted);
      tell("this state is shown");
    } catch (error) {
      const why = error instanceof SyntaxError ? "this is no JSON; copy a whole state, from { to }" : error.message;
      tell(`not used: ${why}`);
    }
  };
  const sheets = [];
  const sheet = (name, label, first, ...more) => {
    const close = (focus) => {
      node.hidden = true;
      put(open, { "aria-expanded": false });
      if (focus) open.focus();
      refresh();
    };
    const open = button(name, () => {
      const was = node.hidden;
      sheets.forEach((one) => one.close());
      if (!was) return;
      node.hidden = false;
      put(open, { "aria-expanded": true });
      refresh();
      first.focus();
    });
    const row = html("div", { class: "row" },
      button("Copy", () => copy(first)), ...more, button("Close", () => close(true)));
    const node = html("div", { class: "sheet", role: "region", "aria-label": label, hidden: "" }, first, row);
    node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { close(true); event.stopPropagation(); }
    });
    put(open, { "aria-expanded": false });
    sheets.push({ node, open, close });
  };
  sheet("PyTorch", "The figure in PyTorch", python);
  sheet("State", "The figure's state", typed, button("Use this state", use));
  const refresh = () => {
    if (!sheets[0].node.hidden) python.textContent = code();
    if (!typed.matches(":focus")) typed.value = JSON.stringify(state());
  };
  return { nodes: sheets.map((one) => one.node), buttons: sheets.map((one) => one.open), refresh };
}

/** Keys stay in the figure: notebooks and slides use letters and arrows too. A clicker's and a browser's keys pass. */
function keepKeys(root, undo) {
  const pass = (event) => /^(Page|Tab|F\d)/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey;
  root.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:is([type=number], [type=text]), textarea");
    if (event.key === "Escape") {  // gives the keys back
      event.target.blur();
      event.stopPropagation();
      return;
    }
    if (event.key === "z" && (event.ctrlKey || event.metaKey) && !typing) {
      event.preventDefault();
      event.stopPropagation();
      undo.click();
    }
    if (!pass(event) || (typing && !event.key.startsWith("Page"))) event.stopPropagation();
  });
}

/**
 * The module of a figure. `rules` are its defaults, choices, limits; `title` names it for a screen reader;
 * `numbers(state, network)` is all that it computes, with the network that came along, if any; `build(stage)` draws it
 * once in `stage.root` and returns the function that shows a state and its numbers; `torch(state, numbers)` is the
 * PyTorch that prints the figure's numbers.
 */
function figure({ title, rules, numbers, build, torch }) {
  const code = (state, network) => torch(state, numbers(state, network));
  const render = ({ model, el }) => {
    const root = html("div", { class: "figure", role: "group", "aria-label": title });
    const says = html("div", { class: "row says", role: "status", "aria-live": "polite" });
    const told = html("span", { class: "told", role: "status" });
    const state = () => ({ ...rules.defaults, ...model.get("state") }), network = () => model.get("network");
    const start = whole(rules, model.get("start") || model.get("state"));
    whole(rules, model.get("state"));

    // Undo: every state that a gesture, or Python, has changed. A gesture that changes nothing leaves no trace.
    const past = [], stops = [];
    let before = null, mine = false, last = state(), forget = null;
    const keep = (old) => {
      past.push(old);
      if (past.length > 500) past.shift();
      enable(undo, true);
    };
    const begin = () => { stops.forEach((stop) => stop()); before = state(); };
    const set = (change) => {
      const next = { ...state(), ...change };
      if (same(next, state())) return;
      if (before) keep(before);
      before = null;
      mine = true;
      try { model.set("state", next); } finally { mine = false; }
      model.save_changes();
    };
    const undo = button("Undo", () => { begin(); before = null; set(past.pop()); enable(undo, past.length > 0); });
    const reset = button("Reset", () => { begin(); set(start); });
    enable(undo, false);
    keepKeys(root, undo);

    const tell = (words, time = 8000) => {
      told.textContent = words;
      clearTimeout(forget);
      forget = setTimeout(() => { told.textContent = ""; }, time);
    };
    const stage = { root, says, state, set, begin, tell, draw: () => draw(), atBegin: (stop) => stops.push(stop) };
    const sheets = sheetsOf(stage, rules, () => code(state(), network()));
    const show = build(stage);
    root.append(says, html("div", { class: "row tools" }, undo, reset, ...sheets.buttons, told), ...sheets.nodes);
    const draw = () => { show(state(), numbers(state(), network())); sheets.refresh(); };
    const changed = () => {
      if (!mine) {
        try { whole(rules, model.get("state")); } catch (error) {  // the last state comes back
          tell(`not shown: ${error.message}`);
          mine = true;
          try { model.set("state", last); } finally { mine = false; }
          return;
        }
        if (!same(last, state())) keep(last);
      }
      last = state();
      draw();
    };
    model.on("change:state", changed);
    model.on("change:network", draw);

    const shadow = el.shadowRoot || el.attachShadow({ mode: "open" });
    shadow.replaceChildren(html("style", {}, STYLE), root);
    draw();
    return () => {
      stops.forEach((stop) => stop());
      model.off("change:state", changed);
      model.off("change:network", draw);
    };
  };
  return { rules, numbers, torch: code, whole: (state) => whole(rules, state), render };
}
