import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { collectBytes, streamSource, utf8Bytes } from '../../src/bytes/index.ts';
import type { BlobId, BlobStore } from '../../src/storage/index.ts';
import { withCode } from '../storage/temporary-folder.ts';

/** Opens a store over fresh ground; `again` opens a second one over the same ground, as another process would. */
export type OpenBlobStore = (
  t: TestContext,
) => Promise<{ readonly store: BlobStore; readonly again: () => Promise<BlobStore> }>;

const ID = 'AAAAAAAAAAAAAAAAAAAAAA' as BlobId;
const OTHER = '-_zzzzzzzzzzzzzzzzzzzz' as BlobId;
const HEADER = utf8Bytes('{"first":1}\n');

async function put(store: BlobStore, id: BlobId, payload: string): Promise<void> {
  const writer = await store.create(id);
  await writer.write(utf8Bytes(payload));
  await writer.commit(HEADER);
}

async function payloadOf(store: BlobStore, id: BlobId): Promise<string> {
  const source = await store.open(id);
  const bytes = await collectBytes(streamSource(source, 3), 1 << 20);
  await source.close();
  return new TextDecoder().decode(bytes);
}

async function assertHeader(store: BlobStore, generation: number, text: string): Promise<void> {
  const header = await store.header(ID);
  assert.equal(header?.generation, generation);
  assert.equal(new TextDecoder().decode(header.bytes), text);
}

async function ids(store: BlobStore): Promise<string[]> {
  return (await Array.fromAsync(store.list())).sort();
}

/** What every driver of `BlobStore` promises. */
export function testBlobStore(name: string, open: OpenBlobStore): void {
  describe(`BlobStore: ${name}`, () => {
    test('gives back what was committed, whole and by range', async (t) => {
      const { store } = await open(t);
      const writer = await store.create(ID);
      const reused = utf8Bytes('sealed ');
      await writer.write(reused);
      reused.fill(0);
      await writer.write(utf8Bytes('payload'));
      await writer.commit(HEADER);
      assert.equal(await payloadOf(store, ID), 'sealed payload');
      const source = await store.open(ID);
      assert.equal(source.size, 14);
      assert.deepEqual(Buffer.from(await source.read(7, 3)), Buffer.from('pay'));
      assert.deepEqual(Buffer.from(await source.read(12, 100)), Buffer.from('ad'));
      assert.equal((await source.read(100, 5)).length, 0);
      await source.close();
      await assertHeader(store, 1, '{"first":1}\n');
    });

    test('takes an empty payload', async (t) => {
      const { store } = await open(t);
      await (await store.create(ID)).commit(HEADER);
      assert.equal(await payloadOf(store, ID), '');
    });

    test('shows nothing before the commit', async (t) => {
      const { store } = await open(t);
      const writer = await store.create(ID);
      await writer.write(utf8Bytes('half'));
      assert.deepEqual(await ids(store), []);
      assert.equal(await store.header(ID), undefined);
      await assert.rejects(store.open(ID), withCode('STORAGE_MISSING'));
      await writer.abort();
    });

    test('leaves nothing after an abort, which may be repeated and does nothing after a commit', async (t) => {
      const { store } = await open(t);
      const writer = await store.create(ID);
      await writer.write(utf8Bytes('half'));
      await writer.abort();
      await writer.abort();
      assert.deepEqual(await ids(store), []);
      assert.equal(await store.sweep(0), 0);
      await assert.rejects(writer.commit(HEADER));
      const second = await store.create(ID);
      await second.commit(HEADER);
      await second.abort();
      assert.deepEqual(await ids(store), [ID]);
    });

    test('refuses a second blob of one id at its commit and keeps the first', async (t) => {
      const { store, again } = await open(t);
      const late = await (await again()).create(ID);
      await late.write(utf8Bytes('late'));
      await put(store, ID, 'first');
      await assert.rejects(late.commit(HEADER), withCode('STORAGE_CONFLICT'));
      await late.abort();
      assert.equal(await payloadOf(store, ID), 'first');
      assert.equal(await store.sweep(0), 0);
    });

    test('replaces a header only over the generation that was expected', async (t) => {
      const { store, again } = await open(t);
      await put(store, ID, 'x');
      await store.replaceHeader(ID, utf8Bytes('two'), 1);
      const other = await again();
      await assertHeader(other, 2, 'two');
      await assert.rejects(other.replaceHeader(ID, utf8Bytes('stale'), 1), withCode('STORAGE_CONFLICT'));
      await assert.rejects(other.replaceHeader(ID, utf8Bytes('ahead'), 3), withCode('STORAGE_CONFLICT'));
      await assert.rejects(other.replaceHeader(OTHER, utf8Bytes('none'), 1), withCode('STORAGE_MISSING'));
      assert.equal((await store.header(ID))?.generation, 2);
    });

    test('lets exactly one of many writers win each generation', async (t) => {
      const { store, again } = await open(t);
      await put(store, ID, 'x');
      const rivals = [store, await again(), await again(), await again()];
      for (let expected = 1; expected <= 8; expected++) {
        const tries = rivals.map((rival, at) =>
          rival.replaceHeader(ID, utf8Bytes(`${at}`), expected).then(() => at),
        );
        const settled = await Promise.allSettled(tries);
        const won = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
        assert.equal(won.length, 1);
        await assertHeader(store, expected + 1, `${won[0]}`);
      }
    });

    test('keeps the generation of a blob that comes from another store', async (t) => {
      const { store } = await open(t);
      const writer = await store.create(ID);
      await writer.commit(HEADER, 7);
      await assertHeader(store, 7, '{"first":1}\n');
      await store.replaceHeader(ID, utf8Bytes('eight'), 7);
      await assertHeader(store, 8, 'eight');
      const bad = await store.create(OTHER);
      await assert.rejects(bad.commit(HEADER, 0), withCode('INTERNAL'));
      await bad.abort();
    });

    test('keeps the newest header when older ones are pruned', async (t) => {
      const { store } = await open(t);
      await put(store, ID, 'x');
      for (let at = 1; at < 6; at++) await store.replaceHeader(ID, utf8Bytes(`${at + 1}`), at);
      await store.pruneHeaders(ID);
      await assertHeader(store, 6, '6');
      await store.replaceHeader(ID, utf8Bytes('7'), 6);
      assert.equal((await store.header(ID))?.generation, 7);
    });

    test('refuses a header over 64 KiB', async (t) => {
      const { store } = await open(t);
      const writer = await store.create(ID);
      await assert.rejects(writer.commit(new Uint8Array(65_537)), withCode('CONTAINER_LIMIT'));
      await writer.abort();
      await put(store, ID, 'x');
      await store.replaceHeader(ID, new Uint8Array(65_536), 1);
      await assert.rejects(store.replaceHeader(ID, new Uint8Array(65_537), 2), withCode('CONTAINER_LIMIT'));
    });

    test('removes a blob, also one that is not there', async (t) => {
      const { store } = await open(t);
      await put(store, ID, 'x');
      await put(store, OTHER, 'y');
      await store.remove(ID);
      await store.remove(ID);
      assert.equal(await store.header(ID), undefined);
      await assert.rejects(store.open(ID), withCode('STORAGE_MISSING'));
      assert.deepEqual(await ids(store), [OTHER]);
      await put(store, ID, 'again');
      assert.equal(await payloadOf(store, ID), 'again');
    });

    test('lists every blob once', async (t) => {
      const { store } = await open(t);
      assert.deepEqual(await ids(store), []);
      await put(store, ID, 'x');
      await put(store, OTHER, 'y');
      assert.deepEqual(await ids(store), [OTHER, ID].sort());
    });

    test('sweeps only what is old enough', async (t) => {
      const { store, again } = await open(t);
      await put(store, ID, 'x');
      const writer = await (await again()).create(OTHER);
      await writer.write(utf8Bytes('in use'));
      assert.equal(await store.sweep(3_600_000), 0);
      await writer.commit(HEADER);
      assert.equal(await store.sweep(0), 0);
      assert.deepEqual(await ids(store), [OTHER, ID].sort());
    });

    test('refuses an id that is not one', async (t) => {
      const { store } = await open(t);
      for (const id of ['', '..', '../../../../etc/passwd', 'short', `${'A'.repeat(21)}/`]) {
        await assert.rejects(store.create(id as BlobId), withCode('STORAGE_PATH_UNSAFE'));
        await assert.rejects(store.open(id as BlobId), withCode('STORAGE_PATH_UNSAFE'));
        await assert.rejects(store.header(id as BlobId), withCode('STORAGE_PATH_UNSAFE'));
        await assert.rejects(store.remove(id as BlobId), withCode('STORAGE_PATH_UNSAFE'));
      }
    });
  });
}
