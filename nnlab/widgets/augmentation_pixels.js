// The functions of nnlab.augment for one image: values from 0 to 1, one channel after the other, each row by row.

const LUMA = [0.2989, 0.587, 0.114];  // weights of red, green and blue in the gray value, ITU-R BT.601
const unit = (value) => value < 0 ? 0 : value > 1 ? 1 : value;

/** Call `of(y, begin)` for each row of each channel: its number in the channel, and where it begins in `values`. */
function eachRow(values, { height, width }, of) {
  for (let begin = 0, y = 0; begin < values.length; begin += width, y = (y + 1) % height) of(y, begin);
}

/** Mirrored left to right, or upside down. */
function mirrored(values, size, vertical) {
  const made = new Float64Array(values.length), { height, width } = size;
  eachRow(values, size, (y, begin) => {
    const row = values.subarray(begin, begin + width);
    made.set(row, vertical ? begin + (height - 1 - 2 * y) * width : begin);
    if (!vertical) made.subarray(begin, begin + width).reverse();
  });
  return made;
}

/** Moved by whole pixels; what enters is 0. */
function shifted(values, size, [down, right]) {
  const made = new Float64Array(values.length), { height, width } = size;
  if (Math.abs(right) >= width) return made;
  eachRow(values, size, (y, begin) => {
    const row = values.subarray(begin + Math.max(0, -right), begin + width - Math.max(0, right));
    if (y + down >= 0 && y + down < height) made.set(row, begin + down * width + Math.max(0, right));
  });
  return made;
}

/** Rotated counterclockwise and enlarged about the center: bilinear, with 0 outside. */
function rotated(values, { height, width }, [degrees, scale]) {
  const made = new Float64Array(values.length), area = height * width, angle = degrees * Math.PI / 180;
  const cos = Math.cos(angle) / scale, sin = Math.sin(angle) / scale, middle = [(width - 1) / 2, (height - 1) / 2];
  for (let k = 0; k < area; k++) {
    const x = k % width - middle[0], y = Math.floor(k / width) - middle[1];
    const u = cos * x - sin * y + middle[0], v = sin * x + cos * y + middle[1];  // where the pixel comes from
    const left = Math.floor(u), top = Math.floor(v), across = u - left, down = v - top;
    if (left < -1 || left >= width || top < -1 || top >= height) continue;
    const isLeft = left >= 0, isRight = left + 1 < width, isTop = top >= 0, isBottom = top + 1 < height;
    for (let at = top * width + left, to = k; to < values.length; at += area, to += area) {
      const upper = (isTop && isLeft ? values[at] * (1 - across) : 0)
        + (isTop && isRight ? values[at + 1] * across : 0);
      const lower = (isBottom && isLeft ? values[at + width] * (1 - across) : 0)
        + (isBottom && isRight ? values[at + width + 1] * across : 0);
      made[to] = upper * (1 - down) + lower * down;
    }
  }
  return made;
}

/** An image whose value number k is `of(k)`. */
function valuesBy(length, of) {
  const made = new Float64Array(length);
  for (let k = 0; k < length; k++) made[k] = of(k);
  return made;
}

/** The gray values of an image, which has one channel or three. */
function grayOf(values, { channels, height, width }) {
  const area = height * width, [red, green, blue] = LUMA;
  if (channels === 1) return values;
  return valuesBy(area, (k) => red * values[k] + green * values[k + area] + blue * values[k + 2 * area]);
}

const brightened = (values, size, [factor]) => valuesBy(values.length, (k) => unit(values[k] * factor));

/** The distance from the mean gray value multiplied by `factor`. */
function contrasted(values, size, [factor]) {
  const gray = grayOf(values, size), rest = (1 - factor) * totalOf(gray) / gray.length;
  return valuesBy(values.length, (k) => unit(values[k] * factor + rest));
}

/** The distance from the pixel's gray value multiplied by `factor`. */
function saturated(values, size, [factor]) {
  if (size.channels === 1) return values;
  const gray = grayOf(values, size), area = gray.length;
  return valuesBy(values.length, (k) => unit(values[k] * factor + gray[k % area] * (1 - factor)));
}

/** The hue moved along the color circle by `turn`, a part of it; value and saturation stay (Smith 1978). */
function turnedHue(values, { channels, height, width }, [turn]) {
  if (channels === 1) return values;
  const area = height * width, made = new Float64Array(values.length);
  for (let k = 0; k < area; k++) {
    const red = values[k], green = values[k + area], blue = values[k + 2 * area];
    const value = Math.max(red, green, blue), spread = value - Math.min(red, green, blue);
    const sixths = red === value ? green - blue : green === value ? 2 * spread + blue - red : 4 * spread + red - green;
    const hue = spread > 0 ? sixths / spread + 6 * turn : 0;
    for (let channel = 0; channel < 3; channel++) {
      const step = (((5 - 2 * channel + hue) % 6) + 6) % 6;
      made[k + channel * area] = unit(value - spread * unit(Math.min(step, 4 - step)));
    }
  }
  return made;
}

/** `noise`, normal numbers, times `sigma` added. */
const noisy = (values, noise, sigma) => valuesBy(values.length, (k) => unit(values[k] + sigma * noise[k]));

/** A rectangle of `rows` × `columns` pixels filled with 0. */
function erased(values, size, [top, left, rows, columns]) {
  const made = Float64Array.from(values);
  eachRow(values, size, (y, begin) => {
    if (y >= top && y < top + rows) made.fill(0, begin + left, begin + left + columns);
  });
  return made;
}

/** `weight` of the image, and the rest of `other`. */
const mixed = (values, other, weight) =>
  valuesBy(values.length, (k) => weight * values[k] + (1 - weight) * other[k]);

/** The sum of the values. */
function totalOf(values) {
  let total = 0;
  for (let k = 0; k < values.length; k++) total += values[k];
  return total;
}
