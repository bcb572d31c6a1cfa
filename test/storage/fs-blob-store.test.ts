import assert from 'node:assert/strict';
import { mkdir, readdir, rename, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { type BlobId, FsBlobStore } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAAAA' as BlobId;
const HOUR_MS = 3_600_000;

async function openWithBlob(t: TestContext): Promise<{ store: FsBlobStore; path: string; blob: string }> {
  const path = join(await temporaryFolder(t), 'blobs');
  const store = await FsBlobStore.open(path, { create: true });
  t.after(() => store.close());
  const writer = await store.create(ID);
  await writer.write(utf8Bytes('payload'));
  await writer.commit(utf8Bytes('{}\n'));
  return { store, path, blob: join(path, 'AA', ID) };
}

test('a blob lies in its shard as one payload and one header, private to us', async (t) => {
  const { path, blob } = await openWithBlob(t);
  assert.deepEqual(await readdir(path), ['AA']);
  assert.deepEqual((await readdir(blob)).sort(), ['header.1.json', 'payload']);
  assert.equal((await stat(blob)).mode & 0o777, 0o700);
  assert.equal((await stat(join(blob, 'payload'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(blob, 'header.1.json'))).mode & 0o777, 0o600);
});

test('at most three generations of a header stay', async (t) => {
  const { store, blob } = await openWithBlob(t);
  for (let at = 1; at <= 11; at++) await store.replaceHeader(ID, utf8Bytes(`${at + 1}`), at);
  assert.deepEqual((await readdir(blob)).sort(), [
    'header.10.json',
    'header.11.json',
    'header.12.json',
    'payload',
  ]);
  await store.pruneHeaders(ID);
  assert.deepEqual((await readdir(blob)).sort(), ['header.12.json', 'payload']);
});

test('a header of 1 GB is refused by its size', async (t) => {
  const { store, blob } = await openWithBlob(t);
  await writeFile(join(blob, 'header.2.json'), '');
  await truncate(join(blob, 'header.2.json'), 1_000_000_000);
  await assert.rejects(store.header(ID), withCode('CONTAINER_LIMIT'));
});

test('links in the place of a shard, blob, payload or header are refused', async (t) => {
  const { store, path, blob } = await openWithBlob(t);
  const outside = join(path, '..', 'outside');
  const swap = async (at: string, act: () => Promise<unknown>): Promise<void> => {
    await rename(at, outside);
    await symlink(outside, at);
    await assert.rejects(act(), withCode('STORAGE_PATH_UNSAFE'));
    await rename(outside, at);
  };
  await swap(join(blob, 'payload'), () => store.open(ID));
  await swap(join(blob, 'header.1.json'), () => store.header(ID));
  await mkdir(join(path, 'zz'));
  await symlink(blob, join(path, 'zz', 'zzzzzzzzzzzzzzzzzzzzzz'));
  const linked = 'zzzzzzzzzzzzzzzzzzzzzz' as BlobId;
  await assert.rejects(store.header(linked), withCode('STORAGE_PATH_UNSAFE'));
  await assert.rejects(store.remove(linked), withCode('STORAGE_PATH_UNSAFE'));
  assert.deepEqual(await Array.fromAsync(store.list()), [ID]);
  assert.equal((await store.header(ID))?.generation, 1);
});

test('a store whose base folder is swapped stays with its own', async (t) => {
  const { store, path } = await openWithBlob(t);
  await rename(path, `${path}.moved`);
  await mkdir(path);
  assert.equal((await store.header(ID))?.generation, 1);
  await store.replaceHeader(ID, utf8Bytes('2'), 1);
  assert.deepEqual(await readdir(path), []);
});

test('what a killed writer left is invisible, and swept once it is old', async (t) => {
  const { store, path, blob } = await openWithBlob(t);
  const unfinished = join(path, '.tmp-0123456789abcdef');
  await mkdir(unfinished);
  await writeFile(join(unfinished, 'payload'), 'half');
  await writeFile(join(blob, '.tmp-0123456789abcdef'), 'half a header');
  assert.deepEqual(await Array.fromAsync(store.list()), [ID]);
  assert.equal(await store.sweep(HOUR_MS), 0);
  const old = Date.now() / 1000 - 7200;
  await utimes(unfinished, old, old);
  assert.equal(await store.sweep(HOUR_MS), 0, 'its payload is still being written');
  await utimes(join(unfinished, 'payload'), old, old);
  await utimes(join(blob, '.tmp-0123456789abcdef'), old, old);
  assert.equal(await store.sweep(HOUR_MS), 2);
  assert.deepEqual(await readdir(path), ['AA']);
  assert.deepEqual((await readdir(blob)).sort(), ['header.1.json', 'payload']);
});

test('a removal that was cut short after the headers is invisible and is finished by a sweep', async (t) => {
  const { store, path, blob } = await openWithBlob(t);
  const other = join(path, 'AA', `AA${'B'.repeat(20)}`);
  await mkdir(other);
  await writeFile(join(other, 'payload'), 'unreadable by now');
  assert.deepEqual(await Array.fromAsync(store.list()), [ID]);
  const old = Date.now() / 1000 - 7200;
  await utimes(join(other, 'payload'), old, old);
  await utimes(other, old, old);
  assert.equal(await store.sweep(HOUR_MS), 1);
  assert.deepEqual(await readdir(join(blob, '..')), [ID]);
});

test('a blob that is removed while it is read can be read to its end', async (t) => {
  const { store } = await openWithBlob(t);
  const source = await store.open(ID);
  await store.remove(ID);
  assert.equal(Buffer.from(await source.read(0, 7)).toString(), 'payload');
  await source.close();
});
