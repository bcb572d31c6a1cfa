import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { isBusy, sqliteError } from '../../src/storage/drivers/sqlite/sqlite-error.ts';
import { openSqliteCatalogue } from '../../src/storage/index.ts';
import { fileOf, publish } from '../contract/catalogue-kit.ts';
import { temporaryFolder, withCode } from './temporary-folder.ts';

const PUBLISHER = join(import.meta.dirname, 'children', 'publish-versions.ts');

test('makes the catalogue and its side files readable by the owner only', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const catalogue = await openSqliteCatalogue({ path });
  await publish(catalogue, 'acme/churn', [fileOf('a', 'a')]);
  for (const side of ['', '-wal', '-shm']) {
    assert.equal((await lstat(path + side)).mode & 0o777, 0o600, side);
  }
  await catalogue.close();
});

test('refuses a symbolic link, also a dangling one, and a folder in place of the catalogue', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'elsewhere'), '');
  await symlink(join(folder, 'elsewhere'), join(folder, 'link.db'));
  await symlink(join(folder, 'nowhere'), join(folder, 'dangling.db'));
  for (const path of [join(folder, 'link.db'), join(folder, 'dangling.db'), folder]) {
    await assert.rejects(openSqliteCatalogue({ path }), withCode('STORAGE_PATH_UNSAFE'));
  }
  assert.equal((await readFile(join(folder, 'elsewhere'))).length, 0);
});

test('reports a folder that is not there', async (t) => {
  const path = join(await temporaryFolder(t), 'no', 'catalogue.db');
  await assert.rejects(openSqliteCatalogue({ path }), withCode('STORAGE_MISSING'));
});

test('refuses a catalogue made by a newer strongroom and leaves it as it is', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  await (await openSqliteCatalogue({ path })).close();
  const raw = new DatabaseSync(path);
  raw.exec("update meta set value = '999' where name = 'format_version'");
  raw.close();
  await assert.rejects(openSqliteCatalogue({ path }), {
    ...withCode('HOME_NEWER'),
    kind: 'invalid',
    hint: /upgrade/,
  });
  const after = new DatabaseSync(path);
  const row = after.prepare("select value from meta where name = 'format_version'").get();
  after.close();
  assert.equal(row?.['value'], '999');
});

test('says that a file which is no database is damaged', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  await writeFile(path, 'not a database, but long enough to have a header that is wrong '.repeat(80));
  await assert.rejects(openSqliteCatalogue({ path }), withCode('CATALOGUE_DAMAGED'));
});

test('says that a torn page is damage, not an inner fault', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const catalogue = await openSqliteCatalogue({ path });
  await publish(catalogue, 'acme/churn', [fileOf('a', 'a')]);
  await catalogue.close();
  const bytes = await readFile(path);
  bytes.fill(0x55, 4096);
  await writeFile(path, bytes);
  await assert.rejects(async () => {
    const torn = await openSqliteCatalogue({ path });
    t.after(() => torn.close());
    await torn.listVersions('acme/churn');
  }, withCode('CATALOGUE_DAMAGED'));
});

test('finds a row that refers to nothing', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const catalogue = await openSqliteCatalogue({ path });
  t.after(() => catalogue.close());
  await publish(catalogue, 'acme/churn', [fileOf('a', 'a')]);
  const raw = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  raw.exec('delete from blobs');
  raw.close();
  assert.match((await catalogue.check()).join(), /version_files refers to a row of blobs/);
});

test('gives up with CATALOGUE_BUSY when another process holds the lock, and works once it lets go', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const catalogue = await openSqliteCatalogue({ path, busyMs: 1 });
  t.after(() => catalogue.close());
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  await assert.rejects(catalogue.claim('mine'), withCode('CATALOGUE_BUSY'));
  assert.equal(await catalogue.findVault(), undefined, 'reading goes on meanwhile');
  other.exec('rollback');
  other.close();
  assert.equal(await catalogue.claim('mine'), 'mine');
});

test('waits for a lock that is let go in time, without blocking the process', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const catalogue = await openSqliteCatalogue({ path });
  t.after(() => catalogue.close());
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  const claimed = catalogue.claim('mine');
  setTimeout(() => {
    other.exec('rollback');
    other.close();
  }, 60);
  assert.equal(await claimed, 'mine');
});

test('maps a full database to STORAGE_FULL and keeps what was committed', async (t) => {
  const path = join(await temporaryFolder(t), 'full.db');
  const raw = new DatabaseSync(path);
  raw.exec('create table t (x text); pragma max_page_count = 4');
  let thrown: unknown;
  try {
    for (let n = 0; n < 100; n++) raw.prepare('insert into t values (?)').run('x'.repeat(2_000));
  } catch (error) {
    thrown = error;
  }
  raw.close();
  assert.ok(thrown instanceof Error);
  assert.equal(isBusy(thrown), false);
  const mapped = sqliteError(thrown);
  assert.deepEqual({ ...withCode('STORAGE_FULL') }, pickName(mapped));
});

test('reports a catalogue that may not be written', { skip: process.getuid?.() === 0 }, async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  await (await openSqliteCatalogue({ path })).close();
  await chmod(path, 0o400);
  await assert.rejects(openSqliteCatalogue({ path }), withCode('STORAGE_DENIED'));
});

test('passes through what is no error of sqlite', () => {
  const error = new TypeError('mine');
  assert.equal(sqliteError(error), error);
  assert.equal(sqliteError(Object.assign(new Error('odd'), { errcode: 1 })) instanceof Error, true);
});

test('writes a snapshot of mode 0600 that opens by itself, and never over a file', async (t) => {
  const folder = await temporaryFolder(t);
  const catalogue = await openSqliteCatalogue({ path: join(folder, 'catalogue.db') });
  t.after(() => catalogue.close());
  await catalogue.claim('mine');
  await publish(catalogue, 'acme/churn', [fileOf('a', 'a')]);
  const copy = join(folder, "it's a copy.db");
  await catalogue.snapshot(copy);
  assert.equal((await lstat(copy)).mode & 0o777, 0o600);
  await assert.rejects(catalogue.snapshot(copy), withCode('STORAGE_CONFLICT'));
  const restored = await openSqliteCatalogue({ path: copy });
  t.after(() => restored.close());
  assert.equal(await restored.findVault(), 'mine');
  assert.deepEqual(await restored.listVersions('acme/churn'), await catalogue.listVersions('acme/churn'));
});

test('loses no version and doubles no number when two processes publish at once', async (t) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const children = ['one', 'two'].map((name) =>
    spawn(process.execPath, [PUBLISHER, path, name, '15'], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const numbers = await Promise.all(
    children.map(async (child) => {
      const exited = once(child, 'exit');
      const chunks: Buffer[] = [];
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
      assert.deepEqual(await exited, [0, null]);
      return JSON.parse(Buffer.concat(chunks).toString()) as number[];
    }),
  );
  const expected = Array.from({ length: 30 }, (_, at) => at + 1);
  assert.deepEqual(
    numbers.flat().sort((a, b) => a - b),
    expected,
  );
  const catalogue = await openSqliteCatalogue({ path });
  t.after(() => catalogue.close());
  assert.deepEqual(
    (await catalogue.listVersions('acme/churn')).map((version) => version.version),
    expected,
  );
  assert.deepEqual(await catalogue.listLeases(), []);
});

function pickName(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? { name: error.name, code: error.code } : error;
}
