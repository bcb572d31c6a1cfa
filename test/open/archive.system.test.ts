// The record of a home whose old entries were moved out.
import assert from 'node:assert/strict';
import { copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createAuditOperations } from '../../src/cli/wiring-audit.ts';
import { openStrongroom, restoreStrongroom, type Strongroom } from '../../src/open/index.ts';
import { lookAround } from '../kit/look-around.ts';
import { temporaryHome } from '../kit/temporary-home.ts';

const LATER = '2999-01-01T00:00:00.000Z';

/** A home with more than two tiles of entries, the old ones of which are archived. */
async function archivedHome(t: TestContext) {
  const { folder, home, strongroom } = await temporaryHome(t);
  await lookAround(strongroom.api, 600);
  const archive = join(folder, 'old.sraudit');
  const { first, end } = await strongroom.archives.create({ destination: archive, before: LATER });
  assert.deepEqual([first, end], [0, 512]);
  return { folder, home, strongroom, archive };
}

const looks = async ({ api }: Strongroom) =>
  (await api.audit.search({ action: 'model:read', limit: 1000 })).length;

test('a home goes on without the entries that were archived, and with them once they are back', async (t) => {
  const { home, strongroom, archive } = await archivedHome(t);
  const { audit } = strongroom.api;
  const report = await audit.verify();
  assert.deepEqual([report.findings, report.archived], [[], 512]);
  assert.ok((await looks(strongroom)) < 600);
  await assert.rejects(audit.prove({ index: 3 }), { code: 'AUDIT_ARCHIVED' });
  const [act] = await audit.search({ action: 'audit:archive' });
  assert.deepEqual([act?.outcome, act?.caller?.id], ['done', 'local']);
  {
    await using other = await openStrongroom({ home });
    await assert.rejects(other.archives.create({ destination: archive, before: LATER }), {
      code: 'STORAGE_CONFLICT',
    });
    await other.archives.takeBack({ path: archive });
  }
  assert.equal(await looks(strongroom), 600);
  await audit.prove({ index: 3 });
  const whole = await audit.verify();
  assert.deepEqual([whole.findings, whole.archived], [[], 0]);
});

test('a tile of entries that were archived says where they are, and comes again once they are back', async (t) => {
  const { strongroom, archive } = await archivedHome(t);
  const { audit } = strongroom.api;
  const [bundle, narrow] = [256, 3].map((width) => ({ level: 'entries', index: 1, width }) as const);
  for (const tile of [bundle!, narrow!])
    await assert.rejects(audit.tiles({ tiles: [{ level: 0, index: 1, width: 256 }, tile] }), {
      code: 'AUDIT_ARCHIVED',
      kind: 'missing',
      message: /^the entries 0 to 511 are in an archive \(content [0-9a-f]{16}…\)$/,
      hint: /audit archives .* audit unarchive FILE/,
    });
  const [hashes] = await audit.tiles({ tiles: [{ level: 0, index: 1, width: 256 }] });
  assert.equal(hashes?.length, 256 * 32, 'the hashes stay');
  await strongroom.archives.takeBack({ path: archive });
  const [entries] = await audit.tiles({ tiles: [bundle!] });
  assert.equal(entries?.[2], 0x7b, 'an entry is an object');
});

test('a tile of entries that are gone without the note of an archive is damage', async (t) => {
  const { home, strongroom } = await archivedHome(t);
  await rm(join(home, 'audit', 'archived', '0-512.note'));
  const tiles = [{ level: 'entries', index: 1, width: 256 }] as const;
  await assert.rejects(strongroom.api.audit.tiles({ tiles }), { code: 'AUDIT_DAMAGED' });
});

test('an export and a backup have what stayed, and verify with the archive beside them', async (t) => {
  const { folder, home, strongroom, archive } = await archivedHome(t);
  const operations = createAuditOperations();
  const [copy, backup, restored] = ['copy', 'backup', 'restored'].map((name) => join(folder, name));
  await operations.exportAudit({ audit: strongroom.api.audit, destination: copy! });
  const { keys } = await strongroom.api.audit.key();
  const verified = (archives: readonly string[]) =>
    operations.verifyAudit({ path: copy!, keys, witnesses: [], archives });
  const [alone, whole] = [await verified([]), await verified([archive])];
  assert.deepEqual([alone.findings, alone.archived], [[], 512]);
  assert.deepEqual([whole.findings, whole.archived], [[], 0]);
  await strongroom.backup({ destination: backup! });
  await restoreStrongroom({ source: backup!, home: restored! });
  await copyFile(join(home, 'root.key'), join(restored!, 'root.key'));
  await using again = await openStrongroom({ home: restored! });
  assert.equal((await again.api.audit.verify()).archived, 512);
  await again.archives.takeBack({ path: archive });
  assert.equal(await looks(again), 600);
});

test('nothing is left of an archive for which nothing is old enough', async (t) => {
  const { folder, strongroom } = await temporaryHome(t);
  const destination = join(folder, 'old.sraudit');
  await assert.rejects(strongroom.archives.create({ destination, before: LATER }), {
    code: 'AUDIT_ENTRY_MISSING',
  });
  assert.deepEqual(await readdir(folder), ['home']);
});
