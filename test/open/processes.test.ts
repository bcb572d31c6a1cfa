// Several processes work on one home at a time; `processes.system.test.ts` has the longer ones.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import { openStrongroom } from '../../src/open/index.ts';
import { putOf, temporaryHome } from '../kit/temporary-home.ts';
import { CHURN, startChild } from './home-kit.ts';
import { assertSound, numbersIn, stalledFile } from './processes-kit.ts';

test('two processes that put versions of one model get different numbers, and nothing is lost', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  const children = [1, 2].map(() => startChild('put-many.ts', [home, 'acme/churn', '6']));
  const acknowledged = (await Promise.all(children.map((child) => child.done))).flatMap(numbersIn);
  const everyNumber = Array.from({ length: 12 }, (_, index) => index + 1);
  assert.deepEqual(
    acknowledged.toSorted((a, b) => a - b),
    everyNumber,
  );
  const versions = await strongroom.api.versions.list({ model: CHURN });
  assert.deepEqual(
    versions.map((version) => version.version),
    everyNumber,
  );
  assert.equal((await strongroom.api.system.status()).blobs, 13, 'what they share is stored once');
  await assertSound(strongroom, home);
});

test('a key version is not retired while a writer uses it, and can be when the writer is done', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  const { versions, keys } = strongroom.api;
  await versions.put(putOf('acme/churn', { 'm.bin': 'one' }));
  const { file, started, letGo } = stalledFile();
  const put = versions.put({ model: CHURN, files: [file] });
  await started;
  await keys.rotate({ name: 'acme' });
  // Another process, so that the lease is what protects the writer.
  await using other = await openStrongroom({ home });
  const retire = () => other.api.keys.retire({ name: 'acme', version: 1 });
  await assert.rejects(retire(), { code: 'KEY_VERSION_IN_USE', kind: 'conflict' });
  letGo();
  assert.equal((await put).version, 2);
  await retire();
  await other.api.keys.destroy({ name: 'acme', version: 1, now: true });
  await assertSound(strongroom, home);
  await assertSound(other, home);
});

test('a key that another process made is rotated, listed and destroyed as well', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  const { keys, namespaces, models } = strongroom.api;
  await using other = await openStrongroom({ home });
  await other.api.versions.put(putOf('beta/m', { 'm.bin': 'x' }));
  assert.deepEqual(
    (await keys.rotate({})).map((report) => report.key),
    ['beta'],
  );
  assert.deepEqual(
    (await other.api.keys.list()).map((key) => key.versions.length),
    [2],
  );
  await other.api.keys.retire({ name: 'beta', version: 1 });
  await models.remove({ model: parseModelName('beta/m') });
  await namespaces.remove({ name: parseNamespaceName('beta') });
  assert.deepEqual(await other.api.keys.list(), []);
  assert.equal((await readdir(join(home, 'keys'))).length, 1, 'no older keyring holds the key');
});
