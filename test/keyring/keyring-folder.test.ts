import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKeyring, openKeyring } from '../../src/keyring/index.ts';
import { FsGenerationStore } from '../../src/storage/index.ts';
import { keySeal, unsealKey } from './kit.ts';

test('two processes over one folder rotate different keys at once, and what is destroyed leaves it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'keyring-'));
  t.after(() => rm(folder, { recursive: true }));
  await using one = await FsGenerationStore.open(folder);
  await using two = await FsGenerationStore.open(folder);
  using first = (await createKeyring({ store: one, seals: [keySeal(1)] })).keyring;
  using second = await openKeyring({ store: two, unseal: [unsealKey(1)] });
  await Promise.all([first.ensureKey('acme'), second.ensureKey('beta')]);
  await Promise.all([
    first.rotate('acme'),
    second.rotate('beta'),
    first.rotate('beta'),
    second.rotate('acme'),
  ]);
  await Promise.all([first.refresh(), second.refresh()]);
  assert.deepEqual(first.list(), second.list());
  assert.deepEqual(
    first.list().map(({ name, versions }) => [name, versions.length]),
    [
      ['acme', 3],
      ['beta', 3],
    ],
  );
  await first.disable('acme', 1);
  await second.destroy('acme', 1);
  assert.equal((await readdir(folder)).length, 1);
  using third = await openKeyring({ store: one, unseal: [unsealKey(1)], minGeneration: second.generation });
  assert.equal(third.get('acme').versions[0]?.state, 'destroyed');
});
