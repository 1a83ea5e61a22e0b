// The frame around every figure: undo, reset, the PyTorch, the state as text. Its look is figure.css.

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
  const sheet = (name, label, why, first, ...more) => {
    const close = (focus) => {
      node.hidden = true;
      put(open, { "aria-expanded": false });
      if (focus) open.focus();
      refresh();
    };
    const open = explain(button(name, () => {
      const was = node.hidden;
      sheets.forEach((one) => one.close());
      if (!was) return;
      node.hidden = false;
      put(open, { "aria-expanded": true });
      refresh();
      first.focus();
    }), why);
    const row = html("div", { class: "row" },
      button("Copy", () => copy(first)), ...more, button("Close", () => close(true)));
    const node = html("div", { class: "sheet", role: "region", "aria-label": label, hidden: "" }, first, row);
    node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { close(true); event.stopPropagation(); }
    });
    put(open, { "aria-expanded": false });
    sheets.push({ node, open, close });
  };
  sheet("PyTorch", "The figure in PyTorch", "Show PyTorch code that prints this figure's numbers.", python);
  sheet("State", "The figure's state", "Show the figure's state as text, to copy it or to paste another.", typed,
    button("Use this state", use));
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
    const undo = explain(button("Undo", () => {
      begin();
      before = null;
      set(past.pop());
      enable(undo, past.length > 0);
    }), "Take back the last change.");
    const reset = explain(button("Reset", () => { begin(); set(start); }),
      "Return to the state with which the figure begins.");
    enable(undo, false);
    keepKeys(root, undo);

    const tell = (words, time = 8000) => {
      told.textContent = words;
      clearTimeout(forget);
      forget = setTimeout(() => { told.textContent = ""; }, time);
    };
    const stage = { root, says, state, set, begin, tell, draw: () => draw(), atBegin: (stop) => stops.push(stop) };
    const sheets = sheetsOf(stage, rules, () => code(state(), network()));
    followPage(root);
    const show = build(stage);
    root.append(says, html("div", { class: "row tools" }, undo, reset, ...sheets.buttons, told), ...sheets.nodes,
      tipsIn(root));
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
