import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSmallFile } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

test('a small file is read whole, also through links as secrets are mounted', async (t) => {
  const base = await temporaryFolder(t);
  await writeFile(join(base, 'key'), 'secret');
  await symlink('key', join(base, 'link'));
  assert.equal(Buffer.from((await readSmallFile(join(base, 'link'), 6))!).toString(), 'secret');
  assert.equal(await readSmallFile(join(base, 'none'), 6), undefined);
});

test('a small file over the limit is refused before it is read', async (t) => {
  const path = join(await temporaryFolder(t), 'huge');
  await writeFile(path, '');
  await truncate(path, 1_000_000_000);
  await assert.rejects(readSmallFile(path, 65_536), withCode('STORAGE_TOO_LARGE'));
});

test('what is no regular file is refused without waiting for it', async (t) => {
  const base = await temporaryFolder(t);
  execFileSync('mkfifo', [join(base, 'pipe')]);
  for (const path of [base, join(base, 'pipe'), '/dev/zero']) {
    await assert.rejects(readSmallFile(path, 65_536), withCode('STORAGE_PATH_UNSAFE'));
  }
});
