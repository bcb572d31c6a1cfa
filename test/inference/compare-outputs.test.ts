import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Tensor } from '../../src/bytes/index.ts';
import { compareOutputs } from '../../src/inference/index.ts';
import { floats } from '../kit/tensors.ts';

const labels = (...values: number[]): Tensor => ({
  ...{ name: 'label', datatype: 'INT64', shape: [values.length] },
  data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

suite('answers to the same question', () => {
  test('agree where their labels do, whatever their scores', () => {
    const one = [labels(1, 2, 3), floats('scores', [3, 2], [0.9, 0.1, 0.5, 0.5, 0.2, 0.8])];
    const other = [labels(1, 2, 0), floats('scores', [3, 2], [0.8, 0.2, 0.5, 0.5, 0.2, 0.8])];
    const likeness = compareOutputs(one, other);
    assert.deepEqual([likeness?.rows, likeness?.agreed, likeness?.scores], [3, 2, 6]);
    assert.ok(Math.abs(likeness!.distance - 0.2) < 1e-6 && Math.abs(likeness!.maxDistance - 0.1) < 1e-6);
  });

  test('agree where the largest score is in the same place, without labels', () => {
    const one = [floats('scores', [2, 2], [0.9, 0.1, 0.4, 0.6])];
    const other = [floats('scores', [2, 2], [0.6, 0.4, 0.6, 0.4])];
    assert.equal(compareOutputs(one, other)?.agreed, 1);
  });

  test('agree within a thousandth where there is one number a row', () => {
    const likeness = compareOutputs([floats('y', [3], [100, 200, 0])], [floats('y', [3], [100.05, 201, 0])]);
    assert.equal(likeness?.agreed, 2);
  });

  test('agree in texts, letter by letter', () => {
    const texts = (...strings: string[]): Tensor[] => [
      { name: 'label', datatype: 'BYTES', shape: [strings.length], strings },
    ];
    assert.equal(compareOutputs(texts('yes', 'no'), texts('yes', 'No'))?.agreed, 1);
  });

  test('cannot be compared where they have another form, or nothing that says which is which', () => {
    assert.equal(compareOutputs([floats('y', [1, 2], [1, 2])], [floats('y', [1, 3], [1, 2, 3])]), undefined);
    assert.equal(compareOutputs([floats('y', [1], [1])], [floats('z', [1], [1])]), undefined);
    assert.equal(compareOutputs([], []), undefined);
  });
});
