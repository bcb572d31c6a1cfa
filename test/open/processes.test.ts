// Several processes work on one home at a time.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FileInput, parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import { openStrongroom, restoreStrongroom, type Strongroom } from '../../src/open/index.ts';
import { bytesOf, fileOf, putOf, temporaryHome } from '../kit/temporary-home.ts';
import { CHURN, leftovers, startChild } from './home-kit.ts';

const numbersIn = (output: string): number[] => JSON.parse(output) as number[];

async function assertSound(strongroom: Strongroom, home: string): Promise<void> {
  const { findings } = await strongroom.api.versions.verify({});
  assert.deepEqual(findings, []);
  assert.deepEqual(await leftovers(home), []);
}

test('two processes that put versions of one model get different numbers, and nothing is lost', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  const children = [1, 2].map(() => startChild('put-many.ts', [home, 'acme/churn', '12']));
  const acknowledged = (await Promise.all(children.map((child) => child.done))).flatMap(numbersIn);
  const everyNumber = Array.from({ length: 24 }, (_, index) => index + 1);
  assert.deepEqual(
    acknowledged.toSorted((a, b) => a - b),
    everyNumber,
  );
  const versions = await strongroom.api.versions.list({ model: CHURN });
  assert.deepEqual(
    versions.map((version) => version.version),
    everyNumber,
  );
  assert.equal((await strongroom.api.system.status()).blobs, 25, 'what they share is stored once');
  await assertSound(strongroom, home);
});

test('keys are rotated in one process while another puts and removes, and everything opens', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  const { versions, keys } = strongroom.api;
  for (let index = 0; index < 10; index++) await versions.put(putOf('acme/churn', { 'm.bin': `${index}` }));
  const child = startChild('put-many.ts', [home, 'acme/churn', '24', 'remove']);
  let rotations = 0;
  const writer = { isRunning: true };
  const ended = child.done.finally(() => (writer.isRunning = false));
  while (writer.isRunning) {
    await keys.rotate({ name: 'acme', data: rotations % 3 === 2 });
    rotations++;
  }
  assert.equal(numbersIn(await ended).length, 12);
  t.diagnostic(`${rotations} rotations`);
  assert.equal((await versions.list({ model: CHURN })).length, 22);
  const [last] = await keys.rotate({ name: 'acme' });
  const [key] = await keys.list();
  assert.equal(key?.versions.at(-1)?.version, last?.version);
  assert.ok(key?.versions.slice(0, -1).every((version) => version.blobCount === 0));
  await assertSound(strongroom, home);
});

test('a backup that is made while another process puts and removes restores to a sound home', async (t) => {
  const { folder, home, strongroom } = await temporaryHome(t);
  await strongroom.api.namespaces.create({ name: parseNamespaceName('temp'), keyScope: 'model' });
  await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'before' }));
  const child = startChild('put-many.ts', [home, 'acme/churn', '20', 'remove']);
  const writer = { isRunning: true };
  const ended = child.done.finally(() => (writer.isRunning = false));
  const passing = parseModelName('temp/passing');
  let backups = 0;
  while (writer.isRunning && backups < 4) {
    // A model whose key goes with it, in the middle of the backup.
    await strongroom.api.versions.put(putOf('temp/passing', { 'm.bin': `${backups}` }));
    const backup = strongroom.backup({ destination: join(folder, `backup-${++backups}`) });
    await strongroom.api.models.remove({ model: passing });
    await backup;
  }
  await ended;
  for (let index = 1; index <= backups; index++) {
    const restored = join(folder, `restored-${index}`);
    await restoreStrongroom({ source: join(folder, `backup-${index}`), home: restored });
    const env = { STRONGROOM_ROOT_KEY_FILE: join(home, 'root.key') };
    await using copy = await openStrongroom({ home: restored, env });
    await assertSound(copy, restored);
    await using first = await copy.api.versions.open({ model: CHURN, version: 1 });
    assert.equal((await bytesOf(first.files[0]!.read())).toString(), 'before');
  }
});

/** A file in the middle of which everything stands still until it is let go. */
function stalledFile(): {
  readonly file: FileInput;
  readonly started: Promise<void>;
  readonly letGo: () => void;
} {
  const start = Promise.withResolvers<undefined>();
  const end = Promise.withResolvers<undefined>();
  const { path } = fileOf('m.bin', '');
  const file = {
    path,
    async *open() {
      yield new Uint8Array(300_000);
      start.resolve(undefined);
      await end.promise;
      yield new Uint8Array(300_000);
    },
  };
  return { file, started: start.promise, letGo: () => end.resolve(undefined) };
}

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

test('a home that is opened while another process writes leaves the unfinished write alone', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  const { file, started, letGo } = stalledFile();
  const put = strongroom.api.versions.put({ model: CHURN, files: [fileOf('a.bin', 'a'), file] });
  await started;
  const second = startChild('put-many.ts', [home, 'acme/other', '1']);
  assert.deepEqual(numbersIn(await second.done), [1]);
  letGo();
  assert.equal((await put).version, 1);
  await assertSound(strongroom, home);
});

test('a writer that was killed leaves nothing after the next opening', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'one' }));
  const child = startChild('put-many.ts', [home, 'acme/other', '100000']);
  const other = parseModelName('acme/other');
  for (;;) {
    const models = await strongroom.api.models.list();
    if (models.some((model) => model.name === other && model.versionCount > 2)) break;
  }
  child.process.kill('SIGKILL');
  await assert.rejects(child.done);
  await using reopened = await openStrongroom({ home });
  const { findings } = await reopened.api.versions.verify({});
  assert.deepEqual(findings, []);
  const { blobs, versions } = await reopened.api.system.status();
  assert.equal(blobs, versions + 1, 'one blob a version, and the one that is shared');
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
