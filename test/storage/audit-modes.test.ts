import assert from 'node:assert/strict';
import { chmod, chown, link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditModes } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

test('a home as we make it has no findings', async (t) => {
  const home = join(await temporaryFolder(t), 'home');
  await mkdir(join(home, 'keys'), { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'keys', 'key'), 'x', { mode: 0o600 });
  assert.deepEqual(await auditModes(home, { isKeyFile: () => true }), []);
});

test('everything that is less private than we make it is found', async (t) => {
  const base = await temporaryFolder(t);
  const home = join(base, 'home');
  await mkdir(join(home, 'skipped'), { recursive: true });
  await chmod(base, 0o777);
  await chmod(home, 0o750);
  for (const [name, mode] of [
    ['key', 0o600],
    ['open', 0o640],
    ['skipped/open', 0o666],
  ] as const) {
    await writeFile(join(home, name), 'x');
    await chmod(join(home, name), mode);
  }
  await link(join(home, 'key'), join(home, 'second'));
  await symlink('key', join(home, 'symbolic'));
  const findings = await auditModes(home, {
    isKeyFile: (path) => path === 'key',
    skip: (path) => path === 'skipped',
  });
  assert.deepEqual(
    findings.map(({ path, problem }) => `${path} ${problem}`),
    [
      '.. parent-writable',
      '. open-to-others',
      'key linked-twice',
      'open open-to-others',
      'symbolic not-plain',
    ],
  );
  assert.equal(findings.find((finding) => finding.path === 'open')?.mode, 0o640);
});

test('a file of somebody else is found', async (t) => {
  if (process.getuid?.() !== 0) {
    t.skip('only root can give a file away');
    return;
  }
  const home = join(await temporaryFolder(t), 'home');
  await mkdir(home, { mode: 0o700 });
  await writeFile(join(home, 'file'), 'x', { mode: 0o600 });
  await chown(join(home, 'file'), 65_534, 65_534);
  const findings = await auditModes(home);
  assert.deepEqual(findings, [{ path: 'file', problem: 'wrong-owner', mode: 0o600 }]);
});

test('a home that is missing or a link is refused', async (t) => {
  const base = await temporaryFolder(t);
  await symlink(base, join(base, 'link'));
  await assert.rejects(auditModes(join(base, 'none')), withCode('STORAGE_MISSING'));
  await assert.rejects(auditModes(join(base, 'link')), withCode('STORAGE_PATH_UNSAFE'));
});
