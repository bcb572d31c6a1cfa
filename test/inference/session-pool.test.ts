import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { parseModelName } from '../../src/api/index.ts';
import { type ServableModel, SessionPool } from '../../src/inference/index.ts';
import { doublingModel } from '../kit/onnx-builder.ts';
import { floats, floatsOf } from '../kit/tensors.ts';
import { openModel, SESSION } from './inference-kit.ts';

const MIB = 2 ** 20;

function poolOf(t: TestContext, memoryBytes: number): SessionPool {
  const pool = new SessionPool({ memoryBytes, sessionOptions: () => SESSION });
  t.after(() => pool.close());
  return pool;
}

const opened: string[] = [];

function model(name: string, size = 100): ServableModel {
  return {
    ...{ key: `${name} digest`, model: parseModelName(name), version: 1, size },
    open: () => {
      opened.push(name);
      return Promise.resolve(openModel(doublingModel()));
    },
  };
}

suite('the pool of sessions', () => {
  test('loads a model once for all who ask for it at a time', async (t) => {
    const pool = poolOf(t, 1000 * MIB);
    const sessions = await Promise.all(Array.from({ length: 5 }, () => pool.session(model('acme/once'))));
    assert.equal(new Set(sessions).size, 1);
    assert.deepEqual(
      opened.filter((name) => name === 'acme/once'),
      ['acme/once'],
    );
    const [answer] = await sessions[0]!.ask({
      ...{ principal: 'local', outputs: ['y'], deadlineMs: 20_000 },
      inputs: [floats('x', [1, 3], [1, 2, 3])],
    });
    assert.deepEqual(floatsOf(answer!), [2, 4, 6]);
    assert.deepEqual(
      pool.statistics().map(({ inferenceCount }) => inferenceCount),
      [1],
    );
  });

  test('unloads what was not used for longest where memory is short', async (t) => {
    const pool = poolOf(t, 220 * MIB);
    await pool.session(model('acme/a'));
    await pool.session(model('acme/b'));
    await pool.session(model('acme/a'));
    await pool.session(model('acme/c'));
    assert.deepEqual(
      pool
        .loaded()
        .map(({ model: name }) => String(name))
        .sort(),
      ['acme/a', 'acme/c'],
    );
  });

  test('refuses a model that never fits, and goes on', async (t) => {
    const pool = poolOf(t, 220 * MIB);
    await assert.rejects(pool.session(model('acme/wide', 500 * MIB)), { code: 'MODEL_TOO_LARGE' });
    assert.ok(await pool.session(model('acme/narrow')));
  });

  test('forgets a model that could not be loaded, so that it may be tried again', async (t) => {
    const pool = poolOf(t, 1000 * MIB);
    const failing = { ...model('acme/late'), open: () => Promise.reject(new Error('not yet')) };
    await assert.rejects(pool.session(failing), /not yet/);
    assert.ok(await pool.session(model('acme/late')));
  });

  test('ends the process of what is unloaded', async (t) => {
    const pool = poolOf(t, 1000 * MIB);
    const { pid } = await pool.session(model('acme/gone'));
    await pool.unload('acme/gone digest');
    assert.throws(() => process.kill(pid!, 0), { code: 'ESRCH' });
    assert.equal(pool.loaded().length, 0);
  });
});
