import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { streamOf, utf8Bytes } from '../../src/bytes/index.ts';
import { OutputFile, OutputFolder } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

async function writeOutput(path: string, text: string, overwrite = false): Promise<void> {
  await using file = await OutputFile.create(path, { overwrite });
  await file.writeAll(streamOf(utf8Bytes(text)));
  await file.commit();
}

async function writeFolder(
  path: string,
  files: Readonly<Record<string, string>>,
  overwrite = false,
): Promise<void> {
  await using folder = await OutputFolder.create(path, { overwrite });
  for (const [name, text] of Object.entries(files)) {
    await folder.writeFile(name, streamOf(utf8Bytes(text)));
  }
  await folder.commit();
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield* streamOf(utf8Bytes('some'));
  throw new Error('the source broke');
}

test('an output file appears whole, with mode 0600, and only at the commit', async (t) => {
  const base = await temporaryFolder(t);
  const path = join(base, 'out.bin');
  await using file = await OutputFile.create(path);
  await file.write(new Uint8Array(8));
  await file.writeAll(streamOf(utf8Bytes('pay'), utf8Bytes('load')));
  assert.equal(file.size, 15);
  await file.writeAt(0, utf8Bytes('HEADER:)'));
  assert.equal(file.size, 15);
  assert.ok(!(await readdir(base)).includes('out.bin'));
  await file.commit();
  assert.equal(await readFile(path, 'utf8'), 'HEADER:)payload');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(base), ['out.bin']);
});

test('an output file that is given up leaves nothing', async (t) => {
  const base = await temporaryFolder(t);
  const broken = async (): Promise<void> => {
    await using file = await OutputFile.create(join(base, 'out'));
    await file.writeAll(failing());
  };
  await assert.rejects(broken(), /the source broke/);
  assert.deepEqual(await readdir(base), []);
});

test('an output file replaces another only when asked, also one that appeared meanwhile', async (t) => {
  const base = await temporaryFolder(t);
  const path = join(base, 'out');
  await writeOutput(path, 'first');
  await assert.rejects(writeOutput(path, 'second'), withCode('STORAGE_CONFLICT'));
  assert.equal(await readFile(path, 'utf8'), 'first');
  await writeOutput(path, 'third', true);
  assert.equal(await readFile(path, 'utf8'), 'third');
  const late = await OutputFile.create(join(base, 'late'));
  await writeFile(join(base, 'late'), 'theirs');
  await assert.rejects(late.commit(), withCode('STORAGE_CONFLICT'));
  await late.abort();
  assert.equal(await readFile(join(base, 'late'), 'utf8'), 'theirs');
  assert.deepEqual((await readdir(base)).sort(), ['late', 'out']);
});

test('an output never goes through a link or onto a folder or device', async (t) => {
  const base = await temporaryFolder(t);
  await writeFile(join(base, 'target'), 'theirs');
  await symlink(join(base, 'target'), join(base, 'link'));
  await mkdir(join(base, 'folder'));
  for (const path of [join(base, 'link'), join(base, 'folder'), '/dev/null', '/']) {
    await assert.rejects(writeOutput(path, 'x', true), withCode('STORAGE_PATH_UNSAFE'));
  }
  await assert.rejects(writeOutput(join(base, 'none', 'x'), 'x'), withCode('STORAGE_MISSING'));
  for (const path of [join(base, 'link'), join(base, 'target')]) {
    await assert.rejects(writeFolder(path, { a: 'x' }, true), withCode('STORAGE_PATH_UNSAFE'));
  }
  assert.equal(await readFile(join(base, 'target'), 'utf8'), 'theirs');
});

test('an output file that is no secret may be read by everybody', async (t) => {
  const path = join(await temporaryFolder(t), 'tls.crt');
  await using file = await OutputFile.create(path, { isPublic: true });
  await file.write(utf8Bytes('public'));
  await file.commit();
  assert.equal((await stat(path)).mode & 0o777, 0o644);
});

test('an output folder appears whole, with private modes, and only at the commit', async (t) => {
  const base = await temporaryFolder(t);
  const path = join(base, 'out');
  await using folder = await OutputFolder.create(path);
  await folder.writeFile('a', streamOf(utf8Bytes('1')));
  await folder.writeFile('sub/deep/b', streamOf(utf8Bytes('2')));
  await folder.writeFile('sub/c', streamOf());
  assert.ok(!(await readdir(base)).includes('out'));
  await folder.commit();
  assert.equal(await readFile(join(path, 'sub/deep/b'), 'utf8'), '2');
  const modes = ['.', 'a', 'sub', 'sub/deep', 'sub/c'].map(
    async (name) => (await stat(join(path, name))).mode & 0o777,
  );
  assert.deepEqual(await Promise.all(modes), [0o700, 0o600, 0o700, 0o700, 0o600]);
  assert.deepEqual(await readdir(base), ['out']);
});

test('no path leads out of an output folder', async (t) => {
  const base = await temporaryFolder(t);
  await using folder = await OutputFolder.create(join(base, 'out'));
  for (const path of ['../x', '/etc/x', 'a/../../x', 'a//b', '', 'a/', './x', 'a\0', '..']) {
    await assert.rejects(folder.writeFile(path, streamOf()), withCode('STORAGE_PATH_UNSAFE'));
  }
  await folder.writeFile('a', streamOf());
  await assert.rejects(folder.writeFile('a', streamOf()), withCode('STORAGE_CONFLICT'));
  await assert.rejects(folder.writeFile('a/b', streamOf()), withCode('STORAGE_PATH_UNSAFE'));
  await folder.abort();
  assert.deepEqual(await readdir(base), []);
});

test('an output folder takes over an empty folder, and a full one only when asked', async (t) => {
  const base = await temporaryFolder(t);
  const path = join(base, 'out');
  await mkdir(path);
  await writeFolder(path, { a: '1' });
  await assert.rejects(writeFolder(path, { b: '2' }), withCode('STORAGE_CONFLICT'));
  assert.deepEqual(await readdir(path), ['a']);
  await writeFolder(path, { b: '2' }, true);
  assert.deepEqual(await readdir(path), ['b']);
  assert.deepEqual(await readdir(base), ['out']);
});

test('an output folder that fails or meets another at its commit leaves nothing', async (t) => {
  const base = await temporaryFolder(t);
  const broken = async (): Promise<void> => {
    await using folder = await OutputFolder.create(join(base, 'out'));
    await folder.writeFile('a/b', failing());
  };
  await assert.rejects(broken(), /the source broke/);
  assert.deepEqual(await readdir(base), []);
  const late = await OutputFolder.create(join(base, 'out'));
  await mkdir(join(base, 'out'));
  await writeFile(join(base, 'out', 'theirs'), 'x');
  await assert.rejects(late.commit(), withCode('STORAGE_CONFLICT'));
  await late.abort();
  assert.deepEqual(await readdir(base), ['out']);
});

const CHILD = join(import.meta.dirname, 'children/hold-output.ts');
/** The table of processes is Linux's; elsewhere nothing is swept. */
const hasTable = existsSync('/proc/self/ns/pid');

test('what a killed process left unfinished is gone after the next output; what a live one writes is not', {
  skip: !hasTable,
}, async (t) => {
  const base = await temporaryFolder(t);
  const unfinished = async () =>
    (await readdir(base)).filter((name) => name.startsWith('.strongroom-unfinished-'));
  const hold = async () => {
    const child = spawn(process.execPath, [CHILD, base], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    return child;
  };
  const dead = await hold();
  dead.kill('SIGKILL');
  await once(dead, 'close');
  assert.equal((await unfinished()).length, 2);

  const live = await hold();
  // It swept what the dead one had left, and has two of its own.
  assert.equal((await unfinished()).length, 2);
  await writeOutput(join(base, 'mine.bin'), 'mine');
  assert.equal((await unfinished()).length, 2);
  live.kill('SIGKILL');
  await once(live, 'close');
  await writeFolder(join(base, 'folder'), { 'a.txt': 'a' });
  assert.deepEqual((await readdir(base)).sort(), ['folder', 'mine.bin']);
});

test('what cannot be told to be abandoned stays: names of other machines, and what was to be replaced', async (t) => {
  const base = await temporaryFolder(t);
  const names = [
    '.strongroom-unfinished-0123456789abcdef',
    `.strongroom-unfinished-${'0'.repeat(32)}-4026531836-1-1-0123456789abcdef`,
    '.strongroom-replaced-0123456789abcdef',
  ];
  for (const name of names) await writeFile(join(base, name), 'x');
  await writeOutput(join(base, 'a.bin'), 'a');
  await writeFolder(join(base, 'b'), { 'a.txt': 'a' });
  assert.deepEqual((await readdir(base)).sort(), [...names, 'a.bin', 'b'].sort());
});
