import type { BackupReport, Caller, LongRunning } from '../api/index.ts';
import { type AuditLog, formatVkey, type SignedCheckpoint } from '../audit/index.ts';
import { assertNotAborted } from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { BlobRow, BlobStore, Catalogue } from '../storage/index.ts';
import { onEverything } from './act.ts';
import { type BackupNote, formatBackupNote } from './backup-note.ts';
import { copyBlob } from './copy-blob.ts';
import { type Clock, stamp } from './deps.ts';
import type { Gate } from './gate.ts';

const PAGE = 500;
/** How often a snapshot is taken again because a blob or a key in it was removed before it could be copied. */
const MAX_SNAPSHOTS = 8;

/** Where a backup goes: the parts of a home, on any ground. */
export interface BackupTarget {
  readonly blobs: Pick<BlobStore, 'create' | 'header' | 'remove' | 'list'>;
  /** Writes a consistent copy of the catalogue, replacing an earlier one. */
  snapshotCatalogue(): Promise<void>;
  /** Opens the copy to read what it refers to. */
  openSnapshot(): Promise<Pick<Catalogue, 'listBlobs' | 'close'>>;
  /** SHA-256 of the copy, hex; when it is no longer open. */
  digestSnapshot(): Promise<string>;
  /**
   * Copies the sealed keyring, replacing an earlier copy: no key in it can be used without a root seal.
   * Answers with the SHA-256 of the copy, hex.
   */
  copyKeys(): Promise<string>;
  /** Copies the audit log as it was under the checkpoint. */
  copyAudit(checkpoint: SignedCheckpoint): Promise<void>;
  /** Writes the note that makes it a backup; the last step. */
  writeNote(note: Uint8Array): Promise<void>;
}

export interface BackupHomeDeps {
  readonly gate: Gate;
  readonly audit: Pick<AuditLog, 'snapshot' | 'keys'>;
  readonly blobs: Pick<BlobStore, 'header' | 'open'>;
  readonly keyring: Pick<Keyring, 'vault' | 'generation' | 'list' | 'refresh'>;
  readonly clock: Clock;
}

export interface BackupHomeInput extends LongRunning {
  readonly target: BackupTarget;
}

/**
 * Copies a home while it is in use: the catalogue as of one moment, every blob that it refers to (verified against
 * its ciphertext digest on the way), and the sealed keyring. The root key is not in it; keep that elsewhere.
 */
export function backupHome(
  deps: BackupHomeDeps,
  caller: Caller,
  input: BackupHomeInput,
): Promise<BackupReport> {
  return deps.gate.pass(caller, onEverything('system:backup'), async () => {
    const { target } = input;
    const { rows, keyringSha256, checkpoint } = await copyConsistently(deps, input);
    await target.copyAudit(checkpoint);
    const bytes = rows.reduce((sum, row) => sum + row.storedSize, 0);
    const note: BackupNote = {
      vault: deps.keyring.vault,
      createdAt: stamp(deps.clock),
      catalogueSha256: await target.digestSnapshot(),
      keyringSha256,
      keyringGeneration: deps.keyring.generation,
      auditKey: formatVkey(deps.audit.keys.verifier),
      blobs: rows.length,
      bytes,
    };
    await target.writeNote(formatBackupNote(note));
    return { blobs: rows.length, bytes };
  });
}

interface Copied {
  readonly rows: readonly BlobRow[];
  readonly keyringSha256: string;
  /** Over everything that was recorded when the catalogue was copied. */
  readonly checkpoint: SignedCheckpoint;
}

/** Takes snapshots until every blob of one could be copied with its key: others may remove both meanwhile. */
async function copyConsistently(deps: BackupHomeDeps, input: BackupHomeInput): Promise<Copied> {
  for (let attempt = 1; attempt <= MAX_SNAPSHOTS; attempt++) {
    const keysBefore = await usableKeys(deps.keyring);
    const checkpoint = await deps.audit.snapshot(() => input.target.snapshotCatalogue());
    const keys = keysBefore.union(await usableKeys(deps.keyring));
    const rows = await referredBlobs(input.target);
    if (!(await copyAll(deps, input, rows))) continue;
    const keyringSha256 = await input.target.copyKeys();
    // A key that ended after a blob was copied is not in the copy of the keyring, which would leave it shut for ever.
    if (!keys.isSubsetOf(await usableKeys(deps.keyring))) continue;
    await removeSurplus(input.target, rows);
    return { rows, keyringSha256, checkpoint };
  }
  throw new StrongroomError('STORAGE_CONFLICT', 'models were removed again and again while they were copied');
}

/** Every key version that still unwraps, by what tells it from a later one of the same name. */
async function usableKeys(keyring: BackupHomeDeps['keyring']): Promise<ReadonlySet<string>> {
  await keyring.refresh();
  const versions = keyring
    .list()
    .flatMap(({ name, versions }) =>
      versions
        .filter(({ state }) => state === 'active' || state === 'retiring')
        .map(({ version, createdAt }) => `${name}@${version} ${createdAt}`),
    );
  return new Set(versions);
}

async function referredBlobs(target: BackupTarget): Promise<readonly BlobRow[]> {
  const snapshot = await target.openSnapshot();
  try {
    const rows: BlobRow[] = [];
    for (;;) {
      const after = rows.at(-1)?.id;
      const page = await snapshot.listBlobs({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      rows.push(...page);
      if (page.length < PAGE) return rows;
    }
  } finally {
    await snapshot.close();
  }
}

/** Whether every blob was there to be copied. */
async function copyAll(
  deps: BackupHomeDeps,
  input: BackupHomeInput,
  rows: readonly BlobRow[],
): Promise<boolean> {
  const total = rows.reduce((sum, row) => sum + row.storedSize, 0);
  let done = 0;
  for (const row of rows) {
    assertNotAborted(input.signal);
    const known = await input.target.blobs.header(row.id);
    if (known === undefined || known.generation < row.headerGeneration) {
      await input.target.blobs.remove(row.id);
      try {
        await copyBlob({ from: deps.blobs, to: input.target.blobs }, row.id, input.signal);
      } catch (error) {
        if (isStrongroomError(error, 'BLOB_MISSING') || isStrongroomError(error, 'STORAGE_MISSING'))
          return false;
        throw error;
      }
    }
    done += row.storedSize;
    input.onProgress?.({ phase: 'backup', done, total, unit: 'bytes' });
  }
  return true;
}

async function removeSurplus(target: BackupTarget, rows: readonly BlobRow[]): Promise<void> {
  const wanted = new Set(rows.map((row) => row.id));
  for await (const blob of target.blobs.list()) if (!wanted.has(blob)) await target.blobs.remove(blob);
}
