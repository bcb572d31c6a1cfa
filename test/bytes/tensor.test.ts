import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { countElements, DATATYPES, ELEMENT_BYTES, elementCodec, isDatatype } from '../../src/bytes/index.ts';

suite('tensors', () => {
  test('counts the elements of a shape, a scalar’s being one', () => {
    assert.equal(countElements([], 10), 1);
    assert.equal(countElements([2, 3, 4], 24), 24);
    assert.equal(countElements([7, 0, 2 ** 52], 10), 0);
  });

  test('refuses shapes beyond the limit, however their product would overflow', () => {
    assert.equal(countElements([5, 5], 24), undefined);
    assert.equal(countElements([2 ** 32, 2 ** 32, 2 ** 32], Number.MAX_SAFE_INTEGER), undefined);
    assert.equal(countElements([3, 2 ** 52, 3], Number.MAX_SAFE_INTEGER), undefined);
  });

  test('refuses dimensions that are no whole numbers from zero on', () => {
    for (const dimension of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      assert.equal(countElements([1, dimension], Number.MAX_SAFE_INTEGER), undefined);
    }
  });

  test('agrees with exact arithmetic for any shape', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.nat(2 ** 31), (shape, max) => {
        const exact = shape.reduce((product, dimension) => product * BigInt(dimension), 1n);
        assert.equal(countElements(shape, max), exact <= BigInt(max) ? Number(exact) : undefined);
      }),
    );
  });

  test('writes a whole number of 64 bits as it writes the same bigint', () => {
    const written = (datatype: 'INT64' | 'UINT64', value: number | bigint) => {
      const bytes = new Uint8Array(8);
      return elementCodec(datatype).write(new DataView(bytes.buffer), 0, value) ? bytes : 'refused';
    };
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom('INT64', 'UINT64'), (value, datatype) => {
        assert.deepEqual(written(datatype, value), written(datatype, BigInt(value)));
      }),
    );
    assert.equal(written('INT64', 2 ** 53), 'refused');
    assert.equal(written('UINT64', -1), 'refused');
  });

  test('knows the datatypes of the protocol, and the size of every one but text', () => {
    assert.ok(DATATYPES.every(isDatatype));
    assert.ok(!isDatatype('FLOAT'));
    assert.deepEqual(
      Object.keys(ELEMENT_BYTES),
      DATATYPES.filter((datatype) => datatype !== 'BYTES'),
    );
  });
});
