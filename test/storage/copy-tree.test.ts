import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { copyTree, Folder, freeBytes } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

async function twoFolders(t: TestContext): Promise<{ base: string; from: Folder; to: Folder }> {
  const base = await temporaryFolder(t);
  await mkdir(join(base, 'from', 'sub', 'deep'), { recursive: true });
  await writeFile(join(base, 'from', 'a'), 'aaa', { mode: 0o644 });
  await writeFile(join(base, 'from', 'sub', 'deep', 'b'), Buffer.alloc((1 << 20) + 5, 'b'));
  await writeFile(join(base, 'from', '.tmp-left'), 'x');
  const from = await Folder.open(join(base, 'from'));
  const to = await Folder.open(join(base, 'to'), { create: true });
  t.after(() => Promise.all([from.close(), to.close()]));
  return { base, from, to };
}

test('a copy holds the same bytes with private modes, without unfinished files', async (t) => {
  const { base, from, to } = await twoFolders(t);
  const seen = new Map<string, number>();
  const files: string[] = [];
  const report = await copyTree(from, to, {
    onChunk: (path, chunk) => seen.set(path, (seen.get(path) ?? 0) + chunk.length),
    onFile: (path, size) => files.push(`${path} ${size}`),
  });
  const size = (1 << 20) + 5;
  assert.deepEqual(report, { files: 2, bytes: size + 3 });
  assert.deepEqual(
    [...seen],
    [
      ['a', 3],
      ['sub/deep/b', size],
    ],
  );
  assert.deepEqual(files, ['a 3', `sub/deep/b ${size}`]);
  assert.equal(await readFile(join(base, 'to', 'a'), 'utf8'), 'aaa');
  assert.equal((await stat(join(base, 'to', 'a'))).mode & 0o777, 0o600);
  assert.deepEqual((await readdir(join(base, 'to'))).sort(), ['a', 'sub']);
});

test('a linked copy shares its files and still shows their bytes to a digest', async (t) => {
  const { base, from, to } = await twoFolders(t);
  let bytes = 0;
  await copyTree(from, to, { link: true, onChunk: (_path, chunk) => (bytes += chunk.length) });
  assert.equal((await stat(join(base, 'to', 'a'))).ino, (await stat(join(base, 'from', 'a'))).ino);
  assert.equal(bytes, (1 << 20) + 8);
});

test('a copy leaves out what is not included and overwrites nothing', async (t) => {
  const { base, from, to } = await twoFolders(t);
  await copyTree(from, to, { include: (path) => path !== 'sub' });
  assert.deepEqual(await readdir(join(base, 'to')), ['a']);
  await assert.rejects(copyTree(from, to), withCode('STORAGE_CONFLICT'));
});

test('a copy refuses links and stops when asked', async (t) => {
  const { base, from, to } = await twoFolders(t);
  const signal = AbortSignal.abort();
  await assert.rejects(copyTree(from, to, { signal }), withCode('ABORTED'));
  await symlink('a', join(base, 'from', 'link'));
  await assert.rejects(copyTree(from, to), withCode('STORAGE_PATH_UNSAFE'));
});

test('a generation that is replaced while its folder is copied does not leave the copy without any', async (t) => {
  const { base, from, to } = await twoFolders(t);
  const folder = join(base, 'from', 'sub');
  await writeFile(join(folder, 'header.1.json'), '1');
  // Listed, then gone before it is opened: `include` is asked in between.
  const include = (path: string): boolean => {
    if (path === 'sub/header.1.json') {
      writeFileSync(join(folder, 'header.2.json'), '2');
      rmSync(join(folder, 'header.1.json'), { force: true });
    }
    return true;
  };
  await copyTree(from, to, { include });
  assert.deepEqual((await readdir(join(base, 'to', 'sub'))).sort(), ['deep', 'header.2.json']);
});

test('free space is a number of bytes', async (t) => {
  assert.ok((await freeBytes(await temporaryFolder(t))) >= 0);
  await assert.rejects(freeBytes('/nonexistent/strongroom'), withCode('STORAGE_MISSING'));
});
