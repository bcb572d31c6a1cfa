import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { parseModelName } from '../../src/api/index.ts';
import type { Tensor } from '../../src/bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../../src/errors/index.ts';
import type { Question } from '../../src/inference/dispatcher.ts';
import type { ModelSession } from '../../src/inference/model-session.ts';
import {
  customOperatorModel,
  doublingModel,
  entangledModel,
  externalDataModel,
  quantisedModel,
  spinningModel,
} from '../kit/onnx-builder.ts';
import { floats, floatsOf } from '../kit/tensors.ts';
import { sessionOf } from './inference-kit.ts';

const OF = { model: parseModelName('acme/churn'), version: 1 };
const row = (...values: number[]): Tensor => floats('x', [1, 3], values);

function ask(session: ModelSession, inputs: readonly Tensor[], more: Partial<Question> = {}) {
  return session.ask({ principal: 'user:ada', inputs, outputs: ['y'], deadlineMs: 20_000, ...more });
}

async function until(session: ModelSession, { isReady }: { readonly isReady: boolean }): Promise<void> {
  while (session.isReady !== isReady) await sleep(5);
}

suite('a session', () => {
  test('computes together what is asked at a time, and gives everybody their own', async (t) => {
    const { session, counts } = await sessionOf(t, doublingModel());
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        ask(session, [row(index, 0, -index)], { principal: `user:${index % 5}` }),
      ),
    );
    for (const [index, [answer]] of answers.entries()) {
      assert.deepEqual(answer?.shape, [1, 3]);
      assert.deepEqual(floatsOf(answer), [2 * index, 0, -2 * index]);
    }
    const told = counts.get(OF);
    assert.equal(told.inferenceCount, 50);
    assert.equal(told.success.count, 50);
    assert.equal(told.executionCount, 1);
    assert.deepEqual(
      told.batches.map(({ batchSize }) => batchSize),
      [50],
    );
  });

  test('gathers what comes turn by turn where many ask, and lets a lone question go', async (t) => {
    const { session, counts } = await sessionOf(t, doublingModel());
    for (let round = 0; round < 10; round++)
      await Promise.all(Array.from({ length: 20 }, () => ask(session, [row(1, 2, 3)])));
    const before = counts.get(OF).executionCount;
    const asked: Promise<readonly Tensor[]>[] = [];
    for (let index = 0; index < 20; index++) {
      asked.push(ask(session, [row(index, 0, 0)]));
      await nextTurn();
    }
    for (const [index, [answer]] of (await Promise.all(asked)).entries())
      assert.deepEqual(answer && floatsOf(answer), [2 * index, 0, 0]);
    assert.ok(counts.get(OF).executionCount - before < 10);
    const [alone] = await ask(session, [row(4, 5, 6)]);
    assert.deepEqual(alone && floatsOf(alone), [8, 10, 12]);
  });

  test('computes apart where batching is switched off', async (t) => {
    const { session, counts } = await sessionOf(t, doublingModel(), { isBatching: false });
    await Promise.all(Array.from({ length: 10 }, () => ask(session, [row(1, 2, 3)])));
    assert.equal(counts.get(OF).executionCount, 10);
  });

  for (const [what, model] of [
    ['a model whose rows change each other', entangledModel()],
    ['a model that is quantised dynamically', quantisedModel()],
  ] as const) {
    test(`lets no neighbour into the answer of ${what}`, async (t) => {
      const { session, counts } = await sessionOf(t, model);
      const alone = await ask(session, [row(0.1, 0.2, 0.3)]);
      const [beside] = await Promise.all([
        ask(session, [row(0.1, 0.2, 0.3)]),
        ask(session, [row(1e6, -1e6, 7)], { principal: 'user:eve' }),
      ]);
      assert.deepEqual(beside.map(floatsOf), alone.map(floatsOf));
      assert.equal(counts.get(OF).executionCount, 3);
    });
  }

  test('fails who asked what cannot be computed, and nobody beside them', async (t) => {
    const { session } = await sessionOf(t, doublingModel());
    const outcomes = await Promise.allSettled([
      ask(session, [row(1, 2, 3)]),
      ask(session, [floats('x', [1, 2], [1, 2])]),
      ask(session, [row(4, 5, 6)]),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
  });

  test('is back at once after a kill: those under way fail as unavailable, all others are answered rightly', async (t) => {
    const { session, opened } = await sessionOf(t, doublingModel(), { maxBatchRows: 8 });
    const waiting = Array.from({ length: 1000 }, (_, index) => ask(session, [row(index, 1, 2)]));
    await Promise.race(waiting);
    process.kill(session.pid!, 'SIGKILL');
    const outcomes = await Promise.allSettled(waiting);
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of failed)
      assert.ok(isStrongroomError(reason, 'PREDICTION_UNAVAILABLE'), String(reason));
    assert.ok(failed.length <= 8, `${failed.length} failed`);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') assert.deepEqual(floatsOf(outcome.value[0]!), [2 * index, 2, 4]);
    }
    assert.equal(opened.times, 2);
  });

  test('is stopped when a model goes on for ever, and answers again', async (t) => {
    const { session } = await sessionOf(t, spinningModel(), { runMs: 300 });
    const spin = (go: number): Tensor => ({
      name: 'spin',
      datatype: 'BOOL',
      shape: [],
      data: Uint8Array.of(go),
    });
    await assert.rejects(ask(session, [row(1, 2, 3), spin(1)]), { code: 'PREDICTION_TIMEOUT' });
    const [answer] = await ask(session, [row(1, 2, 3), spin(0)]);
    assert.deepEqual(floatsOf(answer!), [1, 2, 3]);
  });

  test('tells whoever waited as long as they wanted, and lets the others wait on', async (t) => {
    const { session } = await sessionOf(t, spinningModel(), { runMs: 600 });
    const spin = (go: number): Tensor => ({
      name: 'spin',
      datatype: 'BOOL',
      shape: [],
      data: Uint8Array.of(go),
    });
    const endless = ask(session, [row(1, 2, 3), spin(1)]);
    const hasty = ask(session, [row(1, 2, 3), spin(0)], { principal: 'user:eve', deadlineMs: 50 });
    const patient = ask(session, [row(1, 2, 3), spin(0)], { principal: 'user:bob' });
    await assert.rejects(hasty, { code: 'PREDICTION_TIMEOUT' });
    await assert.rejects(endless, { code: 'PREDICTION_TIMEOUT' });
    assert.deepEqual((await patient).map(floatsOf), [[1, 2, 3]]);
  });

  test('says when to come again where too much waits', async (t) => {
    const { session } = await sessionOf(t, doublingModel(), { maxRequests: 5 });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => ask(session, [row(1, 2, 3)])));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 15);
    for (const { reason } of refused) {
      assert.ok(isStrongroomError(reason, 'PREDICTION_BUSY'));
      assert.equal(reason.retryAfterSeconds, 1);
    }
  });

  test('takes no model with tensors in other files or with operators of its own', async (t) => {
    await assert.rejects(sessionOf(t, externalDataModel()), {
      code: 'MODEL_UNSERVABLE',
      message: 'the model has tensors in other files',
    });
    await assert.rejects(sessionOf(t, customOperatorModel()), {
      code: 'MODEL_UNSERVABLE',
      message: /acme\.internal/,
    });
    await assert.rejects(sessionOf(t, Uint8Array.of(8, 1)), { code: 'MODEL_UNSERVABLE' });
  });

  test('waits longer and longer with a model that ends again and again before it answered anything', async (t) => {
    const { session, opened } = await sessionOf(t, doublingModel());
    for (let times = 0; times < 2; times += 1) {
      await until(session, { isReady: true });
      process.kill(session.pid!, 'SIGKILL');
      await until(session, { isReady: false });
    }
    await assert.rejects(ask(session, [row(1, 2, 3)]), (error) => {
      assert.ok(isStrongroomError(error, 'PREDICTION_UNAVAILABLE'));
      return error.retryAfterSeconds === 1;
    });
    await until(session, { isReady: true });
    assert.deepEqual((await ask(session, [row(1, 2, 3)])).map(floatsOf), [[2, 4, 6]]);
    assert.equal(opened.times, 3);
  });

  test('is over when its model may not be opened again', async (t) => {
    const { session } = await sessionOf(t, doublingModel());
    await ask(session, [row(1, 2, 3)]);
    session.reopen = () => Promise.reject(new StrongroomError('TRUST_QUARANTINED', 'it is held back'));
    process.kill(session.pid!, 'SIGKILL');
    await until(session, { isReady: false });
    await assert.rejects(ask(session, [row(1, 2, 3)]), { code: 'PREDICTION_UNAVAILABLE' });
  });
});
