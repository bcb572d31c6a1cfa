import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type ModelName,
  type NamespaceTrustChange,
  parseAliasName,
  parseModelName,
  parseNamespaceName,
  type StrongroomApi,
} from '../../src/api/index.ts';
import { Passphrase, type Tensor } from '../../src/bytes/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { openStrongroom } from '../../src/open/index.ts';
import {
  customOperatorModel,
  doublingModel,
  externalDataModel,
  hungryModel,
  markedModel,
  spinningModel,
} from '../kit/onnx-builder.ts';
import { runnerIds, until } from '../kit/runner-processes.ts';
import { putOf } from '../kit/temporary-home.ts';
import { floats, floatsOf } from '../kit/tensors.ts';
import { refusal, sharedHome } from './access-kit.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples/digits');
const ACME = parseNamespaceName('acme');
const MODEL = parseModelName('acme/doubling');
const inputs = [floats('x', [1, 3], [1, 2, 3])];

/** A home with `acme/doubling@1`, and somebody who may ask it. */
async function home(t: TestContext) {
  const shared = await sharedHome(t);
  await shared.owner.versions.put(putOf(MODEL, { 'model.onnx': doublingModel() }));
  return { ...shared, asker: await shared.program('asker', 'predictor on acme') };
}

async function ask(api: StrongroomApi, model: ModelName = MODEL): Promise<readonly number[]> {
  const { outputs } = await api.predictions.infer({ model, inputs });
  return floatsOf(outputs[0]!);
}

async function code(call: Promise<unknown>): Promise<string> {
  return (await refusal(call)).code;
}

/** Far more than any file has that this test could have made. */
const MOST_BYTES = 64 * 2 ** 20;

/** Whether a file was written since. One that is gone was not; other tests beside this one clear away theirs. */
async function isWrittenSince(path: string, sinceMs: number): Promise<boolean> {
  const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
  return mtimeMs >= sinceMs && size <= MOST_BYTES;
}

/** Files below a folder that were written since, in any folder that we may look into. */
async function filesSince(folder: string, sinceMs: number): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name === 'node_modules' || entry.name === '.git') continue;
    if (entry.isDirectory()) found.push(...(await filesSince(path, sinceMs)));
    else if (entry.isFile() && (await isWrittenSince(path, sinceMs))) found.push(path);
  }
  return found;
}

test('predictions', async (t) => {
  const { asker, folder, home: path, owner, program } = await home(t);
  const mayBe = (change: NamespaceTrustChange) => owner.trust.set({ namespace: ACME, change });

  await t.test('say what a model takes and gives, and how it stands', async () => {
    const { predictions } = asker.api;
    assert.equal(await predictions.isReady({ model: MODEL }), false);
    assert.deepEqual(await predictions.metadata({ model: MODEL }), {
      ...{ model: MODEL, version: 1, versions: [1], platform: 'onnx_onnxv1' },
      signature: {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
        outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }],
      },
    });
    assert.equal(await predictions.isReady({ model: MODEL }), true);
    await ask(asker.api);
    const [counts, ...others] = await predictions.statistics({ model: MODEL });
    assert.deepEqual(others, []);
    assert.deepEqual([counts?.inferenceCount, counts?.success.count, counts?.fail.count], [1, 1, 0]);
    const index = await predictions.index();
    assert.deepEqual(
      index.map(({ model, version, state }) => `${model}@${version} ${state}`),
      ['acme/churn@1 unavailable', 'acme/doubling@1 ready', 'acme/other@1 unavailable'],
    );
  });

  await t.test('are for those who may ask, who may not fetch', async () => {
    assert.deepEqual(await ask(asker.api), [2, 4, 6]);
    assert.equal(await code(asker.api.versions.open({ model: MODEL })), 'ACCESS_DENIED');
    assert.equal(await code(asker.api.predictions.unload({ model: MODEL })), 'ACCESS_DENIED');
    const stranger = await program('stranger', 'viewer on acme');
    assert.equal(await code(ask(stranger.api)), 'ACCESS_DENIED');
    const outsider = await program('outsider', 'predictor on beta');
    assert.equal(await code(ask(outsider.api)), 'MODEL_MISSING');
    assert.deepEqual(
      (await outsider.api.predictions.index()).map(({ model }) => model),
      ['beta/secret'],
    );
  });

  await t.test('stop in a lockdown, and go on after it', async () => {
    await ask(asker.api);
    await owner.lockdown.begin({ reason: 'somebody is inside' });
    assert.equal(await code(ask(asker.api)), 'LOCKED_DOWN');
    await owner.lockdown.lift({ reason: 'they are out' });
    assert.deepEqual(await ask(asker.api), [2, 4, 6]);
  });

  await t.test('stop when another process takes the version away', async () => {
    await ask(asker.api);
    await using other = await openStrongroom({ home: path });
    await other.api.trust.set({ namespace: ACME, change: { serve: { clean: 'refuse' } } });
    assert.equal(await code(ask(asker.api)), 'TRUST_REFUSED');
    await mayBe({ serve: { clean: 'allow' } });
    assert.deepEqual(await ask(asker.api), [2, 4, 6]);
  });

  await t.test('stop at once when the policy refuses the version, and its process ends', async () => {
    await ask(asker.api);
    await mayBe({ serve: { clean: 'refuse' } });
    assert.equal(await code(ask(asker.api)), 'TRUST_REFUSED');
    await until(() => runnerIds().length === 0);
    await mayBe({ serve: { clean: 'allow' } });
    assert.deepEqual(await ask(asker.api), [2, 4, 6]);
  });

  await t.test('take signatures where the policy asks for them', async () => {
    await ask(asker.api);
    const key = await owner.signingKeys.generate({ name: 'release', algorithm: 'ed25519' });
    const signers = [{ name: 'release', keys: [key.id], certificates: [] }];
    await mayBe({ signers, requiredSignatures: 1 });
    assert.equal(await code(ask(asker.api)), 'TRUST_UNSIGNED');
    await owner.signatures.sign({ model: MODEL, version: 1, keyId: key.id });
    assert.deepEqual(await ask(asker.api), [2, 4, 6]);
    await mayBe({ signers: [], requiredSignatures: 0 });
  });

  await t.test('go on when the process that holds the model is killed', async () => {
    await ask(asker.api);
    const waiting = Array.from({ length: 100 }, () => ask(asker.api));
    for (const id of runnerIds()) process.kill(id, 'SIGKILL');
    for (const outcome of await Promise.allSettled(waiting)) {
      if (outcome.status === 'fulfilled') assert.deepEqual(outcome.value, [2, 4, 6]);
      else assert.ok(isStrongroomError(outcome.reason, 'PREDICTION_UNAVAILABLE'), String(outcome.reason));
    }
    assert.deepEqual(await ask(asker.api), [2, 4, 6]);
  });

  await t.test(
    'come from a process that can write no file and dump no core, and leave the model in none',
    async () => {
      const marker = randomBytes(256);
      const model = parseModelName('acme/marked');
      await owner.versions.put(putOf(model, { 'model.onnx': markedModel(marker) }));
      const before = Date.now() - 1000;
      await owner.predictions.infer({ model, inputs: [floats('x', [1, 64], Array<number>(64).fill(1))] });
      const id = runnerIds().at(-1);
      const limits = await readFile(`/proc/${id}/limits`, 'latin1');
      assert.match(limits, /Max file size\s+0\s+0/);
      assert.match(limits, /Max core file size\s+0\s+0/);
      for (const place of [folder, tmpdir(), process.cwd()]) {
        for (const file of await filesSince(place, before)) {
          const content = await readFile(file).catch(() => undefined);
          assert.ok(content?.includes(marker) !== true, `the model is in ${file}`);
        }
      }
    },
  );

  await t.test('come out as the model was measured, from the sealed file', async () => {
    const model = parseModelName('acme/digits');
    await owner.versions.put(
      putOf(model, { 'digits.onnx': await readFile(join(EXAMPLES, 'run-1/digits.onnx')) }),
    );
    const lines = (await readFile(join(EXAMPLES, 'holdout.csv'), 'utf8')).trim().split('\n').slice(1);
    const rows = lines.map((line) => line.split(',').map(Number));
    const pixels = rows.flatMap(([, ...values]) => values.map((value) => value / 16));
    const answer = await owner.predictions.infer({
      model,
      inputs: [floats('pixels', [rows.length, 64], pixels)],
    });
    const [label] = answer.outputs;
    assert.ok(label?.datatype === 'INT64');
    const guesses = new BigInt64Array(label.data.slice().buffer);
    const right = rows.filter(([expected], index) => BigInt(expected!) === guesses[index]).length;
    assert.equal(right, 348);
    assert.deepEqual([answer.model, answer.version], [model, 1]);
  });

  await t.test('want the access code once, of whoever loads the model', async () => {
    const model = parseModelName('acme/coded');
    const accessCode = () => Passphrase.fromText('walnut tractor velvet');
    await owner.versions.put(putOf(model, { 'model.onnx': doublingModel() }, { accessCode: accessCode() }));
    assert.equal(await code(ask(asker.api, model)), 'ACCESS_CODE_REQUIRED');
    await owner.predictions.load({ model, accessCode: accessCode() });
    assert.deepEqual(await ask(asker.api, model), [2, 4, 6]);
    await owner.predictions.unload({ model });
    assert.equal(await code(ask(asker.api, model)), 'ACCESS_CODE_REQUIRED');
  });

  await t.test('are not made by what cannot be served, and the others go on', async () => {
    await mayBe({ enter: { suspicious: 'allow' }, serve: { suspicious: 'allow' } });
    for (const [name, files] of [
      ['acme/external', { 'model.onnx': externalDataModel() }],
      ['acme/custom', { 'model.onnx': customOperatorModel() }],
      ['acme/none', { 'note.txt': 'nothing to compute' }],
      ['acme/two', { 'a.onnx': doublingModel(), 'b.onnx': doublingModel(4) }],
    ] as const) {
      await owner.versions.put(putOf(name, files));
      assert.equal(await code(ask(asker.api, parseModelName(name))), 'MODEL_UNSERVABLE');
    }
    assert.deepEqual(await ask(asker.api), [2, 4, 6]);
  });
  await t.test('go to the version that the alias names at that moment', async () => {
    const alias = parseAliasName('production');
    await owner.versions.put(putOf(MODEL, { 'model.onnx': doublingModel(3), 'note.txt': 'the same again' }));
    const versionOf = async () =>
      (await asker.api.predictions.infer({ model: MODEL, alias, inputs })).version;
    await owner.aliases.set({ model: MODEL, alias, version: 2 });
    assert.equal(await versionOf(), 2);
    await owner.aliases.set({ model: MODEL, alias, version: 1 });
    assert.equal(await versionOf(), 1);
    assert.equal((await asker.api.predictions.infer({ model: MODEL, inputs })).version, 2);
  });

  await t.test('stop at once when the version is removed', async () => {
    await ask(asker.api);
    const asked = () => asker.api.predictions.infer({ model: MODEL, version: 1, inputs });
    assert.equal((await asked()).version, 1);
    await owner.aliases.remove({ model: MODEL, alias: parseAliasName('production') });
    await owner.versions.remove({ model: MODEL, version: 1 });
    assert.equal(await code(asked()), 'VERSION_MISSING');
  });

  await t.test('stop at once when the grant ends, although the model is loaded', async () => {
    await ask(asker.api);
    for (const grant of await owner.grants.list({ principal: asker.id }))
      await owner.grants.remove({ id: grant.id });
    assert.equal(await code(ask(asker.api)), 'MODEL_MISSING');
  });
});

test('predictions are on the record as one act of many calls, before the first answer', async (t) => {
  const { asker, owner, home: path, strongroom } = await home(t);
  for (let times = 0; times < 5; times += 1) await ask(asker.api);
  assert.equal(await code(asker.api.predictions.infer({ model: MODEL, inputs: [] })), 'TENSOR_INVALID');
  const query = { action: 'model:predict', resource: MODEL };
  const during = await owner.audit.search(query);
  assert.deepEqual(
    during.map(({ caller, outcome }) => [caller?.id, outcome]),
    [['service-account:asker', 'open']],
  );
  await strongroom.close();
  await using again = await openStrongroom({ home: path });
  const [act, ...others] = await again.api.audit.search(query);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [act?.outcome, act?.calls, act?.failedCalls, act?.version],
    ['done', 6, 1, 'acme/doubling@1'],
  );
  assert.match(act?.rule ?? '', /predictor on acme/);
  assert.match(act?.key ?? '', /^acme@\d+$/);
});

test('predictions end with the deadline, the memory and the size that the configuration sets, and others go on', async (t) => {
  const { home: path, strongroom } = await home(t);
  await strongroom.close();
  const env = {
    STRONGROOM_PREDICTIONS_DEADLINE_MS: '400',
    STRONGROOM_PREDICTIONS_RUNNER_MEMORY_MIB: '128',
  };
  await using small = await openStrongroom({ home: path, env });
  const { api } = small;
  const put = async (name: string, content: Uint8Array) =>
    (await api.versions.put(putOf(name, { 'model.onnx': content }, { compression: { algorithm: 'none' } })))
      .model;
  const spinning = await put('acme/spinning', spinningModel());
  const spin: Tensor = { name: 'spin', datatype: 'BOOL', shape: [], data: Uint8Array.of(1) };
  assert.equal(
    await code(api.predictions.infer({ model: spinning, inputs: [...inputs, spin] })),
    'PREDICTION_TIMEOUT',
  );
  const hungry = await put('acme/hungry', hungryModel());
  const size: Tensor = {
    ...{ name: 'size', datatype: 'INT64', shape: [1] },
    data: new Uint8Array(new BigInt64Array([2n ** 27n]).buffer),
  };
  assert.equal(
    await code(api.predictions.infer({ model: hungry, inputs: [size] })),
    'PREDICTION_UNAVAILABLE',
  );
  const wide = await put('acme/wide', doublingModel(3, 25 * 2 ** 20));
  assert.equal(await code(api.predictions.infer({ model: wide, inputs })), 'MODEL_TOO_LARGE');
  assert.deepEqual(await ask(api), [2, 4, 6]);
});
