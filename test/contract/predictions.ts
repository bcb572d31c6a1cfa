// The contract of StrongroomApi about predictions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAliasName, parseModelName } from '../../src/api/index.ts';
import { Passphrase } from '../../src/bytes/index.ts';
import { doublingModel, shiftingModel } from '../kit/onnx-builder.ts';
import { until } from '../kit/runner-processes.ts';
import { putOf } from '../kit/temporary-home.ts';
import { floats, floatsOf } from '../kit/tensors.ts';
import type { OpenApi } from './strongroom-api.ts';

const model = parseModelName('acme/doubling');
const inputs = [floats('x', [2, 3], [1, 2, 3, 4, 5, 6])];
const files = { 'model.onnx': doublingModel() };

export function testPredictions(open: OpenApi): void {
  test('a model answers, by alias and number, and says what it takes', async (t) => {
    const api = await open(t);
    const aliases = [parseAliasName('production')];
    await api.versions.put(putOf('acme/doubling', files, { aliases }));
    assert.equal(await api.predictions.isReady({ model }), false);
    const { signature, version, versions } = await api.predictions.metadata({ model });
    assert.deepEqual(
      [signature.inputs, version, versions],
      [[{ name: 'x', datatype: 'FP32', shape: [-1, 3] }], 1, [1]],
    );
    assert.equal(await api.predictions.isReady({ model, version: 1 }), true);
    for (const ref of [{ model }, { model, version: 1 }, { model, alias: aliases[0]! }]) {
      const answer = await api.predictions.infer({ ...ref, inputs, deadlineMs: 4000 });
      assert.deepEqual([answer.model, answer.version], [model, 1]);
      assert.deepEqual(answer.outputs.map(floatsOf), [[2, 4, 6, 8, 10, 12]]);
      assert.deepEqual(answer.outputs[0]?.shape, [2, 3]);
    }
  });

  test('a question is answered by the version that it was made for, whatever its alias names by then', async (t) => {
    const api = await open(t);
    const alias = parseAliasName('production');
    await api.versions.put(putOf('acme/doubling', files, { aliases: [alias] }));
    const { version: decidedVersion } = await api.predictions.metadata({ model, alias });
    await api.versions.put(
      putOf('acme/doubling', { 'model.onnx': shiftingModel([1, 1, 1]) }, { aliases: [alias] }),
    );
    const asked = { model, alias, inputs };
    assert.equal((await api.predictions.infer(asked)).version, 2);
    const answer = await api.predictions.infer({ ...asked, decidedVersion });
    assert.deepEqual([answer.version, answer.outputs.map(floatsOf)], [1, [[2, 4, 6, 8, 10, 12]]]);
    const newest = await api.predictions.infer({ model, inputs, decidedVersion });
    assert.equal(newest.version, 1);
  });

  test('an alias is answered by its canary also where a question was made for its version', async (t) => {
    const api = await open(t);
    const alias = parseAliasName('production');
    await api.versions.put(putOf('acme/doubling', files, { aliases: [alias] }));
    await api.versions.put(putOf('acme/doubling', { 'model.onnx': shiftingModel([1, 1, 1]) }));
    await api.rollouts.set({ model, alias, canary: { version: 2, percent: 100 } });
    const { version: decidedVersion } = await api.predictions.metadata({ model, alias });
    assert.equal(decidedVersion, 1);
    const answer = await api.predictions.infer({ model, alias, inputs, decidedVersion });
    assert.deepEqual([answer.version, answer.outputs.map(floatsOf)], [2, [[2, 3, 4, 5, 6, 7]]]);
    const named = await api.predictions.infer({ model, version: 1, inputs, decidedVersion });
    assert.equal(named.version, 1);
    await api.rollouts.set({ model, alias, shadow: 2 });
    await api.predictions.infer({ model, alias, inputs, decidedVersion });
    await until(async () => (await api.rollouts.get({ model, alias })).agreement?.compared === 1);
  });

  test('what is loaded is listed, counted and unloaded', async (t) => {
    const api = await open(t);
    await api.versions.put(putOf('acme/doubling', files));
    assert.deepEqual(
      (await api.predictions.index()).map(({ state }) => state),
      ['unavailable'],
    );
    assert.equal((await api.predictions.load({ model })).state, 'ready');
    await api.predictions.infer({ model, inputs });
    const [counts, ...more] = await api.predictions.statistics({ model, version: 1 });
    assert.deepEqual([counts?.model, counts?.version, counts?.success.count, more], [model, 1, 1, []]);
    assert.equal((await api.predictions.statistics()).length, 1);
    await api.predictions.unload({ model });
    assert.deepEqual(
      (await api.predictions.index()).map(({ state }) => state),
      ['unavailable'],
    );
  });

  test('a question that the model does not take is refused, naming the field', async (t) => {
    const api = await open(t);
    await api.versions.put(putOf('acme/doubling', files));
    const bad = api.predictions.infer({ model, inputs: [floats('x', [1, 2], [1, 2])] });
    await assert.rejects(bad, { code: 'TENSOR_INVALID', message: /"x": dimension 1 is 2/ });
    await api.schemas.set({
      model,
      schema: { features: [{ name: 'a', min: 0, max: 3 }, { name: 'b' }, { name: 'c' }] },
    });
    await assert.rejects(api.predictions.infer({ model, inputs }), {
      code: 'TENSOR_VALUE',
      message: /"a", row 1: 4 is above 3/,
    });
    assert.equal((await api.predictions.metadata({ model })).schema?.features[0]?.max, 3);
    await assert.rejects(api.predictions.infer({ model: parseModelName('acme/other'), inputs }), {
      kind: 'missing',
    });
  });

  test('a model with an access code answers once it was loaded with it', async (t) => {
    const api = await open(t);
    const accessCode = Passphrase.fromText('open sesame');
    await api.versions.put(putOf('acme/doubling', files, { accessCode }));
    await assert.rejects(api.predictions.infer({ model, inputs }), { code: 'ACCESS_CODE_REQUIRED' });
    await api.predictions.load({ model, accessCode: Passphrase.fromText('open sesame') });
    assert.deepEqual((await api.predictions.infer({ model, inputs })).outputs.map(floatsOf), [
      [2, 4, 6, 8, 10, 12],
    ]);
  });
}
