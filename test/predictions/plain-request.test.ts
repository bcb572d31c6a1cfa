// The short way past the schema takes nothing that the schema refuses, and reads what it takes as the schema does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { requestDocument } from '../../src/predictions/protocol/documents.ts';
import { MAX_RANK, MAX_TENSORS, MAX_TEXT_CHARS } from '../../src/predictions/protocol/limits.ts';
import { plainRequest } from '../../src/predictions/protocol/plain-request.ts';

const PLAIN = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] };

test('takes an ordinary question, with an id or without one', () => {
  for (const document of [PLAIN, { id: '7', ...PLAIN }, { inputs: [] }])
    assert.equal(plainRequest(document), document);
});

test('leaves to the schema whatever is more than that, or not right', () => {
  const [tensor] = PLAIN.inputs;
  const others: readonly unknown[] = [
    ...[null, 7, [], {}, { inputs: {} }, { ...PLAIN, more: 1 }, { ...PLAIN, outputs: [] }],
    ...[
      { id: 7, ...PLAIN },
      { id: undefined, ...PLAIN },
      { id: 'x'.repeat(MAX_TEXT_CHARS + 1), ...PLAIN },
    ],
    { inputs: Array.from({ length: MAX_TENSORS + 1 }, () => tensor) },
    ...[
      { name: '' },
      { name: 1 },
      { datatype: 'FP33' },
      { shape: [-1] },
      { shape: [1.5] },
      { shape: [1n] },
      { shape: [2 ** 53] },
      { shape: '1' },
      { shape: Array.from({ length: MAX_RANK + 1 }, () => 1) },
      { parameters: {} },
      { data: undefined },
    ].map((wrong) => ({ inputs: [{ ...tensor, ...wrong }] })),
  ];
  for (const document of others) assert.equal(plainRequest(document), undefined);
});

test('what it takes is what the schema says, whatever is asked', () => {
  const oddly = <T>(usual: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 30, arbitrary: usual }, fc.anything({ withBigInt: true }));
  const seldom = (members: object) =>
    fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, fc.constant(members));
  const tensor = fc.record({
    name: oddly(fc.string({ minLength: 1 })),
    datatype: oddly(fc.constantFrom('FP32', 'INT64', 'BYTES')),
    shape: oddly(fc.array(oddly(fc.nat()), { maxLength: 4 })),
    data: oddly(fc.array(fc.double())),
  });
  const withParameters = fc
    .tuple(tensor, seldom({ parameters: { binary_data_size: 4 } }))
    .map(([words, more]) => ({ ...words, ...more }));
  const document = fc
    .tuple(
      fc.record({ inputs: oddly(fc.array(oddly(withParameters), { maxLength: 3 })) }),
      seldom({ id: '7' }),
      seldom({ id: 7 }),
      seldom({ more: 1 }),
    )
    .map(([inputs, ...more]): object => ({ ...inputs, ...more[0], ...more[1], ...more[2] }));
  let taken = 0;
  fc.assert(
    fc.property(document, (value) => {
      const plain = plainRequest(value);
      if (plain === undefined) return;
      taken += 1;
      assert.deepEqual(plain, requestDocument.parse(value));
    }),
    { numRuns: 500 },
  );
  assert.ok(taken > 20, `only ${taken} questions were plain`);
});
