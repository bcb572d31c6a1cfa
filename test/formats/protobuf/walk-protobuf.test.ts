import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, memorySource } from '../../../src/bytes/index.ts';
import { protobufKind, readOnnx } from '../../../src/formats/index.ts';
import { mutate, mutations } from '../build/mutations.ts';
import { type BuiltField, protobufField, protobufMessage, varint } from '../build/protobuf.ts';

const node = protobufMessage([1, 'x'], [2, 'y'], [4, 'Relu']);
const graph = protobufMessage([1, node], [2, 'g']);
const model = (...more: readonly BuiltField[]) => protobufMessage([1, 8], [7, graph], ...more);
const codesOf = async (file: Uint8Array): Promise<string[]> =>
  (await readOnnx(memorySource(file))).problems.map(({ code }) => code);

test('notes what parsers of protocol buffers disagree about', async () => {
  const cases: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
    ['good', model(), []],
    ['graph twice (the last wins, or they merge)', model([7, graph]), ['PROTOBUF_FIELD_TWICE']],
    ['number twice', concatBytes(model(), protobufField(1, 9)), ['PROTOBUF_FIELD_TWICE']],
    ['a text where a number belongs', model([5, 'x']), ['PROTOBUF_WIRE_TYPE']],
    ['a number where a message belongs', model([8, 1]), ['PROTOBUF_WIRE_TYPE']],
    ['length beyond the end', concatBytes(model(), varint(8 * 8 + 2), varint(99)), ['PROTOBUF_INVALID']],
    ['number without an end', concatBytes(model(), new Uint8Array(12).fill(0xff)), ['PROTOBUF_INVALID']],
    ['a group', concatBytes(model(), varint(9 * 8 + 3)), ['PROTOBUF_INVALID']],
    ['field number 0', concatBytes(model(), varint(2), varint(0)), ['PROTOBUF_INVALID']],
    [
      'a field over the end of its message',
      concatBytes(varint(7 * 8 + 2), varint(2), varint(10), varint(99)),
      ['PROTOBUF_INVALID'],
    ],
  ];
  for (const [name, file, codes] of cases) assert.deepEqual(await codesOf(file), codes, name);
});

test('unknown fields are noted with their message and stepped over', async () => {
  const { unknownFields, problems, nodeCount } = await readOnnx(memorySource(model([99, 'hidden'])));
  assert.deepEqual([...unknownFields.keys()], ['ModelProto:99']);
  assert.deepEqual(problems, []);
  assert.equal(nodeCount, 1);
});

test('messages inside messages end at a limit', async () => {
  let inner = protobufMessage([1, node]);
  for (let depth = 0; depth < 60; depth++) {
    inner = protobufMessage([1, protobufMessage([4, 'If'], [5, protobufMessage([1, 'then'], [6, inner])])]);
  }
  const { problems } = await readOnnx(memorySource(protobufMessage([1, 8], [7, inner])));
  assert.deepEqual(
    problems.map(({ severity }) => severity),
    ['limit'],
  );
});

test('tells formats without a magic number by their structure', async () => {
  const nodeDef = protobufMessage([1, 'n'], [2, 'Const']);
  const graphDef = protobufMessage([1, nodeDef], [3, 1]);
  const metaGraph = protobufMessage([1, protobufMessage([4, 'serve'])], [2, graphDef]);
  const cases: readonly (readonly [Uint8Array, string | undefined])[] = [
    [model(), 'onnx'],
    [graphDef, 'tf-graph'],
    [metaGraph, 'tf-meta-graph'],
    [protobufMessage([1, 1], [2, metaGraph]), 'tf-saved-model'],
    [
      protobufMessage([1, protobufMessage([2, 0], [3, 'root'], [4, '_tf_keras_model'], [5, '{}'])]),
      'keras-metadata',
    ],
    [protobufMessage([1, 5], [2, 'd'], [500, 'net']), 'coreml'],
    [new Uint8Array(100), undefined],
    [new Uint8Array(0), undefined],
    [crypto.getRandomValues(new Uint8Array(1000)), undefined],
  ];
  for (const [file, kind] of cases) assert.equal(await protobufKind(memorySource(file)), kind);
});

test('changed files never throw', async () => {
  const good = model([8, protobufMessage([1, ''], [2, 17])]);
  const property = fc.asyncProperty(mutations, async (changes) => {
    const file = memorySource(mutate(good, changes));
    await readOnnx(file);
    await protobufKind(file);
  });
  await fc.assert(property, { numRuns: 1000 });
});
