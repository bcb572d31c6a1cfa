import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { NumericTensor, Tensor } from '../../src/bytes/index.ts';
import { type ModelContent, Runner, type RunnerOptions } from '../../src/runtime/index.ts';
import {
  customOperatorModel,
  doublingModel,
  hungryModel,
  identityModel,
  spinningModel,
} from '../kit/onnx-builder.ts';
import { RUNNER } from '../kit/runner-options.ts';
import { isRunning, until } from '../kit/runner-processes.ts';
import { floats, floatsOf } from '../kit/tensors.ts';

function contentOf(bytes: Uint8Array): ModelContent {
  return {
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
    async *read() {
      yield bytes;
    },
  };
}

async function start(
  t: TestContext,
  model: Uint8Array,
  options: Partial<RunnerOptions> = {},
): Promise<Runner> {
  const runner = await Runner.start(contentOf(model), { ...RUNNER, ...options });
  t.after(() => runner.stop());
  return runner;
}

const scalar = (name: string, datatype: NumericTensor['datatype'], ...data: number[]): Tensor => ({
  name,
  datatype,
  shape: [],
  data: Uint8Array.from(data),
});

suite('a runner', () => {
  test('computes, again and again, and says what its model takes and gives', async (t) => {
    const runner = await start(t, doublingModel());
    assert.deepEqual(runner.inputs, [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }]);
    assert.deepEqual(runner.outputs, [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }]);
    for (const value of [1, 2.5]) {
      const { tensors } = await runner.run({
        inputs: [floats('x', [1, 3], [value, 0, -value])],
        outputs: ['y'],
      });
      assert.deepEqual(tensors.map(floatsOf), [[2 * value, 0, -2 * value]]);
    }
  });

  test('carries text and wide integers without loss', async (t) => {
    const texts = { name: 'x', datatype: 'BYTES', shape: [3], strings: ['', 'Grüße ☃', 'a\n"b'] } as const;
    const ofText = await start(t, identityModel('BYTES'));
    const spoken = await ofText.run({ inputs: [texts], outputs: ['y'] });
    assert.deepEqual(spoken.tensors, [{ ...texts, name: 'y' }]);
    const cut = ofText.run({ inputs: [{ ...texts, strings: ['', 'a\0b', ''] }], outputs: ['y'] });
    await assert.rejects(cut, { code: 'TENSOR_INVALID', message: 'input "x": text may not contain NUL' });
    const data = new Uint8Array(new BigUint64Array([2n ** 64n - 1n, 2n ** 53n + 1n]).buffer);
    const ofIntegers = await start(t, identityModel('UINT64'));
    const counted = await ofIntegers.run({
      inputs: [{ name: 'x', datatype: 'UINT64', shape: [2], data }],
      outputs: ['y'],
    });
    assert.deepEqual(counted.tensors, [{ name: 'y', datatype: 'UINT64', shape: [2], data }]);
  });

  test('passes half precision on bit by bit', async (t) => {
    const data = Uint8Array.of(0x00, 0x3c, 0x01, 0x7e, 0x00, 0x80);
    const runner = await start(t, identityModel('FP16'));
    const { tensors } = await runner.run({
      inputs: [{ name: 'x', datatype: 'FP16', shape: [3], data }],
      outputs: ['y'],
    });
    assert.deepEqual(tensors, [{ name: 'y', datatype: 'FP16', shape: [3], data }]);
  });

  test('refuses inputs that the model cannot compute with, says nothing of the graph, and goes on', async (t) => {
    const runner = await start(t, doublingModel());
    await assert.rejects(runner.run({ inputs: [floats('x', [1, 2], [1, 2])], outputs: ['y'] }), {
      code: 'TENSOR_INVALID',
      message: 'the model cannot compute with these inputs',
    });
    const { tensors } = await runner.run({ inputs: [floats('x', [0, 3], [])], outputs: ['y'] });
    assert.deepEqual(
      tensors.map(({ shape }) => shape),
      [[0, 3]],
    );
  });

  test('is stopped when a run takes longer than it may, with all that waits behind it', async (t) => {
    const runner = await start(t, spinningModel(), { runMs: 200 });
    const x = floats('x', [1, 3], [1, 2, 3]);
    const calm = await runner.run({ inputs: [x, scalar('spin', 'BOOL', 0)], outputs: ['y'] });
    assert.deepEqual(calm.tensors.map(floatsOf), [[1, 2, 3]]);
    const ends: string[] = [];
    runner.onEnd = ({ code }) => ends.push(code);
    const endless = runner.run({ inputs: [x, scalar('spin', 'BOOL', 1)], outputs: ['y'] });
    const behind = runner.run({ inputs: [x, scalar('spin', 'BOOL', 0)], outputs: ['y'] });
    await assert.rejects(endless, { code: 'PREDICTION_TIMEOUT' });
    await assert.rejects(behind, { code: 'PREDICTION_TIMEOUT' });
    assert.deepEqual(ends, ['PREDICTION_TIMEOUT']);
  });

  test('is stopped when it takes more memory than it may', async (t) => {
    const runner = await start(t, hungryModel());
    const size = (count: bigint): Tensor => ({
      name: 'size',
      datatype: 'INT64',
      shape: [1],
      data: new Uint8Array(new BigInt64Array([count]).buffer),
    });
    const { tensors } = await runner.run({ inputs: [size(1000n)], outputs: ['y'] });
    assert.deepEqual(tensors.map(floatsOf), [[0]]);
    await assert.rejects(runner.run({ inputs: [size(2n ** 28n)], outputs: ['y'] }), {
      code: 'PREDICTION_UNAVAILABLE',
    });
  });

  test('fails everybody who waits when it is killed', async (t) => {
    const runner = await start(t, doublingModel());
    const waiting = Array.from({ length: 20 }, () =>
      runner.run({ inputs: [floats('x', [1, 3], [1, 2, 3])], outputs: ['y'] }),
    );
    process.kill(runner.pid!, 'SIGKILL');
    const outcomes = await Promise.allSettled(waiting);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        assert.equal((outcome.reason as { code: string }).code, 'PREDICTION_UNAVAILABLE');
      } else assert.deepEqual(outcome.value.tensors.map(floatsOf), [[2, 4, 6]]);
    }
    await assert.rejects(runner.run({ inputs: [], outputs: [] }), { code: 'PREDICTION_UNAVAILABLE' });
  });

  test('ends with the process that started it, also in the middle of a computation', async () => {
    const keeper = spawn(process.execPath, [join(import.meta.dirname, 'children/spin.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [id] = (await once(keeper.stdout, 'data')) as [Buffer];
    const pid = Number(id.toString());
    assert.ok(isRunning(pid));
    keeper.kill('SIGKILL');
    await until(() => !isRunning(pid));
  });

  test('has nothing of our environment, and no file open but pipes', async (t) => {
    const runner = await start(t, doublingModel());
    const place = `/proc/${runner.pid}`;
    // What the shell says of itself.
    assert.match(await readFile(`${place}/environ`, 'latin1'), /^(?:(?:PWD=\/|ORT_DISABLE_TELEMETRY=1)\0)*$/);
    const open = await Promise.all(
      (await readdir(`${place}/fd`)).map((fd) => readlink(`${place}/fd/${fd}`).catch(() => 'gone')),
    );
    const files = open.filter((target) => target.startsWith('/') && !target.startsWith('/dev/'));
    assert.deepEqual(files, []);
    assert.ok((await readFile(`${place}/cmdline`, 'latin1')).split('\0').includes('--permission'));
  });

  test('takes no model with operators that nobody has, and none that is no model', async (t) => {
    await assert.rejects(start(t, customOperatorModel()), { code: 'MODEL_UNSERVABLE' });
    await assert.rejects(start(t, Uint8Array.of(1, 2, 3)), { code: 'MODEL_UNSERVABLE' });
  });

  test('fails an answer that is larger than may be', async (t) => {
    const runner = await start(t, doublingModel(), { maxAnswerBytes: 64 });
    await assert.rejects(runner.run({ inputs: [floats('x', [10, 3], Array(30).fill(1))], outputs: ['y'] }), {
      code: 'PREDICTION_UNAVAILABLE',
    });
  });

  test('passes on what reading its model throws', async () => {
    const content: ModelContent = {
      size: 10,
      // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
      async *read() {
        yield Uint8Array.of(1);
        throw new Error('the disk is gone');
      },
    };
    await assert.rejects(Runner.start(content, RUNNER), /the disk is gone/);
  });
});
