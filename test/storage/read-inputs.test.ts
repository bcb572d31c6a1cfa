import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { collectBytes } from '../../src/bytes/index.ts';
import { type InputFile, MAX_INPUT_DEPTH, readInputs } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

const LIMIT = 16 << 20;

async function textOf(file: InputFile | undefined): Promise<string> {
  assert.ok(file !== undefined);
  return new TextDecoder().decode(await collectBytes(file.open(), LIMIT));
}

test('a file comes under its own name, also through .. and a link above it', async (t) => {
  const base = await temporaryFolder(t);
  await mkdir(join(base, 'real'));
  await writeFile(join(base, 'real', 'model.onnx'), 'weights');
  await symlink(join(base, 'real'), join(base, 'link'));
  const files = await readInputs([join(base, 'link', '..', 'real', 'model.onnx')]);
  assert.deepEqual(
    files.map(({ path, size }) => ({ path, size })),
    [{ path: 'model.onnx', size: 7 }],
  );
  assert.equal(await textOf(files[0]), 'weights');
  const linked = await readInputs([join(base, 'link', 'model.onnx')]);
  assert.equal(await textOf(linked[0]), 'weights');
});

test('a folder comes as the paths in it, several ones each under its name, sorted', async (t) => {
  const base = await temporaryFolder(t);
  await mkdir(join(base, 'm', 'sub', 'deep'), { recursive: true });
  await mkdir(join(base, 'n', 'empty'), { recursive: true });
  await writeFile(join(base, 'm', 'z'), 'z');
  await writeFile(join(base, 'm', 'sub', 'deep', 'a'), 'a');
  await writeFile(join(base, 'n', 'b'), 'b');
  const single = await readInputs([join(base, 'm')]);
  assert.deepEqual(
    single.map((file) => file.path),
    ['sub/deep/a', 'z'],
  );
  assert.equal(await textOf(single[0]), 'a');
  const several = await readInputs([join(base, 'n'), join(base, 'm'), join(base, 'm', 'z')]);
  assert.deepEqual(
    several.map((file) => file.path),
    ['m/sub/deep/a', 'm/z', 'n/b', 'z'],
  );
});

test('an empty file and one over several chunks come byte-exact, in chunks', async (t) => {
  const base = await temporaryFolder(t);
  const bytes = Buffer.alloc((3 << 20) + 17);
  for (let at = 0; at < bytes.length; at += 4096)
    bytes.writeUInt32LE(at, at < bytes.length - 4 ? at : at - 4);
  await writeFile(join(base, 'big'), bytes);
  await writeFile(join(base, 'empty'), '');
  const [big, empty] = await readInputs([base]);
  assert.ok(big !== undefined);
  const chunks: Uint8Array[] = [];
  for await (const chunk of big.open()) chunks.push(chunk.slice());
  assert.ok(chunks.every((chunk) => chunk.length <= 1 << 20));
  assert.ok(bytes.equals(Buffer.concat(chunks)));
  assert.equal(await textOf(empty), '');
});

test('a reader may stop in the middle and read again', async (t) => {
  const base = await temporaryFolder(t);
  await writeFile(join(base, 'big'), new Uint8Array(3 << 20));
  const [big] = await readInputs([base]);
  assert.ok(big !== undefined);
  for await (const chunk of big.open()) {
    assert.equal(chunk.length, 1 << 20);
    break;
  }
  assert.equal((await collectBytes(big.open(), LIMIT)).length, 3 << 20);
});

test('links, pipes and devices are refused, at the top and inside', async (t) => {
  const base = await temporaryFolder(t);
  await writeFile(join(base, 'file'), 'x');
  for (const name of ['linked', 'piped']) await mkdir(join(base, name));
  await symlink(join(base, 'file'), join(base, 'linked', 'link'));
  await symlink(join(base, 'linked'), join(base, 'folder-link'));
  execFileSync('mkfifo', [join(base, 'piped', 'pipe')]);
  for (const path of ['linked', 'linked/link', 'folder-link', 'piped', 'piped/pipe']) {
    await assert.rejects(readInputs([join(base, path)]), withCode('STORAGE_PATH_UNSAFE'));
  }
  await assert.rejects(readInputs(['/dev/null']), withCode('STORAGE_PATH_UNSAFE'));
  await assert.rejects(readInputs(['/']), withCode('STORAGE_PATH_UNSAFE'));
});

test('what is missing, empty, double or too much is refused', async (t) => {
  const base = await temporaryFolder(t);
  await mkdir(join(base, 'm'));
  await assert.rejects(readInputs([join(base, 'none')]), withCode('STORAGE_MISSING'));
  await assert.rejects(readInputs([join(base, 'none', 'x')]), withCode('STORAGE_MISSING'));
  await assert.rejects(readInputs([join(base, 'm')]), withCode('INPUT_INVALID'));
  await assert.rejects(readInputs([]), withCode('INPUT_INVALID'));
  await writeFile(join(base, 'm', 'a'), 'x');
  await writeFile(join(base, 'm', 'b'), 'x');
  const twice = readInputs([join(base, 'm', 'a'), join(base, 'm', 'a')]);
  await assert.rejects(twice, withCode('INPUT_INVALID'));
  await assert.rejects(readInputs([join(base, 'm')], { maxFiles: 1 }), withCode('INPUT_TOO_LARGE'));
  const deep = join(base, 'deep', ...Array.from({ length: MAX_INPUT_DEPTH }, () => 'd'));
  await mkdir(deep, { recursive: true });
  await assert.rejects(readInputs([join(base, 'deep')]), withCode('INPUT_TOO_LARGE'));
});

test('a file that changes between finding and the end of reading is refused', async (t) => {
  const base = await temporaryFolder(t);
  const path = join(base, 'm');
  await writeFile(path, new Uint8Array(3 << 20));
  const find = async (): Promise<InputFile> => (await readInputs([path]))[0]!;

  const grown = await find();
  await appendFile(path, 'x');
  await assert.rejects(collectBytes(grown.open(), LIMIT), withCode('STORAGE_CHANGED'));

  const replaced = await find();
  await writeFile(`${path}.new`, new Uint8Array((3 << 20) + 1));
  await rename(`${path}.new`, path);
  await assert.rejects(collectBytes(replaced.open(), LIMIT), withCode('STORAGE_CHANGED'));

  const touched = await find();
  const rewriteWhileReading = async (): Promise<void> => {
    for await (const _chunk of touched.open()) await utimes(path, 1, 1);
  };
  await assert.rejects(rewriteWhileReading(), withCode('STORAGE_CHANGED'));

  const removed = await find();
  await rm(path);
  await assert.rejects(collectBytes(removed.open(), LIMIT), withCode('STORAGE_CHANGED'));
});

test('a folder that is swapped for a link after it was listed is refused', async (t) => {
  const base = await temporaryFolder(t);
  await mkdir(join(base, 'm', 'sub'), { recursive: true });
  await writeFile(join(base, 'm', 'sub', 'a'), 'mine');
  const [file] = await readInputs([join(base, 'm')]);
  await mkdir(join(base, 'theirs'));
  await writeFile(join(base, 'theirs', 'a'), 'them');
  await rename(join(base, 'm', 'sub'), join(base, 'moved'));
  await symlink(join(base, 'theirs'), join(base, 'm', 'sub'));
  await assert.rejects(textOf(file), withCode('STORAGE_PATH_UNSAFE'));
});
