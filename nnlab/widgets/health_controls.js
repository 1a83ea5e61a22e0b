// The controls of the health board: what the strips show, and a chip for each sign.

/** A chip for each sign: pressed, it shows where the sign is. Returns the row and what draws it. */
function buildChips({ set, begin, state }) {
  const row = html("div", { class: "row chips", role: "group", "aria-label": "Signs" });
  let drawn = null, chips = [];
  const press = (k, board) => {
    const { layer, step } = board.signs[k], index = board.steps.findLastIndex((one) => one <= step);
    begin();
    if (state().sign === k) set({ sign: -1 });
    else set({ sign: k, step: Math.max(index, 0), ...layer >= 0 ? { layer } : {} });
  };
  return [row, ({ sign, board }) => {
    const all = board();
    if (drawn !== all) {
      chips = all.signs.map(({ name, where }, k) => button(where ? `${name}, ${fitting(where, 18)}` : name,
        () => press(k, all)));
      chips.forEach((chip) => explain(chip, "Show the layer and the step where this sign was found."));
      row.replaceChildren(html("span", {}, "signs"), ...chips);
      row.hidden = !chips.length;
      drawn = all;
    }
    chips.forEach((chip, k) => put(chip, { "aria-pressed": k === sign, class: "chip" }));
  }];
}

/** What the strips show. Returns the row and what draws it. */
function buildShows({ set, begin }) {
  const shows = choice({ name: "show", options: choices.shows, begin, change: (value) => set({ shows: value }) });
  explain(shows.node, "What each strip shows over the steps: the distribution of outputs or of their gradients.");
  return [html("div", { class: "row" }, shows.node), (now) => shows.show(now.shows)];
}
