// Old entries that moved into an archive, and a log that goes on without them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import {
  ArchiveFile,
  type ArchivePlace,
  AuditLog,
  type AuditLogOptions,
  AuditReader,
  archiveLog,
  askedTiles,
  deriveAuditKeys,
  exportLog,
  listArchives,
  parseInclusionFile,
  readArchiveNotes,
  readCheckpoint,
  TileStore,
  tileAt,
  unarchiveLog,
  verifyConsistency,
  verifyInclusionFile,
  verifyLog,
} from '../../src/audit/index.ts';
import { memorySource, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { Folder } from '../../src/storage/index.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { intent, logOptions, SECRETS } from './log-kit.ts';

const keys = deriveAuditKeys(SECRETS);
const OLD = 600;
const NEW = 100;
const CUT = '2026-01-01T00:00:00.000Z';

interface AgedLog extends AsyncDisposable {
  readonly log: AuditLog;
  readonly options: AuditLogOptions;
}

/** An open log with entries of last year and of this. */
async function agedLog(t: TestContext): Promise<AgedLog> {
  const clock = { now: new Date('2025-06-01T00:00:00Z') };
  const options = { ...(await logOptions(t)), now: () => clock.now };
  const log = await AuditLog.open(options);
  const append = (count: number, first: number) =>
    Promise.all(Array.from({ length: count }, (_, at) => log.append(intent(first + at))));
  await append(OLD, 0);
  clock.now = new Date('2026-06-01T00:00:00Z');
  await append(NEW, OLD);
  await log.sequence();
  return { log, options, [Symbol.asyncDispose]: () => log.close() };
}

/** An archive in memory, as whoever holds the file sees it. */
function memoryPlace(spoil: (bytes: Buffer) => Buffer = (bytes) => bytes) {
  const parts: Uint8Array[] = [];
  const bytes = () => spoil(Buffer.concat(parts));
  const place: ArchivePlace = {
    write: (chunk) => Promise.resolve(void parts.push(Uint8Array.from(chunk))),
    publish: () => Promise.resolve(memorySource(bytes())),
  };
  return { place, bytes };
}

async function verified(path: string, archives: readonly Uint8Array[] = []) {
  await using base = await Folder.open(path);
  const key = keys.verifier;
  return await verifyLog({
    ...{ tiles: new TileStore(base), checkpoint: await readCheckpoint(base), key },
    archiveNotes: await readArchiveNotes(base),
    archives: await Promise.all(archives.map((bytes) => ArchiveFile.open(memorySource(bytes), key))),
  });
}

const bundlesOf = (path: string) =>
  readdirSync(join(path, 'tile', 'entries'))
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [name, readFileSync(join(path, 'tile', 'entries', name))] as const);

test('old entries move into an archive; the log verifies with it, and says what is missing without it', async (t) => {
  await using aged = await agedLog(t);
  const { log, options } = aged;
  const older = await AuditReader.open(log.base, keys.verifier);
  const { place, bytes } = memoryPlace();
  const note = await archiveLog(log, { before: CUT, place });
  assert.deepEqual([note.first, note.end], [0, 512]);
  assert.deepEqual(bundlesOf(options.path), []);
  await log.sequence();

  const alone = await verified(options.path);
  assert.deepEqual([alone.findings, alone.archived], [[], 512]);
  const whole = await verified(options.path, [bytes()]);
  assert.deepEqual([whole.findings, whole.archived, whole.entries], [[], 0, alone.entries]);

  const reader = await AuditReader.open(log.base, keys.verifier);
  await assert.rejects(reader.inclusionFile(5), { code: 'AUDIT_ARCHIVED', kind: 'missing' });
  const kept = await Array.fromAsync(reader.newest());
  assert.equal(kept.at(-1)?.index, 512);
  const event = kept.find(({ entry }) => entry.kind === 'event' && entry.event === 'audit.archived');
  assert.ok(event !== undefined, 'the log itself says where its entries went');
  const proof = parseInclusionFile(utf8Bytes(await reader.inclusionFile(650)));
  assert.equal(verifyInclusionFile(proof, keys.verifier).index, 650);
  const path = await reader.consistency(older.checkpoint.size);
  assert.ok(verifyConsistency(older.checkpoint, reader.checkpoint, path));
});

test('entries come back from their archive as they were, once they fit the log', async (t) => {
  await using aged = await agedLog(t);
  const { log, options } = aged;
  const before = bundlesOf(options.path);
  assert.equal(before.length, 2);
  const { place, bytes } = memoryPlace();
  await archiveLog(log, { before: CUT, place });
  await unarchiveLog(log, memorySource(bytes()));
  assert.deepEqual(bundlesOf(options.path), before);
  assert.deepEqual(await listArchives(log), []);
  const report = await verified(options.path);
  assert.deepEqual([report.findings, report.archived], [[], 0]);
});

/** A log below which something happens once, just before somebody looks for its archives. */
function beforeArchives(base: Folder, happen: () => Promise<unknown>): Folder {
  let happened: Promise<unknown> | undefined;
  const folder: Folder['folder'] = async (name, options) => {
    if (name === 'archived') await (happened ??= happen());
    return await base.folder(name, options);
  };
  return new Proxy(base, {
    get(target, key) {
      if (key === 'folder') return folder;
      const own: unknown = Reflect.get(target, key, target);
      return typeof own === 'function' ? (own.bind(target) as unknown) : own;
    },
  });
}

test('entries that are brought back while somebody asks for them are no damage', async (t) => {
  await using aged = await agedLog(t);
  const { log } = aged;
  for (const ask of [
    (base: Folder) => askedTiles({ base, keys }, [{ level: 'entries', index: 1, width: 256 }]),
    async (base: Folder) => (await AuditReader.open(base, keys.verifier)).inclusionFile(300),
  ]) {
    const { place, bytes } = memoryPlace();
    await archiveLog(log, { before: CUT, place });
    const back = () => unarchiveLog(log, memorySource(bytes()));
    assert.ok((await ask(beforeArchives(log.base, back))).length > 0);
    assert.deepEqual(await listArchives(log), [], 'they are back');
  }
});

test('every changed, cut or added byte of an archive is found, save in signatures whose key the reader lacks', async (t) => {
  await using aged = await agedLog(t);
  const { log } = aged;
  const { place, bytes } = memoryPlace();
  await archiveLog(log, { before: CUT, place });
  const original = bytes();
  // The second line, of ML-DSA: a verifier of Ed25519 passes over it, whatever it says.
  const otherSignature = original.lastIndexOf('\n\u2014 ') + 1;
  assert.ok(otherSignature > original.length - 6000, 'the note stands at the end');
  const change = fc.record({
    at: fc.nat(original.length - 1),
    bits: fc.integer({ min: 1, max: 255 }),
    how: fc.constantFrom('flip', 'cut', 'add'),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, bits, how }) => {
      const changed = Buffer.from(original);
      changed[at]! ^= bits;
      const forged = {
        flip: changed,
        cut: original.subarray(0, at),
        add: Buffer.concat([original, Buffer.of(bits)]),
      }[how];
      if (how === 'flip' && at >= otherSignature) return;
      await assert.rejects(ArchiveFile.open(memorySource(forged), keys.verifier), (error: { code: string }) =>
        ['AUDIT_NOTE_INVALID', 'AUDIT_SIGNATURE', 'AUDIT_DAMAGED'].includes(error.code),
      );
    }),
  );
  const stranger = deriveAuditKeys({ ...SECRETS, vault: 'BBBBBBBBBBBBBBBBBBBBBB' });
  await assert.rejects(ArchiveFile.open(memorySource(original), stranger.verifier), {
    code: 'AUDIT_SIGNATURE',
  });
});

test('an archive that is not what was written leaves the log as it was', async (t) => {
  await using aged = await agedLog(t);
  const { log, options } = aged;
  const before = bundlesOf(options.path);
  const flip = (bytes: Buffer) => {
    bytes[2000]! ^= 1;
    return bytes;
  };
  const failing = { ...memoryPlace().place, publish: () => Promise.reject(new Error('no space')) };
  for (const place of [memoryPlace(flip).place, failing]) {
    await assert.rejects(archiveLog(log, { before: CUT, place }));
    assert.deepEqual(bundlesOf(options.path), before);
    assert.deepEqual(await listArchives(log), []);
  }
  await assert.rejects(archiveLog(log, { before: '2024-01-01T00:00:00.000Z', place: memoryPlace().place }), {
    code: 'AUDIT_ENTRY_MISSING',
  });
});

test('entries that are gone without the note of an archive, or with a forged one, are a finding', async (t) => {
  await using aged = await agedLog(t);
  const { log, options } = aged;
  const { place } = memoryPlace();
  await archiveLog(log, { before: CUT, place });
  const file = join(options.path, 'archived', '0-512.note');
  const note = readFileSync(file);
  for (const spoil of [
    () => rmSync(file),
    () => writeFileSync(file, note.toString().replace('0 512', '0 768')),
    () =>
      writeFileSync(join(options.path, 'archived', '0-768.note'), note.toString().replace('0 512', '0 768')),
  ]) {
    spoil();
    assert.equal((await verified(options.path)).isSound, false);
    rmSync(join(options.path, 'archived', '0-768.note'), { force: true });
    writeFileSync(file, note);
  }
  const tile = join(options.path, 'tile', '0', '000');
  const hashes = readFileSync(tile);
  hashes[40]! ^= 1;
  writeFileSync(tile, hashes);
  assert.equal(
    (await verified(options.path)).isSound,
    false,
    'the hashes that stayed are held against the root',
  );
});

test('archives follow each other, and a copy of the log takes their notes along', async (t) => {
  await using aged = await agedLog(t);
  const { log, options } = aged;
  const [first, second] = [memoryPlace(), memoryPlace()];
  await archiveLog(log, { before: CUT, place: first.place });
  await Promise.all(Array.from({ length: 300 }, (_, at) => log.append(intent(at))));
  const note = await archiveLog(log, { before: '2027-01-01T00:00:00.000Z', place: second.place });
  assert.deepEqual([note.first, note.end], [512, 768]);
  const copy = await temporaryFolder(t);
  {
    await using target = await Folder.open(copy);
    const store = new TileStore(log.base);
    await log.sequence();
    await exportLog(
      {
        checkpoint: async () => utf8Text(await readCheckpoint(log.base)) ?? '',
        tiles: (addresses) => Promise.all(addresses.map((address) => tileAt(store, address))),
        archives: async () => (await listArchives(log)).map((archive) => archive.note),
      },
      target,
    );
  }
  for (const path of [options.path, copy]) {
    assert.deepEqual([(await verified(path)).findings, (await verified(path)).archived], [[], 768]);
    const whole = await verified(path, [first.bytes(), second.bytes()]);
    assert.deepEqual([whole.findings, whole.archived], [[], 0]);
  }
});
