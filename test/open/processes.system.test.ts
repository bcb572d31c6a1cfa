// Several processes work on one home for longer: rotations, backups and kills in the middle of writing.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import { openStrongroom, restoreStrongroom } from '../../src/open/index.ts';
import { bytesOf, fileOf, putOf, temporaryHome } from '../kit/temporary-home.ts';
import { CHURN, startChild } from './home-kit.ts';
import { assertSound, numbersIn, stalledFile } from './processes-kit.ts';

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
