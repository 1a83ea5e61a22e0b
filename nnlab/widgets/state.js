// What may stand in a figure's state: the rules in its JSON file, as nnlab/widgets/__init__.py checks them too.

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Whether `value` has the form of `known`: a number, a string, as many of them; of lists in a list any number. */
function like(known, value) {
  if (!Array.isArray(known)) return typeof known === "string" ? typeof value === "string" : Number.isFinite(value);
  if (!Array.isArray(value)) return false;
  if (Array.isArray(known[0])) return value.every((one) => like(known[0], one));
  return value.length === known.length && known.every((one, k) => like(one, value[k]));
}

/** `value` with each number and string in it in a list of its own: then lists on every level may have any length. */
const loose = (value) => Array.isArray(value) ? value.map(loose) : [value];

/** How deep the lists in `value` are: 0 for a number, 2 for a list of lists of numbers. */
const depthOf = (value) => Array.isArray(value) ? 1 + depthOf(value[0]) : 0;

/**
 * What is wrong with the `value` of a part of a state; "" where nothing is. `rule` are the part's own rules: its
 * default, its choices, ...
 */
function problemOf({ defaults: known, choices, repeats, limits, columns, least = 0, most, longest = Infinity }, value) {
  const several = choices && Array.isArray(known);
  const free = most !== undefined && depthOf(known) === [most].flat().length;  // its lists have any length up to that
  if (several && !Array.isArray(value)) return "expected a list";
  if (choices && !(several ? value : [value]).every((one) => choices.includes(one))) {
    return `choose ${several ? "from" : "one of"}: ${choices.join(", ")}`;
  }
  if (several && !repeats && new Set(value).size < value.length) return "choose each only once";
  const fits = several || (free ? like(loose(known), loose(value)) : like(known, value));
  if (!fits) return `expected something like ${JSON.stringify(known)}`;
  const bounded = columns ? value.flatMap((row) => row.map((one, k) => [one, columns[k]]))
    : limits ? [value].flat(9).map((one) => [one, limits]) : [];
  for (const [one, [low, high, grain]] of bounded) {
    if (!(one >= low && one <= high)) return `choose between ${low} and ${high}`;
    if (grain && one % grain) return "choose a whole number";
  }
  if (value.length < least) return `choose at least ${least}`;
  let level = [value];
  for (const count of [most ?? []].flat()) {
    const long = level.find((one) => one.length > count);
    if (long) return `${long.length} are too many; at most ${count}`;
    level = level.flat();
  }
  const long = [value].flat(9).some((words) => Array.from(words).length > longest);  // in characters, as Python counts
  return long ? `longer than ${longest} characters` : "";
}

/** The defaults, with what the chosen values in `state` bring along (their presets). */
function defaultsOf({ defaults, presets = {} }, state) {
  const brought = Object.entries(presets).map(([part, all]) => own(all, state[part] ?? defaults[part]));
  return structuredClone(Object.assign({}, defaults, ...brought));
}

/**
 * The defaults with `state` over them. An unknown part, or one against its rules, is an Error that says what may stand
 * there.
 */
function whole(rules, state) {
  const { defaults } = rules;
  if (!state || typeof state !== "object" || Array.isArray(state)) {
    throw new Error("a state is written {\"part\": value, ...}");
  }
  for (const [part, value] of Object.entries(state)) {
    if (!Object.hasOwn(defaults, part)) {
      throw new Error(`the figure has no "${part.slice(0, 50)}"; choose from: ${Object.keys(defaults).join(", ")}`);
    }
    const rule = Object.fromEntries(Object.entries(rules).map(([kind, all]) => [kind, own(all, part)]));
    const problem = problemOf(rule, value), written = ` = ${JSON.stringify(value)}`;
    if (problem) throw new Error(`${part}${written.length < 120 ? written : ""}: ${problem}`);
  }
  return { ...defaultsOf(rules, state), ...structuredClone(state) };
}
