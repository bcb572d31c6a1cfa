import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatOutputPolicy,
  type OutputPolicy,
  parseOutputPolicy,
  strictestOutput,
} from '../../src/api/index.ts';
import { type NumericTensor, SecretBytes, type Tensor } from '../../src/bytes/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { applyOutputPolicy, largestAt, readNumbers } from '../../src/inference/index.ts';

const KEY = SecretBytes.take(new Uint8Array(32).fill(7));

const share = fc.integer({ min: 1, max: 900 }).map((thousandths) => thousandths / 1000);
const policies: fc.Arbitrary<OutputPolicy> = fc
  .record({
    isLabelOnly: fc.constantFrom(true as const, undefined),
    classes: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    digits: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
    perturbation: fc.option(share, { nil: undefined }),
  })
  .map((policy) => parseOutputPolicy(formatOutputPolicy(policy as OutputPolicy)));

const distributions = fc
  .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 })
  .map((parts) => {
    const sum = parts.reduce((total, part) => total + part, 0);
    return Float64Array.from(Float32Array.from(parts, (part) => part / sum));
  });

function floats(name: string, shape: readonly number[], values: ArrayLike<number>): NumericTensor {
  return { name, datatype: 'FP32', shape, data: new Uint8Array(Float32Array.from(values).buffer) };
}

function numbersOf(tensor: Tensor | undefined): Float64Array {
  assert.ok(tensor !== undefined && tensor.datatype !== 'BYTES');
  return readNumbers(tensor, { start: 0, end: tensor.shape.reduce((product, size) => product * size, 1) });
}

interface Asked {
  readonly inputs?: readonly Tensor[];
  readonly key?: SecretBytes;
}

function policed(policy: string, outputs: readonly Tensor[], { inputs, key = KEY }: Asked = {}) {
  const rows = outputs[0]?.shape[0] ?? 0;
  return applyOutputPolicy({
    policy: parseOutputPolicy(policy),
    inputs: inputs ?? [floats('x', [rows, 3], new Float32Array(rows * 3).fill(0.5))],
    outputs,
    key,
  });
}

function row(policy: string, scores: ArrayLike<number>, asked?: Asked): Float64Array {
  return numbersOf(policed(policy, [floats('p', [1, scores.length], scores)], asked)[0]);
}

function isUnfit(error: unknown): boolean {
  return isStrongroomError(error, 'OUTPUT_POLICY_UNFIT');
}

test('a policy is read as it is written', () => {
  fc.assert(
    fc.property(policies, (policy) =>
      assert.deepEqual(parseOutputPolicy(formatOutputPolicy(policy)), policy),
    ),
  );
});

test('refuses what is no policy', () => {
  const wrong = ['', 'none', 'top-0', 'top-1.5', 'round-8', 'perturb-0', 'perturb-0.91', 'top-1+top-2'];
  for (const text of [...wrong, 'label+top-1', 'top-1+', 'full+label', 'x'.repeat(1000)]) {
    assert.throws(() => parseOutputPolicy(text), { code: 'OUTPUT_POLICY_INVALID' }, text);
  }
});

test('of several policies the strictest of each part holds', () => {
  const strictest = (...texts: readonly string[]) =>
    formatOutputPolicy(strictestOutput(texts.map(parseOutputPolicy)));
  assert.equal(strictest(), 'full');
  assert.equal(strictest('full', 'round-3'), 'round-3');
  assert.equal(strictest('top-5+round-2', 'top-3', 'perturb-0.1'), 'top-3+round-2+perturb-0.1');
  assert.equal(strictest('top-1', 'label', 'full'), 'label');
});

test('whatever the policy, probabilities stay a distribution and the likeliest class the likeliest', () => {
  fc.assert(
    fc.property(policies, distributions, (policy, scores) => {
      const answer = row(formatOutputPolicy(policy), scores);
      const sum = answer.reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum - 1) < 1e-5, `sums to ${sum}`);
      assert.ok(answer.every((value) => value >= 0 && value <= 1 + 1e-6));
      const winner = answer[largestAt(scores)];
      assert.equal(winner, Math.max(...answer));
    }),
    { numRuns: 500 },
  );
});

test('a perturbation moves nothing by more than its share', () => {
  fc.assert(
    fc.property(share, distributions, (magnitude, scores) => {
      const answer = row(`perturb-${magnitude}`, scores);
      const moved = answer.reduce((total, value, at) => total + Math.abs(value - (scores[at] ?? 0)), 0);
      assert.ok(moved / 2 <= magnitude + 1e-6, `moved ${moved / 2}`);
    }),
  );
});

test('label only tells which class and nothing else', () => {
  assert.deepEqual([...row('label', [0.2, 0.5, 0.3])], [0, 1, 0]);
  assert.deepEqual([...row('label', [-3, 4.5, 4])], [0, 1, 0]);
});

test('top-k keeps the k largest, and the others share what is left', () => {
  assert.deepEqual([...row('top-1', [0.5, 0.375, 0.125, 0])].map(rounded), [0.5, 0.1667, 0.1667, 0.1667]);
  assert.deepEqual([...row('top-2', [1, 5, 3, 2])], [1.5, 5, 3, 1.5]);
  assert.deepEqual([...row('top-9', [0.25, 0.75])], [0.25, 0.75]);
});

test('classes beyond the k largest keep even shares when digits go, and never more than a kept one', () => {
  const nine = [0.31, ...Array.from({ length: 9 }, () => 0.69 / 9)];
  assert.equal(new Set([...row('top-1+round-1', nine)].slice(1)).size, 1);
  fc.assert(
    fc.property(distributions, fc.integer({ min: 1, max: 3 }), (scores, digits) => {
      const answer = row(`top-1+round-${digits}`, scores);
      const winner = largestAt(scores);
      const others = new Set([...answer].filter((_, at) => at !== winner));
      assert.equal(others.size, 1);
      assert.ok((answer[winner] ?? 0) > Math.max(...others));
    }),
  );
});

test('rounding keeps the sum, and does not let another class come level with the likeliest', () => {
  assert.deepEqual([...row('round-1', [0.4996, 0.5004])].map(rounded), [0.4, 0.6]);
  assert.deepEqual([...row('round-2', [1 / 3, 1 / 3, 1 / 3])].map(rounded), [0.34, 0.33, 0.33]);
});

test('what is no distribution is rounded to significant digits, of any rank', () => {
  const image = floats('depth', [1, 1, 2], [1234.5, 0.000_123_45]);
  assert.deepEqual([...numbersOf(policed('round-3', [image])[0])].map(Math.fround), [
    Math.fround(1230),
    Math.fround(0.000_123),
  ]);
});

test('labels pass every policy, beside probabilities as skl2onnx gives them', () => {
  const label: Tensor = { name: 'label', datatype: 'BYTES', shape: [2], strings: ['cat', 'dog'] };
  const scores = floats('probabilities', [2, 2], [0.9, 0.1, 0.3, 0.7]);
  const [first, second] = policed('label', [label, scores]);
  assert.deepEqual(first, label);
  assert.deepEqual([...numbersOf(second)], [1, 0, 0, 1]);
});

test('refuses what it cannot police, naming the output', () => {
  const leaves: Tensor = { name: 'leaves', datatype: 'INT64', shape: [1, 5], data: new Uint8Array(40) };
  const price = floats('price', [1, 1], [3.5]);
  const embedding = floats('embedding', [1, 2, 2], [1, 2, 3, 4]);
  const logits = floats('logits', [1, 2], [3, -2]);
  const nothing = floats('scores', [1, 2], [Number.NaN, 1]);
  for (const output of [leaves, embedding]) {
    for (const policy of ['label', 'top-1', 'perturb-0.1', 'top-1+round-2']) {
      assert.throws(() => policed(policy, [output]), isUnfit, `${output.name} ${policy}`);
    }
  }
  for (const policy of ['label', 'perturb-0.1']) assert.throws(() => policed(policy, [price]), isUnfit);
  assert.throws(() => policed('perturb-0.1', [logits]), isUnfit);
  assert.throws(() => policed('label', [nothing]), isUnfit);
  assert.throws(() => policed('label', [leaves]), /"leaves"/);
  assert.deepEqual([...numbersOf(policed('top-1+round-2', [price])[0])], [3.5]);
});

test('full lets everything out as it is', () => {
  const outputs = [floats('anything', [1, 2, 3], [1, 2, 3, 4, 5, 6])];
  assert.equal(policed('full', outputs), outputs);
});

test('half precision and bfloat16 are policed as well', () => {
  const half: Tensor = {
    name: 'p',
    datatype: 'FP16',
    shape: [1, 2],
    data: new Uint8Array(Float16Array.of(0.25, 0.75).buffer),
  };
  const brain: Tensor = { name: 'p', datatype: 'BF16', shape: [1, 2], data: Uint8Array.of(128, 62, 64, 63) };
  assert.deepEqual([...numbersOf(policed('round-2', [half])[0])].map(rounded), [0.25, 0.75]);
  assert.deepEqual([...numbersOf(brain)], [0.25, 0.75]);
  assert.deepEqual([...numbersOf(policed('label', [brain])[0])], [0, 1]);
});

test('asking again, and asking for nearly the same, gets the same noise: averaging gains nothing', () => {
  const truth = [0.55, 0.3, 0.15];
  const ask = (jitter: number) =>
    row('perturb-0.4', truth, { inputs: [floats('x', [1, 3], [0.7 + jitter, 1.3 - jitter, jitter])] });
  const once = errorOf(ask(0), truth);
  const answers = Array.from({ length: 400 }, (_, at) => ask((at % 7) * 1e-4));
  const mean = truth.map((_, at) => answers.reduce((sum, answer) => sum + (answer[at] ?? 0), 0) / 400);
  assert.ok(once > 0.01, `the noise is there: ${once}`);
  assert.ok(Math.abs(errorOf(mean, truth) - once) < 1e-9);
});

test('another input, another model and another answer get noise of their own', () => {
  const answer = (x: number, key = KEY, truth = [0.6, 0.4]) =>
    [...row('perturb-0.4', truth, { key, inputs: [floats('x', [1, 1], [x])] })].join(' ');
  const other = SecretBytes.take(new Uint8Array(32).fill(8));
  const answers = [answer(1), answer(2), answer(-1), answer(1, other), answer(1, KEY, [0.7, 0.3])];
  assert.equal(new Set(answers).size, answers.length);
});

test('a row gets the same noise alone and in a batch', () => {
  const scores = [0.6, 0.4, 0.3, 0.7];
  const batch = numbersOf(
    policed('perturb-0.3', [floats('p', [2, 2], scores)], { inputs: [floats('x', [2, 2], [1, 2, 3, 4])] })[0],
  );
  const second = row('perturb-0.3', scores.slice(2), { inputs: [floats('x', [1, 2], [3, 4])] });
  assert.deepEqual([...batch.slice(2)], [...second]);
});

test('a text that differs only in case and spaces gets the same noise', () => {
  const ask = (text: string) =>
    row('perturb-0.3', [0.6, 0.4], {
      inputs: [{ name: 't', datatype: 'BYTES', shape: [1], strings: [text] }],
    });
  assert.deepEqual(ask('Hello  World '), ask('hello world'));
  assert.notDeepEqual(ask('hello there'), ask('hello world'));
});

function errorOf(answer: ArrayLike<number>, truth: readonly number[]): number {
  return truth.reduce((sum, value, at) => sum + Math.abs((answer[at] ?? 0) - value), 0);
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
