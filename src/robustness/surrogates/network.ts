import { normalOf, type Random, shuffle } from '../random.ts';
import { type LabelledRow, type Surrogate, softmaxInPlace } from './surrogate.ts';

export interface NetworkOptions {
  readonly name: string;
  /** Units of each hidden layer; none: softmax regression. */
  readonly hidden: readonly number[];
  /** Passes of Adam over the rows are as many as it takes for about so many steps. */
  readonly steps: number;
  readonly random: Random;
}

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Row by row: one row an output. */
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** A trained network: dense layers with ReLU between them and softmax at the end. */
export interface Network extends Surrogate {
  /** Gradient of the log-probability of a class by the features. */
  gradient(features: Float64Array, ofClass: number): Float64Array;
}

const BATCH = 32;
const RATE = 3e-3;
const DECAY = 1e-4;

/**
 * Trains a dense network on what was asked, with cross-entropy against the whole answer (so that soft answers teach more
 * than labels: Hinton et al. 2015) by Adam (Kingma and Ba 2015). Features should be of one scale.
 */
export function trainNetwork(rows: readonly LabelledRow[], options: NetworkOptions): Network {
  const { hidden, random, name } = options;
  const [first] = rows;
  if (first === undefined) throw new RangeError('a surrogate needs rows to learn from');
  const sizes = [first.features.length, ...hidden, first.answer.length];
  const layers = sizes.slice(1).map((outputs, at) => newLayer(sizes[at] ?? 1, outputs, random));
  const optimiser = createAdam(layers);
  let step = 0;
  while (step < options.steps) {
    const order = shuffle(rows, random);
    for (let start = 0; start < order.length && step < options.steps; start += BATCH) {
      const batch = order.slice(start, start + BATCH);
      for (const row of batch) learn(layers, row, optimiser.gradients);
      step += 1;
      optimiser.step(batch.length, RATE * (1 - step / (options.steps + 1)));
    }
  }
  return {
    name,
    predict: (features) => softmaxInPlace(forward(layers, features).at(-1)?.slice() ?? new Float64Array()),
    gradient: (features, ofClass) => inputGradient(layers, features, ofClass),
  };
}

function newLayer(inputs: number, outputs: number, random: Random): Layer {
  const spread = Math.sqrt(2 / inputs);
  const weights = Float64Array.from({ length: inputs * outputs }, () => normalOf(random) * spread);
  return { inputs, outputs, weights, biases: new Float64Array(outputs) };
}

/** What every layer gives, the features first; the last are scores before softmax. */
function forward(layers: readonly Layer[], features: Float64Array): readonly Float64Array[] {
  const values = [features];
  for (const [at, { inputs, outputs, weights, biases }] of layers.entries()) {
    const input = values[at] ?? features;
    const output = new Float64Array(outputs);
    for (let to = 0; to < outputs; to++) {
      let sum = biases[to] ?? 0;
      const offset = to * inputs;
      for (let from = 0; from < inputs; from++) sum += (weights[offset + from] ?? 0) * (input[from] ?? 0);
      output[to] = sum > 0 || at === layers.length - 1 ? sum : 0;
    }
    values.push(output);
  }
  return values;
}

function learn(layers: readonly Layer[], row: LabelledRow, gradients: readonly Gradient[]): void {
  const values = forward(layers, row.features);
  const delta = softmaxInPlace(values.at(-1)?.slice() ?? new Float64Array());
  for (let at = 0; at < delta.length; at++) delta[at] = (delta[at] ?? 0) - (row.answer[at] ?? 0);
  backward(layers, values, { delta, gradients });
}

interface Backward {
  /** Gradient by the scores. */
  readonly delta: Float64Array;
  readonly gradients?: readonly Gradient[];
}

/** Gives the gradient by the features; adds those by weights and biases up where they are wanted. */
function backward(
  layers: readonly Layer[],
  values: readonly Float64Array[],
  { delta: last, gradients }: Backward,
): Float64Array {
  let delta = last;
  for (let at = layers.length - 1; at >= 0; at--) {
    const layer = layers[at];
    const input = values[at];
    if (layer === undefined || input === undefined) break;
    const gradient = gradients?.[at];
    if (gradient !== undefined) addUp(gradient, delta, input);
    delta = passBack(layer, delta);
    // What ReLU cut off passes nothing back.
    if (at > 0) delta = delta.map((slope, from) => ((input[from] ?? 0) > 0 ? slope : 0));
  }
  return delta;
}

function addUp({ weights, biases }: Gradient, delta: Float64Array, input: Float64Array): void {
  for (let to = 0; to < delta.length; to++) {
    const slope = delta[to] ?? 0;
    if (slope === 0) continue;
    biases[to] = (biases[to] ?? 0) + slope;
    const offset = to * input.length;
    for (let from = 0; from < input.length; from++) {
      weights[offset + from] = (weights[offset + from] ?? 0) + slope * (input[from] ?? 0);
    }
  }
}

function passBack({ inputs, outputs, weights }: Layer, delta: Float64Array): Float64Array {
  const before = new Float64Array(inputs);
  for (let to = 0; to < outputs; to++) {
    const slope = delta[to] ?? 0;
    if (slope === 0) continue;
    const offset = to * inputs;
    for (let from = 0; from < inputs; from++) {
      before[from] = (before[from] ?? 0) + slope * (weights[offset + from] ?? 0);
    }
  }
  return before;
}

function inputGradient(layers: readonly Layer[], features: Float64Array, ofClass: number): Float64Array {
  const values = forward(layers, features);
  const delta = softmaxInPlace(values.at(-1)?.slice() ?? new Float64Array()).map((value) => -value);
  delta[ofClass] = (delta[ofClass] ?? 0) + 1;
  return backward(layers, values, { delta });
}

interface Gradient {
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** Adam with its usual constants; decays weights, not biases. */
function createAdam(layers: readonly Layer[]) {
  const zeros = (): readonly Gradient[] =>
    layers.map(({ weights, biases }) => ({
      weights: new Float64Array(weights.length),
      biases: new Float64Array(biases.length),
    }));
  const [gradients, means, squares] = [zeros(), zeros(), zeros()];
  let time = 0;
  return {
    gradients,
    step(count: number, rate: number): void {
      time += 1;
      for (const [at, layer] of layers.entries()) {
        for (const part of ['weights', 'biases'] as const) {
          const [gradient, mean, square] = [gradients[at]?.[part], means[at]?.[part], squares[at]?.[part]];
          if (gradient === undefined || mean === undefined || square === undefined) continue;
          const decay = part === 'weights' ? DECAY : 0;
          adam({ values: layer[part], gradient, mean, square }, { count, rate, time, decay });
        }
      }
    },
  };
}

interface AdamState {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

function adam(
  { values, gradient, mean, square }: AdamState,
  by: { readonly count: number; readonly rate: number; readonly time: number; readonly decay: number },
): void {
  const scale = (by.rate * Math.sqrt(1 - 0.999 ** by.time)) / (1 - 0.9 ** by.time);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    const slope = (gradient[at] ?? 0) / by.count + by.decay * value;
    const m = 0.9 * (mean[at] ?? 0) + 0.1 * slope;
    const v = 0.999 * (square[at] ?? 0) + 0.001 * slope * slope;
    mean[at] = m;
    square[at] = v;
    values[at] = value - (scale * m) / (Math.sqrt(v) + 1e-8);
    gradient[at] = 0;
  }
}
