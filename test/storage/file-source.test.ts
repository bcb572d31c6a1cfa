import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { FileSource } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

test('any range reads the bytes that stand there, fewer only at the end', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251));
  await writeFile(path, bytes);
  await using source = await FileSource.open(path);
  assert.equal(source.size, 1000);
  await fc.assert(
    fc.asyncProperty(fc.nat(1100), fc.nat(1100), async (offset, length) => {
      const read = await source.read(offset, length);
      assert.deepEqual(Buffer.from(read), bytes.subarray(offset, offset + length));
    }),
  );
});

test('gives plain arrays, whose slice is a copy', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  await writeFile(path, 'hello');
  await using source = await FileSource.open(path);
  const bytes = await source.read(0, 5);
  assert.ok(!Buffer.isBuffer(bytes));
  const copy = bytes.slice();
  bytes.fill(0);
  assert.equal(Buffer.from(copy).toString(), 'hello');
});

test('reads into shared memory', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  await writeFile(path, 'hello world');
  await using source = await FileSource.open(path);
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  assert.equal(await source.readInto(shared.subarray(1, 6), 6), 5);
  assert.equal(Buffer.from(shared).toString(), '\0world\0\0');
  assert.equal(await source.readInto(shared, 6), 5);
});

test('notices that a file was cut or written to while it was open', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  await writeFile(path, 'hello world');
  await using source = await FileSource.open(path);
  await source.assertUnchanged();
  await truncate(path, 3);
  await assert.rejects(source.read(0, 11), withCode('STORAGE_CHANGED'));
  await assert.rejects(source.assertUnchanged(), withCode('STORAGE_CHANGED'));
});

test('refuses what is no regular file, and says what is missing', async (t) => {
  const base = await temporaryFolder(t);
  await assert.rejects(FileSource.open('/dev/null'), withCode('STORAGE_PATH_UNSAFE'));
  await assert.rejects(FileSource.open(base), withCode('STORAGE_PATH_UNSAFE'));
  await assert.rejects(FileSource.open(join(base, 'none')), withCode('STORAGE_MISSING'));
});
