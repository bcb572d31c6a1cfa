import assert from 'node:assert/strict';
import { isStrongroomError } from '../../src/errors/index.ts';
import type { Catalogue, DocumentRow } from '../../src/storage/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { checkerOf, type OpenCatalogue } from './catalogue-kit.ts';

const ADA: DocumentRow = {
  collection: 'users',
  id: 'user:ada',
  generation: 1,
  content: '{"name":"ada"}',
  mac: 'm1',
};

/** What every driver of the catalogue must do about small documents. */
export function testCatalogueDocuments(driver: string, open: OpenCatalogue): void {
  const check = checkerOf(driver, open);

  check('keeps a document with all that belongs to it, for every process', async (catalogue, again) => {
    const full = { ...ADA, owner: 'user:ada', lookup: 'l1', expiresAt: '2026-01-02T03:04:05.678Z' };
    await catalogue.insertDocument(full);
    await catalogue.insertDocument({ ...ADA, id: 'user:bob' });
    const other = await again();
    assert.deepEqual(await other.findDocument('users', 'user:ada'), full);
    assert.deepEqual(await other.findDocumentByLookup('users', 'l1'), full);
    assert.deepEqual(await other.findDocument('users', 'user:bob'), { ...ADA, id: 'user:bob' });
    assert.equal(await other.findDocument('users', 'user:eve'), undefined);
    assert.equal(await other.findDocument('grants', 'user:ada'), undefined);
    assert.equal(await other.findDocumentByLookup('grants', 'l1'), undefined);
  });

  check('refuses an id or a lookup that is taken, in the same collection only', async (catalogue) => {
    await catalogue.insertDocument({ ...ADA, lookup: 'l1' });
    await assert.rejects(catalogue.insertDocument(ADA), withCode('STORAGE_CONFLICT'));
    const bob = { ...ADA, id: 'user:bob', lookup: 'l1' };
    await assert.rejects(catalogue.insertDocument(bob), withCode('STORAGE_CONFLICT'));
    await catalogue.insertDocument({ ...bob, collection: 'tokens' });
    await catalogue.insertDocument({ ...bob, lookup: 'l2' });
    const moved = { ...bob, generation: 2, lookup: 'l1' };
    await assert.rejects(catalogue.replaceDocument(moved), withCode('STORAGE_CONFLICT'));
    assert.equal((await catalogue.findDocument('users', 'user:bob'))?.lookup, 'l2');
  });

  check('replaces a document only on top of the generation before', async (catalogue) => {
    await catalogue.insertDocument({ ...ADA, lookup: 'l1' });
    const second = { ...ADA, generation: 2, content: '{}', lookup: 'l2', mac: 'm2' };
    await catalogue.replaceDocument(second);
    await assert.rejects(catalogue.replaceDocument(second), withCode('STORAGE_CONFLICT'));
    await assert.rejects(
      catalogue.replaceDocument({ ...second, generation: 4 }),
      withCode('STORAGE_CONFLICT'),
    );
    await assert.rejects(
      catalogue.replaceDocument({ ...second, id: 'user:eve', lookup: 'l3' }),
      withCode('STORAGE_CONFLICT'),
    );
    assert.deepEqual(await catalogue.findDocument('users', 'user:ada'), second);
    assert.equal(await catalogue.findDocumentByLookup('users', 'l1'), undefined);
  });

  check('lets one of many win, whichever process they come from', async (catalogue, again) => {
    const connections = [catalogue, await again(), await again()];
    const inserted = await race(connections, 12, (each, at) =>
      each.insertDocument({ ...ADA, content: `{"n":${at}}` }),
    );
    assert.equal(inserted, 1);
    const replaced = await race(connections, 12, (each, at) =>
      each.replaceDocument({ ...ADA, generation: 2, content: `{"n":${at}}` }),
    );
    assert.equal(replaced, 1);
    const taken = await race(connections, 12, (each, at) =>
      each.insertDocument({ ...ADA, id: `user:${at}`, lookup: 'same' }),
    );
    assert.equal(taken, 1);
  });

  check('removes a document, at a generation where one is named', async (catalogue) => {
    await catalogue.insertDocument(ADA);
    await assert.rejects(catalogue.removeDocument('users', 'user:ada', 2), withCode('STORAGE_CONFLICT'));
    await catalogue.removeDocument('users', 'user:ada', 1);
    await catalogue.removeDocument('users', 'user:ada', 1);
    await catalogue.insertDocument(ADA);
    await catalogue.removeDocument('users', 'user:ada');
    assert.equal(await catalogue.findDocument('users', 'user:ada'), undefined);
  });

  check('lists documents in pages, of one owner where asked', async (catalogue) => {
    for (let at = 0; at < 7; at += 1) {
      await catalogue.insertDocument({ ...ADA, id: `d${at}`, owner: at % 2 === 0 ? 'even' : 'odd' });
    }
    await catalogue.insertDocument({ ...ADA, collection: 'grants', id: 'd0', owner: 'even' });
    const ids = async (query: { owner?: string; after?: string; limit: number }) =>
      (await catalogue.listDocuments({ collection: 'users', ...query })).map(({ id }) => id);
    assert.deepEqual(await ids({ limit: 3 }), ['d0', 'd1', 'd2']);
    assert.deepEqual(await ids({ after: 'd2', limit: 10 }), ['d3', 'd4', 'd5', 'd6']);
    assert.deepEqual(await ids({ owner: 'even', limit: 2 }), ['d0', 'd2']);
    assert.deepEqual(await ids({ owner: 'even', after: 'd2', limit: 2 }), ['d4', 'd6']);
  });

  check('removes what has expired, and nothing else', async (catalogue) => {
    await catalogue.insertDocument({ ...ADA, id: 'a', expiresAt: '2026-01-01T00:00:00.000Z' });
    await catalogue.insertDocument({ ...ADA, id: 'b', expiresAt: '2026-01-01T00:00:00.001Z' });
    await catalogue.insertDocument({ ...ADA, id: 'c' });
    assert.equal(await catalogue.removeExpiredDocuments('2026-01-01T00:00:00.000Z'), 1);
    assert.equal(await catalogue.removeExpiredDocuments('2026-01-01T00:00:00.000Z'), 0);
    const left = await catalogue.listDocuments({ collection: 'users', limit: 10 });
    assert.deepEqual(
      left.map(({ id }) => id),
      ['b', 'c'],
    );
  });

  check('counts every change of a collection, and none that failed', async (catalogue, again) => {
    const other = await again();
    const seen: number[] = [];
    const note = async () => seen.push(await other.collectionChanges(['users']));
    await note();
    await catalogue.insertDocument({ ...ADA, expiresAt: '2026-01-01T00:00:00.000Z' });
    await note();
    await catalogue.replaceDocument({ ...ADA, generation: 2, expiresAt: '2026-01-01T00:00:00.000Z' });
    await note();
    await catalogue.removeExpiredDocuments('2026-01-02T00:00:00.000Z');
    await note();
    await catalogue.insertDocument(ADA);
    await catalogue.removeDocument('users', 'user:ada');
    await note();
    assert.ok(
      seen.every((count, at) => at === 0 || count > seen[at - 1]!),
      seen.join(' '),
    );
    const before = await other.collectionChanges(['users']);
    await catalogue.removeDocument('users', 'user:ada');
    await catalogue.insertDocument({ ...ADA, collection: 'grants' });
    await assert.rejects(catalogue.replaceDocument({ ...ADA, generation: 2 }));
    assert.equal(await other.collectionChanges(['users']), before);
    assert.equal(await other.collectionChanges(['users', 'grants']), before + 1);
    assert.equal(await other.collectionChanges([]), 0);
  });
}

/** Does a step many times at once on several connections; resolves to how often it went through. */
async function race(
  connections: readonly Catalogue[],
  times: number,
  step: (catalogue: Catalogue, at: number) => Promise<void>,
): Promise<number> {
  const runs = Array.from({ length: times }, (_, at) => step(connections[at % connections.length]!, at));
  const results = await Promise.allSettled(runs);
  for (const result of results) {
    if (result.status === 'rejected') assert.ok(isStrongroomError(result.reason, 'STORAGE_CONFLICT'));
  }
  return results.filter(({ status }) => status === 'fulfilled').length;
}
