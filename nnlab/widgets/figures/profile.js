// The gradient profile: a deep network is initialized and run forward and backward once; how large activations and
// gradients are in every layer, beside theory. Computed in profile_run.js and profile_theory.js.

/** What differs between the pinned settings and those of the state, in words. */
function pinWords(now, pin) {
  const words = (part) => part === "residual" ? `residual ${pin[part] ? "on" : "off"}`
    : part === "normalization" ? SPOKEN[part][pin[part]]
      : `${part.replace("_", " ")} ${SPOKEN[part]?.[pin[part]] ?? pin[part]}`;
  return PINNED.filter((part) => pin[part] !== now[part]).map(words).join(", ") || "the same settings";
}

/** The mean factor from one of the `values` to the next; null where there is none. */
function factorOf(values) {
  const [first, last] = [values[0], values.at(-1)];
  return values.length > 1 && first > 0 && last > 0 ? (last / first) ** (1 / (values.length - 1)) : null;
}

/** Measured and theoretical factor from layer to layer, in words; `few` where there is little room. */
function factorWords(measured, theory, few) {
  const factor = factorOf(measured), expected = theory && factorOf(theory);
  const written = (value) => `× ${Math.abs(value - 1) < 0.1 ? value.toFixed(2) : brief(value)}`;
  if (factor === null) return "";
  const here = `${written(factor)}${few ? "" : " per layer"}`;
  return expected ? `${here}, theory ${written(expected)}` : here;
}

/** The sentence below the drawing: the gradient of the first layer against that of the last; equal units; the pin. */
function profileWords(now, { backward, pin, equal, layer }) {
  const zero = backward.filter((one) => one === 0).length, ratio = backward[0] / backward.at(-1);
  const units = `The units of layer ${layer} are all equal.`;
  const all = zero ? `${zero === now.depth ? "All gradients are" : `The gradients of ${counted(zero, "layer")} are`} 0.`
    : now.depth === 1 ? `The gradient of the only layer is ${brief(backward[0])}.`
      : `The gradient of layer 1 is ${brief(ratio)} times that of layer ${now.depth}.`;
  const typed = Array.from(now.pinned.trim()).slice(0, 60).join("");
  const pinned = pin ? `Gray: ${pinWords(now, pin)}.` : typed && `“${typed}” cannot be pinned.`;
  return [all, equal && units, pinned].filter(Boolean).join(" ");
}

/** What a layer computes, in symbols. */
function blockWords({ activation, normalization, residual }, { block: [left, top, across], size }) {
  const norm = { none: "z", batch: "BN(z)", layer: "LN(z)" }[normalization], applied = `${activation}(${norm})`;
  const next = `h ← ${residual ? "h + " : ""}${activation === "linear" ? norm : applied}`, style = { class: "small" };
  return across ? [text(size[0] / 2, top, `each layer: z = W h + b,  ${next}`, { ...MIDDLE, ...style })]
    : [text(left, top, "each layer: z = W h + b", style), text(left, top + 24, next, style)];
}

function buildProfile(stage) {
  const { root, says } = stage;
  root.classList.add("profile");
  root.append(html("style", {}, PROFILE_STYLE));
  const [forward, drawForward] = buildProfileChart("--lane0");
  const [backward, drawBackward] = buildProfileChart("--lane1");
  const [idle, drawIdle] = buildIdle(), [cursor, drawCursor] = buildCursor(stage);
  const [values, drawValues] = buildHistogram("--lane0", ({ layer }) => `activations of layer ${layer}`);
  const [gradients, drawGradients] = buildHistogram("--lane1", () => "its gradients");
  const [rows, showRows] = buildProfileRows(stage), [settings, showSettings] = buildProfileSettings(stage);
  const block = svg("g");
  const drawing = panel({ width: 1080, height: 436, label: "Activations and gradients of every layer" },
    forward, backward, idle, values, gradients, block, ...cursor);
  root.append(html("div", { class: "panels" }, drawing), ...rows, ...settingsOf(...settings));
  let narrow = false;
  new ResizeObserver(() => {
    const now = root.clientWidth > 0 && root.clientWidth < 700;
    if (now === narrow) return;
    narrow = now;
    stage.draw();
  }).observe(root);
  return (now, numbers) => {
    const layout = profileLayout(narrow), { layer, theory, pinned, pin } = numbers;
    const of = now.gradient === "weights" ? "W" : "z";
    const last = Math.max(now.depth, pin?.depth ?? 0), common = { last, layer };
    put(drawing, { viewBox: `0 0 ${layout.size.join(" ")}` });
    drawForward({ ...common, box: layout.forward, first: 0, measured: numbers.forward, spread: numbers.spread,
      theory: theory?.forward, before: pinned?.forward, title: `${narrow ? "" : "RMS of the "}activations →`,
      factors: factorWords(numbers.forward.slice(1), theory?.forward.slice(1), narrow) });
    drawBackward({ ...common, box: layout.backward, first: 1, measured: numbers.backward, theory: theory?.backward,
      before: pinned?.backward, title: `${narrow ? "" : "RMS of the gradients "}∂L/∂${of} ←`,
      factors: factorWords(numbers.backward.toReversed(), theory?.backward?.toReversed(), narrow) });
    drawIdle({ ...common, box: layout.idle, idle: numbers.idle, activation: now.activation });
    drawCursor(layout, { layer, depth: now.depth, shown: last });
    drawValues(layout.histograms[0], numbers.histograms[0], { layer });
    drawGradients(layout.histograms[1], numbers.histograms[1], { layer });
    block.replaceChildren(...blockWords(now, layout));
    write(says, profileWords(now, numbers));
    showRows(now);
    showSettings(now);
  };
}

export default figure({ title: "The gradient profile", rules, numbers: profileNumbers, build: buildProfile,
  torch: torchProfile });
