import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import {
  AuditLog,
  type AuditLogOptions,
  AuditReader,
  deriveAuditKeys,
  parseInclusionFile,
  verifyConsistency,
  verifyInclusionFile,
} from '../../src/audit/index.ts';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { Folder } from '../../src/storage/index.ts';
import { closedLog, intent, logOptions, SECRETS, verifyAt, verifyOpen } from './log-kit.ts';

const keys = deriveAuditKeys(SECRETS);

async function readerOf(t: TestContext, path: string): Promise<AuditReader> {
  const base = await Folder.open(path);
  t.after(() => base.close());
  return AuditReader.open(base, keys.verifier);
}

test('what was recorded stands under a signed checkpoint, in the order of each process', async (t) => {
  const options = await closedLog(t, 700);
  const reader = await readerOf(t, options.path);
  const entries = await Array.fromAsync(reader.entries(0, Number.MAX_SAFE_INTEGER));
  assert.deepEqual(
    entries.map(({ entry }) => entry.kind === 'intent' && entry.resource),
    Array.from({ length: 700 }, (_, number) => `acme/churn@${number}`),
  );
  const verification = await verifyAt(options);
  assert.deepEqual([verification.findings, verification.entries, verification.openActs], [[], 700, 700]);
});

test('a place beyond the log is refused, and leaves nothing behind that could end a server', async (t) => {
  const { path } = await closedLog(t, 3);
  const reader = await readerOf(t, path);
  const unhandled: unknown[] = [];
  const hear = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', hear);
  t.after(() => process.off('unhandledRejection', hear));
  for (const index of [3, -1, 0.5, 560_931_810])
    await assert.rejects(reader.inclusionFile(index), { code: 'INPUT_INVALID' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, []);
});

test('several writers share one log, and each entry is there once', async (t) => {
  const options = await logOptions(t);
  const logs = await Promise.all([AuditLog.open(options), AuditLog.open(options), AuditLog.open(options)]);
  await Promise.all(
    logs.flatMap((log, which) =>
      Array.from({ length: 200 }, (_, number) => log.append(intent(which * 1000 + number))),
    ),
  );
  for (const log of logs) await log.close();
  const reader = await readerOf(t, options.path);
  const entries = await Array.fromAsync(reader.entries(0, 10_000));
  assert.equal(entries.length, 600);
  assert.equal(new Set(entries.map(({ entry }) => `${entry.node}/${entry.seq}`)).size, 600);
  assert.deepEqual(readdirSync(join(options.path, 'wal')), []);
  assert.equal((await verifyAt(options)).isSound, true);
});

test('every entry has a proof that is verified without the log, and older checkpoints are its beginning', async (t) => {
  const options = await closedLog(t, 300);
  const older = await readerOf(t, options.path);
  const log = await AuditLog.open(options);
  await log.append(intent(1));
  await log.sequence();
  const newer = await readerOf(t, options.path);
  await log.close();
  const file = parseInclusionFile(utf8Bytes(await newer.inclusionFile(300)));
  assert.deepEqual(verifyInclusionFile(file, keys.verifier).entry, await newer.entryBytes(300));
  const forged = { ...file, extra: utf8Bytes('{}') };
  assert.throws(() => verifyInclusionFile(forged, keys.verifier), { code: 'AUDIT_PROOF_INVALID' });
  const proof = await newer.consistency(older.checkpoint.size);
  assert.ok(verifyConsistency(older.checkpoint, newer.checkpoint, proof));
});

test('an entry that could not be written is refused, and the next one tries again', async (t) => {
  const options = await logOptions(t);
  const log = await AuditLog.open(options);
  await log.append(intent(1));
  const [wal = ''] = readdirSync(join(options.path, 'wal'));
  rmSync(join(options.path, 'wal', wal));
  await assert.rejects(log.append(intent(2)), { code: 'AUDIT_UNAVAILABLE', kind: 'unavailable' });
  await log.append(intent(3));
  await log.close();
  const reader = await readerOf(t, options.path);
  const entries = await Array.fromAsync(reader.entries(0, 100));
  const events = entries.flatMap(({ entry }) => (entry.kind === 'event' ? [entry.event] : []));
  assert.ok(events.includes('audit.wal-replaced'), 'the removal stands in the log');
});

test('a log that a kill left is taken in whole, once', async (t) => {
  const options = await logOptions(t);
  const log = await AuditLog.open(options);
  await Promise.all(Array.from({ length: 50 }, (_, number) => log.append(intent(number))));
  const [wal = ''] = readdirSync(join(options.path, 'wal'));
  const bytes = readFileSync(join(options.path, 'wal', wal));
  await log.close();
  // As if the process had died before anything was sequenced, in the middle of another batch.
  for (const name of ['checkpoint', 'state.json', 'tile'])
    rmSync(join(options.path, name), { recursive: true });
  writeFileSync(join(options.path, 'wal', wal), Buffer.concat([bytes, bytes.subarray(-60, -1)]));
  const verification = await verifyAt({ ...options, process: { ...options.process, startedAt: '2' } });
  assert.deepEqual(verification.findings, []);
  const reader = await readerOf(t, options.path);
  const entries = await Array.fromAsync(reader.entries(0, 100));
  assert.equal(entries.filter(({ entry }) => entry.kind === 'intent').length, 50);
});

test('every changed, cut, added or removed byte of what is stored is found', async (t) => {
  const options = await closedLog(t, 600);
  const files = filesBelow(options.path);
  assert.ok(files.length >= 6);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        pick: fc.nat(),
        place: fc.nat(),
        bits: fc.integer({ min: 1, max: 255 }),
        how: fc.constantFrom('flip', 'cut', 'add', 'remove'),
      }),
      async ({ pick, place, bits, how }) => {
        const path = files[pick % files.length]!;
        const original = readFileSync(path);
        const changed = Buffer.from(original);
        changed[place % changed.length]! ^= bits;
        if (how === 'flip') writeFileSync(path, changed);
        if (how === 'cut') writeFileSync(path, original.subarray(0, place % original.length));
        if (how === 'add') writeFileSync(path, Buffer.concat([original, Buffer.of(bits)]));
        if (how === 'remove') rmSync(path);
        try {
          assert.ok(await isNoticed(options), `${how} of ${path} was not noticed`);
        } finally {
          writeFileSync(path, original);
        }
      },
    ),
    { numRuns: 60 },
  );
  assert.equal((await verifyAt(options)).isSound, true);
});

/** Whether verifying the files, or opening the log to go on with it, meets the change. */
async function isNoticed({ path, lock }: AuditLogOptions): Promise<boolean> {
  const before = filesBelow(path).map((file) => [file, readFileSync(file)] as const);
  try {
    if (!(await verifyOpen({ keys }, path)).isSound) return true;
    const log = await AuditLog.open({
      path,
      lock,
      secrets: SECRETS,
      process: { host: 'here', pid: process.pid, startedAt: '1' },
      isLive: () => false,
      now: () => new Date(),
    });
    await log.close();
    return false;
  } catch {
    return true;
  } finally {
    for (const file of filesBelow(path)) if (!before.some(([name]) => name === file)) rmSync(file);
    for (const [file, bytes] of before) writeFileSync(file, bytes);
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}
