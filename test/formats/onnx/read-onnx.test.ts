import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, memorySource } from '../../../src/bytes/index.ts';
import { readOnnx } from '../../../src/formats/index.ts';
import { type BuiltField, protobufMessage, varint } from '../build/protobuf.ts';

const node = (operator: string, ...attributes: Uint8Array[]) =>
  protobufMessage([4, operator], ...attributes.map((attribute) => [5, attribute] as const));
const external = (name: string) =>
  protobufMessage([8, name], [13, protobufMessage([1, 'location'], [2, 'w.bin'])], [14, 1]);
const inGraph = (...fields: readonly BuiltField[]) =>
  protobufMessage([1, 8], [7, protobufMessage(...fields)]);

test('finds nodes and tensors wherever they hide', async () => {
  const file = protobufMessage(
    [1, 8],
    [
      7,
      protobufMessage(
        [
          1,
          node(
            'If',
            protobufMessage([1, 'then'], [6, protobufMessage([1, node('InSubgraph')], [5, external('sub')])]),
          ),
        ],
        [1, node('Many', protobufMessage([11, protobufMessage([1, node('InGraphs')])]))],
        [1, node('Constant', protobufMessage([5, external('attribute')]))],
        [1, node('Constants', protobufMessage([10, external('attributes')]))],
        [1, node('Sparse', protobufMessage([22, protobufMessage([1, external('sparse attribute')])]))],
        [5, external('initializer')],
        [15, protobufMessage([1, external('sparse values')], [2, external('sparse indices')])],
      ),
    ],
    [
      20,
      protobufMessage(
        [1, protobufMessage([5, external('training')])],
        [2, protobufMessage([1, node('InTraining')])],
      ),
    ],
    [
      25,
      protobufMessage(
        [1, 'f'],
        [10, 'my'],
        [7, node('InFunction')],
        [11, protobufMessage([5, external('default')])],
      ),
    ],
  );
  const document = await readOnnx(memorySource(file));
  assert.deepEqual(document.problems, []);
  const operators = document.operators.map(({ operator }) => operator);
  for (const name of ['InSubgraph', 'InGraphs', 'InTraining', 'InFunction'])
    assert.ok(operators.includes(name), name);
  assert.deepEqual(document.externalTensors.map(({ name }) => name).sort(), [
    'attribute',
    'attributes',
    'default',
    'initializer',
    'sparse attribute',
    'sparse indices',
    'sparse values',
    'sub',
    'training',
  ]);
  assert.deepEqual(document.functions, ['my:f']);
  assert.deepEqual([...(document.functionCalls.get('my:f') ?? [])], [':InFunction']);
});

test('an operator behind ten thousand inputs is still seen', async () => {
  const inputs = Array.from({ length: 10_000 }, () => [1, 'x'] as const);
  const { operators } = await readOnnx(memorySource(inGraph([1, protobufMessage(...inputs, [4, 'PyOp'])])));
  assert.equal(operators[0]?.operator, 'PyOp');
});

test('skips a tensor of two gigabytes without reading it', async () => {
  const size = 2 ** 31;
  const tensor = concatBytes(protobufMessage([8, 'w']), varint(9 * 8 + 2), varint(size));
  const graphHead = concatBytes(varint(5 * 8 + 2), varint(tensor.length + size), tensor);
  const after = protobufMessage([2, 'graph']);
  const head = concatBytes(
    protobufMessage([1, 8]),
    varint(7 * 8 + 2),
    varint(graphHead.length + size + after.length),
    graphHead,
  );
  let read = 0;
  const source = {
    size: head.length + size + after.length,
    read: (offset: number, length: number) => {
      read += length;
      const bytes = new Uint8Array(length);
      if (offset < head.length) bytes.set(head.subarray(offset, offset + length));
      const tail = head.length + size - offset;
      if (tail < length) bytes.set(after.subarray(Math.max(0, -tail)), Math.max(0, tail));
      return Promise.resolve(bytes);
    },
  };
  const { problems } = await readOnnx(source);
  assert.deepEqual(problems, []);
  assert.ok(read < 1_000_000, String(read));
});
