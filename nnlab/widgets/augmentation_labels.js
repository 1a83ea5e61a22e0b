// Rules of this course, which are no facts: when a changed image no longer shows its label.

/**
 * Of each label that depends on it: how an image of it may lie. A pose is whether the image is mirrored, the degrees by
 * which it is rotated, and, where another label is shown then, that one. `turn` is how far from a pose it may be.
 */
const POSES = {
  0: { turn: 90, poses: [[false, 0], [false, 180], [true, 0], [true, 180]] },
  1: { turn: 60, poses: [[false, 0], [false, 180], [true, 0], [true, 180]] },
  2: { turn: 60, poses: [[false, 0], [false, 180]] },
  3: { turn: 60, poses: [[false, 0], [true, 180]] },
  4: { turn: 60, poses: [[false, 0]] },
  5: { turn: 60, poses: [[false, 0], [false, 180]] },
  6: { turn: 90, poses: [[false, 0], [false, 180, "9"]] },
  7: { turn: 60, poses: [[false, 0]] },
  8: { turn: 60, poses: [[false, 0], [false, 180], [true, 0], [true, 180]] },
  9: { turn: 90, poses: [[false, 0], [false, 180, "6"]] },
};
const HUES = ["red", "yellow", "green", "cyan", "blue", "magenta"];  // around the color circle, a sixth apart

const KINDS = {  // what may have happened to a label, in the words of a sentence
  mirrored: "mirrored", turned: "rotated too far", color: "recolored", left: "mostly gone",
  seen: "too dark or pale", mixed: "by mixup",
};

const named = (label) => `${/^(8|[aeio])/i.test(label) ? "an" : "a"} ${label}`;
const wrapped = (degrees) => degrees - 360 * Math.round(degrees / 360);  // from −180 to 180

/** What lies about `degrees` apart from the nearest pose of a label, mirrored or not. */
function poseVerdict(label, mirrored, degrees) {
  const rule = own(POSES, label);
  if (!rule) return {};
  const fits = rule.poses.filter(([flipped]) => flipped === mirrored);
  const near = fits.find(([, pose]) => Math.abs(wrapped(degrees - pose)) <= rule.turn), becomes = near?.[2];
  if (near && !becomes) return {};
  if (becomes) return { kind: "turned", becomes, why: `${named(label)} rotated by more than 90° is ${named(becomes)}` };
  return fits.some(([, pose]) => pose === 0)
    ? { kind: "turned", why: `${named(label)} rotated by more than ${rule.turn}° is no ${label}` }
    : { kind: "mirrored", why: `a mirrored ${label} is no ${label}` };
}

/** Whether the color that is a part of the label, as in "red ball", is still there. */
function colorVerdict(label, turn, saturation) {
  const [color, ...rest] = label.split(" "), place = HUES.indexOf(color);
  if (place < 0) return {};
  const other = [HUES[(place + Math.round(6 * turn) + 6) % 6], ...rest].join(" ");
  if (saturation < 0.2) return { kind: "color", why: `in gray it is no ${label}` };
  return other === label ? {} : { kind: "color", becomes: other,
    why: `${named(label)} whose hue moves by more than 1/12 is ${named(other)}` };
}

/** What became of a label: its `kind` where it is no longer shown, the rule in words, another label that is shown. */
function verdictOf(label, { parameters: drawn, left }) {
  const [flip] = drawn.flip ?? [false], [vertical] = drawn["vertical flip"] ?? [false];
  const [brightness, contrast] = [drawn.brightness?.[0] ?? 1, drawn.contrast?.[0] ?? 1];
  if (left < 0.5) return { kind: "left", why: `less than half of the ${label} is left` };
  if (brightness * contrast < 0.1) return { kind: "seen", why: "brightness × contrast is below 0.1" };
  const pose = poseVerdict(label, flip !== vertical, (drawn.rotate?.[0] ?? 0) + (vertical ? 180 : 0));
  return pose.kind ? pose : colorVerdict(label, drawn.hue?.[0] ?? 0, drawn.saturation?.[0] ?? 1);
}

/** The verdict on a sample: its own, or, where at least a quarter of it is the image before it, that one's. */
function mixedVerdict({ weight }, mine, before) {
  if (mine.kind && weight >= 0.25) return mine;
  return before.kind && weight <= 0.75 ? { kind: "mixed", why: `in the other image: ${before.why}` } : {};
}

/** The rules in a few lines, for the settings. */
const RULES_IN_WORDS = "Marked by rules of this course, not by facts: a mirrored 2, 3, 4, 5, 6, 7 or 9; a digit "
  + "rotated by more than 60° (0, 6 and 9: 90°); a ball of another color; an object of which less than half is left; "
  + "an image too dark or too pale. Garments and unknown labels may lie in any way.";
