// What may stand in a figure's state: the rules in its JSON file, as nnlab/widgets/__init__.py checks them too.

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Whether `value` has the form of `known`: a number, a string, as many of them; of lists in a list any number. */
function like(known, value) {
  if (!Array.isArray(known)) return typeof known === "string" ? typeof value === "string" : Number.isFinite(value);
  if (!Array.isArray(value)) return false;
  if (Array.isArray(known[0])) return value.every((one) => like(known[0], one));
  return value.length === known.length && known.every((one, k) => like(one, value[k]));
}

/**
 * The defaults with `state` over them. An unknown part, or one of another form than its default, is an Error that says
 * what may stand there.
 */
function whole({ defaults, choices = {}, limits = {}, most = {} }, state) {
  if (!state || typeof state !== "object" || Array.isArray(state)) {
    throw new Error("a state is written {\"part\": value, ...}");
  }
  for (const [part, value] of Object.entries(state)) {
    const fail = (what) => { throw new Error(`${part} = ${JSON.stringify(value)}: ${what}`); };
    if (!Object.hasOwn(defaults, part)) {
      throw new Error(`the figure has no "${part}"; choose from: ${Object.keys(defaults).join(", ")}`);
    }
    const allowed = choices[part], several = allowed && Array.isArray(defaults[part]);
    if (several && !Array.isArray(value)) fail("expected a list");
    if (allowed && ![value].flat().every((one) => allowed.includes(one))) {
      fail(`choose ${several ? "from" : "one of"}: ${allowed.join(", ")}`);
    }
    if (!several && !like(defaults[part], value)) fail(`expected something like ${JSON.stringify(defaults[part])}`);
    const [low, high, grain] = limits[part] || [-Infinity, Infinity], all = [value].flat(9);
    if (limits[part] && !all.every((one) => one >= low && one <= high)) fail(`choose between ${low} and ${high}`);
    if (grain && all.some((one) => one % grain)) fail("choose a whole number");
    if (most[part] && value.length > most[part]) {
      throw new Error(`${part}: ${value.length} are too many; at most ${most[part]}`);
    }
  }
  return { ...structuredClone(defaults), ...structuredClone(state) };
}
