import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Tensor } from '../../src/bytes/index.ts';
import { OutputDrift } from '../../src/inference/output-drift.ts';
import { floats } from '../kit/tensors.ts';

/** So many answers, one row each. */
function feed(drift: OutputDrift, rows: number, answer: (row: number) => Tensor): void {
  for (let row = 0; row < rows; row += 1) drift.add([answer(row)]);
}

const label = (text: string): Tensor => ({ name: 'label', datatype: 'BYTES', shape: [1], strings: [text] });

suite('drift of answers', () => {
  test('is known after two thousand rows, and nothing where nothing changed', () => {
    const drift = new OutputDrift();
    feed(drift, 1999, (row) => label(row % 4 === 0 ? 'yes' : 'no'));
    assert.equal(drift.index, undefined);
    feed(drift, 1, () => label('no'));
    assert.ok(drift.index! < 0.001, String(drift.index));
  });

  test('is what the formula says where the shares of two classes change', () => {
    const drift = new OutputDrift();
    feed(drift, 1000, (row) => floats('scores', [1, 2], row % 2 === 0 ? [0.9, 0.1] : [0.1, 0.9]));
    feed(drift, 1000, (row) => floats('scores', [1, 2], row % 10 === 0 ? [0.9, 0.1] : [0.1, 0.9]));
    const expected = (0.1 - 0.5) * Math.log(0.1 / 0.5) + (0.9 - 0.5) * Math.log(0.9 / 0.5);
    assert.ok(Math.abs(drift.index! - expected) < 1e-9, `${drift.index} is not ${expected}`);
  });

  test('is seen in numbers by tenths of the first, and in answers that were never given before', () => {
    const numbers = new OutputDrift();
    feed(numbers, 1000, (row) => floats('y', [1, 1], [row / 1000]));
    feed(numbers, 1000, (row) => floats('y', [1, 1], [((row * 7) % 1000) / 1000]));
    assert.ok(numbers.index! < 0.001, String(numbers.index));
    feed(numbers, 1000, (row) => floats('y', [1, 1], [0.8 + row / 5000]));
    assert.ok(numbers.index! > 1, String(numbers.index));
    const labels = new OutputDrift();
    feed(labels, 1000, () => label('known'));
    feed(labels, 1000, () => label('new'));
    assert.ok(labels.index! > 1, String(labels.index));
  });
});
