import type { AuditReport } from '../api/index.ts';
import {
  ArchiveFile,
  type AuditFinding,
  cosignedAt,
  exportLog,
  logSourceOf,
  type NoteKey,
  openCheckpoint,
  parseCheckpoint,
  parseGrowthFile,
  parseInclusionFile,
  parseVkey,
  readArchiveNotes,
  readCheckpoint,
  type SignedCheckpoint,
  TileStore,
  verifyConsistency,
  verifyInclusionFile,
  verifyLog,
} from '../audit/index.ts';
import { parseCanonicalJson, toBase64, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { FileSource, Folder, OutputFile } from '../storage/index.ts';
import type { AuditKeysGiven, AuditOperations } from './audit-operations.ts';
import { readNamedFile } from './named-files.ts';

/** A proof with its entry and a checkpoint that a hundred witnesses signed. */
const MAX_PROOF_BYTES = 2_000_000;

/** The record as files, wired to what is below. */
export function createAuditOperations(): AuditOperations {
  return {
    async exportAudit({ audit, destination, signal, onProgress }) {
      await using folder = await Folder.open(destination, { create: true });
      const { origin, size } = await exportLog(logSourceOf(audit), folder, {
        signal,
        onProgress: (done, total) => onProgress?.({ phase: 'export', done, total, unit: 'items' }),
      });
      return { origin, size };
    },
    async verifyAudit({ path, archives, signal, onProgress, ...given }) {
      const { key, quantumKey, witnesses } = readKeys(given);
      await using folder = await Folder.open(path);
      await using opened = new AsyncDisposableStack();
      const report = await verifyLog({
        tiles: new TileStore(folder),
        checkpoint: await readCheckpoint(folder),
        key,
        archiveNotes: await readArchiveNotes(folder),
        archives: await openArchives(archives, { key, opened }),
        ...(quantumKey === undefined ? {} : { quantumKey }),
        ...(signal === undefined ? {} : { signal }),
        onProgress: (done, total) => onProgress?.({ phase: 'verify', done, total, unit: 'items' }),
      });
      return reportOf(report, unwitnessed(report.checkpoint, witnesses));
    },
    async verifyAuditProof({ file, ...given }) {
      const { key, witnesses } = readKeys(given);
      const proof = parseInclusionFile(await readNamedFile(file, MAX_PROOF_BYTES));
      const { entry, index, checkpoint } = verifyInclusionFile(proof, key);
      assertWitnessed(checkpoint, witnesses);
      const { origin, size } = checkpoint;
      return { origin, size, index, entry: parseCanonicalJson(utf8Text(entry) ?? '') ?? toBase64(entry) };
    },
    async verifyGrowth({ file, from, ...given }) {
      const { key, witnesses } = readKeys(given);
      const growth = parseGrowthFile(await readNamedFile(file, MAX_PROOF_BYTES));
      const newer = openCheckpoint(growth.checkpoint, key);
      const older = openCheckpoint(await readNamedFile(from, MAX_PROOF_BYTES), key);
      assertWitnessed(newer, witnesses);
      if (growth.oldSize !== older.size || !verifyConsistency(older, newer, growth.path))
        throw new StrongroomError(
          'AUDIT_PROOF_INVALID',
          'the older log is not the beginning of the newer one',
        );
      return { origin: newer.origin, from: older.size, to: newer.size };
    },
    ...textFiles(),
  };
}

async function openArchives(
  paths: readonly string[],
  { key, opened }: { readonly key: NoteKey; readonly opened: AsyncDisposableStack },
): Promise<readonly ArchiveFile[]> {
  const archives: ArchiveFile[] = [];
  for (const path of paths) {
    const source = opened.adopt(await FileSource.open(path), (each) => each.close());
    archives.push(await ArchiveFile.open(source, key));
  }
  return archives;
}

function textFiles(): Pick<AuditOperations, 'writeText' | 'checkpointSize' | 'readProof'> {
  return {
    async writeText({ path, text }) {
      await using file = await OutputFile.create(path, {});
      await file.write(utf8Bytes(text));
      await file.commit();
    },
    checkpointSize: async (path) => parseCheckpoint(await readNamedFile(path, MAX_PROOF_BYTES)).size,
    async readProof(path) {
      const text = utf8Text(await readNamedFile(path, MAX_PROOF_BYTES));
      if (text !== undefined) return text;
      throw new StrongroomError('AUDIT_PROOF_INVALID', 'the file is no text');
    },
  };
}

interface ParsedKeys {
  readonly key: NoteKey;
  readonly quantumKey?: NoteKey;
  readonly witnesses: readonly NoteKey[];
}

function readKeys({ keys, witnesses }: AuditKeysGiven): ParsedKeys {
  const parsed = keys.map(parseVkey);
  const key = parsed.find((each) => each.key.algorithm === 'ed25519');
  const quantumKey = parsed.find((each) => each.key.algorithm === 'ml-dsa-65');
  if (key === undefined)
    throw new StrongroomError('INPUT_INVALID', 'the Ed25519 key of the log is missing', {
      hint: 'name it with --key; strongroom audit key printed it where the log is',
    });
  return {
    key,
    ...(quantumKey === undefined ? {} : { quantumKey }),
    witnesses: witnesses.map(parseVkey),
  };
}

function unwitnessed(
  checkpoint: SignedCheckpoint | undefined,
  witnesses: readonly NoteKey[],
): readonly AuditFinding[] {
  return witnesses
    .filter((witness) => checkpoint === undefined || cosignedAt(checkpoint.note, witness) === undefined)
    .map(({ name }) => ({ code: 'signature', message: `not signed by the witness ${name}` }));
}

function assertWitnessed(checkpoint: SignedCheckpoint, witnesses: readonly NoteKey[]): void {
  const [missing] = unwitnessed(checkpoint, witnesses);
  if (missing !== undefined) throw new StrongroomError('AUDIT_SIGNATURE', missing.message);
}

function reportOf(
  { checkpoint, ...report }: Awaited<ReturnType<typeof verifyLog>>,
  more: readonly AuditFinding[],
): AuditReport {
  return {
    ...report,
    isSound: report.isSound && more.length === 0,
    findings: [...report.findings, ...more],
    ...(checkpoint === undefined
      ? {}
      : { origin: checkpoint.origin, size: checkpoint.size, root: toBase64(checkpoint.root) }),
  };
}
