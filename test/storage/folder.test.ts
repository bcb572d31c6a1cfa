import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { Folder, type Sandbox } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

const HOSTILE_NAMES = ['', '.', '..', 'a/b', '/etc', '../x', 'a\0b', 'x'.repeat(256), 'bad\ufffdname'];

async function text(folder: Folder, name: string): Promise<string> {
  return new TextDecoder().decode(await folder.readFile(name, 1000));
}

for (const sandbox of ['descriptor', 'identity'] satisfies Sandbox[]) {
  describe(`Folder, sandboxed by ${sandbox}`, () => {
    test('creates folders with mode 0700 and files with 0600 whatever the umask says', async (t) => {
      const base = join(await temporaryFolder(t), 'home', 'inner');
      await using folder = await Folder.open(base, { create: true, sandbox });
      await using inner = await folder.folder('sub', { create: true });
      await inner.writeFile('file', utf8Bytes('x'));
      const modes = ['..', '.', 'sub', 'sub/file'].map(
        async (path) => (await stat(join(base, path))).mode & 0o777,
      );
      assert.deepEqual(await Promise.all(modes), [0o700, 0o700, 0o700, 0o600]);
    });

    test('refuses every name that is not one component', async (t) => {
      await using folder = await Folder.open(await temporaryFolder(t), { sandbox });
      for (const name of HOSTILE_NAMES) {
        await assert.rejects(folder.openFile(name), withCode('STORAGE_PATH_UNSAFE'));
        await assert.rejects(folder.createFile(name), withCode('STORAGE_PATH_UNSAFE'));
        await assert.rejects(folder.folder(name, { create: true }), withCode('STORAGE_PATH_UNSAFE'));
        await assert.rejects(folder.removeTree(name), withCode('STORAGE_PATH_UNSAFE'));
      }
      assert.deepEqual(await folder.entries(), []);
    });

    test('refuses symbolic links to files and folders, and to itself as a base', async (t) => {
      const base = await temporaryFolder(t);
      await mkdir(join(base, 'in'));
      await mkdir(join(base, 'out'));
      await writeFile(join(base, 'out', 'secret'), 'x');
      await symlink(join(base, 'out', 'secret'), join(base, 'in', 'file'));
      await symlink(join(base, 'out'), join(base, 'in', 'folder'));
      await symlink(join(base, 'nowhere'), join(base, 'in', 'dangling'));
      await using folder = await Folder.open(join(base, 'in'), { sandbox });
      await assert.rejects(folder.openFile('file'), withCode('STORAGE_PATH_UNSAFE'));
      await assert.rejects(folder.folder('folder'), withCode('STORAGE_PATH_UNSAFE'));
      await assert.rejects(folder.folder('folder', { create: true }), withCode('STORAGE_PATH_UNSAFE'));
      await assert.rejects(folder.createFile('dangling'), withCode('STORAGE_CONFLICT'));
      await assert.rejects(
        Folder.open(join(base, 'in', 'folder'), { sandbox }),
        withCode('STORAGE_PATH_UNSAFE'),
      );
      await folder.removeTree('folder');
      assert.deepEqual(await readdir(join(base, 'out')), ['secret']);
    });

    test('refuses pipes, sockets, folders and devices as files, without waiting for them', async (t) => {
      const base = await temporaryFolder(t);
      await mkdir(join(base, 'folder'));
      execFileSync('mkfifo', [join(base, 'pipe')]);
      const server = createServer().listen(join(base, 'socket'));
      t.after(() => server.close());
      await using folder = await Folder.open(base, { sandbox });
      await using devices = await Folder.open('/dev', { sandbox });
      for (const name of ['folder', 'pipe', 'socket']) {
        await assert.rejects(folder.openFile(name), withCode('STORAGE_PATH_UNSAFE'));
      }
      await assert.rejects(devices.openFile('null'), withCode('STORAGE_PATH_UNSAFE'));
    });

    test('does not follow a folder that was swapped for another', async (t) => {
      const base = await temporaryFolder(t);
      await using outer = await Folder.open(base, { sandbox });
      await using folder = await outer.folder('mine', { create: true });
      await folder.writeFile('a', utf8Bytes('mine'));
      await mkdir(join(base, 'theirs'));
      await writeFile(join(base, 'theirs', 'a'), 'theirs');
      await rename(join(base, 'mine'), join(base, 'moved'));
      await symlink(join(base, 'theirs'), join(base, 'mine'));
      if (sandbox === 'descriptor') {
        assert.equal(await text(folder, 'a'), 'mine');
        await folder.writeFile('b', utf8Bytes('mine'));
        assert.deepEqual((await readdir(join(base, 'moved'))).sort(), ['a', 'b']);
      } else {
        await assert.rejects(folder.readFile('a', 10), withCode('STORAGE_PATH_UNSAFE'));
        await assert.rejects(folder.writeFile('b', utf8Bytes('x')), withCode('STORAGE_PATH_UNSAFE'));
      }
      assert.deepEqual(await readdir(join(base, 'theirs')), ['a']);
    });

    test('creates exclusively, links exclusively, and replaces as a whole', async (t) => {
      await using folder = await Folder.open(await temporaryFolder(t), { sandbox });
      await folder.writeFile('a', utf8Bytes('1'));
      await assert.rejects(folder.writeFile('a', utf8Bytes('2')), withCode('STORAGE_CONFLICT'));
      assert.equal(await text(folder, 'a'), '1');
      await folder.link('a', 'b');
      await assert.rejects(folder.link('a', 'b'), withCode('STORAGE_CONFLICT'));
      await folder.replaceFile('a', utf8Bytes('3'));
      assert.equal(await text(folder, 'a'), '3');
      assert.equal(await text(folder, 'b'), '1');
      assert.deepEqual(await folder.entries(), [
        { name: 'a', kind: 'file' },
        { name: 'b', kind: 'file' },
      ]);
    });

    test('renames onto an empty folder but never onto a full one', async (t) => {
      await using folder = await Folder.open(await temporaryFolder(t), { sandbox });
      for (const name of ['new', 'empty', 'full']) {
        await using inner = await folder.folder(name, { create: true });
        if (name !== 'empty') await inner.writeFile(name, utf8Bytes('x'));
      }
      await assert.rejects(folder.rename('new', 'full'), withCode('STORAGE_CONFLICT'));
      await folder.rename('new', 'empty');
      await using moved = await folder.folder('empty');
      assert.deepEqual(await moved.entries(), [{ name: 'new', kind: 'file' }]);
    });

    test('removes a tree, and what is not there without complaint', async (t) => {
      const base = await temporaryFolder(t);
      await mkdir(join(base, 'a', 'b', 'c'), { recursive: true });
      await writeFile(join(base, 'a', 'b', 'file'), 'x');
      await using folder = await Folder.open(base, { sandbox });
      await folder.removeTree('a');
      await folder.removeTree('a');
      await folder.removeFile('a');
      await folder.removeFolder('a');
      assert.deepEqual(await readdir(base), []);
    });

    test('checks the size of a small file before reading it', async (t) => {
      await using folder = await Folder.open(await temporaryFolder(t), { sandbox });
      await folder.writeFile('a', new Uint8Array(11));
      await assert.rejects(folder.readFile('a', 10), withCode('STORAGE_TOO_LARGE'));
      assert.equal((await folder.readFile('a', 11)).length, 11);
    });

    test('is of no use once it is closed', async (t) => {
      const folder = await Folder.open(await temporaryFolder(t), { sandbox });
      await folder.close();
      if (sandbox === 'descriptor') await assert.rejects(folder.entries());
    });
  });
}

test('a folder is sandboxed by descriptor where /proc shows descriptors', async (t) => {
  const isShown = await stat('/proc/self/fd').then(
    () => true,
    () => false,
  );
  await using folder = await Folder.open(await temporaryFolder(t));
  assert.equal(folder.sandbox, isShown ? 'descriptor' : 'identity');
});

test('parents of a base folder may be symbolic links', async (t) => {
  const base = await temporaryFolder(t);
  const real = await mkdtemp(join(base, 'real-'));
  await symlink(real, join(base, 'link'));
  await using folder = await Folder.open(join(base, 'link', 'home'), { create: true });
  await folder.writeFile('a', utf8Bytes('x'));
  assert.equal(await readFile(join(real, 'home', 'a'), 'utf8'), 'x');
});

test('messages name the entry, escaped, and what is missing', async (t) => {
  await using folder = await Folder.open(await temporaryFolder(t), { label: 'home' });
  await assert.rejects(folder.openFile('a\u202eb\n'), {
    code: 'STORAGE_MISSING',
    message: 'cannot open "home/a\\u202eb\\n": no such file or folder',
  });
});
