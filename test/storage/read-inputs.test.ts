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

test('a file is put where the reader wants it, byte-exact, whatever room there is', async (t) => {
  const base = await temporaryFolder(t);
  const bytes = Buffer.from(Array.from({ length: 70_001 }, (_, at) => at % 251));
  await writeFile(join(base, 'big'), bytes);
  await writeFile(join(base, 'empty'), '');
  const [big, empty] = await readInputs([base]);
  for (const room of [1000, 70_001, 200_000]) {
    const read = await readInPlace(big, room);
    assert.ok(bytes.equals(read));
  }
  assert.equal((await readInPlace(empty, 10)).length, 0);
});

test('a file that is written to while it is put into place is refused at its end', async (t) => {
  const base = await temporaryFolder(t);
  const path = join(base, 'file');
  await writeFile(path, new Uint8Array(5000));
  const [file] = await readInputs([path]);
  await assert.rejects(
    readInPlace(file, 2000, () => appendFile(path, 'more')),
    withCode('STORAGE_CHANGED'),
  );
  await assert.rejects(readInPlace(file, 2000), withCode('STORAGE_CHANGED'));
});

test('who stops while a file is put into place closes it, and gets nothing more', async (t) => {
  const base = await temporaryFolder(t);
  await writeFile(join(base, 'file'), new Uint8Array(5000).fill(1));
  const [file] = await readInputs([base]);
  const iterator = file?.open()[Symbol.asyncIterator]();
  const room = new Uint8Array(2000);
  assert.equal(await iterator?.readInto?.(room), 2000);
  const underWay = iterator?.readInto?.(room);
  await iterator?.return?.();
  assert.ok([0, 2000].includes((await underWay) ?? -1));
  assert.equal(await iterator?.readInto?.(room), 0);
});

/** Reads with `readInto` alone. */
async function readInPlace(
  file: InputFile | undefined,
  roomBytes: number,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<Buffer> {
  const iterator = file?.open()[Symbol.asyncIterator]();
  assert.ok(iterator?.readInto !== undefined);
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const room = new Uint8Array(new SharedArrayBuffer(roomBytes));
      const length = await iterator.readInto(room);
      if (length === 0) return Buffer.concat(parts);
      parts.push(room.slice(0, length));
      await meanwhile();
    }
  } finally {
    await iterator.return?.();
  }
}
