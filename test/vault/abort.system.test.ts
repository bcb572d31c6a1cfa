// Whoever asks to stop gets ABORTED, and nothing is left half done.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { LongRunning } from '../../src/api/index.ts';
import { restoreStrongroom } from '../../src/open/index.ts';
import { fileOf, putOf, temporaryHome } from '../kit/temporary-home.ts';
import { CHURN, contentOf, leftovers } from '../open/home-kit.ts';

const ABORTED = { code: 'ABORTED', name: 'StrongroomError' };
const WEIGHTS = randomBytes(400_000);

/** Stops at the nth report of progress: in the middle, whenever that is. */
function stopAfter(reports: number): Required<LongRunning> {
  const controller = new AbortController();
  let seen = 0;
  const onProgress = () => {
    if (++seen === reports) controller.abort(new Error('somebody pressed Ctrl-C'));
  };
  return { onProgress, signal: controller.signal };
}

const files = () => Array.from({ length: 6 }, (_, index) => fileOf(`${index}.bin`, randomBytes(300_000)));

suite('asked to stop', { concurrency: 3 }, () => {
  test('a put leaves nothing visible and nothing behind, wherever it is', async (t) => {
    const { home, strongroom } = await temporaryHome(t);
    const { versions, models } = strongroom.api;
    for (const reports of [1, 4]) {
      const put = versions.put({ model: CHURN, files: files(), ...stopAfter(reports) });
      await assert.rejects(put, ABORTED);
      assert.deepEqual(await models.list(), []);
      assert.deepEqual(await leftovers(home), []);
      assert.deepEqual((await versions.verify({})).findings, []);
    }
    await assert.rejects(
      versions.put({ model: CHURN, files: files(), signal: AbortSignal.abort() }),
      ABORTED,
    );
    assert.equal((await versions.put({ model: CHURN, files: files() })).version, 1);
  });

  test('a put whose input never comes ends all the same', async (t) => {
    const { home, strongroom } = await temporaryHome(t);
    const controller = new AbortController();
    const stuck = {
      path: fileOf('m.bin', '').path,
      async *open() {
        yield new Uint8Array(10);
        controller.abort();
        await new Promise(() => undefined);
      },
    };
    const put = strongroom.api.versions.put({ model: CHURN, files: [stuck], signal: controller.signal });
    await assert.rejects(put, ABORTED);
    assert.deepEqual(await leftovers(home), []);
  });

  test('a verification ends without a verdict', async (t) => {
    const { strongroom } = await temporaryHome(t);
    const { versions } = strongroom.api;
    await versions.put({ model: CHURN, files: files() });
    for (const depth of ['full', 'sealed'] as const) {
      await assert.rejects(versions.verify({ depth, ...stopAfter(2) }), ABORTED);
    }
  });

  for (const data of [false, true]) {
    test(`a rotation${data ? ' with data' : ''} leaves everything open, and can be done again`, async (t) => {
      const { home, strongroom } = await temporaryHome(t);
      const { versions, keys } = strongroom.api;
      for (let index = 0; index < 4; index++)
        await versions.put(putOf('acme/churn', { 'm.bin': `version ${index}` }));
      const running = data ? stopAfter(2) : { signal: abortedSoon() };
      await assert.rejects(keys.rotate({ data, ...running }), ABORTED);
      assert.deepEqual((await versions.verify({})).findings, []);
      assert.equal((await contentOf(strongroom, 3)).toString(), 'version 2');
      assert.deepEqual(await leftovers(home), []);
      const [report] = await keys.rotate({ data });
      assert.equal(data ? report?.reencrypted : report?.rewrapped, 4);
      assert.deepEqual((await versions.verify({})).findings, []);
    });
  }

  test('a backup and a restore leave no folder', async (t) => {
    const { folder, strongroom } = await temporaryHome(t);
    await strongroom.api.versions.put({ model: CHURN, files: files() });
    const backup = join(folder, 'backup');
    await assert.rejects(strongroom.backup({ destination: backup, ...stopAfter(2) }), ABORTED);
    assert.deepEqual(await readdir(folder), ['home']);
    await strongroom.backup({ destination: backup });
    const home = join(folder, 'restored');
    await assert.rejects(restoreStrongroom({ source: backup, home, ...stopAfter(2) }), ABORTED);
    assert.deepEqual((await readdir(folder)).sort(), ['backup', 'home']);
  });
});

/** A signal that is aborted when the work has begun, as far as that can be told from outside. */
function abortedSoon(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  return controller.signal;
}

test('a version of 100 files goes in and out as it was', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const { versions } = strongroom.api;
  const contents = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [
      `part/${index}.txt`,
      Buffer.from(`row ${index}\n`.repeat(index)),
    ]),
  );
  const put = await versions.put(putOf('acme/churn', contents));
  assert.equal(put.files.length, 100);
  for (const path of ['part/0.txt', 'part/1.txt', 'part/99.txt'])
    assert.ok((await contentOf(strongroom, 1, path)).equals(contents[path]!), path);
  const report = await versions.verify({});
  assert.deepEqual([report.findings, report.blobCount], [[], 100]);
});

test('a put leaves the bytes of whoever gave them as they are', async (t) => {
  const { strongroom } = await temporaryHome(t);
  for (const algorithm of ['none', 'auto', 'zstd'] as const) {
    const given = Buffer.from(WEIGHTS);
    await strongroom.api.versions.put(
      putOf('acme/churn', { 'm.bin': given }, { compression: { algorithm } }),
    );
    assert.ok(given.equals(WEIGHTS), algorithm);
  }
});
