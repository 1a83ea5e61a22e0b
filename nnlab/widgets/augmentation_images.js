// The images that the augmentation explorer begins with: two digits, two garments, two balls; or those of its state.

/** The letters of an image, row by row, each the number of a color in a palette. */
const lettersOf = (words) => words.replace(/\s+/g, "");

const GRAYS = upTo(16).map((k) => [k / 15]);  // 0 is black, f is white

const GARMENTS = {  // from Fashion-MNIST (Zalando SE, MIT license), in sixteen grays
  shirt: lettersOf(`
    000000000000543500000000000000000000000bdcbd70000000000000000000006acbccb50000000000000000017cc9b77b9bd930000000
    0000008aba8bdaadb79aaa000000000008b9bc9bb88cb9bb9b70000000000a99aa788768879a9aa0000000003c97a979b98aa79a89c10000
    00005cacbc9bba8cb9bbaab3000000005abc9b789879979aaca4000000008bbe7979a88aa797bcb600000000acbebc9aca8cb9c9ebc70000
    0000ab9ccb9aba8ba9c9faa700000000aa89797788688798f8a900000001cbac9a99ba9bb9b8fbbb00000002db9cbbaaca8cb9baecab0000
    0002ba7a9b89a98aa8a8de9b00000003cb9b697899799696aebd00000005ccaa6c9abb8bb8b98ebd10000004aab77c9abb8cb8ba7b9c2000
    0005a9e66a77896996896dad30000005cbe48a89ab8aa89a6eac50000004cad1ac99bb7cb8bb8aab40000003aab1ab99ab8aa8aa8aab4000
    0002aba0a8678868867958bb60000001bb908d99ba9aa9bd04ba60000001aad00478ba9ba86206c970000000657000000000000002853000`),
  sneaker: lettersOf(`
    0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    000000000000000000000000000000000000000000005200000000300000000000000058cd50000008d000000000000047dbbcd600000be5
    000000000028bcccccdef979ccd8000000012aacccdcdedddeccca970000046bbbbbbcccbcdddddcbac9056789aaaabaabcc9acccbbddab9
    5bba98898abbccddddeeeedcddd7146799ceccdddedbb9775442221011000112111110000000000111210001111111111222222222222121
    0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000`),
};

/** An image of rows of 0 to 1 in sixteen grays. */
const inGrays = (image) => image.flat().map((one) => Math.round(15 * one).toString(16)).join("");

/** The digit `name` as ink.js draws it, scaled and centered as MNIST's. */
const digitLetters = (name) => inGrays(prepared(inked(SAMPLES[name], 10)).image);

const SIDE = 32;  // pixels, of the images of balls

/** A ball on a meadow: 0 is sky, 1 grass, 2 the ball, 3 its shade, 4 its highlight, 5 the sun. */
const BALL = upTo(SIDE * SIDE).map((k) => {
  const x = k % SIDE, y = Math.floor(k / SIDE), within = (u, v, radius) => Math.hypot(x - u, y - v) <= radius;
  if (within(14, 17, 9.2)) return within(11, 13, 2) ? 4 : within(12, 15, 8.2) ? 2 : 3;
  return y > 20 + 2 * Math.sin(x / 5) ? 1 : within(26, 5, 3) ? 5 : 0;
}).join("");
const MEADOW = [[0.62, 0.75, 0.85], [0.35, 0.55, 0.3]], LIGHTS = [[1, 0.95, 0.95], [1, 0.9, 0.45]];
const PALETTES = {
  "red ball": [...MEADOW, [0.85, 0.12, 0.12], [0.6, 0.07, 0.07], ...LIGHTS],
  "blue ball": [...MEADOW, [0.12, 0.12, 0.85], [0.07, 0.07, 0.6], ...LIGHTS],
};

const SHOWN = {  // the labels of each choice of images
  "2 and 6": ["2", "6"], "shirt and sneaker": ["shirt", "sneaker"], "red and blue ball": ["red ball", "blue ball"],
};

/** An image that comes with the figure, by its label: letters, palette, side in pixels, and where the object is. */
function builtIn(label) {
  if (Object.hasOwn(PALETTES, label)) {
    const object = Float64Array.from(BALL, (letter) => "234".includes(letter) ? 1 : 0);
    return { label, letters: BALL, palette: PALETTES[label], side: SIDE, object };
  }
  return { label, letters: own(GARMENTS, label) ?? digitLetters(label), palette: GRAYS, side: FIELD, object: null };
}

/** The values of an image of letters: one channel after the other, each row by row. */
const valuesOf = ({ letters, palette }) => Float64Array.from(
  palette[0].flatMap((_, channel) => Array.from(letters, (letter) => palette[parseInt(letter, 16)][channel])));

const PEN = 1.6;  // pixels, the width of a line in a drawing

const drawnOnce = new Map();  // the images that come with the figure, by their label

let latest = { parts: [] };  // the images of the latest state

/** The images of a state: their size, and of each its label, its values and where its object is (null: its ink). */
function imagesOf({ image, pixels, names, strokes }) {
  const parts = [image, pixels, names, strokes];
  if (parts.some((one, k) => one !== latest.parts[k])) latest = { parts, made: newImagesOf(...parts) };
  return latest.made;
}

/** The images of a state with these parts, made anew. */
function newImagesOf(image, pixels, names, strokes) {
  if (image === "drawing") {
    const letters = inGrays(inked(strokes.filter((stroke) => stroke.length), PEN, FIELD));
    const drawn = { label: names[0], letters, palette: GRAYS, object: null };
    return { size: { channels: 1, height: FIELD, width: FIELD }, images: [{ ...drawn, values: valuesOf(drawn) }] };
  }
  if (image !== "own images") {
    const images = (own(SHOWN, image) ?? [image]).map((label) => {
      if (!drawnOnce.has(label)) {
        const made = builtIn(label);
        drawnOnce.set(label, { ...made, values: valuesOf(made) });
      }
      return drawnOnce.get(label);
    });
    const [{ palette, side }] = images;
    return { size: { channels: palette[0].length, height: side, width: side }, images };
  }
  const first = pixels[0]?.[0], height = Math.max(1, first?.length ?? 0), width = Math.max(1, first?.[0]?.length ?? 0);
  const channels = pixels[0]?.length === 3 ? 3 : 1, area = height * width;
  const valueAt = (rows, k) => (rows?.[Math.floor(k / width)]?.[k % width] ?? 0) / 255;
  const images = pixels.map((planes, k) => ({
    label: names[k % names.length], object: channels > 1 ? new Float64Array(area).fill(1) : null,
    values: Float64Array.from(upTo(channels * area), (at) => valueAt(planes[Math.floor(at / area)], at % area)),
  }));
  return { size: { channels, height, width }, images };
}
