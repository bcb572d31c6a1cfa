import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { SessionPool } from '../../src/inference/index.ts';
import { doublingModel } from '../kit/onnx-builder.ts';
import { floats, floatsOf } from '../kit/tensors.ts';
import { openModel, SESSION } from './inference-kit.ts';

const MIB = 2 ** 20;

function poolOf(t: TestContext, memoryBytes: number): SessionPool {
  const pool = new SessionPool({ memoryBytes, session: SESSION });
  t.after(() => pool.close());
  return pool;
}

const opened: string[] = [];

function model(name: string, size = 100) {
  return {
    ...{ key: `${name} digest`, name, size },
    open: () => {
      opened.push(name);
      return Promise.resolve(openModel(doublingModel()));
    },
  };
}

suite('the pool of sessions', () => {
  test('loads a model once for all who ask for it at a time', async (t) => {
    const pool = poolOf(t, 1000 * MIB);
    const sessions = await Promise.all(Array.from({ length: 5 }, () => pool.session(model('acme/once@1'))));
    assert.equal(new Set(sessions).size, 1);
    assert.deepEqual(
      opened.filter((name) => name === 'acme/once@1'),
      ['acme/once@1'],
    );
    const [answer] = await sessions[0]!.ask({
      ...{ principal: 'local', outputs: ['y'], deadlineMs: 20_000 },
      inputs: [floats('x', [1, 3], [1, 2, 3])],
    });
    assert.deepEqual(floatsOf(answer!), [2, 4, 6]);
    assert.equal(
      pool.counts('acme/once@1')?.get({ model: 'acme/once' as never, version: 1 }).inferenceCount,
      1,
    );
  });

  test('unloads what was not used for longest where memory is short', async (t) => {
    const pool = poolOf(t, 220 * MIB);
    await pool.session(model('acme/a@1'));
    await pool.session(model('acme/b@1'));
    await pool.session(model('acme/a@1'));
    await pool.session(model('acme/c@1'));
    assert.deepEqual([...pool.loaded().keys()].sort(), ['acme/a@1 digest', 'acme/c@1 digest']);
  });

  test('refuses a model that never fits, and goes on', async (t) => {
    const pool = poolOf(t, 220 * MIB);
    await assert.rejects(pool.session(model('acme/wide@1', 500 * MIB)), { code: 'MODEL_TOO_LARGE' });
    assert.ok(await pool.session(model('acme/narrow@1')));
  });

  test('forgets a model that could not be loaded, so that it may be tried again', async (t) => {
    const pool = poolOf(t, 1000 * MIB);
    const failing = { ...model('acme/late@1'), open: () => Promise.reject(new Error('not yet')) };
    await assert.rejects(pool.session(failing), /not yet/);
    assert.ok(await pool.session(model('acme/late@1')));
  });

  test('ends the process of what is unloaded', async (t) => {
    const pool = poolOf(t, 1000 * MIB);
    const { pid } = await pool.session(model('acme/gone@1'));
    await pool.unload('acme/gone@1 digest');
    assert.throws(() => process.kill(pid!, 0), { code: 'ESRCH' });
    assert.equal(pool.loaded().size, 0);
  });
});
