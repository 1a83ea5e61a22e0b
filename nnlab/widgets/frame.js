// The frame around every figure: its state and what may stand in it, undo, reset, the PyTorch, the state as text.

const STYLE = `
  :host { display: block; color-scheme: light; }
  .figure { position: relative; background: white; color: ${INK}; font: var(--controls, 17px)/1.4 system-ui, "DejaVu Sans", sans-serif;
            max-width: 1000px; padding: 6px 8px; border: 1px solid ${PALE}; border-radius: 6px; box-sizing: border-box; text-align: left; }
  .panels { display: flex; flex-wrap: wrap; gap: 4px 0; }
  svg { display: block; min-width: 0; max-width: 100%; font: 19px system-ui, "DejaVu Sans", sans-serif; touch-action: pan-y; }
  svg text { fill: ${INK}; user-select: none; } svg :is(.handle, .handle *) { cursor: grab; touch-action: none; outline: none; }
  .handle:focus-visible .ring, .handle:active .ring { stroke: ${INK}; stroke-width: 2.5; stroke-dasharray: 4 3; }
  .row { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; margin: 6px 4px; }
  .field { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; white-space: nowrap; }
  input[type=range] { width: 110px; accent-color: ${BLUE}; } input[type=checkbox] { flex: none; width: 18px; height: 18px; accent-color: ${BLUE}; }
  input[type=number] { width: 4.2em; font-variant-numeric: tabular-nums; }
  input[type=text] { flex: 1 1 300px; min-width: 200px; }
  input:is([type=number], [type=text]), textarea, select, button {
    font: inherit; color: ${INK}; background: white; border: 1px solid #767676; border-radius: 5px; }
  select, button { padding: 2px 10px; min-height: 30px; cursor: pointer; }
  button[aria-disabled=true] { color: #767676; border-color: ${PALE}; cursor: default; }
  :is(input, select, button, pre, textarea, summary, [contenteditable]):focus-visible { outline: 3px solid ${BLUE}; outline-offset: 2px; }
  .sheet { position: absolute; inset: auto 8px 52px 8px; max-height: calc(100% - 70px); overflow: auto; background: white; padding: 4px 8px;
           border: 1px solid #767676; border-radius: 6px; box-shadow: 0 4px 18px #0004; box-sizing: border-box; }
  pre, textarea { font: var(--code, 15px)/1.4 "DejaVu Sans Mono", monospace; background: #f4f4f4; padding: 8px 10px; margin: 6px 4px; }
  pre { white-space: pre-wrap; overflow-x: auto; } textarea { width: calc(100% - 8px); min-height: 7em; box-sizing: border-box; }
  .side { align-self: center; } table { border-collapse: collapse; margin: 0 4px 0 10px; } thead th { color: ${GREY}; }
  th, td { text-align: left; font-weight: 400; padding: 4px 12px 4px 0; } thead th:not(:first-child) { text-align: right; }
  th .field { flex-wrap: nowrap; } td { min-width: 4.2em; text-align: right; font-variant-numeric: tabular-nums; }
  .says { font-size: 19px; min-height: 2.8em; align-content: start; } .told { color: ${GREY}; } [hidden] { display: none !important; }
  @media print { .tools { display: none; } }`;

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The defaults with `state` over them. An unknown part, or one of another form than its default, is an Error that says what may stand there. */
function whole({ defaults, choices = {}, limits = {}, most = {} }, state) {
  if (!state || typeof state !== "object" || Array.isArray(state)) throw new Error("a state is written {\"part\": value, ...}");
  const like = (known, value) => Array.isArray(known)
    ? Array.isArray(value) && (Array.isArray(known[0]) ? value.every((one) => like(known[0], one))
      : value.length === known.length && known.every((one, k) => like(one, value[k])))
    : typeof known === "string" ? typeof value === "string" : Number.isFinite(value);
  for (const [part, value] of Object.entries(state)) {
    const fail = (what) => { throw new Error(`${part} = ${JSON.stringify(value)}: ${what}`); };
    if (!Object.hasOwn(defaults, part)) throw new Error(`the figure has no "${part}"; choose from: ${Object.keys(defaults).join(", ")}`);
    const allowed = choices[part], several = allowed && Array.isArray(defaults[part]);
    if (several && !Array.isArray(value)) fail("expected a list");
    if (allowed && ![value].flat().every((one) => allowed.includes(one))) fail(`choose ${several ? "from" : "one of"}: ${allowed.join(", ")}`);
    if (!several && !like(defaults[part], value)) fail(`expected something like ${JSON.stringify(defaults[part])}`);
    const [low, high, grain] = limits[part] || [-Infinity, Infinity];
    if (limits[part] && ![value].flat(9).every((one) => one >= low && one <= high)) fail(`choose between ${low} and ${high}`);
    if (grain && [value].flat(9).some((one) => one % grain)) fail("choose a whole number");
    if (most[part] && value.length > most[part]) throw new Error(`${part}: ${value.length} are too many; at most ${most[part]}`);
  }
  return { ...structuredClone(defaults), ...structuredClone(state) };
}

/**
 * The module of a figure. `rules` are its defaults, choices, limits; `title` names it for a screen reader; `numbers(state, network)`
 * is all that it computes, with the network that came along, if any; `build(stage)` draws it once in `stage.root` and returns the
 * function that shows a state and its numbers; `torch(state, numbers)` is the PyTorch that prints the figure's numbers.
 */
function figure({ title, rules, numbers, build, torch }) {
  const code = (state, network) => torch(state, numbers(state, network));
  return { rules, numbers, torch: code, whole: (state) => whole(rules, state), render({ model, el }) {
    const root = html("div", { class: "figure", role: "group", "aria-label": title });
    const says = html("div", { class: "row says", role: "status", "aria-live": "polite" }), told = html("span", { class: "told", role: "status" });
    const state = () => ({ ...rules.defaults, ...model.get("state") }), network = () => model.get("network");
    const start = whole(rules, model.get("start") || model.get("state"));
    whole(rules, model.get("state"));

    // Undo: every state that a gesture, or Python, has changed. A gesture that changes nothing leaves no trace.
    const past = [], stops = [];
    let before = null, mine = false, last = state(), forget = null;
    const keep = (old) => { past.push(old); if (past.length > 500) past.shift(); enable(undo, true); };
    const begin = () => { stops.forEach((stop) => stop()); before = state(); };
    const set = (change) => {
      const next = { ...state(), ...change };
      if (same(next, state())) return;
      if (before) keep(before);
      before = null; mine = true;
      try { model.set("state", next); } finally { mine = false; }
      model.save_changes();
    };
    const undo = button("Undo", () => { begin(); before = null; set(past.pop()); enable(undo, past.length > 0); });
    const reset = button("Reset", () => { begin(); set(start); });
    enable(undo, false);

    const tell = (text, time = 8000) => {
      told.textContent = text; clearTimeout(forget);
      forget = setTimeout(() => { told.textContent = ""; }, time);
    };
    const copy = async (from) => {
      try { await navigator.clipboard.writeText(from.value ?? from.textContent); tell("copied", 2500); } catch {
        from.focus(); getSelection().selectAllChildren(from); if (from.select) from.select();
        tell("marked: copy it with Ctrl+C or ⌘C");
      }
    };

    // Two sheets over the figure, so that it keeps its size: the PyTorch, and the state as text.
    const python = html("pre", { tabindex: 0, role: "textbox", "aria-readonly": true, "aria-multiline": true,
      "aria-label": "PyTorch that prints this figure's numbers" });
    const typed = html("textarea", { "aria-label": "State of this figure as text", spellcheck: "false" });
    const use = () => {
      try { const wanted = whole(rules, JSON.parse(typed.value)); begin(); set(wanted); tell("this state is shown"); } catch (error) {
        tell(`not used: ${error instanceof SyntaxError ? "this is no JSON; copy a whole state, from { to }" : error.message}`);
      }
    };
    const sheets = [];
    const sheet = (name, label, first, ...more) => {
      const close = (focus) => {
        node.hidden = true; put(open, { "aria-expanded": false });
        if (focus) open.focus();
        refresh();
      };
      const open = button(name, () => {
        const was = node.hidden;
        sheets.forEach((one) => one.close());
        if (was) { node.hidden = false; put(open, { "aria-expanded": true }); refresh(); first.focus(); }
      });
      const node = html("div", { class: "sheet", role: "region", "aria-label": label, hidden: "" }, first,
        html("div", { class: "row" }, button("Copy", () => copy(first)), ...more, button("Close", () => close(true))));
      node.addEventListener("keydown", (event) => { if (event.key === "Escape") { close(true); event.stopPropagation(); } });
      put(open, { "aria-expanded": false });
      sheets.push({ node, open, close });
    };
    sheet("PyTorch", "The figure in PyTorch", python);
    sheet("State", "The figure's state", typed, button("Use this state", use));
    const refresh = () => {
      if (!sheets[0].node.hidden) python.textContent = code(state(), network());
      if (!typed.matches(":focus")) typed.value = JSON.stringify(state());
    };

    const stage = { root, says, state, set, begin, tell, draw: () => draw(), atBegin: (stop) => stops.push(stop) };
    const show = build(stage);
    root.append(says, html("div", { class: "row tools" }, undo, reset, ...sheets.map((one) => one.open), told), ...sheets.map((one) => one.node));
    const draw = () => { show(state(), numbers(state(), network())); refresh(); };
    const changed = () => {
      if (!mine && !same(last, state())) keep(last);
      last = state();
      draw();
    };
    model.on("change:state", changed);
    model.on("change:network", draw);

    // Keys stay in the figure: notebooks and slides use letters and arrows too. A clicker's and a browser's keys pass.
    const pass = (event) => /^(Page|Tab|F\d)/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey;
    root.addEventListener("keydown", (event) => {
      const typing = event.target.matches("input:is([type=number], [type=text]), textarea");
      if (event.key === "Escape") { event.target.blur(); event.stopPropagation(); return; }  // gives the keys back
      if (event.key === "z" && (event.ctrlKey || event.metaKey) && !typing) { event.preventDefault(); event.stopPropagation(); undo.click(); }
      if (!pass(event) || (typing && !event.key.startsWith("Page"))) event.stopPropagation();
    });
    const shadow = el.shadowRoot || el.attachShadow({ mode: "open" });
    shadow.replaceChildren(html("style", {}, STYLE), root);
    draw();
    return () => { stops.forEach((stop) => stop()); model.off("change:state", changed); model.off("change:network", draw); };
  } };
}
