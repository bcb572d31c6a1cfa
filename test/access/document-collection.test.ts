import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { DocumentCollection, type DocumentSeal } from '../../src/access/index.ts';
import { type Catalogue, openSqliteCatalogue } from '../../src/storage/index.ts';
import { temporaryFolder, withCode } from '../storage/temporary-folder.ts';

/** What the keyring does, under a key that everybody knows. */
const seal: DocumentSeal = {
  mac: (label, bytes) => createHmac('sha256', label).update(bytes).digest(),
  verifyMac: (label, bytes, mac) => seal.mac(label, bytes).every((byte, at) => byte === mac[at]),
};

const SCHEMA = z.strictObject({ count: z.int(), name: z.string(), token: z.string().optional() });

async function openTallies(t: TestContext) {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const catalogue = await openSqliteCatalogue({ path });
  t.after(() => catalogue.close());
  return { path, catalogue, tallies: collectionOn(catalogue, 'tallies') };
}

const collectionOn = (catalogue: Catalogue, name: string) =>
  new DocumentCollection(
    { catalogue, seal },
    {
      name,
      schema: SCHEMA,
      index: ({ name: owner, token }) => ({ owner, ...(token === undefined ? {} : { lookup: token }) }),
    },
  );

test('gives back what was written, by id, by lookup and by owner', async (t) => {
  const { tallies } = await openTallies(t);
  await tallies.insert('a', { count: 1, name: 'ada', token: 't1' });
  await tallies.insert('b', { count: 2, name: 'bob' });
  const a = { id: 'a', generation: 1, content: { count: 1, name: 'ada', token: 't1' } };
  assert.deepEqual(await tallies.find('a'), a);
  assert.deepEqual(await tallies.findByLookup('t1'), a);
  assert.deepEqual(await tallies.list('ada'), [a]);
  assert.equal((await tallies.list()).length, 2);
  assert.equal(await tallies.find('c'), undefined);
});

test('lists more documents than one page holds', async (t) => {
  const { tallies } = await openTallies(t);
  for (let at = 0; at < 501; at += 1) await tallies.insert(`n${at}`, { count: at, name: 'ada' });
  const counts = (await tallies.list('ada')).map(({ content }) => content.count);
  assert.deepEqual(
    counts.toSorted((a, b) => a - b),
    Array.from({ length: 501 }, (_, at) => at),
  );
});

test('loses no change of many that are made at once', async (t) => {
  const { path, tallies } = await openTallies(t);
  const second = await openSqliteCatalogue({ path });
  t.after(() => second.close());
  const others = collectionOn(second, 'tallies');
  await tallies.insert('a', { count: 0, name: 'ada' });
  const add = (to: typeof tallies) => to.update('a', (content) => ({ ...content, count: content.count + 1 }));
  await Promise.all([add(tallies), add(others), add(tallies), add(others), add(tallies), add(others)]);
  assert.deepEqual((await tallies.find('a'))?.content, { count: 6, name: 'ada' });
  assert.equal(await tallies.update('b', (content) => content), undefined);
});

test('leaves a document as it is when the change says so or throws', async (t) => {
  const { tallies } = await openTallies(t);
  await tallies.insert('a', { count: 0, name: 'ada' });
  assert.equal((await tallies.update('a', () => undefined))?.generation, 1);
  await assert.rejects(
    tallies.update('a', () => {
      throw new Error('no');
    }),
    /no/,
  );
  assert.equal((await tallies.find('a'))?.generation, 1);
});

test('refuses a document of which anything was changed in the database', async (t) => {
  const changes = [
    `content = replace(content, '1', '9')`,
    `owner = 'ada2'`,
    `owner = null`,
    `lookup = 't2'`,
    `generation = 2`,
    `expires_at = '2099-01-01T00:00:00.000Z'`,
    `mac = ''`,
    `mac = 'AAAA'`,
    `id = 'z'`,
    `content = content || ' '`,
  ];
  for (const change of changes) {
    const { path, tallies } = await openTallies(t);
    await tallies.insert('a', { count: 1, name: 'ada', token: 't1' });
    const database = new DatabaseSync(path);
    database.exec(`update documents set ${change}`);
    database.close();
    await assert.rejects(tallies.list(), withCode('CATALOGUE_DAMAGED'), change);
  }
});

test('refuses a document that stands in the place of another one', async (t) => {
  const { path, catalogue, tallies } = await openTallies(t);
  await tallies.insert('a', { count: 1, name: 'ada', token: 't1' });
  const other = collectionOn(catalogue, 'others');
  await other.insert('b', { count: 1, name: 'ada', token: 't2' });
  const database = new DatabaseSync(path);
  database.exec(`update documents set collection = 'tallies' where collection = 'others'`);
  database.close();
  await assert.rejects(tallies.find('b'), withCode('CATALOGUE_DAMAGED'));
  const swapping: Catalogue = {
    ...catalogue,
    findDocument: () => catalogue.findDocument('tallies', 'a'),
    findDocumentByLookup: () => catalogue.findDocument('tallies', 'a'),
    listDocuments: async () => [(await catalogue.findDocument('tallies', 'a'))!],
  };
  const swapped = collectionOn(swapping, 'tallies');
  assert.equal((await swapped.find('a'))?.id, 'a');
  await assert.rejects(swapped.find('c'), withCode('CATALOGUE_DAMAGED'));
  await assert.rejects(swapped.findByLookup('t9'), withCode('CATALOGUE_DAMAGED'));
  await assert.rejects(swapped.list('bob'), withCode('CATALOGUE_DAMAGED'));
});

test('writes nothing that its own schema refuses', async (t) => {
  const { tallies } = await openTallies(t);
  await assert.rejects(tallies.insert('a', { count: 0.5, name: 'ada' }));
  assert.equal(await tallies.find('a'), undefined);
});
