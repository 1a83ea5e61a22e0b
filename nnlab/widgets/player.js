// The player that leads through the steps of a run, from one to the next or gliding between them.

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

/**
 * Buttons and a slider that lead through the part `step` of the state, from 0 to `end(state)`. Play moves on by
 * `stride()` every `wait` ms, with 0 in each image of the display; with reduced motion it goes to the end at once.
 * `more` buttons stand before play.
 */
function player(stage, { end, wait, more = [], stride = () => 1 }) {
  const { state, set, begin } = stage;
  let timer = null;
  const go = (step) => set({ step: clamp(step, 0, end(state())) });
  const stop = () => {
    if (wait) clearInterval(timer); else cancelAnimationFrame(timer);
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
    if (wait) timer = setInterval(tick, wait); else image();
  });
  const tick = () => {
    if (play.isConnected) go(state().step + stride());
    if (!play.isConnected || state().step >= end(state())) stop();
  };
  const image = () => {
    timer = requestAnimationFrame(image);
    tick();
  };
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

/**
 * A player that draws between the steps, too: the whole run takes about `seconds`, a step at most
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
