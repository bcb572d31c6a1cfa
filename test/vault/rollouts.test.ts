import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseAliasName, parseModelName } from '../../src/api/index.ts';
import { Passphrase } from '../../src/bytes/index.ts';
import { doublingModel, shiftingModel } from '../kit/onnx-builder.ts';
import { until } from '../kit/runner-processes.ts';
import { putOf } from '../kit/temporary-home.ts';
import { floats, floatsOf } from '../kit/tensors.ts';
import { refusal, sharedHome } from './access-kit.ts';

const model = parseModelName('acme/doubling');
const alias = parseAliasName('production');
const PLACE = { model, alias };
const inputs = [floats('x', [1, 3], [1, 2, 3])];

/** A home where `production` doubles (version 1), and version 2 adds one. */
async function home(t: TestContext) {
  const shared = await sharedHome(t);
  await shared.owner.versions.put(putOf(model, { 'model.onnx': doublingModel() }, { aliases: [alias] }));
  await shared.owner.versions.put(putOf(model, { 'model.onnx': shiftingModel([1, 1, 1]) }));
  const asker = await shared.program('asker', 'predictor on acme');
  const ask = async () => {
    const { version, outputs } = await asker.api.predictions.infer({ ...PLACE, inputs });
    assert.deepEqual(floatsOf(outputs[0]!), version === 1 ? [2, 4, 6] : [2, 3, 4]);
    return version;
  };
  return { ...shared, asker, ask };
}

test('a rollout', async (t) => {
  const { owner, asker, ask, program } = await home(t);
  const { rollouts } = owner;

  await t.test('lets a canary answer exactly its part of the questions', async () => {
    await rollouts.set({ ...PLACE, canary: { version: 2, percent: 30 } });
    const versions: number[] = [];
    for (let times = 0; times < 20; times += 1) versions.push(await ask());
    assert.equal(versions.filter((version) => version === 2).length, 6);
    // Who names a version gets it.
    const named = await asker.api.predictions.infer({ model, version: 1, inputs });
    assert.equal(named.version, 1);
  });

  await t.test('answers from the old version where the canary may not be served', async () => {
    await rollouts.set({ ...PLACE, canary: { version: 2, percent: 100 } });
    assert.equal(await ask(), 2);
    await owner.versions.put(putOf(model, { 'note.txt': 'no model at all' }));
    await rollouts.set({ ...PLACE, canary: { version: 3, percent: 100 } });
    assert.equal(await ask(), 1);
    assert.deepEqual((await rollouts.get(PLACE)).trial, {
      ...{ version: 3, answered: 0, failed: 1, unfit: 0, lastCode: 'MODEL_UNSERVABLE' },
    });
  });

  await t.test('tells whoever asks wrongly, and does not count it against the canary', async () => {
    await rollouts.set({ ...PLACE, canary: { version: 2, percent: 100 } });
    assert.equal(await ask(), 2);
    const wrong = [floats('x', [1, 2], [1, 2])];
    const refused = await refusal(asker.api.predictions.infer({ ...PLACE, inputs: wrong }));
    assert.equal(refused.code, 'TENSOR_INVALID');
    const { trial } = await rollouts.get(PLACE);
    assert.deepEqual(trial, { version: 2, answered: 1, failed: 0, unfit: 0 });
  });

  await t.test('does not ask a canary that takes something else', async () => {
    const other = await owner.versions.put(putOf(model, { 'model.onnx': shiftingModel([1, 1]) }));
    await rollouts.set({ ...PLACE, canary: { version: other.version, percent: 100 } });
    assert.equal(await ask(), 1);
    const { trial } = await rollouts.get(PLACE);
    assert.deepEqual(trial, { version: other.version, answered: 0, failed: 0, unfit: 1 });
  });

  await t.test('records, once, that a canary is refused for what it is', async () => {
    const { version } = await owner.versions.put(
      putOf(
        model,
        { 'model.onnx': shiftingModel([2, 2, 2]) },
        {
          accessCode: Passphrase.fromText('open sesame'),
        },
      ),
    );
    await rollouts.set({ ...PLACE, canary: { version, percent: 100 } });
    for (let times = 0; times < 3; times += 1) assert.equal(await ask(), 1);
    const { trial } = await rollouts.get(PLACE);
    assert.deepEqual([trial?.failed, trial?.lastCode], [3, 'ACCESS_CODE_REQUIRED']);
    const events = await owner.audit.search({ action: 'rollout.canary-refused', limit: 10 });
    assert.deepEqual(
      events.map(({ resource, code, severity, details }) => ({ resource, code, severity, details })),
      [
        {
          resource: `${model}:${alias}`,
          code: 'ACCESS_CODE_REQUIRED',
          severity: 'warning',
          details: { version },
        },
      ],
    );
  });

  await t.test('ends a canary with one word', async () => {
    const after = await rollouts.rollback(PLACE);
    assert.deepEqual(after, { model, alias, version: 1 });
    assert.equal(await ask(), 1);
  });

  await t.test('makes the canary the version of the alias, and goes back to the one before', async () => {
    await rollouts.set({ ...PLACE, canary: { version: 2, percent: 10 } });
    assert.deepEqual(await rollouts.promote(PLACE), { model, alias, version: 2, previous: 1 });
    assert.equal(await ask(), 2);
    assert.equal((await rollouts.rollback(PLACE)).version, 1);
    assert.equal(await ask(), 1);
    assert.equal((await refusal(rollouts.rollback(PLACE))).code, 'ROLLOUT_MISSING');
    assert.equal((await refusal(rollouts.promote(PLACE))).code, 'ROLLOUT_MISSING');
  });

  await t.test('asks a shadow beside the answer, and tells how alike the two are', async () => {
    await rollouts.set({ ...PLACE, shadow: 2 });
    assert.equal(await ask(), 1);
    let agreement = (await rollouts.get(PLACE)).agreement;
    await until(() => {
      void rollouts.get(PLACE).then((rollout) => (agreement = rollout.agreement));
      return agreement?.compared === 1;
    });
    const { version, shadow, rows, agreed, failed, maxDistance } = agreement!;
    assert.deepEqual(
      { version, shadow, rows, agreed, failed, maxDistance },
      {
        ...{ version: 1, shadow: 2, rows: 1, agreed: 1, failed: 0, maxDistance: 2 },
      },
    );
  });

  await t.test('leaves alone what was made for a version that the alias does not name', async () => {
    const other = await owner.versions.put(putOf(model, { 'model.onnx': doublingModel() }));
    await rollouts.set({ ...PLACE, canary: { version: 2, percent: 100 }, shadow: 2 });
    const before = await rollouts.get(PLACE);
    const askFor = (decidedVersion: number) =>
      asker.api.predictions.infer({ ...PLACE, inputs, decidedVersion });
    assert.equal((await askFor(other.version)).version, other.version);
    assert.deepEqual(await rollouts.get(PLACE), before);
    assert.equal((await askFor(1)).version, 2);
    const refused = await refusal(
      asker.api.predictions.infer({ model, version: 1, inputs, decidedVersion: 2 }),
    );
    assert.equal(refused.code, 'INPUT_INVALID');
  });

  await t.test('is for those who may move the alias, and names versions that there are', async () => {
    const viewer = await program('viewer', 'viewer on acme');
    assert.equal((await viewer.api.rollouts.get(PLACE)).shadow, 2);
    assert.equal((await refusal(viewer.api.rollouts.rollback(PLACE))).code, 'ACCESS_DENIED');
    const missing = rollouts.set({ ...PLACE, shadow: 9 });
    assert.equal((await refusal(missing)).code, 'VERSION_MISSING');
  });

  await t.test('is over with the model', async () => {
    await owner.models.remove({ model });
    await owner.versions.put(putOf(model, { 'model.onnx': doublingModel() }, { aliases: [alias] }));
    const { version, ...rest } = await rollouts.get(PLACE);
    assert.deepEqual([version > 3, rest], [true, { model, alias }]);
  });
});
