import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { readCatboost, readLightgbm } from '../../../src/formats/index.ts';
import { mutate, mutations } from '../build/mutations.ts';
import { catboost, core, LIGHTGBM } from '../build/trees.ts';

test('a LightGBM model needs its header, trees in order, and an end', async () => {
  const codes = async (text: string) =>
    (await readLightgbm(memorySource(utf8Bytes(text)))).problems.map(({ code }) => code);
  assert.deepEqual(await codes(LIGHTGBM), []);
  assert.equal((await readLightgbm(memorySource(utf8Bytes(LIGHTGBM)))).trees, 1);
  assert.deepEqual(await codes(LIGHTGBM.replaceAll('\n', '\r\n')), []);
  assert.deepEqual(await codes(LIGHTGBM.replace('Tree=0', 'Tree=1')), ['LIGHTGBM_INVALID']);
  assert.deepEqual(await codes(LIGHTGBM.replace('version=v4\n', '')), ['LIGHTGBM_INVALID']);
  assert.deepEqual(await codes(LIGHTGBM.replace('num_leaves=2', 'something else')), ['LIGHTGBM_INVALID']);
  assert.deepEqual(await codes(LIGHTGBM.slice(0, LIGHTGBM.indexOf('end of trees'))), ['LIGHTGBM_TRUNCATED']);
  assert.deepEqual(await codes(LIGHTGBM.replace('sigmoid', '\u0001')), ['LIGHTGBM_INVALID']);
});

test('a CatBoost core fits into its file, has a version and names what follows it', async () => {
  const codes = async (file: Uint8Array) =>
    (await readCatboost(memorySource(file))).problems.map(({ code }) => code);
  const good = await readCatboost(memorySource(catboost(core())));
  assert.deepEqual(good.problems, []);
  assert.deepEqual(
    good.info.map(({ key, value }) => [key, value]),
    [['params', '{}']],
  );
  assert.deepEqual(await codes(catboost(core(['static-ctr-provider-v1']), undefined, 10)), []);
  assert.deepEqual(await codes(catboost(core(), undefined, 10)), ['CATBOOST_TRAILING']);
  assert.deepEqual(await codes(catboost(core(), 1 << 30)), ['CATBOOST_CORE']);
  assert.deepEqual(await codes(catboost(core(), 0)), ['CATBOOST_CORE']);
  assert.deepEqual(await codes(catboost(new Uint8Array(64).fill(0x41))), ['FLATBUFFER_INVALID']);
});

test('changed models never throw', async () => {
  const property = fc.asyncProperty(mutations, async (changes) => {
    await readLightgbm(memorySource(mutate(utf8Bytes(LIGHTGBM), changes)));
    await readCatboost(memorySource(mutate(catboost(core(['x'])), changes)));
  });
  await fc.assert(property, { numRuns: 500 });
});
