// Many floats at a time are what one after the other is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { elementCodec, floatsInPlace, packFloats, tensorView } from '../../src/bytes/index.ts';

const DATATYPES = ['FP32', 'FP64'] as const;

test('packs numbers as one element after the other does, or leaves them to it', () => {
  const value = fc.oneof(
    { weight: 20, arbitrary: fc.double() },
    fc.constantFrom(3.4e38, 3.5e38, -3.5e38, Infinity, NaN),
    { weight: 1, arbitrary: fc.constantFrom('1', null, true, 5n) },
  );
  let packed = 0;
  fc.assert(
    fc.property(fc.constantFrom(...DATATYPES), fc.array(value, { maxLength: 8 }), (datatype, values) => {
      const codec = elementCodec(datatype);
      const view = new DataView(new ArrayBuffer(values.length * codec.size));
      const fit = values.map((each, at) => codec.write(view, at * codec.size, each));
      const isPlain = values.every((each) => typeof each === 'number') && fit.every(Boolean);
      const expected = isPlain ? new Uint8Array(view.buffer) : undefined;
      assert.deepEqual(packFloats(datatype, values), expected);
      if (isPlain) packed += 1;
    }),
  );
  assert.ok(packed > 10);
});

test('shows numbers in place, wherever they begin', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...DATATYPES),
      fc.array(fc.double()),
      fc.nat(9),
      (datatype, values, start) => {
        const bytes = packFloats(datatype, values.map(Math.fround)) ?? new Uint8Array();
        const data = new Uint8Array(start + bytes.length).subarray(start);
        data.set(bytes);
        const tensor = { name: 'x', datatype, shape: [values.length], data };
        const { size, read } = elementCodec(datatype);
        const expected = values.map((_, at) => read(tensorView(tensor), at * size));
        const floats = floatsInPlace(tensor);
        if (start % size === 0) assert.deepEqual([...(floats ?? [])], expected);
        else assert.equal(floats, undefined);
      },
    ),
  );
});

test('says nothing of other types, nor of bytes that are no whole elements', () => {
  assert.equal(packFloats('FP16', [1]), undefined);
  assert.equal(packFloats('INT32', [1]), undefined);
  for (const datatype of ['FP16', 'INT64', 'FP32', 'FP64'] as const)
    assert.equal(floatsInPlace({ name: 'x', datatype, shape: [1], data: new Uint8Array(3) }), undefined);
});
