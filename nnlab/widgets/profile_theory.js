// What theory says of the profile: the recursion of variances from layer to layer, for infinite width and batch.

/** The mean of f(z) for z from a normal distribution with mean 0 and standard deviation `deviation` (trapezoids). */
function expected(f, deviation) {
  let sum = 0, total = 0;
  for (let t = -8.5; t < 8.51; t += 0.05) {
    const weight = Math.exp(-t * t / 2);
    sum += weight * f(deviation * t);
    total += weight;
  }
  return sum / total;
}

/** Mean and mean square of φ(z), and mean square of φ'(z), where z is normal with mean 0 and this `variance`. */
function moments(activation, variance) {
  const { of, derivative, slopes } = PROFILE_ACTIVATIONS[activation];
  if (!(variance > 0)) return { mean: of(0), square: of(0) ** 2, steepness: derivative(0, of(0)) ** 2 };
  if (slopes) {
    const [right, left] = slopes, both = (right ** 2 + left ** 2) / 2;
    return { mean: (right - left) * Math.sqrt(variance / (2 * Math.PI)), square: both * variance, steepness: both };
  }
  const deviation = Math.sqrt(variance), steepness = (z) => derivative(z, of(z)) ** 2;
  return { mean: expected(of, deviation), square: expected((z) => of(z) ** 2, deviation),
    steepness: expected(steepness, deviation) };
}

/**
 * Root mean squares by theory: `forward` of the activations of layers 0 to depth, `backward` of the gradients with
 * respect to the pre-activations of layers 1 to depth, from the measured one of the last layer on (`measured`). null
 * where the weights are not random; `backward` is null where there is nothing to begin with.
 */
function theoryOf(state, measured) {
  const { activation, normalization, residual, depth, width: n, batch_size: count, gain, gradient } = state;
  const { variance, bias = () => 0 } = INITIALIZATIONS[state.initialization];
  if (!variance) return null;
  const weights = gain ** 2 * variance(n), forward = [1], factors = [];
  let square = 1, mean = 0, spread = 1;  // of the activations; spread is their variance over the samples
  for (let layer = 1; layer <= depth; layer++) {
    const batch = normalization === "batch", sums = batch ? weights * spread : weights * square + bias(n);
    const scale = normalization === "none" ? 1 : 1 / (sums + EPSILON), one = moments(activation, sums * scale);
    square = one.square + (residual ? square + 2 * mean * one.mean : 0);
    mean = one.mean + (residual ? mean : 0);
    spread = one.square - one.mean ** 2 + (residual ? spread : 0);
    forward.push(Math.sqrt(square));
    factors.push(one.steepness * scale);
  }
  const backward = [];
  let upstream = measured ** 2 / factors.at(-1);  // mean square of the gradient with respect to the activations
  if (gradient === "weights" || !(upstream > 0 && upstream < Infinity)) return { forward, backward: null };
  for (let layer = depth - 1; layer >= 0; layer--) {
    const here = upstream * factors[layer];
    backward[layer] = Math.sqrt(here);
    upstream = weights * here + (residual ? upstream : 0);
  }
  return { forward, backward };
}
