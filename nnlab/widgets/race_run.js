// What the race computes: the whole path of every optimizer, who reaches the target and when, who diverges.

const FAR = 1e6;  // a coordinate beyond it counts as diverged

/** The eigenvalues of a bowl's Hessian, smallest first; null for other surfaces. */
const eigenvalues = ({ surface, kappa }) => SURFACES[surface].quadratic ? [1, kappa] : null;

/** The best learning rate of gradient descent on a bowl. */
const bestRate = ([low, high]) => 2 / (low + high);

/** A learning rate that suits the surface and the method; on a bowl those of gradient descent are in units of 1/κ. */
function suitable(state, method) {
  const rate = rules.own.rates[state.surface][method], { limit } = OPTIMIZERS[method];
  return Number((eigenvalues(state) && limit ? rate / state.kappa : rate).toPrecision(3));
}

/** The racers of a state: method, learning rate and beta of each. */
const racersOf = (state) => state.methods.map((method, k) => ({
  method, rate: state.rates[k] || suitable(state, method),
  beta: state.betas[k] >= 0 ? state.betas[k] : OPTIMIZERS[method].usual,
}));

/** What tells each racer from the others: its method, or, where all have the same, its learning rate or its beta. */
function namesOf(racers) {
  const alike = (part) => racers.every((racer) => racer[part] === racers[0][part]);
  const written = (letter, value) => `${letter} = ${Number(value.toPrecision(3))}`;
  if (racers.length === 1 || !alike("method")) return racers.map(({ method }) => method);
  return racers.map(({ method, rate, beta }) => alike("rate") && OPTIMIZERS[method].beta
    ? written(OPTIMIZERS[method].beta, beta) : written("η", rate));
}

/** The noise of every step, the same for all racers: two numbers a step. */
function noiseOf({ noise, seed, steps: count }) {
  if (!noise) return null;
  const draw = random(seed);
  return upTo(count).map(() => [noise * draw.normal(), noise * draw.normal()]);
}

/** A racer's path from the start, its losses, and the step at which it reaches the target or diverges (null: never). */
function raced(state, { loss, gradient }, noise, racer) {
  const w = [...state.start], memory = {}, path = [[...w]], losses = [loss(...w)];
  let reached = losses[0] <= state.target ? 0 : null, diverged = null;
  for (let step = 1; step <= state.steps; step++) {
    const g = gradient(...w);
    if (noise) g.forEach((_, i) => { g[i] += noise[step - 1][i]; });
    OPTIMIZERS[racer.method].step(w, g, memory, racer);
    if (!w.every((one) => Math.abs(one) <= FAR)) { diverged = step; break; }
    path.push([...w]);
    losses.push(loss(...w));
    if (reached === null && losses[step] <= state.target) reached = step;
  }
  return { ...racer, path, losses, reached, diverged };
}

const races = { key: "", run: null };  // the last race: it is asked for again at every step

/** All that the race shows: its racers with their whole paths; `at` is the step that is shown. */
function raceNumbers(state) {
  const { step, ...rest } = state, key = JSON.stringify(rest), at = Math.min(step, state.steps);
  if (races.key !== key) {
    const surface = SURFACES[state.surface].of(state), noise = noiseOf(state);
    const racers = racersOf(state).map((racer) => raced(state, surface, noise, racer));
    const lambdas = eigenvalues(state);
    races.run = { racers, names: namesOf(racers), lambdas, best: lambdas && bestRate(lambdas) };
    races.key = key;
  }
  return { ...races.run, at };
}
