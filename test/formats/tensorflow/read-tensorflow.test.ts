import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource } from '../../../src/bytes/index.ts';
import { readTensorflow } from '../../../src/formats/index.ts';
import { mutate, mutations } from '../build/mutations.ts';
import { protobufMessage } from '../build/protobuf.ts';

const node = (op: string) => protobufMessage([1, `n_${op}`], [2, op]);
const library = protobufMessage([1, protobufMessage([1, protobufMessage([1, 'f'])], [3, node('WriteFile')])]);
const graph = protobufMessage([1, node('Const')], [2, library]);
const metaGraph = protobufMessage([2, graph], [6, protobufMessage([2, '../../x'])]);

test('finds operators of the graph and of the functions of its library', async () => {
  for (const [root, file] of [
    ['SavedModel', protobufMessage([1, 1], [2, metaGraph])],
    ['MetaGraphDef', metaGraph],
    ['GraphDef', graph],
  ] as const) {
    const { operators, functions, assets, problems } = await readTensorflow(memorySource(file), root);
    assert.deepEqual(problems, [], root);
    assert.deepEqual(
      operators.map(({ operator, isInFunction }) => [operator, isInFunction]),
      [
        ['Const', false],
        ['WriteFile', true],
      ],
    );
    assert.deepEqual([...functions], ['f']);
    if (root !== 'GraphDef')
      assert.deepEqual(
        assets.map(({ fileName }) => fileName),
        ['../../x'],
      );
  }
});

test('finds the JSON of Keras objects', async () => {
  const file = protobufMessage([1, protobufMessage([2, 0], [5, '{"class_name":"Lambda"}'])]);
  const { kerasObjects } = await readTensorflow(memorySource(file), 'SavedMetadata');
  const [range] = kerasObjects;
  assert.equal(new TextDecoder().decode(file.subarray(range?.start, range?.end)), '{"class_name":"Lambda"}');
});

test('changed files never throw', async () => {
  const property = fc.asyncProperty(mutations, async (changes) => {
    await readTensorflow(memorySource(mutate(metaGraph, changes)), 'MetaGraphDef');
  });
  await fc.assert(property, { numRuns: 500 });
});
